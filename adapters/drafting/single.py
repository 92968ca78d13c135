"""One operation of a contract, called as a person types it, with no mapping in between."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.calls import Dialect, Rim
from adapters.compile import Compiler
from adapters.drafting.arguments import Given, spoken, tree_of
from adapters.errors import ContractBroken
from adapters.findings import Findings
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.convert import MappingError
from adapters.outcome import Settled
from adapters.rest.auth import auth_of
from adapters.rest.dialect import RestDialect
from adapters.soap.dialect import SoapDialect
from adapters.wire import Endpoint, Wire

_KEY = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """An operation ready to be called once; `send` takes the deadline in the loop's time.

    `reads`: the protocol says that it changes nothing. `tree`: what is sent, as values.
    """

    reads: bool
    tree: Mapping[str, Any]
    send: Callable[[float], Awaitable[Any]]


def single_call(
    manifest: Manifest,
    endpoint: Endpoint,
    wire: Wire,
    rim: Rim,
    monotonic: Callable[[], float],
    operation: str,
    given: Given,
    findings: Findings,
) -> Single | None:
    """The call, or None and what is wrong with it. Raises ValueError for an unusable contract."""
    dialect: Dialect
    if manifest.protocol == "soap":
        dialect = SoapDialect(manifest, endpoint, wire, rim)
    else:
        dialect = RestDialect(manifest, wire, auth_of(manifest, endpoint, wire, monotonic), rim)
    spec = CallSpec(key=_KEY, call="once", operation=operation)
    found = dialect.operation(spec, findings)
    if found is None:
        return None
    tree = tree_of(found.request, given, findings)
    if findings.items:
        return None
    whole = CallSpec(key=_KEY, call="once", operation=operation, request=tree)
    call = Compiler(manifest, dialect, findings).call(whole)
    if call is None or findings.items:
        return None

    async def send(deadline: float) -> Any:
        sent_at = datetime.fromtimestamp(rim.now(), UTC)
        ask = {"credentials": {}, "sent_at": sent_at, "call_id": rim.new_id(), "service": ""}
        try:
            root = await call.ask(ask, deadline)
        except MappingError as error:
            raise ContractBroken(manifest.id, str(error), unread=True) from None
        return root.value if isinstance(root, Settled) else root

    return Single(reads=_reads(dialect, operation), tree=spoken(tree), send=send)


def _reads(dialect: Dialect, operation: str) -> bool:
    found = dialect.document.find(operation) if isinstance(dialect, RestDialect) else None
    return found is not None and found.method in ("GET", "HEAD")
