"""`onething departments new`: a contract becomes a department's folder."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import JsonOption
from gateway.cli.output import Speaker

_INTO = Path("departments")


def departments_new(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The department's id.")],
    wsdl: Annotated[Path | None, typer.Option("--wsdl", help="Its contract: a WSDL.")] = None,
    openapi: Annotated[
        Path | None, typer.Option("--openapi", help="Its contract: an OpenAPI document.")
    ] = None,
    service: Annotated[str | None, typer.Option("--service", help="The WSDL's service.")] = None,
    port: Annotated[str | None, typer.Option("--port", help="The service's port.")] = None,
    into: Annotated[
        Path, typer.Option("--into", help="The folder of departments it is put into.")
    ] = _INTO,
    title_zh: Annotated[str | None, typer.Option("--title-zh", help="Its Chinese name.")] = None,
    title_en: Annotated[str | None, typer.Option("--title-en", help="Its English name.")] = None,
    vendor: Annotated[
        list[str] | None,
        typer.Option(
            "--vendor", metavar="URL=FILE", help="Your copy of what the contract refers to by URL."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a department from its contract: nothing is fetched, nothing is overwritten."""
    from gateway.cli.drafting import drafted, report

    speaker: Speaker = context.obj
    entry = _contract(wsdl, openapi)
    made = drafted(
        identifier,
        entry,
        into,
        service=service,
        port=port,
        named=(title_zh, title_en),
        vendor=dict(map(_copy, vendor or ())),
    )
    report(speaker, made, as_json=as_json)


def _contract(wsdl: Path | None, openapi: Path | None) -> Path:
    given = [path for path in (wsdl, openapi) if path is not None]
    if len(given) != 1:
        raise typer.BadParameter("give either --wsdl or --openapi", param_hint="--wsdl / --openapi")
    return given[0]


def _copy(given: str) -> tuple[str, Path]:
    url, equals, file = given.rpartition("=")
    if not equals or not url or not file:
        raise typer.BadParameter(f"{given!r} is not URL=FILE", param_hint="--vendor")
    return url, Path(file)
