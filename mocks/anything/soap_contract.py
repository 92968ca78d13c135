"""What the messages of a port consist of, and whether a message does.

For a part with a type, and for the wrapper of rpc, there is no global element in the contract's
schemas: those are declared in a namespace of our own, and messages are renamed to be checked.
"""

import re
from collections.abc import Iterator
from functools import partial

from lxml import etree

from mocks.anything.refusal import Refused
from mocks.anything.wsdl import Message, Part, Port, Wsdl
from mocks.anything.xsd_documents import XS
from mocks.anything.xsd_model import Element, Group, Type
from mocks.anything.xsd_read import Schemas
from mocks.anything.xsd_soap_encoding import KNOWN, SOAP_ENCODING

_OWN = "urn:onething:parts"
_STYLE = "{http://schemas.xmlsoap.org/soap/envelope/}encodingStyle"


class SoapContract:
    """The declared messages of one port, with one validator for all of them."""

    def __init__(self, wsdl: Wsdl, port: Port) -> None:
        self.wsdl, self.port = wsdl, port
        operations = port.operations.values()
        messages = [m for o in operations for m in (o.request, o.reply) if m is not None]
        if any(_uses_encoding(message) for message in messages):
            wsdl.documents.add(SOAP_ENCODING, etree.fromstring(KNOWN[SOAP_ENCODING]))
        self.schemas = Schemas(wsdl.documents)
        self._own: dict[str, str] = {}
        self._roots: dict[int, list[Element]] = {}
        addition = etree.Element(f"{{{XS}}}schema", targetNamespace=_OWN)
        for message in messages:
            self._declare(message, addition)
        self._check_elements(messages)
        self.validator = wsdl.documents.validator(addition)

    def _check_elements(self, messages: list[Message]) -> None:
        for message in messages:
            for part in (*message.parts, *message.headers):
                if part.element:
                    self.schemas.element(part.element)

    def _declare(self, message: Message, addition: etree._Element) -> None:
        """Declare in our own namespace what has no global element."""
        if message.wrapper is not None:
            own = etree.SubElement(addition, f"{{{XS}}}element", name=f"e{len(addition)}")
            whole = etree.SubElement(own, f"{{{XS}}}complexType")
            parts = etree.SubElement(whole, f"{{{XS}}}sequence")
            for part in message.parts:
                _part_node(parts, part)
            self._own[_key(message)] = own.get("name", "")
            return
        for part in (*message.parts, *message.headers):
            if part.type:
                node = _part_node(addition, part)
                node.set("name", f"e{len(addition)}")
                self._own[part.name + part.type] = node.get("name", "")

    def roots(self, message: Message) -> list[Element]:
        """The elements a body has: one per part, or the wrapper."""
        if id(message) not in self._roots:
            self._roots[id(message)] = list(self._read_roots(message))
        return self._roots[id(message)]

    def _read_roots(self, message: Message) -> Iterator[Element]:
        elements = [self.part(part) for part in message.parts]
        if message.wrapper is None:
            yield from elements
            return
        kind = Type(content=Group("sequence", list(elements)))
        yield Element(message.wrapper, 1, 1, lambda: kind)

    def part(self, part: Part) -> Element:
        """The element of one part."""
        if part.element:
            return self.schemas.element(part.element)
        return Element(part.name, 1, 1, partial(self.schemas.type, part.type or ""))

    def mistakes(self, message: Message, elements: list[etree._Element]) -> list[str]:
        """What is wrong with the elements of a body; empty when nothing is."""
        roots = self.roots(message)
        wanted = [root.tag for root in roots]
        given = [element.tag for element in elements]
        if wanted != given:
            stood = [e.tag for r in roots if r.declared for e in self.schemas.standing_for(r.tag)]
            if len(wanted) != len(given) or not set(given) <= {*wanted, *stood}:
                return [f"the body has {_shown(given)} where the contract has {_shown(wanted)}"]
        own = self._own.get(_key(message)) if message.wrapper is not None else None
        names = [own or self._part_name(part) for part in message.parts] or [own]
        found: list[str] = []
        for element, name in zip(elements, names, strict=False):
            found += self.element_mistakes(element, name, message.encoded)
        return found

    def _part_name(self, part: Part) -> str | None:
        return self._own[part.name + part.type] if part.type else None

    def header_mistakes(self, message: Message, headers: list[etree._Element]) -> list[str]:
        """What is wrong with the header parts the contract declares."""
        found: list[str] = []
        for part in message.headers:
            tag = part.element or part.name
            given = [header for header in headers if header.tag == tag]
            if not given:
                found.append(f"the header {tag} is missing — the contract declares it")
            for header in given:
                found += self.element_mistakes(header, self._part_name(part), False)
        return found

    def element_mistakes(
        self, element: etree._Element, own: str | None = None, encoded: bool = False
    ) -> list[str]:
        """What is wrong with one element; under a name of our own if it has no global one."""
        looked = _apart(element) if own or encoded else element
        if own:
            looked.tag = f"{{{_OWN}}}{own}"
        for name in [n for n in looked.attrib if n == _STYLE or _is_envelope(n)]:
            looked = _apart(looked) if looked is element else looked
            del looked.attrib[name]
        if self.validator.validate(looked):
            return []
        return [_told(entry, looked) for entry in self.validator.error_log]  # type: ignore[attr-defined, unused-ignore]


def _apart(element: etree._Element) -> etree._Element:
    """A copy that keeps the prefixes declared above it: texts like those of xsi:type use them."""
    return etree.fromstring(etree.tostring(element))


def _is_envelope(attribute: str | bytes) -> bool:
    name = str(attribute)
    return "/soap-envelope}" in name or "soap/envelope/}" in name


def _key(message: Message) -> str:
    return f"{message.wrapper} {[(part.name, part.type, part.element) for part in message.parts]}"


def _uses_encoding(message: Message) -> bool:
    return message.encoded or any(SOAP_ENCODING in (part.type or "") for part in message.parts)


def _part_node(parent: etree._Element, part: Part) -> etree._Element:
    tag = part.element or part.type or ""
    if not tag:
        raise Refused(f"{part.name}: has neither element nor type — correct the WSDL")
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    named = {"n": namespace} if namespace else {}
    name = f"n:{local}" if namespace else local
    node = etree.SubElement(parent, f"{{{XS}}}element", nsmap=named)
    if part.element:
        node.set("ref", name)
    else:
        node.set("name", part.name)
        node.set("type", name)
    return node


def _shown(tags: list[str]) -> str:
    return ", ".join(tags) or "nothing"


def _told(entry: etree._LogEntry, root: etree._Element) -> str:
    message = str(entry.message)
    if _OWN in message:
        message = message.replace(f"{{{_OWN}}}", "")
    path = _path(entry.path or "", root)
    return f"{path}: {message}" if path else message


_STEP = re.compile(r"(?:([^:/\[]+):)?([^:/\[]+)(?:\[(\d+)\])?")


def _path(where: str, root: etree._Element) -> str:
    """The place as local names, which people read."""
    node, names = root, [etree.QName(root).localname]
    for step in where.split("/")[2:]:
        match = _STEP.fullmatch(step)
        fit = [child for child in node if match and _steps_to(child, match[1], match[2])]
        place = int(match[3] or 1) if match else 0
        if not 0 < place <= len(fit):
            break
        node = fit[place - 1]
        names.append(etree.QName(node).localname + (f"[{place}]" if len(fit) > 1 else ""))
    return "/".join(names)


def _steps_to(child: etree._Element, prefix: str | None, name: str) -> bool:
    """Whether a step of the validator's path leads to this child; `*` leads to any."""
    if name == "*":
        return True
    return child.prefix == prefix and etree.QName(child).localname == name
