"""`POST /callbacks/{department}`: a department tells us what it did, in its own words."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from adapters.contract import Department
from adapters.errors import AdapterError, ContractBroken, Misconfigured
from gateway.cases.errors import StoreUnavailable
from gateway.edge import body
from gateway.edge.negotiation import language_of
from gateway.edge.refusal import GUARD_HEADERS, ClientGone, Refusal, refuse
from gateway.edge.rim import request_id_of
from schema.domain.department import ProgressMode
from schema.domain.filing import Progress
from schema.domain.text import Text

log = structlog.get_logger(__name__)


class Intake(Protocol):
    """Where what departments say is kept."""

    def __call__(
        self, department: str, told: Sequence[Progress], unread: Sequence[str | None] = (), /
    ) -> Awaitable[None]:
        """Returns once it is durable: only then may the department stop repeating itself.

        `unread`: the numbers of filings about which nothing could be read; they are asked about.
        StoreUnavailable: nothing is kept. ContractBroken: part of it cannot be, the rest is.
        """
        ...


_CAP = 256_000
_DEADLINE_S = 10.0


class CallbacksEndpoint:
    """Accepts what an adapter vouches for. 202 means: kept, do not send it again.

    What is understood in part is kept as far as it is; 202 only where the rest can be asked for.
    """

    def __init__(
        self,
        *,
        departments: Mapping[str, Department],
        intake: Intake,
        real_now: Callable[[], float],
    ) -> None:
        self._departments = {
            name: department
            for name, department in departments.items()
            if department.info.progress is ProgressMode.CALLBACK
        }
        self._intake = intake
        self._real_now = real_now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            await self._take(scope, receive, headers)
            response = Response(status_code=202, headers=GUARD_HEADERS)
        except ClientGone:
            return
        except Refusal as refusal:
            response = refuse(
                refusal,
                language=language_of(headers.get("accept-language")),
                request_id=request_id_of(scope),
            )
        await response(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, headers: Headers) -> None:
        name = scope["path_params"]["department"]
        department = self._departments.get(name)
        if department is None:
            raise _NOBODY
        if scope["method"] != "POST":
            raise _METHOD
        message = await body.whole(
            receive, headers.get("content-length", ""), cap=_CAP, deadline_s=_DEADLINE_S
        )
        told, unread = self._vouched(name, department, headers, message)
        await self._keep(name, told, unread)
        if unread and not (told and department.info.asks_progress):
            raise _BROKEN

    async def _keep(
        self, name: str, told: Sequence[Progress], unread: Sequence[str | None]
    ) -> None:
        try:
            await self._intake(name, told, unread)
        except StoreUnavailable as error:
            # The kind only: what is chained to it is about what was to be saved.
            log.warning("callback.not_kept", department=name, kind=str(error))
            raise _AWAY from None
        except ContractBroken as error:
            log.warning("callback.broken", department=name, reason=error.message)
            raise _BROKEN from error

    def _vouched(
        self, name: str, department: Department, headers: Headers, message: bytes
    ) -> tuple[Sequence[Progress], Sequence[str | None]]:
        """What it says, and the numbers of filings about which nothing of it can be read."""
        given = dict(headers.items())
        try:
            return department.callback(given, message, now=self._real_now()), ()
        except Misconfigured as error:
            log.warning("callback.untrusted", department=name, reason=error.message)
            raise _UNTRUSTED from error
        except AdapterError as error:
            partly = error if isinstance(error, ContractBroken) else None
            rest = partly.understood if partly else ()
            log.warning("callback.broken", department=name, reason=error.message, kept=len(rest))
            if partly is None or not (rest or partly.numbers):
                raise _BROKEN from error
            return rest, partly.numbers


_NOBODY = Refusal(
    404,
    "UNKNOWN_DEPARTMENT",
    Text(zh="没有该部门的回调地址。", en="No department calls back here under this name."),
)
_METHOD = Refusal(
    405, "METHOD_NOT_ALLOWED", Text(zh="请使用 POST。", en="Use POST."), {"allow": "POST"}
)
_UNTRUSTED = Refusal(
    401, "BAD_SIGNATURE", Text(zh="签名无效或已过期。", en="The signature does not hold.")
)
_AWAY = Refusal(
    503,
    "STORE_UNAVAILABLE",
    Text(
        zh="系统暂时无法保存，请稍后重发。",
        en="Nothing can be saved just now. Please send it again in a moment.",
    ),
    {"retry-after": "10"},
)
_BROKEN = Refusal(
    400,
    "CONTRACT_BROKEN",
    Text(zh="回调内容不符合接口约定。", en="The message does not keep to its contract."),
)
