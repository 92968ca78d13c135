"""SOAP replies: envelope checked, Body validated, faults read. Nothing unvalidated goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message as HeaderParser
from functools import lru_cache

from lxml import etree

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from adapters.outcome import Faults, Meaning, Settled, raised
from adapters.pace import told_to_wait
from adapters.soap.apart import against
from adapters.soap.complaint import complaint
from adapters.soap.encoded import plain
from adapters.soap.xml import BadXml, Element, local, namespace, other_charset, parse
from adapters.wire import WireReply
from schema.domain.problem import ProblemCode

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
_XML_TYPES = ("text/xml", "application/soap+xml", "application/xml")
_FAULTED = (400, 500)  # statuses under which SOAP carries a Fault
_LONGEST_TYPE = 400  # characters of a Content-Type: reading its parameters takes the square of it
_CUT = _LONGEST_TYPE + 1
_MOST_NAMESPACES = 400  # in force at one element: validating it takes the square of them


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP Fault: its codes, most particular first, its sentence, its element."""

    codes: tuple[str, ...]
    text: str
    node: Element


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens replies of one department."""

    department: str
    soap12: bool
    encoding: str | None
    schema: etree.XMLSchema

    def open(
        self,
        reply: WireReply,
        expected: str,
        faults: Faults,
        *,
        encoded: bool = False,
        rows: Sequence[str] = (),
    ) -> Element | Fault:
        """The validated child of Body named `expected`, or the Fault; `encoded`: rpc/encoded.

        `rows`: the way to its rows, where one that breaks the schema spoils no other.
        """
        status = reply.status
        against: ContractBroken | None = None
        if 200 <= status < 300 or status in _FAULTED:
            try:
                return self._body(reply, expected, encoded, rows)
            except ContractBroken as error:
                if status < 500:
                    raise
                against = error
        told = _by_status(self.department, status, faults)
        what = f"HTTP {status} is no answer in SOAP"
        against = against or ContractBroken(self.department, what)
        verdict = told or against
        verdict.retry_after_s = told_to_wait(reply.headers)
        raise verdict from (against if told else None)

    def bare(self, reply: WireReply) -> Element:
        """The child of Body, not validated."""
        return self._child(self._parse(reply), None)

    def _body(
        self, reply: WireReply, expected: str, encoded: bool, rows: Sequence[str]
    ) -> Element | Fault:
        child = self._child(self._parse(reply), expected if encoded else None)
        space = SOAP12 if self.soap12 else SOAP11
        if child.tag == f"{{{space}}}Fault":
            return (_fault12 if self.soap12 else _fault11)(child)
        if not 200 <= reply.status < 300:
            self._broken(f"HTTP {reply.status} without a Fault")
        if child.tag != expected:
            self._broken(_another(child.tag, expected))
        validate(self.department, self.schema, child, rows)
        return child

    def _parse(self, reply: WireReply) -> Element:
        kind, charset = content_type(reply.headers.get("content-type", "")[:_CUT])
        if kind not in _XML_TYPES:
            what = "the reply is no XML but " + (kind[:40] or "of no type")
            raise ContractBroken(self.department, what, foreign=True)
        try:
            return parse(reply.body, self.encoding or charset)
        except BadXml as error:
            told = other_charset(reply.body, self.encoding or charset) or str(error)
            raise ContractBroken(self.department, f"the reply {told}") from None

    def _child(self, root: Element, encoded: str | None) -> Element:
        space = SOAP12 if self.soap12 else SOAP11
        if root.tag != f"{{{space}}}Envelope":
            self._broken("the root is not the Envelope of the port's SOAP version")
        parts = list(root)
        if not parts or parts[-1].tag != f"{{{space}}}Body" or len(parts) > 2:
            self._broken("the Envelope has not one Body at its end")
        if len(parts) == 2 and parts[0].tag != f"{{{space}}}Header":
            self._broken("the Envelope holds something besides Header and Body")
        children = list(parts[-1])
        if encoded and not (children and children[0].tag == f"{{{space}}}Fault"):
            return self._decoded(children, encoded)
        if len(children) != 1:
            self._broken(f"the Body holds {len(children)} elements instead of one")
        return children[0]

    def _decoded(self, children: list[Element], expected: str) -> Element:
        try:
            return plain(children, expected)
        except BadXml as error:
            raise ContractBroken(self.department, f"the Body {error}") from None

    def _broken(self, rule: str) -> None:
        raise ContractBroken(self.department, rule)


def _another(tag: str, expected: str) -> str:
    """An element that is not the expected one; where only the namespace differs, both are told."""
    name = local(expected)
    if local(tag) != name:
        return f"the Body holds another element than {name}"
    theirs, ours = namespace(tag)[:200] or "none", namespace(expected) or "none"
    return f"{name} is of the namespace {theirs}, in the contract of {ours}"


def validate(
    department: str, schema: etree.XMLSchema, node: Element, rows: Sequence[str] = ()
) -> None:
    """Nothing when the element satisfies the contract; ContractBroken names the place and rule."""
    if len(node.nsmap) > _MOST_NAMESPACES:
        raise ContractBroken(department, f"more than {_MOST_NAMESPACES} namespaces are declared")
    told = complaint(schema, node)
    if told is not None and not against(schema, node, rows):
        raise ContractBroken(department, f"{local(node.tag)} breaks the schema {told}")


def _by_status(department: str, status: int, faults: Faults) -> AdapterError | None:
    """What a status alone says; that there is none, or a refusal, only an envelope can say."""
    if f"http {status}" in faults.table:
        told = faults.settle([f"http {status}"], None, Meaning.UNKNOWN)
        if isinstance(told, AdapterError) and not isinstance(told, Refused | ContractBroken):
            return told
    if status >= 500:
        what = f"HTTP {status}"
        return OutcomeUnknown(department, what, code=ProblemCode.DEPARTMENT_FAULT)
    if status == 429:
        return NotDelivered(department, "HTTP 429", code=ProblemCode.DEPARTMENT_BUSY)
    if status in (401, 403) or 300 <= status < 400:
        return Misconfigured(department, f"HTTP {status}")
    return None


def settle_fault(fault: Fault, faults: Faults, code_at: str | None, text_at: str | None) -> Settled:
    """What a Fault means by the manifest's table; unlisted: unknown."""
    own = _below(fault.node, code_at) if code_at else None
    text = (_below(fault.node, text_at) if text_at else None) or fault.text
    return raised(faults.settle([own, *fault.codes], text, Meaning.UNKNOWN))


def below(node: Element, path: str) -> str | None:
    """The text at a dotted path of local names or an attribute; namespaces do not matter."""
    return _below(node, path)


def _below(node: Element, path: str) -> str | None:
    here = node
    for step in path.split("."):
        if step.startswith("@"):
            return str(here.get(step[1:])) if here.get(step[1:]) is not None else None
        wanted = step.lower()
        found = next((c for c in here if local(c.tag).lower() == wanted), None)
        if found is None:
            return None
        here = found
    return (here.text or "").strip()


def _fault11(node: Element) -> Fault:
    code = _plain(node.findtext("faultcode"))
    return Fault((code, code.partition(".")[0]), (node.findtext("faultstring") or "").strip(), node)


def _fault12(node: Element) -> Fault:
    values = [_plain(value.text) for value in node.iterfind(f"{{{SOAP12}}}Code//{{{SOAP12}}}Value")]
    text = node.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text") or ""
    return Fault(tuple(reversed(values)), text.strip(), node)


def _plain(code: str | None) -> str:
    return (code or "").strip().rpartition(":")[2]


@lru_cache(maxsize=256)  # departments say the same again and again
def content_type(value: str) -> tuple[str, str | None]:
    """Media type and charset of a Content-Type header; too long a one is of no media type."""
    if not value:
        return "", None
    if len(value) > _LONGEST_TYPE:
        return value[:40].lower(), None
    header = HeaderParser()
    header["content-type"] = value
    charset = header.get_content_charset()
    kind = value.partition(";")[0].strip().lower()
    return kind, charset
