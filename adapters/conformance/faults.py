"""Silver: every code of the department leads to what it is declared to mean, others to no harm."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.conformance.bench import (
    answered_ones,
    bench,
    body_of,
    is_raw,
    last_reply,
    rewritten,
    spec_of,
)
from adapters.conformance.examples import Json
from adapters.conformance.leaves import Leaf, leaves
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, judged, not_applicable
from adapters.manifest.model import WRITES, CallSpec
from adapters.outcome import Meaning
from adapters.soap.envelope import SOAP11, SOAP12
from adapters.wire import WireReply

_BECOMES: Mapping[Meaning, tuple[str, ...]] = {
    Meaning.REFUSED: ("Refused",),
    Meaning.BUSY: ("NotDelivered",),
    Meaning.NOT_DELIVERED: ("NotDelivered",),
    Meaning.UNKNOWN: ("OutcomeUnknown",),
    Meaning.CONTRACT_BROKEN: ("ContractBroken",),
    Meaning.MISCONFIGURED: ("Misconfigured",),
    # of a write there is nothing to be absent: a reply that says so breaks the contract
    Meaning.ABSENT: ("gives", "ContractBroken"),
    Meaning.DONE: ("gives", "ContractBroken"),
}
_UNLISTED = ("~unlisted~", 987_654)
_XML_FAULT = {
    SOAP11: (
        "text/xml; charset=utf-8",
        "<faultcode>e:Server</faultcode><faultstring>NullPointerException</faultstring>",
    ),
    SOAP12: (
        "application/soap+xml; charset=utf-8",
        "<e:Code><e:Value>e:Receiver</e:Value></e:Code>"
        '<e:Reason><e:Text xml:lang="en">NullPointerException</e:Text></e:Reason>',
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A recorded reply and the place in it where a code of the department stands."""

    name: str
    example: Json
    leaf: Leaf
    known: Mapping[str, Meaning]
    prefix: str  # of a code that is a qualified name

    def saying(self, code: str) -> WireReply:
        """The reply with another code."""
        is_number = isinstance(self.leaf.value, int) and code.isdigit()
        value = int(code) if is_number else self.prefix + code
        return rewritten(last_reply(self.example), self.leaf.changed(value), self.example)


def _table(subject: Subject, spec: CallSpec) -> Mapping[str, Meaning]:
    return {**subject.manifest.faults, **spec.faults}


def places(subject: Subject) -> Iterator[Place]:
    """Where codes stand in the recorded replies that say something failed."""
    for name, example in subject.examples.items():
        spec = spec_of(subject.manifest, example)
        if spec is None or not example["exchanges"] or example.get("credentials"):
            continue
        table = _table(subject, spec)
        leaf = next((one for one in leaves(body_of(example)) if _code(one.text) in table), None)
        if leaf is not None and not (spec.call == "file" and "gives" in example):
            prefix = leaf.text.removesuffix(_code(leaf.text))
            yield Place(name=name, example=example, leaf=leaf, known=table, prefix=prefix)


def _code(text: str) -> str:
    return text.rpartition(":")[2]


async def declared_codes(subject: Subject) -> Result:
    """Each declared code, said by the department in each recorded way, leads to its meaning."""
    made, led, faults = bench(subject), set(), {}
    for place in places(subject):
        for code, meaning in place.known.items():
            if code.startswith("http "):
                reply = last_reply(place.example)._replace(status=int(code[5:]), body=b"")
            else:
                reply = place.saying(code)
            found = await made.tried(place.example, reply)
            if _kind(found) in _BECOMES[meaning]:
                led.add(code)
            else:
                faults[code] = f"{code!r}, declared {meaning}, becomes {_kind(found)}"
    if not led and not faults:
        return not_applicable("no recorded reply holds a code of [faults]")
    wrong = [faults[code] for code in sorted(faults) if code not in led]
    return judged(wrong, f"{len(led)} declared codes lead to their meanings")


def _kind(found: Json) -> str:
    return "gives" if "gives" in found else str(found["fails"]).split(" ")[0]


async def unknown_fault(subject: Subject) -> Result:
    """A failure nobody declared leaves the outcome of a write open."""
    made, faults, count = bench(subject), [], 0
    for name, example in _writes(subject):
        for what, reply in _crashes(subject, example):
            count += 1
            kind = _kind(await made.tried(example, reply))
            if kind != "OutcomeUnknown":
                faults.append(f"{name}, {what}: becomes {kind}, so it could be filed twice or lost")
    if not count:
        return not_applicable("it takes no filings")
    return judged(faults, f"{count} undeclared failures of writes, each OutcomeUnknown")


def _writes(subject: Subject) -> Iterator[tuple[str, Json]]:
    for name, example in subject.examples.items():
        if example["call"] in WRITES and "gives" in example and example["exchanges"]:
            yield name, example


def _crashes(subject: Subject, example: Json) -> Iterator[tuple[str, WireReply]]:
    page = b"<html><body>Internal Server Error</body></html>"
    for status in (500, 502, 504):
        headers = {"content-type": "text/html"}
        yield f"HTTP {status} with a page", WireReply(status=status, headers=headers, body=page)
    if subject.manifest.protocol == "rest":
        headers = {"content-type": "application/json"}
        yield "HTTP 500 with {}", WireReply(status=500, headers=headers, body=b"{}")
        return
    if subject.manifest.protocol == "graphql":
        yield from _errors(example)
        return
    space = SOAP12 if _is_soap12(subject) else SOAP11
    kind, inside = _XML_FAULT[space]
    text = (
        f'<e:Envelope xmlns:e="{space}"><e:Body><e:Fault>{inside}</e:Fault></e:Body></e:Envelope>'
    )
    for status in (500, 200):
        reply = WireReply(status=status, headers={"content-type": kind}, body=text.encode())
        yield f"a Fault with HTTP {status}", reply


def _errors(example: Json) -> Iterator[tuple[str, WireReply]]:
    """What a GraphQL server says when a resolver broke: an error at the field, with no code."""
    fields = json.loads(body_of(example))["data"]
    path = [next(iter(fields))]
    told = {"data": None, "errors": [{"message": "NullPointerException", "path": path}]}
    headers = {"content-type": "application/json"}
    for status in (500, 200):
        reply = WireReply(status=status, headers=headers, body=json.dumps(told).encode())
        yield f"an error of a field with HTTP {status}", reply


def _is_soap12(subject: Subject) -> bool:
    return any(SOAP12 in body_of(e) for e in subject.examples.values() if e.get("exchanges"))


async def unlisted_code(subject: Subject) -> Result:
    """A result code nobody declared is never a success."""
    made, faults, count = bench(subject), [], 0
    for name, example in answered_ones(subject):
        spec = spec_of(subject.manifest, example)
        if spec is None or spec.outcome.code is None:
            continue
        wanted = spec.outcome.code.split("|")[0].strip().rpartition(".")[2]
        for leaf in leaves(body_of(example)):
            if leaf.name == wanted and leaf.text in spec.outcome.success:
                count += 1
                other = _UNLISTED[isinstance(leaf.value, int)]
                reply = rewritten(last_reply(example), leaf.changed(other), example)
                found = await made.tried(example, reply)
                if "gives" in found or is_raw(found):
                    faults.append(f"{name}: an undeclared {wanted} counts as a success")
                break
    if not count:
        return not_applicable("its normal replies carry no result code")
    return judged(faults, f"{count} undeclared result codes, none of them a success")
