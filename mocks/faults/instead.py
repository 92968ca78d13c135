"""Answers that are not the department's: of proxies, firewalls, login pages; bare statuses."""

from collections.abc import Callable

from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault

_YEAR_S = 31_536_000
Instead = Callable[[Fault, Context], Reply]

MAINTENANCE = (
    "<html><head><title>系统维护</title></head><body><h1>系统维护中,请稍后再试</h1></body></html>"
)
LOGIN = (
    "<html><head><title>统一身份认证</title></head><body><form action='/sso/login' method='post'>"
    "<input name='username'><input name='password' type='password'></form></body></html>"
)
_PAGE = (
    "<html><head><title>{0} {1}</title></head><body><center><h1>{0} {1}</h1></center></body></html>"
)


def _html(status: int, page: str) -> Reply:
    headers = (("content-type", "text/html; charset=utf-8"),)
    return Reply(status=status, headers=headers, body=page.encode())


def _page(status: int, title: str) -> Instead:
    return lambda fault, context: _html(status, _PAGE.format(status, title))


def _bare(status: int, *headers: tuple[str, str]) -> Instead:
    return lambda fault, context: Reply(status=status, headers=headers)


def _status(fault: Fault, context: Context) -> Reply:
    return Reply(status=int(fault.of("status")))


def _waiting(status: int) -> Instead:
    def reply(fault: Fault, context: Context) -> Reply:
        after = str(fault.of("retry_after_s"))
        return Reply(status=status, headers=(("retry-after", after),))

    return reply


def _elsewhere(fault: Fault, context: Context) -> Reply:
    return Reply(status=307, headers=(("location", str(fault.of("location"))),))


def _itself(fault: Fault, context: Context) -> Reply:
    return Reply(status=307, headers=(("location", context.path),))


def unauthorized() -> Reply:
    """A bare 401."""
    return Reply(status=401, headers=(("www-authenticate", 'Bearer error="invalid_token"'),))


INSTEAD: dict[str, Instead] = {
    "status": _status,
    "internal_error": _page(500, "Internal Server Error"),
    "bad_gateway": _page(502, "Bad Gateway"),
    "unavailable": _waiting(503),
    "gateway_timeout": _page(504, "Gateway Time-out"),
    "impossible_status": _bare(799),
    "bad_request": _page(400, "Bad Request"),
    "forbidden": _page(403, "Forbidden"),
    "not_found": _page(404, "Not Found"),
    "method_not_allowed": _bare(405, ("allow", "HEAD")),
    "conflict": _bare(409),
    "too_large": _page(413, "Request Entity Too Large"),
    "redirect_elsewhere": _elsewhere,
    "redirect_itself": _itself,
    "early_204": _bare(204),
    "html": lambda fault, context: _html(200, MAINTENANCE),
    "login_page": lambda fault, context: _html(200, LOGIN),
    "rate_limit": _waiting(429),
    "rate_limit_bare": _bare(429),
    "rate_limit_absurd": _bare(429, ("retry-after", str(_YEAR_S))),
    "unauthorized": lambda fault, context: unauthorized(),
}
AFTER: dict[str, Instead] = {  # said although the deed was done
    "status_after": _status,
    "timeout_after": INSTEAD["gateway_timeout"],
    "no_content": _bare(204),
}
