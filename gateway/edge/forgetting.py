"""`POST /cache/forget`: an operator says that a department's values have changed.

The body is JSON and names one of: `{"department": "market"}`, `{"department": "market", "register":
"business_licence"}`, `{"case": "<number>"}`. Nothing is lost: the values are asked anew, and stay
the last known of a department that does not answer.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.edge import body
from gateway.edge.negotiation import language_of
from gateway.edge.refusal import GUARD_HEADERS, ClientGone, Refusal, refuse
from gateway.edge.rim import request_id_of
from gateway.edge.viewers import Authenticate, viewer_of
from gateway.federation.changed import of_case
from gateway.federation.memory import Tag, of_department, of_source
from schema.domain.case import Case
from schema.domain.text import Text

log = structlog.get_logger(__name__)

_CAP = 4_000
_DEADLINE_S = 5.0


class ForgettingEndpoint:
    """204: from now on it is asked anew. For the role operator alone."""

    def __init__(
        self,
        *,
        authenticate: Authenticate,
        registers: Mapping[str, Iterable[str]],  # by department
        case: Callable[[str], Awaitable[Case | None]],
        forget: Callable[[Tag], None],
    ) -> None:
        self._authenticate = authenticate
        self._registers = {department: set(names) for department, names in registers.items()}
        self._case = case
        self._forget = forget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            await self._take(scope, receive, headers)
            response = Response(status_code=204, headers=GUARD_HEADERS)
        except ClientGone:
            return
        except Refusal as refusal:
            language = language_of(headers.get("accept-language"))
            response = refuse(refusal, language=language, request_id=request_id_of(scope))
        await response(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, headers: Headers) -> None:
        if scope["method"] != "POST":
            raise _METHOD
        viewer = await viewer_of(headers.get("authorization"), self._authenticate)
        if "operator" not in viewer.roles:
            raise _NOT_YOURS
        said = await body.whole(
            receive, headers.get("content-length", ""), cap=_CAP, deadline_s=_DEADLINE_S
        )
        for tag in await self._tags(_named(said)):
            self._forget(tag)

    async def _tags(self, named: Mapping[str, str]) -> Iterable[Tag]:
        match named:
            case {"case": number, **others} if not others:
                case = await self._case(number)
                if case is not None:
                    log.info("cache.forgotten", case=case.id)
                    return list(of_case(case))
            case {"department": name, "register": register, **others} if not others:
                if register in self._registers.get(name, ()):
                    log.info("cache.forgotten", department=name, register=register)
                    return [of_source(name, register)]
            case {"department": name, **others} if not others and name in self._registers:
                log.info("cache.forgotten", department=name)
                return [of_department(name)]
        raise _NOTHING


def _named(said: bytes) -> dict[str, str]:
    try:
        named: Any = orjson.loads(said)
    except orjson.JSONDecodeError:
        named = None
    if not isinstance(named, dict) or not all(isinstance(value, str) for value in named.values()):
        raise _NOTHING
    return named


_METHOD = Refusal(
    405, "METHOD_NOT_ALLOWED", Text(zh="请使用 POST。", en="Use POST."), {"allow": "POST"}
)
_NOT_YOURS = Refusal(
    403,
    "NOT_ALLOWED",
    Text(zh="仅限运维人员操作。", en="This is for the role operator."),
)
_NOTHING = Refusal(
    400,
    "NOTHING_NAMED",
    Text(
        zh='请以 JSON 指明：{"department"}、{"department", "register"} 或 {"case"}，且须存在。',
        en='Name, in JSON, what there is: {"department"}, {"department", "register"} or {"case"}.',
    ),
)
