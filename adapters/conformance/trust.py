"""Silver and gold: what a department declares about itself bears weight."""

import re

from adapters.conformance.bench import answered_ones
from adapters.conformance.replay import Replay
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, failed, judged, not_applicable, passed
from schema.domain.department import ProgressMode

_MOST_PYTHON = 3  # at most one line in three
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PHONE = re.compile(r"1[3-9]\d{9}")


def is_id_number(text: str) -> bool:
    """Whether this is a resident identity number: 18 places, the last a check of the others."""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[-1]


async def personal_is_marked(subject: Subject) -> Result:
    """Fields that hold resident numbers or telephone numbers say so."""
    registers = {register.id: register for register in subject.manifest.registers}
    if not registers:
        return not_applicable("it has no registers")
    unmarked: set[str] = set()
    for _, example in answered_ones(subject):
        register = registers.get(example["arguments"].get("register", ""))
        for record in example["gives"].values() if register and example["gives"] else ():
            rows = record if isinstance(record, list) else [record or {}]
            marked = {f.name for f in register.fields if f.personal} if register else set()
            unmarked |= {
                f"{register.id}.{name}" if register else name
                for row in rows
                for name, value in row.items()
                if name not in marked and _is_personal(value)
            }
    faults = [
        f"{name} holds personal data and is not marked `personal`" for name in sorted(unmarked)
    ]
    return judged(faults, "fields that hold personal data are marked")


def _is_personal(value: object) -> bool:
    return isinstance(value, str) and (is_id_number(value) or bool(_PHONE.fullmatch(value)))


async def mostly_declared(subject: Subject) -> Result:
    """Python says at most a third of the mapping."""
    counted = subject.replaying(Replay([], [])).info.declared
    python, lines = counted["python"], counted["python"] + counted["declared"]
    said = f"{python} of {lines} mapping lines need Python"
    return passed(said) if python * _MOST_PYTHON <= lines else failed(said)


async def filings_can_be_taken_back(subject: Subject) -> Result:
    """Each service has a withdrawal."""
    if not subject.manifest.services:
        return not_applicable("it takes no filings")
    lacking = [name for name, verbs in subject.manifest.services.items() if "withdraw" not in verbs]
    faults = [f"{name} cannot be withdrawn" for name in lacking]
    return judged(faults, f"{len(subject.manifest.services)} service(s) can be withdrawn")


async def filings_can_be_followed(subject: Subject) -> Result:
    """Decisions reach us without a clerk."""
    if not subject.manifest.services:
        return not_applicable("it takes no filings")
    mode = subject.manifest.progress
    said = f"progress is told by {mode}"
    return failed(said) if mode is ProgressMode.NONE else passed(said)
