"""A department's REST face, driven by its contract: routes, keys, faults, and checked bodies."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from mocks.core.contract import Contract, Fault, Operation
from mocks.core.deed import Brief, Briefly
from mocks.core.direct import Direct, Way
from mocks.core.faults import NO_FAULT
from mocks.core.faults import Fault as BadDay
from mocks.core.filed import DeskError
from mocks.core.http import answer, cut_early
from mocks.core.kit import Kit
from mocks.core.media import NotTaken, is_plain, value_of
from mocks.core.parameters import Parameter, parameter_faults, parameters
from mocks.core.question import Question
from mocks.core.ready import Ready
from mocks.core.turn import OncePerTurn
from mocks.faults.answering import Asked, Own
from mocks.faults.instead import unauthorized
from mocks.journal.noting import asks


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request whose body satisfies the contract."""

    operation: str
    question: Question
    body: Any

    def path(self, name: str) -> str:
        """A path parameter."""
        return str(self.question.scope["path_params"][name])

    def query(self, name: str) -> str:
        """A query parameter, "" when absent."""
        return self.question.parameter(name) or ""


Handler = Callable[[Call], Response]
Plain = Callable[[bytes, bytes], object]
"""The value a good answer gives to a query and a body, where nothing else about them matters.

None: it takes more than a look, and nothing was done.
"""
_JSON = "application/json"
_NOT_JSON = Fault(pointer="", message="not JSON", missing=False)


class Manners(Protocol):
    """How a department says the things every department says."""

    def stranger(self, question: Question, operation: str) -> Response | None:
        """The answer to a caller without valid credentials; None lets them in."""
        ...

    def lets_in_until(self, question: Question) -> float:
        """Up to when in real time `stranger` lets in whoever shows the same."""
        return math.inf

    def invalid(self, operation: str, faults: Sequence[Fault]) -> Response:
        """The answer to a request that breaks the contract."""
        ...

    def untaken(self, operation: str, why: str) -> Response:
        """The answer to a body of another media type, or of none: a web server's own."""
        return Response(status_code=415)

    def busy(self) -> Response:
        """The answer on a busy day; nothing was done."""
        ...

    def unwilling(self, reason: DeskError) -> Response:
        """The answer when the desk will not do that."""
        ...


def json_reply(
    value: object,
    status: int = 200,
    *,
    media_type: str = _JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer with Chinese left readable."""
    return Ready(orjson.dumps(value), status, media_type, headers or {})


def application(
    kit: Kit,
    contract: Contract,
    manners: Manners,
    handlers: Mapping[str, Handler],
    *,
    plain: Mapping[str, Plain] = MappingProxyType({}),
    usual: BadDay = NO_FAULT,
) -> Direct:
    """The web application of a department; every operation of its contract has its handler.

    `plain` answers, beside its handler, what asks plainly of an operation that only asks.
    """
    unmatched = set(contract.operations) ^ set(handlers)
    if unmatched:
        raise LookupError(f"{kit.department}: no match for {', '.join(sorted(unmatched))}")

    # who waits on every day waits, unless told not to
    def today() -> bool:
        return kit.untroubled if usual is NO_FAULT else kit.hurried

    plainly = kit.plainly(today)
    ways = []
    for operation in contract.operations.values():
        way = _way(kit, contract, manners, operation, handlers[operation.id], usual)
        if (value := plain.get(operation.id)) is not None:
            brief = _brief(kit, contract, manners, operation, value, usual, plainly)
            way = Way(route=way.route, deed=Briefly(way.deed, brief))
        ways.append(way)
    return Direct(ways, OncePerTurn(today))


def _way(
    kit: Kit,
    contract: Contract,
    manners: Manners,
    operation: Operation,
    handler: Handler,
    usual: BadDay,
) -> Way:
    known = parameters(contract, operation)

    def at_once(scope: Scope, raw: bytes) -> Response:
        asks(operation.id)
        if usual is not NO_FAULT:
            kit.faults.hurry()
        response = handled(scope, raw)
        kit.before.note(operation.id, response)
        return response

    def handled(scope: Scope, raw: bytes) -> Response:
        return _handled(contract, manners, operation, handler, known, Question(scope), raw)

    async def endpoint(request: Request) -> Response:
        if kit.faults and (cut := cut_early(kit, operation.id)):
            return cut
        raw = await request.body()

        async def act() -> Response:
            return handled(request.scope, raw)

        own = Own(busy=manners.busy, stranger=lambda: _stranger(manners, request, operation))
        asked = Asked(operation=operation.id, content=raw, scope=request.scope)
        met = kit.usual(operation.id, usual)
        return await answer(kit, asked, act, own, usual=met)

    route = Route(operation.path, endpoint, methods=[operation.method])
    return Way(route=route, deed=at_once)


def _brief(
    kit: Kit,
    contract: Contract,
    manners: Manners,
    operation: Operation,
    value: Plain,
    usual: BadDay,
    day: Callable[[], bool],
) -> Callable[[Scope], Brief | None]:
    """Looks at a head once: at all that is not of the query or the body."""
    of_head = [one for one in parameters(contract, operation) if not one.of_query]

    def say(query: bytes, body: bytes, at: datetime) -> bytes | None:
        told = value(query, body)
        return None if told is None else orjson.dumps(told)

    def brief(scope: Scope) -> Brief | None:
        question = Question(scope)
        if manners.stranger(question, operation.id) is not None:
            return None
        if operation.takes and not is_plain(question.header(b"content-type"), operation.takes):
            return None
        if parameter_faults(contract, of_head, question):
            return None
        return Brief(
            operation=operation.id, say=say, media_type=_JSON, plain=day,
            keep=kit.before.bare(operation.id, _JSON), until=manners.lets_in_until(question),
            meets=str if usual is NO_FAULT else kit.faults.hurry,
        )  # fmt: skip

    return brief


def _stranger(manners: Manners, request: Request, operation: Operation) -> Response:
    """What a caller without any credentials is told."""
    bare = Question({**request.scope, "headers": []})
    return manners.stranger(bare, operation.id) or unauthorized().response()


def _handled(
    contract: Contract,
    manners: Manners,
    operation: Operation,
    handler: Handler,
    known: Sequence[Parameter],
    question: Question,
    raw: bytes,
) -> Response:
    if (refusal := manners.stranger(question, operation.id)) is not None:
        return refusal
    try:
        body = _body(question, raw, operation.takes) if raw else None
    except NotTaken as other:
        return manners.untaken(operation.id, str(other))
    except ValueError:
        return manners.invalid(operation.id, [_NOT_JSON])
    wrong = parameter_faults(contract, known, question) if known else []
    if faults := wrong or contract.request_faults(operation.id, body):
        return manners.invalid(operation.id, faults)
    try:
        return handler(Call(operation=operation.id, question=question, body=body))
    except DeskError as reason:
        return manners.unwilling(reason)


def _body(question: Question, raw: bytes, takes: frozenset[str]) -> Any:
    """What the body says; where none is declared, nothing, whatever it is."""
    return value_of(raw, question.header(b"content-type"), takes) if takes else None
