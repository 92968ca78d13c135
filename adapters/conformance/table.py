"""What a check is: an entry with its tier, words and function; and how tiers are reached."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from adapters.conformance.subject import Subject
from adapters.conformance.tiers import TIERS, State, Tier
from schema.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one check, and the sentence that says by what."""

    state: State
    evidence: str


def passed(evidence: str) -> Result:
    """It holds."""
    return Result(state=State.PASSED, evidence=evidence)


def failed(evidence: str) -> Result:
    """It does not hold."""
    return Result(state=State.FAILED, evidence=evidence)


def not_applicable(reason: str) -> Result:
    """There is nothing in this department the check could be about."""
    return Result(state=State.NOT_APPLICABLE, evidence=reason)


def skipped(reason: str) -> Result:
    """It could not be carried out; that is never a pass."""
    return Result(state=State.SKIPPED, evidence=reason)


def judged(faults: Sequence[str], evidence: str) -> Result:
    """Failed with the first of `faults` and how many more there are; passed when there is none."""
    if not faults:
        return passed(evidence)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return failed(faults[0] + more)


Run = Callable[[Subject], Awaitable[Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing a city needs to know of a department.

    `waits`: it mostly waits, so it runs beside others of its kind, before those that compute.
    `running`: it needs a department that can be built; without one it is skipped.
    """

    id: str
    tier: Tier
    title: Text
    reason: Text
    remedy: Text
    run: Run
    waits: bool = False
    running: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check with what came of it and how long it took."""

    check: Check
    result: Result
    seconds: float


def reached(checked: Iterable[Checked]) -> Tier | None:
    """The highest tier of which, and of those below, every applicable check passed.

    A tier none of whose checks was asked for is not reached.
    """
    checked = tuple(checked)
    good = (State.PASSED, State.NOT_APPLICABLE)
    asked = {one.check.tier for one in checked}
    bad = {one.check.tier for one in checked if one.result.state not in good}
    found: Tier | None = None
    for tier in TIERS:
        if tier in bad or tier not in asked:
            break
        found = tier
    return found
