"""A contract's file turned into a mock that answers."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from mocks.anything.documents import Tree
from mocks.anything.exchange import Options, log
from mocks.anything.folder import Folder
from mocks.anything.openapi import OpenApi
from mocks.anything.published import Published
from mocks.anything.recorded import recorded
from mocks.anything.refusal import Refused
from mocks.anything.rest import RestMock
from mocks.anything.server import Served
from mocks.anything.soap import SoapMock
from mocks.anything.soap_contract import SoapContract
from mocks.anything.soap_envelope import NAMESPACES
from mocks.anything.soap_inner import Inners
from mocks.anything.wsdl import Wsdl

# what reading a list where a mapping should be, or a word for a number, comes to
_OUT_OF_SHAPE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


def opened(
    file: Path,
    options: Options,
    *,
    root: Path | None = None,
    service: str | None = None,
    port: str | None = None,
    examples: Path | None = None,
) -> Served:
    """The mock of a WSDL or OpenAPI file; Refused with a sentence for what cannot be served."""
    folder = Folder(root or file.parent)
    name = folder.name_of(file)
    is_xml = folder.bytes_of(name).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    mock: SoapMock | RestMock
    try:
        read = soap_mock(folder, name, options, service, port) if is_xml else None
        mock = read or rest_mock(folder, name, options)
    except _OUT_OF_SHAPE as wrong:
        kind = "WSDL" if is_xml else "OpenAPI"
        raise Refused(f"{name}: is not formed as {kind} is: {wrong!r} — correct it") from wrong
    if examples is not None:
        mock.recorded = recorded(examples, mock)
    return Served(
        mock=mock,
        published=Published(folder, name, mock.options.path),
        soap=is_xml,
        envelope=NAMESPACES[mock.contract.port.version] if isinstance(mock, SoapMock) else None,
    )


def rest_mock(folder: Folder, name: str, options: Options) -> RestMock:
    """An OpenAPI document; what was left out of its schemas is logged."""
    mock = RestMock(OpenApi.of(Tree(folder), name), options)
    for note in mock.contract.bundle.notes:
        log.warning(note)
    return mock


def soap_mock(
    folder: Folder, name: str, options: Options, service: str | None, port: str | None
) -> SoapMock:
    """A port of a WSDL, at the path of its address unless another is asked for."""
    wsdl = Wsdl.of(folder, name)
    chosen = wsdl.port(service, port)
    path = options.path or urlsplit(chosen.address).path or "/"
    inners = Inners.of(folder, options.expected)
    return SoapMock(SoapContract(wsdl, chosen), replace(options, path=path), inners=inners)
