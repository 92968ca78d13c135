"""Bad days of a mock of any contract: the fleet's kinds of fault, `--fault KIND[,KEY=VALUE…]`.

Kinds that strike a connection, the head of a request or a call; a mock of a contract tells no
callbacks and shows no filings, so the kinds of those are refused. `absent` and `refused` are
answered in the department's own codes, where a manifest declares them. The conditions are those of
a rule (`mocks.faults.rule`); their clock is Shanghai's.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks.anything.refusal import Refused
from mocks.core.clock import SHANGHAI, real_now
from mocks.core.late import LateDeeds
from mocks.faults.answering import Asked, Own, met
from mocks.faults.carried import Carried, cut_off
from mocks.faults.draws import Draws
from mocks.faults.in_force import names_of
from mocks.faults.operations import issues_tokens
from mocks.faults.remembered import Remembered
from mocks.faults.reply import Reply
from mocks.faults.rule import NO_FAULT, Fault, Matter, Rule
from mocks.faults.said import Wrong, near
from mocks.faults.table import TOKEN_KINDS, Point, drawn_at

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
    own: Sequence[tuple[str, Rule]] = ()  # words of the department's own codes, and when

    @classmethod
    def of(
        cls,
        told: Sequence[str],
        protocol: str,
        declared: Collection[str] = (),
        operations: Collection[str] = (),
        *,
        seed: int = 0,
    ) -> "BadDays":
        """Calls meet what is told; Refused for what a mock of `protocol` cannot have.

        `declared`: what the codes of a manifest say; `operations`: those of the contract; `seed`:
        what every draw hangs on.
        """
        try:
            read = [_read(one) for one in told]
            draws = [Draws(seed, *name) for name in names_of(read)]
            drawing = list(zip(read, draws, strict=True))
            own = [(s["kind"], _own(s, declared, d)) for s, d in drawing if s["kind"] in SAID]
            rules = [Rule(spec, d) for spec, d in drawing if spec["kind"] not in SAID]
            for rule in rules:
                _check(rule, protocol, operations)
        except Wrong as wrong:
            raise Refused(f"--fault: {wrong}") from wrong
        return cls(rules, own=own)

    def waiting(self) -> bool:
        """Whether a rule strikes connections."""
        return any(rule.kind.name in _CONNECTIONS for rule in self.rules)

    def next(self) -> tuple[str, float] | None:
        """What the next connection meets: kind, and seconds before it does; None on a good day."""
        fault = self._picked(_CONNECTIONS, Matter())
        return None if fault is NO_FAULT else (fault.kind, fault.delay_s)

    def cut(self) -> Response | None:
        """What a request meets before its body is read; None on a good day."""
        fault = self._picked(_HEADS, Matter())
        return None if fault is NO_FAULT else Carried(cut_off, Reply(status=200), fault)

    def says(self) -> str | None:
        """Which of the department's own codes this call is answered with; None: none of them."""
        found = (word for word, rule in self.own if rule.strikes(Matter(), _now()))
        return next(found, None)

    async def answer(
        self, request: Request, operation: str, act: Callable[[], Awaitable[Response]], own: Own
    ) -> Response:
        """What the call is answered: `act` is what the contract's mock says."""
        asked = Asked(operation=operation, content=await request.body(), scope=request.scope)
        by_filing = any(rule.by_filing for rule in self.rules)
        words = asked.words if by_filing else frozenset[str]()
        among = _CALLS if issues_tokens(operation) else _CALLS - TOKEN_KINDS
        fault = self._picked(among, Matter(operation=operation, words=words, about=asked.about))
        if fault is NO_FAULT:
            return await act()
        return await met(fault, asked, act, own, self.late, self.before)

    def _picked(self, among: frozenset[str], matter: Matter) -> Fault:
        for rule in self.rules:
            if rule.kind.name in among and (fault := rule.strikes(matter, _now())):
                return fault
        return NO_FAULT


def _now() -> datetime:
    return datetime.fromtimestamp(real_now(), SHANGHAI)


def _read(told: str) -> dict[str, Any]:
    """What a rule says, from `lost_reply,first=2,operation=submit`."""
    kind, *pairs = told.split(",")
    spec: dict[str, Any] = {"kind": kind}
    for pair in pairs:
        key, equal, value = pair.partition("=")
        if not equal:
            raise Wrong(kind, f"{pair!r} is not KEY=VALUE — write for example {kind},first=2")
        spec[key] = _value(value)
    return spec


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _own(spec: dict[str, Any], declared: Collection[str], draws: Draws) -> Rule:
    """When calls are answered with a code of the department's own."""
    kind = spec["kind"]
    if kind not in declared:
        sentence = f"no code of a manifest says {kind}"
        raise Wrong("", f"{sentence} — give one this meaning in [faults]")
    rule = Rule({**spec, "kind": "busy"}, draws)
    if rule.by_filing or rule.operations != {"*"}:
        raise Wrong("", f"{kind} is said before it is known what was asked: leave that out")
    return rule


def _check(rule: Rule, protocol: str, operations: Collection[str]) -> None:
    kind = rule.kind
    if not kind.suits_protocol(protocol):
        suits = f"is for {kind.suits}, and this contract is {protocol}"
        raise Wrong("", f"{kind.name} {suits} — choose another")
    if kind.name not in _CALLS | _HEADS | _CONNECTIONS:
        raise Wrong(
            "",
            f"{kind.name} strikes callbacks and filings, which a mock of a "
            "contract has none of — order it at the fleet: onething mocks",
        )
    if kind.name in _HEADS and rule.operations != {"*"}:
        raise Wrong("operation", f"{kind.name} strikes before it is known; leave it out")
    if kind.tokens and not any(map(issues_tokens, operations)):
        why = "strikes operations that issue tokens, and the contract has none — choose another"
        raise Wrong("", f"{kind.name} {why}")
    for name in sorted(rule.operations - {"*", *operations}):
        raise Wrong("operation", f"the contract has no {name!r}{near(name, operations)}")
