"""Where anybody checks a certificate: no login, nothing told but what was signed."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.cases.errors import StoreUnavailable
from gateway.edge.check_page import check_page
from gateway.edge.negotiation import language_of, wants_page
from gateway.issuing.check import Checked, Checker, Verdict
from gateway.issuing.telling import told
from schema.domain.calendar import local_day
from schema.domain.text import Language

JWS = "application/jose"
KEYS = "/.well-known/onething-bundle-keys.json"
_STATUS = {Verdict.UNKNOWN: 404, Verdict.BROKEN: 502}
_LASTING = "public, max-age=300"  # what is good now is good in five minutes, or just expired
_KEYS_LAST = "public, max-age=3600"
_HEADERS = {
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "vary": "Accept, Accept-Language",
}


def checking_routes(
    checker: Checker, jwks: Mapping[str, Any], *, now: Callable[[], datetime]
) -> list[Route]:
    """The page of one code, and the keys for those who check without us."""
    published = orjson.dumps(jwks)

    async def check(request: Request) -> Response:
        try:
            checked = await checker.check(request.path_params["code"])
        except StoreUnavailable:
            return _unavailable(request)
        return _answer(request, checked, local_day(now()))

    async def keys(_: Request) -> Response:
        headers = {"cache-control": _KEYS_LAST, "access-control-allow-origin": "*"}
        return Response(published, media_type="application/jwk-set+json", headers=headers)

    return [Route("/check/{code}", check), Route(KEYS, keys)]


def _answer(request: Request, checked: Checked, today: date) -> Response:
    status = _STATUS.get(checked.verdict, 200)
    caching = _LASTING if checked.found else "no-store"
    accept = request.headers.get("accept")
    if wants_page(accept):
        return _page(check_page(checked, today, _language(request)), status, caching, request)
    if checked.found and JWS in (accept or ""):
        headers = {**_HEADERS, "cache-control": caching}
        return Response(checked.signed, media_type=JWS, headers=headers)
    return _json(_told(checked, today), status, caching)


def _told(checked: Checked, today: date) -> Mapping[str, Any]:
    """The verdict, and what was signed word for word; nothing of what cannot be believed."""
    found = checked.found
    if found is None:
        return {"verdict": checked.verdict}
    return {**told(found, today), "signed": checked.signed}


def _unavailable(request: Request) -> Response:
    if wants_page(request.headers.get("accept")):
        page = check_page(None, None, _language(request))
        return _page(page, 503, "no-store", request)
    return _json({"verdict": "unavailable"}, 503, "no-store")


def _page(page: tuple[str, str], status: int, caching: str, request: Request) -> Response:
    html, policy = page
    headers = {
        **_HEADERS,
        "cache-control": caching,
        "content-security-policy": policy,
        "content-language": _language(request),
    }
    return Response(html, status, headers, "text/html; charset=utf-8")


def _json(value: Mapping[str, Any], status: int, caching: str) -> Response:
    headers = {**_HEADERS, "cache-control": caching}
    return Response(orjson.dumps(value), status, headers, "application/json")


def _language(request: Request) -> Language:
    """What the page's own links ask for, otherwise what the browser prefers."""
    return language_of(request.query_params.get("lang") or request.headers.get("accept-language"))
