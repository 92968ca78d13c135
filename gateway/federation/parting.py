"""A call for several keys that failed for one of them, perhaps: which does, and what its parts are.

It is sent again in at most four parts, and those that fail in parts again, until each key has its
own answer. To find one key among n takes about 2 log n calls (of base 2), and half as many turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from adapters.errors import AdapterError, Misconfigured, OutcomeUnknown
from gateway.federation.gate import fails
from gateway.federation.memory import Key
from schema.domain.problem import ProblemCode

MOST: Final = 4
"""Parts at once: as many calls in all as by halves, in half the turns."""


def at_work(error: AdapterError) -> bool:
    """Whether the department answered and would do so again: a refusal, a reply that breaks its
    contract, or a bug of the adapter's. To be asked in parts does it no harm.
    """
    return not fails(error) and not isinstance(error, Misconfigured)


def silent(error: AdapterError) -> bool:
    """Whether it did not answer in time: one key may be what it is so long about."""
    return isinstance(error, OutcomeUnknown) and error.code is ProblemCode.DEPARTMENT_TIMEOUT


def spoils(error: AdapterError) -> bool:
    """Whether it may be one key that a call failed for, and others' answers with it.

    A 5xx, or a connection that broke off in the middle, may be; that a department is not reached,
    is busy, keeps us waiting behind a proxy's page or does not let us in, is not for a key.
    """
    return at_work(error) or isinstance(error, OutcomeUnknown)


def parts_of(numbers: Sequence[str], count: int) -> list[Sequence[str]]:
    """The numbers in so many parts, as equal as can be and in their order."""
    size, more = divmod(len(numbers), count)
    ends = [part * size + min(part, more) for part in range(count + 1)]
    return [numbers[start:end] for start, end in pairwise(ends)]


@dataclass(slots=True, eq=False)
class Parting:
    """What came so far of the parts of one call that failed."""

    left: int  # numbers without an answer of their own, and without a failure
    answered: bool = False  # one part at least: the department can, where it does not
    failed: list[Sequence[Key]] = field(default_factory=list)  # before any was answered
