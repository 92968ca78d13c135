"""A signature computed from what stands beside it, as docs/manifest.md tells it."""

import hashlib
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.mapping import sources
from adapters.mapping.compile import Scope, compile_expression
from adapters.mapping.functions import Environment
from adapters.mapping.parse import Path as Named
from adapters.mapping.parse import parse
from adapters.shape import Kind

MANIFEST = Path(__file__).parents[2] / "docs" / "manifest.md"
ASK = {
    "credentials": {"app_id": "A1", "app_secret": "s3cret"},
    "sent_at": datetime(2026, 11, 26, 13, 6, 0, 619849, tzinfo=UTC),
}


def _told() -> tuple[dict[str, str], dict[str, Any]]:
    """The request's head and the functions of adapter.py, as the page has them."""
    page = MANIFEST.read_text("utf-8").partition("### A computed signature")[2]
    blocks = dict(re.findall(r"```(toml|python)\n(.*?)```", page, re.DOTALL)[:2])
    space: dict[str, Any] = {}
    exec(blocks["python"], space)  # noqa: S102 — of our own page
    head: dict[str, str] = tomllib.loads(blocks["toml"])["request"]["Head"]
    return head, space


def _written(text: str, functions: dict[str, Any]) -> Any:
    def resolve(path: Named) -> Any:
        fetch, kind = sources.source("file", path)
        return (lambda scope: fetch(scope.ask)), kind

    env = Environment(replying=False, python=functions)
    compute, kind = compile_expression(parse(text), env, resolve)
    assert kind in (Kind.TEXT, Kind.ANY)
    return compute(Scope(ASK))


def test_what_is_signed_is_the_timestamp_sent_beside_it() -> None:
    head, functions = _told()

    sent = {name: _written(text, functions) for name, text in head.items()}

    assert (sent["AppId"], sent["Timestamp"]) == ("A1", "20261126210600")
    signed = hashlib.md5(b"A1" + b"20261126210600" + b"s3cret", usedforsecurity=False)
    assert sent["Sign"] == signed.hexdigest().upper()
