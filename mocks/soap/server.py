"""One SOAP endpoint: read the envelope, find the operation, check the contract, act, reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from mocks.core.deed import Brief, Briefly
from mocks.core.direct import Direct, Way
from mocks.core.http import BODY_LIMIT, answer, body_of, cut_early
from mocks.core.kit import Kit
from mocks.core.ready import Ready
from mocks.core.turn import OncePerTurn
from mocks.faults.answering import Asked, Own
from mocks.journal.noting import asks
from mocks.soap import envelope
from mocks.soap.briefly import saying
from mocks.soap.envelope import Envelope, SoapFault, Version
from mocks.soap.forms import Forms, Varies
from mocks.soap.lately import Lately
from mocks.soap.published import Published
from mocks.soap.sent import Sent, sent_as
from mocks.soap.text import written
from mocks.soap.wsdl import Contract, Operation
from mocks.soap.xml import Element, Unreadable, declared, parse, record, write

Reply = Mapping[str, Any]
"""What an operation answers: the children of its reply element."""


Shown = Any
"""What a request shows of who sent it."""


Asking = tuple[bytes, str | None, str | None]
"""A request as its acceptance depends on it: content, charset, action."""


def _nothing(_: Any) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What one operation does: `read` what a body says, and `act` on it.

    `varies` names the elements that differ from request to request of one client, for an operation
    that only asks. `proven`: tests show every reply to keep its contract, so none is checked.
    `brief`: what `act` answers to what was read, written whole, at a moment of the city.
    """

    act: Callable[[Any], Reply]
    read: Callable[[Element], Any] = record
    varies: Mapping[str, Varies] = field(default_factory=dict)
    proven: bool = False
    brief: Callable[[Any, datetime], bytes] | None = None


Act = Callable[[], Reply]
Accepted = tuple[Operation, Envelope]
Heard = tuple[Shown, Any]
"""What a request shows and what its body says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How one department speaks.

    `malformed` gives its fault for a request that breaks the contract, `busy` its answer when it
    takes nothing in, `stranger` its answer to a caller it does not let in. `shown` reads from a
    request who sent it, `admit` refuses those it does not let in.
    """

    contract: Contract
    version: Version
    namespace: str | None  # of the elements inside a reply element
    operations: Mapping[str, Handler]
    malformed: Callable[[str], SoapFault]
    busy: Callable[[], Reply]
    stranger: Callable[[], Reply]
    shown: Callable[[Envelope], Shown] = _nothing
    admit: Callable[[Shown], None] = _nothing
    understood: frozenset[str] = frozenset()
    charset: str = "UTF-8"
    lately: Lately[Asking, Accepted] = field(default_factory=Lately)
    replies: Lately[str, bytes] = field(default_factory=Lately)
    forms: Forms[Operation] = field(default_factory=Forms)


def application(endpoint: Endpoint, kit: Kit) -> Direct:
    """The web application that serves this endpoint at the path its contract declares.

    There the contract is handed out too.
    """
    _require_own_namespace(endpoint)
    published = Published(endpoint.contract.file)

    async def serve(request: Request) -> Response:
        return await _serve(endpoint, kit, request)

    def at_once(scope: Scope, content: bytes) -> Response:
        return _at_once(endpoint, kit, scope, content)

    async def describe(request: Request) -> Response:
        return published.answer(request)

    plainly = kit.plainly(lambda: kit.untroubled)

    def brief(scope: Scope) -> Brief | None:
        return _brief(endpoint, kit, sent_as(scope, endpoint.version), plainly)

    asked = Route(endpoint.contract.path, serve, methods=["POST"])
    # named by what it is asked with, which a caller who is lost is told
    read = Route(endpoint.contract.path, describe, methods=["GET"], name="?wsdl")
    ways = [
        Way(route=asked, deed=Briefly(at_once, brief)),
        Way(route=read, deed=lambda scope, _: published.answer(Request(scope))),
    ]
    return Direct(ways, OncePerTurn(lambda: kit.untroubled))


def _require_own_namespace(endpoint: Endpoint) -> None:
    """What is inside a reply is in no namespace, or in that of its element; else LookupError."""
    for operation in endpoint.contract.operations.values():
        if endpoint.namespace and not operation.reply.startswith(f"{{{endpoint.namespace}}}"):
            raise LookupError(f"{operation.name} answers in another namespace than its element's")


async def _serve(endpoint: Endpoint, kit: Kit, request: Request) -> Response:
    sent = sent_as(request.scope, endpoint.version)
    if sent.media_type != endpoint.version.media_type:
        return _unsupported()
    if kit.faults and (cut := cut_early(kit, endpoint.contract.by_action(sent.action))):
        return cut
    content = await body_of(request)
    try:
        operation, act = _asked(endpoint, sent, content)
    except SoapFault as fault:
        return _fault(endpoint, fault)

    async def deed() -> Response:
        return _reply(endpoint, operation, act)

    own = Own(
        busy=lambda: _reply(endpoint, operation, endpoint.busy),
        stranger=lambda: _reply(endpoint, operation, endpoint.stranger),
        envelope=endpoint.version.namespace,
    )
    asked = Asked(operation=operation.name, content=content, scope=request.scope)
    return await answer(kit, asked, deed, own, usual=kit.usual(operation.name))


def _at_once(endpoint: Endpoint, kit: Kit, scope: Scope, content: bytes) -> Response:
    """As `_serve` answers on a day without rules."""
    sent = sent_as(scope, endpoint.version)
    if sent.media_type != endpoint.version.media_type:
        return _unsupported()
    try:
        operation, act = _asked(endpoint, sent, content[:BODY_LIMIT])
    except SoapFault as fault:
        return _fault(endpoint, fault)
    response = _reply(endpoint, operation, act)
    kit.before.note(operation.name, response)
    return response


def _brief(endpoint: Endpoint, kit: Kit, sent: Sent, day: Callable[[], bool]) -> Brief | None:
    """What answers those who say so how they send, when they name what they ask for."""
    name = endpoint.contract.by_action(sent.action)
    handler = endpoint.operations.get(name)
    if sent.media_type != endpoint.version.media_type or handler is None or handler.brief is None:
        return None
    find = partial(endpoint.forms.find, sent)
    say = saying(endpoint.contract.named(name), find, endpoint.admit, handler.brief)
    media_type = _media_type(endpoint)
    return Brief(
        operation=name, say=say, media_type=media_type, plain=day,
        keep=kit.before.bare(name, media_type),
    )  # fmt: skip


def _asked(endpoint: Endpoint, sent: Sent, content: bytes) -> tuple[Operation, Act]:
    """The operation asked for, and what answers, once everything about the request holds."""
    if (known := endpoint.forms.find(sent, content)) is not None:
        operation, (shown, said) = known
        endpoint.admit(shown)
        asks(operation.name)
        return operation, partial(endpoint.operations[operation.name].act, said)
    operation, opened = _accepted(endpoint, sent, content)
    handler = endpoint.operations[operation.name]

    def act() -> Reply:
        said = handler.read(opened.body)
        heard = operation, (endpoint.shown(opened), said)
        charset = sent.charset or declared(content) or "utf-8"
        again = partial(_said, endpoint, sent)
        endpoint.forms.learn(sent, content, charset, handler.varies, heard, again)
        return handler.act(said)

    return operation, act


def _said(endpoint: Endpoint, sent: Sent, content: bytes) -> tuple[Operation, Heard]:
    """What a request shows and says, whoever sent it."""
    operation, opened = _read(endpoint, sent, content, _nothing)
    said = endpoint.operations[operation.name].read(opened.body)
    return operation, (endpoint.shown(opened), said)


def _unsupported() -> Response:
    return PlainTextResponse("Unsupported Media Type", status_code=415)


def _accepted(endpoint: Endpoint, sent: Sent, content: bytes) -> Accepted:
    """The operation asked for and the envelope, once everything about the request holds."""
    make = partial(_read, endpoint, sent, content, endpoint.admit)
    if endpoint.admit is not _nothing:  # whom it lets in depends on more than what was sent
        operation, opened = make()
    else:
        asking = content, sent.charset, sent.action
        operation, opened = endpoint.lately.of(asking, len(content), make)
    asks(operation.name)
    return operation, opened


def _read(
    endpoint: Endpoint, sent: Sent, content: bytes, admit: Callable[[Shown], None]
) -> Accepted:
    try:
        root = parse(content, charset=sent.charset)
        opened = envelope.read(root, endpoint.version, endpoint.understood)
        admit(endpoint.shown(opened))
        operation = _operation(endpoint, opened.body, sent.action)
        asks(operation.name)  # also of one that breaks its contract
        endpoint.contract.check(opened.body)
    except Unreadable as wrong:
        raise endpoint.malformed(str(wrong)) from None
    return operation, opened


def _operation(endpoint: Endpoint, body: Element, action: str | None) -> Operation:
    """The operation of this body element; the action must name the same one.

    SOAP 1.1 demands the action, SOAP 1.2 lets it be left out.
    """
    operation = endpoint.contract.operations.get(str(body.tag))
    if operation is None:
        raise Unreadable("没有这样的操作")
    if action is None and endpoint.version is Version.SOAP12:
        return operation
    if action != operation.action:
        raise Unreadable("SOAPAction 与报文内容不一致")
    return operation


def _reply(endpoint: Endpoint, operation: Operation, act: Act) -> Response:
    try:
        content = act()
    except SoapFault as fault:
        return _fault(endpoint, fault)
    told = written(operation.reply, content, qualified=endpoint.namespace is not None)
    if endpoint.operations[operation.name].proven:
        return _sent_off(endpoint, envelope.around(told, endpoint.version, endpoint.charset), 200)
    make = partial(_as_sent, endpoint, told)
    return _sent_off(endpoint, endpoint.replies.of(told, len(told), make), 200)


def _as_sent(endpoint: Endpoint, told: str) -> bytes:
    """The bytes of a reply; a broken contract is our own mistake: then a bare 500, and the log."""
    endpoint.contract.check(etree.fromstring(told))
    return envelope.around(told, endpoint.version, endpoint.charset)


def _fault(endpoint: Endpoint, fault: SoapFault) -> Response:
    """A fault; a detail that breaks the contract is our own mistake, as with a reply."""
    if fault.detail is not None:
        endpoint.contract.check(fault.detail)
    body = envelope.fault_body(fault, endpoint.version)
    answered = envelope.wrap(body, endpoint.version, fault.strange)
    return _sent_off(endpoint, write(answered, endpoint.charset), 500)


def _sent_off(endpoint: Endpoint, content: bytes, status: int) -> Response:
    return Ready(content, status, _media_type(endpoint))


def _media_type(endpoint: Endpoint) -> str:
    return f"{endpoint.version.media_type}; charset={endpoint.charset}"
