"""A WSDL's port: zeep reads it, offline, within the contract's folder, and is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from zeep.exceptions import Error as ZeepError
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap12Binding, SoapBinding
from zeep.wsdl.messages.soap import RpcMessage

from adapters.soap.schemas import BadContract


@dataclass(frozen=True, slots=True)
class Message:
    """What stands in the Body: one element, or an rpc wrapper around typed parts."""

    tag: str
    parts: Mapping[str, str] | None  # rpc: part name -> type (Clark name)


@dataclass(frozen=True, slots=True)
class PortOperation:
    """One operation of the chosen port."""

    name: str
    action: str
    request: Message
    reply: Message


@dataclass(frozen=True, slots=True)
class Port:
    """The chosen port: SOAP version and operations."""

    soap12: bool
    operations: Mapping[str, PortOperation]


class _Folder:
    """Gives zeep files of one folder and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def load(self, url: str) -> bytes:
        parts = urlsplit(url)
        path = Path(parts.path if parts.scheme == "file" else url).resolve()
        if parts.scheme not in ("", "file") or not path.is_relative_to(self.folder):
            raise BadContract(f"{url} lies outside the contract's folder")
        if not path.is_file():
            raise BadContract(f"{path.name} is referred to and not there")
        return path.read_bytes()


def load_port(path: Path, folder: Path, service: str, port: str) -> Port:
    """The named port; BadContract says what is wrong and what there is."""
    settings = Settings(strict=True, forbid_external=True, forbid_dtd=True, forbid_entities=True)
    try:
        transport: Any = _Folder(folder)  # zeep asks of it nothing but load
        document = Document(str(path.resolve()), transport, settings=settings)
    except (ZeepError, OSError, ValueError, LookupError, AttributeError) as error:
        # zeep reports bad WSDLs with many kinds of errors
        raise BadContract(f"{path.name} cannot be read as WSDL: {error}") from None
    binding = _binding(document, service, port)
    found = {name: _operation(name, binding.get(name)) for name in binding.all()}
    return Port(isinstance(binding, Soap12Binding), found)


def _binding(document: Any, service: str, port: str) -> Any:
    services = document.services
    if service not in services:
        raise BadContract(f"the WSDL has no service {service!r}; it has {', '.join(services)}")
    ports = services[service].ports
    if port not in ports:
        raise BadContract(f"service {service!r} has no port {port!r}; it has {', '.join(ports)}")
    binding = ports[port].binding
    if not isinstance(binding, SoapBinding):
        raise BadContract(f"port {port!r} is not a SOAP port")
    return binding


def _operation(name: str, operation: Any) -> PortOperation:
    return PortOperation(
        name=name,
        action=operation.soapaction or "",
        request=_message(operation.input, operation.abstract.input_message, name),
        reply=_message(operation.output, operation.abstract.output_message, f"{name}Response"),
    )


def _message(message: Any, abstract: Any, name: str) -> Message:
    if message is None:
        raise BadContract(f"operation {name!r} is one-way")
    if not isinstance(message, RpcMessage):
        return Message(message.body.qname.text, None)
    body: Any = message.body
    space = body.qname.namespace or ""
    parts = {}
    for part, what in abstract.parts.items():
        if what.type is None:
            raise BadContract(f"part {part!r} of {name!r} is an element; rpc parts have types")
        parts[part] = what.type.qname.text
    return Message(f"{{{space}}}{name}" if space else name, parts)
