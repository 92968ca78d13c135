"""Forms of XML Schema turned into plainer ones with the same meaning, before anyone reads them."""

from collections.abc import Mapping

from lxml import etree

from adapters.documents import BadContract
from adapters.soap.xml import XML_NAMESPACE, XS, Element, clark, local, qname

SOAP_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_ITEM = "item"  # what the entries of a SOAP array are called; their names carry no meaning
_ENCODED = (
    "string boolean float double decimal integer long int short byte dateTime date time "
    "base64Binary hexBinary anyURI QName unsignedInt unsignedLong unsignedShort unsignedByte"
)

BUILT_IN: Mapping[str, str] = {
    XML_NAMESPACE: (
        f'<xs:schema xmlns:xs="{XS}" targetNamespace="{XML_NAMESPACE}">'
        '<xs:attribute name="lang" type="xs:string"/><xs:attribute name="base" type="xs:anyURI"/>'
        '<xs:attribute name="space" type="xs:NCName"/><xs:attribute name="id" type="xs:ID"/>'
        '<xs:attributeGroup name="specialAttrs"><xs:attribute ref="xml:base"/>'
        '<xs:attribute ref="xml:lang"/><xs:attribute ref="xml:space"/></xs:attributeGroup>'
        "</xs:schema>"
    ),
    SOAP_ENCODING: (
        f'<xs:schema xmlns:xs="{XS}" targetNamespace="{SOAP_ENCODING}">'
        '<xs:attribute name="arrayType" type="xs:string"/>'
        '<xs:complexType name="Array"><xs:sequence>'
        f'<xs:element name="{_ITEM}" minOccurs="0" maxOccurs="unbounded" nillable="true"/>'
        "</xs:sequence></xs:complexType>"
        '<xs:simpleType name="base64"><xs:restriction base="xs:base64Binary"/></xs:simpleType>'
        + "".join(
            f'<xs:simpleType name="{name}"><xs:restriction base="xs:{name}"/></xs:simpleType>'
            for name in _ENCODED.split()
        )
        + "</xs:schema>"
    ),
}


def chameleon(root: Element, namespace: str) -> Element:
    """A schema without a namespace as one of the namespace that includes it."""
    if root.get("targetNamespace") is not None:
        return root
    spaces = root.nsmap if None in root.nsmap else {**root.nsmap, None: namespace}
    made = etree.Element(root.tag, dict(root.attrib), nsmap=spaces)
    made.set("targetNamespace", namespace)
    made.extend(list(root))
    return made


def redefined(link: Element, root: Element, name: str) -> None:
    """An xs:redefine as an include: the originals get other names, the new ones stand beside."""
    there = {(local(n.tag), n.get("name")): n for n in root.iterchildren("{*}*")}
    for child in list(link.iterchildren("{*}*")):
        kind, plain = local(child.tag), child.get("name")
        if kind == "annotation":
            continue
        original = there.get((kind, plain))
        if original is None:
            raise BadContract(f"a redefine names {plain!r}, which {name} does not itself define")
        original.set("name", f"{plain}.redefined")
        for inside in child.iter("{*}*"):
            for key in ("base", "ref"):
                if inside.get(key, "").rpartition(":")[2] == plain:
                    inside.set(key, f"{inside.get(key)}.redefined")
        link.addnext(child)
    link.tag = f"{{{XS}}}include"
    for rest in list(link):
        link.remove(rest)


def plain_arrays(node: Element, namespace: str) -> Mapping[str, str]:
    """SOAP array types as sequences of items, in place; their items' types by their names."""
    found: dict[str, str] = {}
    for kind in list(node.iter(f"{{{XS}}}complexType")):
        step = kind.find(f"{{{XS}}}complexContent/{{{XS}}}restriction")
        if step is None or qname(step.get("base", ""), step) != (SOAP_ENCODING, "Array"):
            continue
        name = _item_type(step)
        for child in list(kind):
            kind.remove(child)
        sequence = etree.SubElement(kind, f"{{{XS}}}sequence")
        item = etree.SubElement(sequence, f"{{{XS}}}element", name=_ITEM)
        for key, value in (("minOccurs", "0"), ("maxOccurs", "unbounded"), ("nillable", "true")):
            item.set(key, value)
        if name is not None:
            item.set("type", name)
        if kind.get("name"):
            space, plain = qname(name, item) if name else (XS, "anyType")
            found[clark(namespace, kind.get("name"))] = clark(space, plain)
    return found


def _item_type(step: Element) -> str | None:
    """The prefixed type of an array's items; None where items are arrays or anything."""
    declared = step.find(f".//{{{XS}}}element")
    for attribute in step.iter(f"{{{XS}}}attribute"):
        kind = attribute.get(f"{{{_WSDL}}}arrayType", "")
        name, _, rest = kind.partition("[")
        if kind:
            return name if rest in ("]", "") else None
    return None if declared is None else declared.get("type")
