"""A contract without its protocol: ports, operations, what they say, what they take and give."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.calls import Dialect, Operation, Rim
from adapters.documents import documents_of, remembered
from adapters.drafting.files import ContractFiles, Refused, markup
from adapters.drafting.openapi_words import OpenApiWords
from adapters.drafting.places import Place, values
from adapters.drafting.wording import Words
from adapters.drafting.wsdl_words import PortView, WsdlWords, is_wsdl
from adapters.findings import Findings, did_you_mean
from adapters.manifest.model import (
    AuthSpec,
    CallSpec,
    ContractSpec,
    Manifest,
    OutcomeRule,
    Owner,
)
from adapters.rest.auth import FixedHeader
from adapters.rest.dialect import RestDialect
from adapters.rest.security import Guard
from adapters.shape import Kind, Shape
from adapters.soap.dialect import SoapDialect, load_contract
from adapters.wire import Endpoint, Wire, WireReply, WireRequest
from schema.domain.department import Limits, ProgressMode, Repeats
from schema.domain.text import Text

NOTHING = Shape(name="?", tag="?", kind=Kind.ANY, required=False, open=True)


def group(name: str, members: Mapping[str, Shape]) -> Shape:
    """A group of these members."""
    return Shape(name=name, tag=name, kind=Kind.GROUP, members=lambda: members)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """One operation. `trouble`: why its messages cannot be read; then it has no shapes."""

    name: str
    about: str
    address: str  # "GET /path", or the SOAP action
    request: Shape
    reply: Shape
    errors: tuple[str, ...]
    trouble: str = ""
    failure: Shape | None = None  # the body of an error
    caller: tuple[tuple[str, ...], ...] = ()  # where in the request the caller's block stands

    def callers(self, path: tuple[str, ...]) -> bool:
        """Whether this is in the caller's block."""
        return any(path[: len(block)] == block for block in self.caller)

    def asked(self, *, through_lists: bool = False) -> list[Place]:
        """The values of the request that are not the caller's."""
        places = values(self.request, through_lists=through_lists)
        return [place for place in places if not self.callers(place.path)]

    @property
    def reads(self) -> bool:
        """Whether the protocol itself says that it changes nothing."""
        return self.address.startswith(("GET ", "HEAD "))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractView:
    """A whole contract."""

    protocol: str
    file: str  # below the department's folder
    title: str
    operations: tuple[OperationView, ...]
    words: Words
    host: str
    path: str
    ports: tuple[PortView, ...] = ()
    port: PortView | None = None
    webhooks: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    guard: Guard | None = None  # what is demanded of callers


def read_contract(
    folder: Path, files: ContractFiles, *, service: str | None = None, port: str | None = None
) -> ContractView:
    """The contract copied to `folder`/contract; Refused with the loader's sentence."""
    xml = files.entry.suffix.lower() not in (".yaml", ".yml", ".json")
    try:
        if xml:
            return _wsdl(folder, files, service, port)
        return _openapi(folder, files)
    except Refused:
        raise
    except ValueError as error:  # what the loaders of either protocol raise
        raise Refused(str(error), "ask the department for a contract that can be read") from None


def _openapi(folder: Path, files: ContractFiles) -> ContractView:
    words, file = OpenApiWords(files), files.place(files.entry)
    spec = ContractSpec(file=folder / file, sha256="", vendored=_vendored(folder, files))
    bare = bare_manifest(folder, "rest", spec)
    dialect = RestDialect(bare, _LINE, FixedHeader({}), _RIM)
    said = words.operations()
    host, path = words.address()
    return ContractView(
        protocol="rest",
        file=file,
        title=words.title(),
        operations=(
            *(
                _operation(
                    dialect,
                    name,
                    about=said.get(name, ""),
                    address=f"{found.method} {found.path}",
                    errors=tuple(s for s in found.responses if not s.startswith("2")),
                )
                for name, found in dialect.document.operations.items()
            ),
            *_refused(dialect, said),
        ),
        words=words.elements(),
        host=host,
        path=path,
        webhooks=tuple(dialect.document.webhooks()),
        security=tuple(words.security()),
        guard=next(iter(dialect.document.guards.values()), None),
    )


def _refused(dialect: RestDialect, said: Mapping[str, str]) -> Iterator[OperationView]:
    """The operations that cannot be called, each with why."""
    for name, trouble in dialect.document.refused.items():
        if name not in dialect.document.operations:
            yield OperationView(
                name=name,
                about=said.get(name, ""),
                address=name if " " in name else "",
                request=NOTHING,
                reply=NOTHING,
                errors=(),
                trouble=trouble,
            )


def _wsdl(
    folder: Path, files: ContractFiles, service: str | None, port: str | None
) -> ContractView:
    if not is_wsdl(markup(files.entry)):
        raise Refused(f"{files.entry.name} is no WSDL 1.1", "name the WSDL itself")
    words, file = WsdlWords(files), files.place(files.entry)
    ports = words.ports()
    chosen = _chosen(ports, service, port)
    spec = ContractSpec(
        file=folder / file,
        sha256="",
        service=chosen.service,
        port=chosen.name,
        vendored=_vendored(folder, files),
        absent=tuple(files.absent),
    )
    dialect = SoapDialect(bare_manifest(folder, "soap", spec), Endpoint(url=""), _LINE, _RIM)
    said, faults = words.operations(), words.faults()
    failing = _failing(folder, spec, words.details(), soap12=chosen.version == "1.2")
    return ContractView(
        protocol="soap",
        file=file,
        title=words.title(),
        operations=tuple(
            _operation(
                dialect,
                name,
                about=said.get(name, ""),
                address=action,
                errors=faults.get(name, ()),
                failure=failing.get(name),
            )
            for name, action in words.bound(chosen).items()
        ),
        words=words.elements(),
        host=chosen.address.removesuffix(chosen.path) if chosen.path else chosen.address,
        path=chosen.path,
        ports=tuple(ports),
        port=chosen,
    )


def _failing(
    folder: Path, spec: ContractSpec, details: Mapping[str, tuple[str, ...]], *, soap12: bool
) -> Mapping[str, Shape]:
    """What stands in <Fault> when an operation fails as it declares."""
    documents = documents_of(folder, spec.file, spec.vendored, spec.absent)
    shapes = remembered(documents, spec.file, load_contract).shapes
    detail = "Detail" if soap12 else "detail"
    made = {}
    for name, tags in details.items():
        found = [shape for tag in tags if (shape := shapes.element(tag)) is not None]
        if found:
            inside = group(detail, {shape.name: shape for shape in found})
            made[name] = group("Fault", {detail: inside})
    return made


def _vendored(folder: Path, files: ContractFiles) -> Mapping[str, Path]:
    return {url: folder / place for url, place in files.vendored().items()}


def _chosen(ports: list[PortView], service: str | None, port: str | None) -> PortView:
    """The port that was named, else the first SOAP port."""
    if not ports:
        raise Refused("the WSDL has no SOAP port", "name the WSDL that has the service")
    fitting = [one for one in ports if service in (None, one.service)]
    if not fitting:
        hint = did_you_mean(str(service), {one.service for one in ports})
        raise Refused(f"the WSDL has no service {service!r}", hint)
    named = [one for one in fitting if port in (None, one.name)]
    if not named:
        hint = did_you_mean(str(port), [one.name for one in fitting])
        raise Refused(f"there is no port {port!r}", hint)
    return named[0]


def _operation(
    dialect: Dialect,
    name: str,
    *,
    about: str,
    address: str,
    errors: tuple[str, ...],
    failure: Shape | None = None,
) -> OperationView:
    made: Operation | None = None
    findings = Findings("")
    try:
        made = dialect.operation(CallSpec(key="", call="lookup", operation=name), findings)
        trouble = "; ".join(found.sentence for found in findings.items)
    except RecursionError:
        trouble = "its messages contain themselves"
    except (ValueError, LookupError) as error:
        # one operation that cannot be read leaves the others as they are
        trouble = str(error)
    return OperationView(
        name=name,
        about=about,
        address=address,
        request=made.request if made else NOTHING,
        reply=made.reply if made else NOTHING,
        errors=errors,
        trouble=trouble,
        failure=failure or (made.failure if made else None),
    )


def bare_manifest(folder: Path, protocol: str, spec: ContractSpec) -> Manifest:
    """A manifest that declares a contract and nothing else, for reading it."""
    nobody = Text(zh="?", en="?")
    nothing: Mapping[str, Callable[[Any], Any]] = {}
    return Manifest(
        folder=folder,
        id=folder.name,
        name=nobody,
        owner=Owner(unit="?", contact="?", purpose="?"),
        protocol=protocol,
        repeats=Repeats.BLIND,
        progress=ProgressMode.NONE,
        contract=spec,
        limits=Limits(timeout_s=1, concurrency=1, rate_per_s=1, processing_s=0, lookup_lag_s=0),
        auth=AuthSpec(kind="none"),
        codes={},
        outcome=OutcomeRule(),
        faults={},
        registers=(),
        lookups={},
        services={},
        unused={},
        verifications={},
        feed=None,
        callback=None,
        python=nothing,
    )


class _Deaf:
    """A line to nobody: a contract is read, nobody is asked."""

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """Never called."""
        raise RuntimeError("a contract that is only read calls nobody")

    async def aclose(self) -> None:
        """Nothing to close."""


_LINE: Wire = _Deaf()
_RIM = Rim(now=lambda: 0.0, new_id=lambda: "", nonce=lambda: b"")
