"""A second reader of a WSDL: zeep, offline, on the documents already gathered.

It shares nothing with our own reader but the bytes: what the two say differently, one of them
misunderstands. It serves checks only; nothing of a running gateway goes through it.

    CannotTell  zeep does not read this form: that says nothing about the contract
    Disagrees   zeep reads it, and not as we do
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from zeep.exceptions import Error, ValidationError, XMLParseError
from zeep.exceptions import Fault as ZeepFault
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.xsd.context import XmlParserContext

from adapters.documents import BadContract, Documents
from adapters.soap.envelope import SOAP12
from adapters.soap.forms import BUILT_IN
from adapters.soap.schemas import read_document
from adapters.soap.wsdl import WSDL, Port, PortOperation
from adapters.soap.xml import XS, Element, clark

_LINKS = {
    f"{{{XS}}}import": "schemaLocation",
    f"{{{XS}}}include": "schemaLocation",
    f"{{{XS}}}redefine": "schemaLocation",
    f"{{{WSDL}}}import": "location",
}
# what zeep raises where it knows no better; each says that it cannot, none that we are wrong
_HELPLESS = (
    Error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
_ZEEP: Any = Document  # zeep has no types
_SETTINGS: Any = Settings
_CONTEXT: Any = XmlParserContext


class CannotTell(Exception):
    """zeep does not read this; the message is its reason."""


class Disagrees(Exception):
    """zeep reads this and finds otherwise; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a reader says of an operation; tags and types are Clark names.

    A request or reply is its element, or its rpc parts with their types (elements as themselves).
    An rpc reply's wrapper has no name of its own in WSDL 1.1, so none is told.
    """

    soap12: bool
    action: str
    request: tuple[str, tuple[tuple[str, str], ...]]
    reply: tuple[str, tuple[tuple[str, str], ...]]
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecondMessage:
    """A request or reply, as zeep reads and writes it."""

    message: Any
    types: Any
    settings: Any

    def retold(self, node: Element) -> Element:
        """The Body's element as zeep writes what it read there; Disagrees when it refuses it."""
        expected = self.message.body
        if expected is None:
            raise Disagrees("nothing stands in the Body")
        parent = etree.Element("retold")
        try:
            context = _CONTEXT(settings=self.settings)
            expected.render(parent, expected.parse(node, self.types, context=context))
            return parent[0]
        except (XMLParseError, ValidationError) as error:
            if isinstance(error, ValidationError) and _only_empty(error, node):
                raise CannotTell("an empty text is to it as if it were missing") from None
            raise Disagrees(_said(error)) from None
        except _HELPLESS as error:
            raise CannotTell(_said(error)) from None


@dataclass(frozen=True, slots=True)
class SecondOperation:
    """An operation as zeep reads it."""

    described: Described
    request: SecondMessage
    reply: SecondMessage
    bound: Any

    def body(self, envelope: Element) -> Element | None:
        """The Body's first element; Disagrees when this is no envelope of the port's version."""
        space = self.bound.binding.nsmap["soap-env"]
        body = envelope.find(clark(space, "Body"))
        if body is None:
            raise Disagrees(f"the envelope is not of {space}")
        return next(body.iterchildren("{*}*"), None)

    def fault(self, envelope: Element) -> str:
        """The code of the Fault this envelope holds; Disagrees when zeep finds none."""
        try:
            self.bound.binding.process_error(envelope, self.bound)
        except ZeepFault as error:
            if error.code:
                return str(error.code)
        except _HELPLESS as error:
            raise CannotTell(_said(error)) from None
        raise Disagrees("the Fault has no code")


class SecondReader:
    """One WSDL as zeep reads it; CannotTell when it cannot."""

    def __init__(self, documents: Documents, entry: Path) -> None:
        self._settings = _SETTINGS(
            strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
        try:
            texts = _Texts.gathered(documents, entry)
            with warnings.catch_warnings():  # what is wrong elsewhere in it is not asked here
                warnings.simplefilter("ignore")
                self._wsdl = _ZEEP(_place(documents, entry), texts, settings=self._settings)
        except (BadContract, *_HELPLESS) as error:
            raise CannotTell(_said(error)) from None

    def operation(self, service: str, port: str, name: str) -> SecondOperation:
        """The operation of this port; CannotTell when zeep knows none such."""
        try:
            bound = self._wsdl.services[service].ports[port].binding.get(name)
            described = _described(bound)
        except _HELPLESS as error:
            raise CannotTell(f"{name}: {_said(error)}") from None
        request, reply = (
            SecondMessage(message, self._wsdl.types, self._settings)
            for message in (bound.input, bound.output)
        )
        return SecondOperation(described, request, reply, bound)


# what zeep is given to read


@dataclass(slots=True)
class _Texts:
    """zeep's transport: hands out the contract's documents, and knows of nothing else."""

    known: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def gathered(cls, documents: Documents, entry: Path) -> "_Texts":
        """The contract's documents, each link rewritten to the place of what it leads to."""
        texts = cls({_built_in(space): text.encode() for space, text in BUILT_IN.items()})
        waiting = [entry.resolve()]
        while waiting:
            path = waiting.pop()
            if _place(documents, path) not in texts.known:
                root = read_document(documents, path)
                waiting += _relinked(documents, root, path)
                texts.known[_place(documents, path)] = etree.tostring(root)
        return texts

    def load(self, url: str) -> bytes:
        """The document at this place; CannotTell for any other."""
        if url not in self.known:
            raise CannotTell(f"{url} is not part of the contract")
        return self.known[url]


def _relinked(documents: Documents, root: Element, path: Path) -> Iterator[Path]:
    for link in list(root.iter(*_LINKS)):
        key, space = _LINKS[link.tag], link.get("namespace", "")
        location = link.get(key)
        ours = location and ("://" not in location or location in documents.vendored)
        if space == XS and not ours:
            link.getparent().remove(link)
        elif space in BUILT_IN and not ours:
            link.set(key, _built_in(space))
        elif location:
            found = documents.locate(location, path)
            link.set(key, _place(documents, found))
            yield found


def _place(documents: Documents, path: Path) -> str:
    """A place no disk has."""
    return f"/contract-of-{documents.folder.name}/{documents.place(path)}"


def _built_in(space: str) -> str:
    return f"/built-in/{list(BUILT_IN).index(space)}.xsd"


# what zeep says


def ours(port: Port, found: PortOperation) -> Described:
    """What our own reader says of an operation, in the same words."""
    request, reply = found.request, found.reply
    return Described(
        soap12=port.soap12,
        action=found.action,
        request=(request.tag, tuple((request.parts or {}).items())),
        reply=("" if reply.parts is not None else reply.tag, tuple((reply.parts or {}).items())),
        headers=tuple(sorted(request.headers)),
    )


def _described(bound: Any) -> Described:
    if bound.output is None:
        raise LookupError("it is one-way")
    rpc = bound.style == "rpc"
    reply = _message(bound.output, rpc=rpc)
    return Described(
        soap12=bound.binding.nsmap["soap-env"] == SOAP12,
        action=bound.soapaction or "",
        request=_message(bound.input, rpc=rpc),
        reply=("", reply[1]) if rpc else reply,
        headers=tuple(sorted(element.qname.text for _, element in _headers(bound.input))),
    )


def _message(message: Any, *, rpc: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    body = message.body
    if body is None:
        return "", ()
    if body.qname.text == clark(
        message.nsmap["soap-env"], "Body"
    ):  # it knows no `parts`, which would choose one of them
        raise LookupError("it puts every part of the message into the Body")
    parts = body.type.elements if rpc else ()
    return body.qname.text, tuple((name, one.type.qname.text) for name, one in parts)


def _headers(message: Any) -> Any:
    return message.header.type.elements if message.header is not None else ()


def _only_empty(error: Any, node: Element) -> bool:
    """Whether what zeep misses stands there, as an empty text."""
    missed = str(error.path[-1]) if error.path else ""
    return any(
        etree.QName(one).localname == missed and not len(one) and not (one.text or "").strip()
        for one in node.iter("{*}*")
    )


def _said(error: BaseException) -> str:
    words = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
