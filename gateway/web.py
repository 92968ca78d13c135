"""The client for what is no department: keys of tokens, the followed clock, the demo's mocks."""

import ssl

import httpx

from gateway.settings import Settings

_TIMEOUT_S = 5.0


def web_client(settings: Settings) -> httpx.AsyncClient:
    """A client that follows nothing: neither the environment nor where it is sent on to."""
    return httpx.AsyncClient(
        verify=_authorities(settings),
        trust_env=False,
        follow_redirects=False,
        timeout=_TIMEOUT_S,
    )


def _authorities(settings: Settings) -> ssl.SSLContext:
    """Everybody's, which are three megabytes, where something is asked by https; else none."""
    departments = [access.url for access in settings.departments.values()]
    asked = (settings.identity.jwks_url, settings.clock.follow, *departments)
    if any(url is not None and url.startswith("https://") for url in asked):
        return httpx.create_ssl_context(trust_env=False)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
