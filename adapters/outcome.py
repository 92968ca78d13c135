"""What a department's code means: a closed set of meanings, each with one consequence."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from schema.domain.problem import ProblemCode

_CODE = re.compile(r"(?!.*\d{11})[\w .:/#-]{1,40}", re.ASCII)
_SENTENCE = 500  # characters of a department's own sentence that are handed on


class Meaning(StrEnum):
    """What a code of a department can mean."""

    REFUSED = "refused"
    BUSY = "busy"
    NOT_DELIVERED = "not_delivered"
    UNKNOWN = "unknown"
    CONTRACT_BROKEN = "contract_broken"
    MISCONFIGURED = "misconfigured"
    ABSENT = "absent"
    DONE = "done"


class Settled(Enum):
    """An answer without a message: there is none, or it is already so."""

    ABSENT = "absent"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Faults:
    """The meanings of one call's codes."""

    department: str
    table: Mapping[str, Meaning]

    def settle(
        self, codes: Sequence[str | None], text: str | None, otherwise: Meaning
    ) -> Settled | AdapterError:
        """What the first known of `codes` means; `otherwise` when none is known."""
        known = next((code for code in codes if code and code in self.table), None)
        meaning = otherwise if known is None else self.table[known]
        shown = known or _shown(next((code for code in codes if code), "no code"))
        if known is None and meaning is Meaning.CONTRACT_BROKEN:
            what = f"code {shown[:40]} has no meaning in outcome.success or [faults]"
            return ContractBroken(self.department, what, unread=True)
        return _consequence(self.department, meaning, str(shown)[:40], text)


def _shown(code: str) -> str:
    """A code nobody declared, unless it may be a sentence or somebody's number: those stay out."""
    return code if _CODE.fullmatch(code) else "of no known form"


def _consequence(
    department: str, meaning: Meaning, code: str, text: str | None
) -> Settled | AdapterError:
    if meaning is Meaning.REFUSED:
        return Refused(department, code, (text or "")[:_SENTENCE])
    return _CONSEQUENCES[meaning](department, code)


_CONSEQUENCES: Mapping[Meaning, Callable[[str, str], Settled | AdapterError]] = {
    Meaning.ABSENT: lambda department, code: Settled.ABSENT,
    Meaning.DONE: lambda department, code: Settled.DONE,
    Meaning.BUSY: lambda department, code: NotDelivered(
        department, f"busy ({code})", code=ProblemCode.DEPARTMENT_BUSY
    ),
    Meaning.NOT_DELIVERED: lambda department, code: NotDelivered(
        department, f"says it did not process this ({code})"
    ),
    Meaning.UNKNOWN: lambda department, code: OutcomeUnknown(
        department, f"fault {code}", code=ProblemCode.DEPARTMENT_FAULT
    ),
    Meaning.MISCONFIGURED: lambda department, code: Misconfigured(
        department, f"does not accept us ({code})"
    ),
    Meaning.CONTRACT_BROKEN: lambda department, code: ContractBroken(
        department, f"says that the contract was broken ({code})"
    ),
}


def raised(found: Settled | AdapterError) -> Settled:
    """The settled answer; an error is raised."""
    if isinstance(found, AdapterError):
        raise found
    return found
