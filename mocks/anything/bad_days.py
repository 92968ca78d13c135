"""Bad days of a mock of any contract: the fleet's kinds of fault, `--fault KIND`.

Kinds that strike a connection, the head of a request or a call; a mock of a contract tells no
callbacks and shows no filings, so the kinds of those are refused. `absent` and `refused` are
answered in the department's own codes, where a manifest declares them.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from mocks.anything.refusal import Refused
from mocks.core.late import LateDeeds
from mocks.faults.answering import Asked, Own, met
from mocks.faults.carried import Carried, drop
from mocks.faults.remembered import Remembered
from mocks.faults.reply import Reply
from mocks.faults.rule import NO_FAULT, Fault, Matter, Rule
from mocks.faults.said import Wrong
from mocks.faults.table import Point, drawn_at

_CALLS, _HEADS, _CONNECTIONS = (
    drawn_at(point) for point in (Point.CALL, Point.HEADERS, Point.ACCEPT)
)
SAID = ("absent", "refused")


@dataclass(slots=True)
class BadDays:
    """The rules in force; of those that strike at one moment the first decides."""

    rules: Sequence[Rule] = ()
    late: LateDeeds = field(default_factory=LateDeeds)
    before: Remembered = field(default_factory=Remembered)
    says: str | None = None  # what every call is answered in the department's own codes

    @classmethod
    def of(cls, kinds: Sequence[str], protocol: str, declared: Collection[str] = ()) -> "BadDays":
        """Every call meets these kinds; Refused for one that a mock of `protocol` cannot have.

        `declared`: what the codes of a manifest say.
        """
        own = [kind for kind in kinds if kind in SAID]
        for kind in own:
            if kind not in declared:
                sentence = f"--fault: no code of a manifest says {kind}"
                raise Refused(f"{sentence} — give one this meaning in [faults]")
        try:
            rules = [Rule({"kind": kind}) for kind in kinds if kind not in SAID]
        except Wrong as wrong:
            raise Refused(f"--fault: {wrong}") from wrong
        for rule in rules:
            if not rule.kind.suits_protocol(protocol):
                suits = f"is for {rule.kind.suits}, and this contract is {protocol}"
                raise Refused(f"--fault: {rule.kind.name} {suits} — choose another")
            if rule.kind.name not in _CALLS | _HEADS | _CONNECTIONS:
                raise Refused(
                    f"--fault: {rule.kind.name} strikes callbacks and filings, which a mock of a "
                    "contract has none of — order it at the fleet: onething mocks"
                )
        return cls(rules, says=next(iter(own), None))

    def waiting(self) -> bool:
        """Whether a rule strikes connections."""
        return any(rule.kind.name in _CONNECTIONS for rule in self.rules)

    def next(self) -> tuple[str, float] | None:
        """What the next connection meets: kind, and seconds before it does; None on a good day."""
        fault = self._picked(_CONNECTIONS)
        return None if fault is NO_FAULT else (fault.kind, fault.delay_s)

    def cut(self) -> Response | None:
        """What a request meets before its body is read; None on a good day."""
        fault = self._picked(_HEADS)
        return None if fault is NO_FAULT else Carried(drop, Reply(status=200), fault)

    async def answer(
        self, request: Request, operation: str, act: Callable[[], Awaitable[Response]], own: Own
    ) -> Response:
        """What the call is answered: `act` is what the contract's mock says."""
        fault = self._picked(_CALLS)
        if fault is NO_FAULT:
            return await act()
        asked = Asked(operation=operation, content=await request.body(), scope=request.scope)
        return await met(fault, asked, act, own, self.late, self.before)

    def _picked(self, among: frozenset[str]) -> Fault:
        for rule in self.rules:
            if rule.kind.name in among and (fault := rule.strikes(Matter(), None)):
                return fault
        return NO_FAULT
