"""The client for what is no department trusts whom its addresses need, and follows nothing."""

from typing import Any

import httpx
import pytest

from gateway.settings import load_settings
from gateway.web import web_client

_KEYS = {"identity.issuer": "https://id.example", "identity.jwks_url": "https://id.example/jwks"}


def _client(told: dict[str, Any]) -> httpx.AsyncClient:
    return web_client(load_settings({"profile": "dev", **told}, environ={}))


def _authorities(client: httpx.AsyncClient) -> int:
    transport: Any = client._transport
    return len(transport._pool._ssl_context.get_ca_certs())


@pytest.mark.parametrize(
    "told", [_KEYS, {"clock.follow": "https://127.0.0.1/clock"}], ids=["keys", "clock"]
)
def test_what_is_asked_by_https_is_checked_against_the_usual_authorities(
    told: dict[str, Any],
) -> None:
    assert _authorities(_client(told)) > 10


def test_where_nothing_is_asked_by_https_nobody_is_trusted() -> None:
    assert _authorities(_client({})) == 0


def test_nothing_is_followed() -> None:
    client = _client({})
    assert (client.follow_redirects, client.trust_env) == (False, False)
