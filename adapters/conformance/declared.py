"""Bronze: what a department declares is whole, pinned, owned, and shown by examples."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch

from adapters.conformance.covering import lacking
from adapters.conformance.examples import Json, outcome, recorded_outcome
from adapters.conformance.replay import NotRecorded, Replay, reply_of, structure
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, failed, judged, passed
from adapters.department import DeclaredDepartment
from adapters.findings import Finding
from adapters.manifest.read import FILE
from adapters.undecided import stands_in

_PIN = ("contract.sha256", "contract.file", "contract")
_OPERATION = ("*.operation",)
_REACHABLE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s()-]{7,}")
Replays = dict[str, tuple[list[Json], dict[str, Json]]]  # what each example asked and gave
_DECIDE = re.compile(r"\s*#\s*DECIDE:?\s*(.*)")
_SHORTEST_SECRET = 12  # characters; shorter ones are user names and turn up anywhere


def _among(finding: Finding, keys: tuple[str, ...]) -> bool:
    return any(fnmatch(finding.key, key) for key in keys)


async def manifest_is_whole(subject: Subject) -> Result:
    """No finding but those two other checks tell of."""
    rest = [f for f in subject.findings if not _among(f, _PIN + _OPERATION)]
    return judged([str(f) for f in rest], "the manifest has no mistake")


async def contract_is_pinned(subject: Subject) -> Result:
    """Every file below contract/ is named with its digest, and has it."""
    faults = [str(f) for f in subject.findings if _among(f, _PIN)]
    contract = subject.manifest.contract
    named = {contract.file, *(subject.folder / name for name in contract.more)}
    there = {path for path in (subject.folder / "contract").rglob("*") if path.is_file()}
    loose = sorted(str(path.relative_to(subject.folder)) for path in there - named)
    faults += [f"{name} is used unpinned: [contract] more does not name it" for name in loose]
    return judged(faults, f"{len(there)} contract file(s), each with the sha256 it was received in")


async def operations_exist(subject: Subject) -> Result:
    """Every operation a call names is in the contract."""
    faults = [str(f) for f in subject.findings if _among(f, _OPERATION)]
    return judged(faults, "every operation used is in the contract")


async def owner_is_reachable(subject: Subject) -> Result:
    """The owner's contact is an address or a telephone number."""
    owner = subject.manifest.owner
    for key, said in (("unit", owner.unit), ("purpose", owner.purpose)):
        if stands_in(said):
            return failed(f"owner.{key} is not decided yet")
    contact = owner.contact
    if _REACHABLE.fullmatch(contact.strip()):
        return passed(f"{owner.unit}, {contact}")
    return failed(f"owner.contact is {contact!r}: neither a mail address nor a telephone number")


async def all_is_decided(subject: Subject) -> Result:
    """No question of the draft stands in the manifest any more."""
    lines = (subject.folder / FILE).read_text("utf-8").splitlines()
    asked = [(n, said[1]) for n, line in enumerate(lines, 1) if (said := _DECIDE.match(line))]
    if not asked:
        return passed("no # DECIDE stands in the manifest")
    shown = "; ".join(f"line {number}: {question}" for number, question in asked[:12])
    more = f"; and {len(asked) - 12} more" if len(asked) > 12 else ""
    return failed(f"{len(asked)} of # DECIDE left: {shown}{more}")


async def secrets_are_apart(subject: Subject) -> Result:
    """No credential stands in the manifest."""
    text = (subject.folder / FILE).read_text("utf-8")
    known = {**subject.credentials, **subject.secrets}.items()
    found = [name for name, value in known if len(value) >= _SHORTEST_SECRET and value in text]
    faults = [f"the credential {name!r} stands in {FILE}" for name in sorted(found)]
    return judged(faults, f"no credential stands in {FILE}")


async def examples_are_complete(subject: Subject) -> Result:
    """Every declared verb and look-up has its examples, and every example says what it must."""
    missing = lacking(subject.manifest, subject.examples.values())
    faults = list(subject.no_examples)
    faults += [f"no example shows: {', '.join(missing)}"] if missing else []
    return judged(faults, f"{len(subject.examples)} examples show every declared call")


async def replayed(subject: Subject, example: Json) -> tuple[list[Json], dict[str, Json]]:
    """What the adapter asks and gives when the department answers as recorded.

    One request more or less than recorded is an outcome of its own: `fails`.
    """
    wire = Replay([reply_of(one["reply"]) for one in example["exchanges"]], [])
    try:
        with _adapter(subject, wire, example.get("credentials")) as adapter:
            found = await outcome(adapter, example["call"], example["arguments"])
    except NotRecorded as error:
        return wire.heard, {"fails": str(error)}
    except Exception as error:  # an example shows whatever becomes of it
        return wire.heard, {"fails": f"raw {type(error).__name__}"}
    return wire.heard, {"fails": "fewer requests than recorded"} if wire.replies else found


@contextmanager
def _adapter(
    subject: Subject, wire: Replay, more: Mapping[str, str] | None
) -> Iterator[DeclaredDepartment]:
    """The department that is answered by this replay."""
    if more or subject.shared is None:
        yield subject.replaying(wire, more)
        return
    line, department = subject.shared
    with line.answering(wire):
        yield department


async def all_replayed(subject: Subject) -> Replays:
    """Every example replayed, once for all checks."""

    async def make() -> Replays:
        return {name: await replayed(subject, one) for name, one in subject.examples.items()}

    found: Replays = await subject.once("replayed", make)
    return found


async def examples_ask(subject: Subject) -> Result:
    """The adapter asks exactly what was recorded."""
    faults = []
    for name, (heard, _) in (await all_replayed(subject)).items():
        example = subject.examples[name]
        recorded = [structure(one["request"]) for one in example["exchanges"]]
        if [structure(one) for one in heard] != recorded:
            faults.append(f"examples/{name}.json: the request is not the recorded one")
    return judged(faults, f"{len(subject.examples)} requests are the recorded ones")


async def examples_give(subject: Subject) -> Result:
    """The adapter gives exactly what was recorded."""
    faults = []
    for name, (_, found) in (await all_replayed(subject)).items():
        example = subject.examples[name]
        if found != recorded_outcome(example):
            shown = found.get("fails", "another value")
            faults.append(f"examples/{name}.json: gives {shown} instead of what was recorded")
    return judged(faults, f"{len(subject.examples)} replies give the recorded values")
