"""Schemas of rpc wrappers, which a WSDL describes by their parts only."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from adapters.soap.wsdl import Message, Port
from adapters.soap.xml import XS, local, namespace


def wrappers(port: Port) -> Mapping[str, str]:
    """A schema text by namespace, for all rpc messages of the port."""
    elements: dict[str, dict[str, Message]] = {}
    for operation in port.operations.values():
        for message in (operation.request, operation.reply):
            if message.parts is not None:
                elements.setdefault(namespace(message.tag), {})[message.tag] = message
    return {space: _schema(space, list(found.values())) for space, found in elements.items()}


def _schema(space: str, messages: list[Message]) -> str:
    used = {namespace(kind) for m in messages for kind in (m.parts or {}).values()}
    imports = "".join(_import(other) for other in sorted(used - {XS, space}))
    target = f" targetNamespace={quoteattr(space)}" if space else ""
    lines = "".join(_wrapper(message) for message in messages)
    return f'<xs:schema xmlns:xs="{XS}"{target}>{imports}{lines}</xs:schema>'


def _import(space: str) -> str:
    return f"<xs:import namespace={quoteattr(space)}/>" if space else "<xs:import/>"


def _wrapper(message: Message) -> str:
    name, parts = quoteattr(local(message.tag)), "".join(_parts(message))
    inside = f"<xs:complexType><xs:sequence>{parts}</xs:sequence></xs:complexType>"
    return f"<xs:element name={name}>{inside}</xs:element>"


def _parts(message: Message) -> Iterator[str]:
    # encoded values may be nil or left out, whatever their type
    free = ' minOccurs="0" nillable="true"' if message.encoded else ""
    for name, kind in (message.parts or {}).items():
        space = namespace(kind)
        typed = f"type={quoteattr(('p:' if space else '') + local(kind))}"
        declared = f" xmlns:p={quoteattr(space)}" if space else ""
        yield f"<xs:element name={quoteattr(name)} {typed}{declared}{free}/>"
