"""One SOAP endpoint: read the envelope, find the operation, check the contract, act, reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import lru_cache, partial
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from mocks.core.direct import Direct, Way
from mocks.core.http import BODY_LIMIT, answer, body_of, cut_early
from mocks.core.kit import Kit
from mocks.core.ready import Ready
from mocks.faults.answering import Asked, Own
from mocks.journal.noting import asks
from mocks.soap import envelope
from mocks.soap.envelope import Envelope, SoapFault, Version
from mocks.soap.lately import Lately
from mocks.soap.published import Published
from mocks.soap.text import written
from mocks.soap.wsdl import Contract, Operation
from mocks.soap.xml import Element, Unreadable, parse, write

Reply = Mapping[str, Any]
"""What an operation answers: the children of its reply element."""


Asking = tuple[bytes, str | None, str | None]
"""A request as its acceptance depends on it: content, charset, action."""

Accepted = tuple[Operation, Envelope]


def _nothing(_: Envelope) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How one department speaks.

    `malformed` gives its fault for a request that breaks the contract, `busy` its answer when it
    takes nothing in, `guard` refuses a request whose headers do not let it in, `stranger` is its
    answer to a caller it does not let in.
    """

    contract: Contract
    version: Version
    namespace: str | None  # of the elements inside a reply element
    operations: Mapping[str, Callable[[Element], Reply]]
    malformed: Callable[[str], SoapFault]
    busy: Callable[[], Reply]
    stranger: Callable[[], Reply]
    guard: Callable[[Envelope], None] = _nothing
    understood: frozenset[str] = frozenset()
    charset: str = "UTF-8"
    lately: Lately[Asking, Accepted] = field(default_factory=Lately)
    replies: Lately[str, bytes] = field(default_factory=Lately)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a request says it is sent."""

    media_type: str
    charset: str | None
    action: str | None


def application(endpoint: Endpoint, kit: Kit) -> Direct:
    """The web application that serves this endpoint at the path its contract declares.

    There the contract is handed out too.
    """
    _require_own_namespace(endpoint)
    published = Published(endpoint.contract.file)

    async def serve(request: Request) -> Response:
        return await _serve(endpoint, kit, request)

    def at_once(scope: Scope, content: bytes) -> Response:
        return _at_once(endpoint, kit, Request(scope), content)

    async def describe(request: Request) -> Response:
        return published.answer(request)

    asked = Route(endpoint.contract.path, serve, methods=["POST"])
    read = Route(endpoint.contract.path, describe, methods=["GET"])
    ways = [
        Way(route=asked, deed=at_once),
        Way(route=read, deed=lambda scope, _: published.answer(Request(scope))),
    ]
    return Direct(ways, lambda: kit.untroubled)


def _require_own_namespace(endpoint: Endpoint) -> None:
    """What is inside a reply is in no namespace, or in that of its element; else LookupError."""
    for operation in endpoint.contract.operations.values():
        if endpoint.namespace and not operation.reply.startswith(f"{{{endpoint.namespace}}}"):
            raise LookupError(f"{operation.name} answers in another namespace than its element's")


async def _serve(endpoint: Endpoint, kit: Kit, request: Request) -> Response:
    sent = _sent(request, endpoint.version)
    if sent.media_type != endpoint.version.media_type:
        return _unsupported()
    if kit.faults and (cut := cut_early(kit, endpoint.contract.by_action(sent.action))):
        return cut
    content = await body_of(request)
    try:
        operation, body = _accepted(endpoint, sent, content)
    except SoapFault as fault:
        return _fault(endpoint, fault)
    act = endpoint.operations[operation.name]

    async def deed() -> Response:
        return _reply(endpoint, operation, lambda: act(body))

    own = Own(
        busy=lambda: _reply(endpoint, operation, endpoint.busy),
        stranger=lambda: _reply(endpoint, operation, endpoint.stranger),
        envelope=endpoint.version.namespace,
    )
    asked = Asked(operation=operation.name, content=content, scope=request.scope)
    return await answer(kit, asked, deed, own, usual=kit.usual(operation.name))


def _at_once(endpoint: Endpoint, kit: Kit, request: Request, content: bytes) -> Response:
    """As `_serve` answers on a day without rules."""
    sent = _sent(request, endpoint.version)
    if sent.media_type != endpoint.version.media_type:
        return _unsupported()
    try:
        operation, body = _accepted(endpoint, sent, content[:BODY_LIMIT])
    except SoapFault as fault:
        return _fault(endpoint, fault)
    act = endpoint.operations[operation.name]
    response = _reply(endpoint, operation, lambda: act(body))
    kit.before.note(operation.name, response)
    return response


def _unsupported() -> Response:
    return PlainTextResponse("Unsupported Media Type", status_code=415)


def _sent(request: Request, version: Version) -> Sent:
    headers = request.headers
    return _read_headers(headers.get("content-type", ""), headers.get("soapaction"), version)


@lru_cache(maxsize=256)  # a client says the same with every call
def _read_headers(content_type: str, action: str | None, version: Version) -> Sent:
    header = Message()
    header["Content-Type"] = content_type
    if version is Version.SOAP12:
        found = header.get_param("action")
        action = found if isinstance(found, str) else None
    charset = header.get_content_charset()
    return Sent(
        media_type=header.get_content_type(),
        charset=charset,
        action=action.strip().strip('"') if action is not None else None,
    )


def _accepted(endpoint: Endpoint, sent: Sent, content: bytes) -> tuple[Operation, Element]:
    """The operation asked for and its body element, once everything about the request holds."""
    if endpoint.guard is not _nothing:  # whom it lets in depends on more than what was sent
        operation, opened = _read(endpoint, sent, content)
    else:
        asking = content, sent.charset, sent.action
        make = partial(_read, endpoint, sent, content)
        operation, opened = endpoint.lately.of(asking, len(content), make)
    asks(operation.name)
    return operation, opened.body


def _read(endpoint: Endpoint, sent: Sent, content: bytes) -> Accepted:
    try:
        root = parse(content, charset=sent.charset)
        opened = envelope.read(root, endpoint.version, endpoint.understood)
        endpoint.guard(opened)
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


def _reply(endpoint: Endpoint, operation: Operation, act: Callable[[], Reply]) -> Response:
    try:
        content = act()
    except SoapFault as fault:
        return _fault(endpoint, fault)
    told = written(operation.reply, content, qualified=endpoint.namespace is not None)
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
    return Ready(content, status, f"{endpoint.version.media_type}; charset={endpoint.charset}")
