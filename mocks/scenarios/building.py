"""A scenario's values, made of what its file tells."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from mocks.core.filed import Status
from mocks.scenarios.model import After, Meets, Move, Scenario, State, Where, Window


def scenario(path: Path, told: Mapping[str, Any]) -> Scenario:
    """The values a file tells, once its words are right."""
    return Scenario(
        id=path.stem,
        zh=told["title"]["zh"],
        en=told["title"]["en"],
        file=path,
        meets=_meets(told.get("meets", {})),
        states={name: _state(name, state) for name, state in told.get("states", {}).items()},
        opened=tuple(map(_window, told.get("open", ()))),
        closed=tuple(map(_window, told.get("closed", ()))),
    )


def _meets(told: Mapping[str, Any]) -> Meets:
    return Meets(
        departments=frozenset(told.get("departments", ())),
        services=frozenset(told.get("services", ())),
        references=frozenset(told.get("references", ())),
        where=_where(told),
        share=told.get("share", 1.0),
    )


def _where(told: Mapping[str, Any]) -> tuple[Where, ...]:
    return tuple(Where(**where) for where in told.get("where", ()))


def _state(name: str, told: Mapping[str, Any]) -> State:
    status = Status(told.get("status", name))
    return State(
        status=status,
        then=tuple(map(_move, told.get("then", ()))),
        note=told.get("note"),
        materials=tuple(told.get("materials", ())),
        reason=told.get("reason"),
        certificate=told.get("certificate", status is Status.GRANTED),
        days_back=told.get("days_back", 0),
        stays=told.get("stays", False),
    )


def _move(told: Mapping[str, Any]) -> Move:
    to, rounds, after = told["to"], told.get("round", []), told.get("after")
    return Move(
        to=dict(to) if isinstance(to, Mapping) else {to: 1},
        after=_after(after) if after is not None else None,
        on=told.get("on"),
        since_receipt=told.get("since") == "receipt",
        rounds=frozenset(rounds if isinstance(rounds, list) else [rounds]),
        where=_where(told),
    )


def _after(told: Mapping[str, Any]) -> After:
    after = After(**{name: value for name, value in told.items() if name != "at"})
    return replace(after, at=_hour(told["at"])) if "at" in told else after


def _window(told: Mapping[str, Any]) -> Window:
    return Window(
        departments=frozenset(told.get("departments", ())),
        days=frozenset(told.get("days", ())),
        begins=_hour(told["from"]),
        ends=_hour(told["until"]),
        first=told.get("first"),
        last=told.get("last"),
        operations=frozenset(told.get("operations", ())),
        answer=told.get("answer", "busy"),
    )


def _hour(told: str) -> time:
    return time.fromisoformat("00:00" if told == "24:00" else told)
