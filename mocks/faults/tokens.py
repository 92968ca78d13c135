"""Tokens gone wrong: only operations that issue them are struck."""

import json
from collections.abc import Callable
from typing import Any

from mocks.faults.instead import Instead
from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault
from mocks.faults.values import Told


def _changed(change: Callable[[dict[str, Any]], None]) -> Told:
    def told(reply: Reply, fault: Fault, context: Context) -> Reply:
        body = json.loads(reply.body)
        change(body)
        return reply.holding(json.dumps(body).encode())

    return told


def _of_another(body: dict[str, Any]) -> None:
    body["access_token"] = str(body.get("access_token", ""))[::-1]


def _stale(body: dict[str, Any]) -> None:
    body["expires_in"] = -1


def _missing(body: dict[str, Any]) -> None:
    body.pop("access_token", None)


TOKENS_DOWN: dict[str, Instead] = {"token_down": lambda fault, context: Reply(status=503)}
TOKENS: dict[str, Told] = {
    "token_of_another": _changed(_of_another),
    "token_stale": _changed(_stale),
    "token_missing": _changed(_missing),
}
