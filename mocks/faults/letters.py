"""Callbacks that should not be believed, each sent once beside the true telling of a change."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mocks.faults.rule import Fault
from mocks.faults.table import Point, require

_DIGIT = re.compile(r"\d")
Event = Mapping[str, Any]


class Sign(Protocol):
    """Signs a body as the department does."""

    def __call__(
        self, body: bytes, *, ago_s: float = 0, secret: str | None = None
    ) -> dict[str, str]:
        """The headers of a body signed `ago_s` seconds ago, under another secret if one is told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A callback as it leaves."""

    body: bytes
    headers: Mapping[str, str]


def written(event: Event) -> bytes:
    """The body of a telling."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _forged(event: Event, sign: Sign, fault: Fault) -> Letter:
    body = written(event)
    return Letter(body=body, headers=sign(body, secret="nobody-gave-me-this"))  # noqa: S106 - wrong


def _unsigned(event: Event, sign: Sign, fault: Fault) -> Letter:
    return Letter(body=written(event), headers={"Content-Type": "application/json"})


def _tampered(event: Event, sign: Sign, fault: Fault) -> Letter:
    body = written(event)
    return Letter(body=body[:-1] + b',"changed":true}', headers=sign(body))


def _expired(event: Event, sign: Sign, fault: Fault) -> Letter:
    body = written(event)
    return Letter(body=body, headers=sign(body, ago_s=float(fault.of("age_s"))))


def _garbled(event: Event, sign: Sign, fault: Fault) -> Letter:
    whole = written(event)
    body = whole[: len(whole) // 2]
    return Letter(body=body, headers=sign(body))


def _unknown_receipt(event: Event, sign: Sign, fault: Fault) -> Letter:
    body = written(_strange(event))
    return Letter(body=body, headers=sign(body))


def _strange(value: Any) -> Any:
    """The event of a filing nobody made: its texts without an offset of time bear other digits."""
    if isinstance(value, Mapping):
        return {name: _strange(inner) for name, inner in value.items()}
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value):
        return _DIGIT.sub("9", value) if _DIGIT.search(value) else value
    return value


FALSE: dict[str, Callable[[Event, Sign, Fault], Letter]] = {
    "forged": _forged,
    "unsigned": _unsigned,
    "tampered": _tampered,
    "expired_callback": _expired,
    "garbled": _garbled,
    "unknown_receipt": _unknown_receipt,
}
ORDER = frozenset({"duplicate", "reorder", "stale", "replayed"})
require(Point.CHANGE, FALSE, ORDER)
