"""Silver: zeep, which shares no code with our reader of WSDLs, reads the contract as we do."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation

from adapters.conformance.bench import spec_of
from adapters.conformance.declared import Replays, all_replayed
from adapters.conformance.examples import Json
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, judged, not_applicable
from adapters.documents import documents_of
from adapters.soap.dialect import load_contract
from adapters.soap.second_reader import (
    CannotTell,
    Described,
    Disagrees,
    SecondMessage,
    SecondOperation,
    SecondReader,
    ours,
)
from adapters.soap.wsdl import Port
from adapters.soap.xml import XSI_NIL, BadXml, Element, local, parse

_ACTION = re.compile(r'action="([^"]*)"')
_TRUTHS = {"1": "true", "0": "false"}
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Readings = Mapping[str, SecondOperation]


@dataclass(slots=True)
class Tally:
    """What was compared, what came out otherwise, and of what zeep cannot tell."""

    faults: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    requests: int = 0
    replies: int = 0

    def compared(self, where: str, compare: Callable[[], str | None]) -> bool:
        """Whether zeep could tell; a difference is kept as a fault."""
        try:
            fault = compare()
        except Disagrees as error:
            fault = f"zeep refuses it: {error}"
        except CannotTell as error:
            self.unread.append(f"{where} ({error})")
            return False
        if fault:
            self.faults.append(f"{where}: {fault}")
        return True


async def read_alike(subject: Subject) -> Result:
    """Operations, requests we write and recorded replies are to zeep what they are to us."""
    if subject.manifest.protocol != "soap":
        return not_applicable("its contract is no WSDL")
    replays = await all_replayed(subject)
    # zeep computes, and others wait beside us
    return await asyncio.to_thread(_compared, subject, replays)


def _compared(subject: Subject, replays: Replays) -> Result:
    spec = subject.manifest.contract
    documents = documents_of(subject.folder, spec.file, spec.vendored, spec.absent)
    port = load_contract(documents, spec.file).wsdl.port(spec.service, spec.port)
    tally = Tally()
    try:
        reader = SecondReader(documents, spec.file)
    except CannotTell as error:
        return not_applicable(f"zeep cannot read the contract: {error}")
    readings = dict(_described(subject, port, reader, tally))
    for name, (heard, _) in replays.items():
        _messages(subject, name, heard, readings, tally)
    return _result(tally, readings)


def _result(tally: Tally, readings: Readings) -> Result:
    rest = f"; it cannot tell of {len(tally.unread)}: {tally.unread[0]}" if tally.unread else ""
    if not readings and not tally.faults:
        return not_applicable(f"zeep reads none of the operations{rest}")
    said = f"{len(readings)} operations, {tally.requests} requests, {tally.replies} replies"
    return judged(tally.faults, f"zeep reads {said} as we do{rest}")


def _described(
    subject: Subject, port: Port, reader: SecondReader, tally: Tally
) -> Iterator[tuple[str, SecondOperation]]:
    """The operations the manifest uses and zeep reads."""
    spec = subject.manifest.contract
    for name in sorted({call.operation for call in subject.manifest.calls}):
        try:
            second = reader.operation(spec.service, spec.port, name)
        except CannotTell as error:
            tally.unread.append(str(error))
            continue
        own = ours(port, port.operations[name])
        tally.faults += [f"{name}: {one}" for one in _differences(own, second.described)]
        encoded = port.operations[name].request.encoded or port.operations[name].reply.encoded
        if encoded:
            tally.unread.append(f"the messages of {name} (they are encoded)")
        else:
            yield name, second


def _differences(own: Described, second: Described) -> Iterator[str]:
    for one in fields(own):
        mine, its = getattr(own, one.name), getattr(second, one.name)
        if mine != its:
            yield f"{one.name} is to us {_shown(mine)}, to zeep {_shown(its)}"


def _shown(value: object) -> str:
    return repr(value)[:160]


# messages


def _messages(
    subject: Subject, name: str, heard: list[Json], readings: Readings, tally: Tally
) -> None:
    example = subject.examples[name]
    spec = spec_of(subject.manifest, example)
    second = readings.get(spec.operation) if spec else None
    if second is None:
        return
    for asked, exchange in zip(heard, example["exchanges"], strict=False):
        where = f"examples/{name}.json, the request"
        tally.requests += tally.compared(where, _of_request(second, asked))
        envelope = _envelope(exchange["reply"])
        if envelope is not None:
            where = f"examples/{name}.json, the reply"
            tally.replies += tally.compared(where, _of_reply(second, envelope))


def _of_request(second: SecondOperation, asked: Json) -> Callable[[], str | None]:
    def compare() -> str | None:
        action = _action(asked["headers"])
        if action != second.described.action:
            return f"its action is {action!r}, to zeep {second.described.action!r}"
        envelope = _envelope(asked)
        if envelope is None:
            return "it is no XML"
        return _retold(second.request, second.body(envelope))

    return compare


def _of_reply(second: SecondOperation, envelope: Element) -> Callable[[], str | None]:
    def compare() -> str | None:
        body = second.body(envelope)
        if body is not None and local(body.tag) == "Fault":
            second.fault(envelope)
            return None
        return _retold(second.reply, body)

    return compare


def _envelope(told: Json) -> Element | None:
    try:
        return parse(told.get("body", "").encode(told.get("charset", "utf-8")))
    except BadXml:
        return None  # an error page; other checks say what becomes of it


def _action(headers: Mapping[str, str]) -> str:
    found = _ACTION.search(headers.get("content-type", ""))
    return found[1] if found else headers.get("soapaction", "").strip('"')


def _retold(message: SecondMessage, node: Element | None) -> str | None:
    """Where zeep, writing what it read, writes something else."""
    if node is None:
        return None
    return difference(node, message.retold(node), local(node.tag))


def difference(own: Element, its: Element, place: str) -> str | None:
    """Where, and in what, two elements differ that should tell the same; None: they do."""
    if own.tag != its.tag:
        return f"{place} is to zeep another element"
    told = _other_attribute(_attributes(own), _attributes(its))
    if told:
        return f"{place}: {told}"
    mine, others = _children(own), _children(its)
    if [child.tag for child in mine] != [child.tag for child in others]:
        return f"{place} holds to zeep other elements"
    if not mine and not _same(own.text or "", its.text or ""):
        return f"{place} has to zeep another value"
    pairs = zip(mine, others, strict=True)
    found = (difference(a, b, f"{place}/{local(a.tag)}") for a, b in pairs)
    return next((fault for fault in found if fault), None)


def _other_attribute(mine: Mapping[str, str], its: Mapping[str, str]) -> str | None:
    """The first attribute that is not the same to both, and what it is to either."""
    for name in {**mine, **its}:
        own, other = mine.get(name), its.get(name)
        if own is None or other is None or not _same(own, other):
            return f"attribute {local(name)} is {_told(own)} to us, {_told(other)} to zeep"
    return None


def _told(text: str | None) -> str:
    return "absent" if text is None else repr(text[:80])


def _attributes(node: Element) -> dict[str, str]:
    return {str(key): text for key, text in node.attrib.items() if key != _XSI_TYPE}


def _children(node: Element) -> list[Element]:
    """The elements that hold something: empty, nil and missing are one to zeep."""
    return [child for child in node.iterchildren("{*}*") if not _is_empty(child)]


def _is_empty(node: Element) -> bool:
    nil = node.get(XSI_NIL) in ("1", "true")
    bare = not _attributes(node) and not (node.text or "").strip()
    return nil or (bare and not _children(node))


def _same(one: str, other: str) -> bool:
    """Whether two texts tell one value: 1.50 and 1.5, 1 and true, a moment in two zones."""
    a, b = " ".join(one.split()), " ".join(other.split())
    return a == b or _TRUTHS.get(a, a) == _TRUTHS.get(b, b) or _value(a) == _value(b)


def _value(text: str) -> object:
    for read in (Decimal, datetime.fromisoformat):
        try:
            return read(text)
        except (InvalidOperation, ValueError):
            continue
    return text
