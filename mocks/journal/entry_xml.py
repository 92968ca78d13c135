"""XML as the journal reads it: no DTD, no entities of its own, nothing over the network."""

from lxml import etree


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def parsed(text: str) -> etree._Element | None:
    """The root; None for what is no XML, or has a DTD."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    declared = text.lstrip("\ufeff \t\r\n").startswith("<?xml")
    try:  # the text is no longer in the charset it declares
        root = etree.fromstring((text.partition("?>")[2] if declared else text).encode(), parser)
    except etree.XMLSyntaxError:
        return None
    return None if root.getroottree().docinfo.internalDTD is not None else root
