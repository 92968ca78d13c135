"""What is asked and answered, and what a mock of either kind can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from logging import getLogger
from typing import Any, Protocol

from mocks.anything.expected import NOTHING, Expected

log = getLogger("mocks.anything")
BROKEN = "请求不符合契约 the request breaks the contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; header names are lower case."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply, and what the journal says of it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    operation: str | None = None
    source: str = "generated"  # recorded, example, generated, refused, fault, failed
    mistakes: tuple[str, ...] = ()
    near: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to answer."""

    seed: int = 0
    today: date
    path: str = ""
    require_auth: bool = False
    expected: Mapping[str, Expected] = field(default_factory=dict)

    def expecting(self, *names: str) -> Expected:
        """What is expected of an operation's replies, by any of its names."""
        return next((self.expected[name] for name in names if name in self.expected), NOTHING)


class Mock(Protocol):
    """A contract that answers."""

    def answer(self, asked: Asked) -> Answer:
        """The reply to a request."""

    def at_will(self, asked: Asked, kind: str) -> Answer:
        """The fault the contract declares for what is asked, or the plain kind of it."""

    def identity(self, asked: Asked) -> object | None:
        """What makes two requests the same; None for one that is none of the contract's."""

    def keeps(self, asked: Asked, answer: Answer) -> list[str]:
        """What is wrong with a recorded reply; empty when the contract allows it."""

    def operations(self) -> list[dict[str, Any]]:
        """What can be asked."""


def did_you_mean(wrong: str, known: Sequence[str]) -> str | None:
    """The nearest of the known names."""
    near = get_close_matches(wrong, known, n=1, cutoff=0.65)
    return near[0] if near else None


def asking(near: str | None) -> str:
    """The end of a sentence that offers it."""
    return f" — did you mean {near}?" if near else ""
