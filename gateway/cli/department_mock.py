"""`onething departments mock`: a mock of a department's contract, before it can be reached."""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, SetOption
from gateway.cli.output import MISUSED, Stop

_Folder: TypeAlias = Annotated[
    Path | None,
    typer.Option("--folder", help="The department's folder, or the folder it lies in."),
]
_Wsdl: TypeAlias = Annotated[Path | None, typer.Option("--wsdl", help="Any WSDL file instead.")]
_OpenApi: TypeAlias = Annotated[
    Path | None, typer.Option("--openapi", help="Any OpenAPI file instead.")
]
_Root: TypeAlias = Annotated[
    Path | None, typer.Option("--root", help="The folder that holds all of the contract.")
]
_Service: TypeAlias = Annotated[str | None, typer.Option("--service", help="WSDL: the service.")]
_PortName: TypeAlias = Annotated[str | None, typer.Option("--port-name", help="WSDL: the port.")]
_Seed: TypeAlias = Annotated[int, typer.Option("--seed", help="Other data for another number.")]
_Latency: TypeAlias = Annotated[
    str | None, typer.Option("--latency", help="Seconds: 0.2, or 0.1-0.5.")
]
_RequireAuth: TypeAlias = Annotated[
    bool, typer.Option("--require-auth", help="401 where credentials are missing.")
]
_Describe: TypeAlias = Annotated[
    bool, typer.Option("--describe", help="Print the operations as JSON, and end.")
]
_Fault: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--fault", metavar="KIND[,KEY=VALUE]", help="Calls meet it: docs/mocks.md, 1 and 2."
    ),
]
_Port: TypeAlias = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")
]


def register(app: typer.Typer) -> None:
    """Add the command to those about departments."""
    app.command("mock")(departments_mock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What is to be mocked: the file, the folder that holds all of it, and where it is served."""

    file: Path
    root: Path | None = None
    path: str = ""
    service: str | None = None
    port_name: str | None = None
    examples: Path | None = None
    expected: str | None = None

    def arguments(self) -> list[str]:
        """As `python -m mocks anything` takes them."""
        given = {
            "--contract": self.file,
            "--root": self.root,
            "--path": self.path or None,
            "--service": self.service,
            "--port-name": self.port_name,
            "--examples": self.examples,
            "--expected": self.expected,
        }
        return [str(part) for pair in given.items() if pair[1] is not None for part in pair]


def departments_mock(
    department: Annotated[str | None, typer.Argument(help="The department's id.")] = None,
    folder: _Folder = None,
    wsdl: _Wsdl = None,
    openapi: _OpenApi = None,
    root: _Root = None,
    service: _Service = None,
    port_name: _PortName = None,
    seed: _Seed = 0,
    latency: _Latency = None,
    require_auth: _RequireAuth = False,
    fault: _Fault = None,
    describe: _Describe = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: _Port = 0,
    config: ConfigOption = None,
    pairs: SetOption = None,
) -> None:
    """Serve a mock of a department's contract, or of any: valid replies, examples first."""
    file = wsdl or openapi
    _named_once(department or folder, wsdl, openapi)
    if file is not None:
        contract = Contract(file=file, root=root, service=service, port_name=port_name)
    else:
        from gateway.cli.plugged import plugged

        if folder is not None:
            found = folder_in(folder, department)
        else:
            found = folder_of(department or "", plugged(settings_of(config, "dev", pairs)))
        contract, department = _told(found), department or found.resolve().name
    more = ["--host", host, "--port", str(port), "--seed", str(seed)]
    more += ["--latency", latency] if latency is not None else []
    more += [part for kind in fault or () for part in ("--fault", kind)]
    more += ["--require-auth"] * require_auth + ["--describe"] * describe
    become(contract, department, more)


def _named_once(*named: object) -> None:
    if sum(one is not None for one in named) != 1:
        raise Stop(
            ["name one: a department, --folder, --wsdl or --openapi"],
            next_step="onething departments list",
            code=MISUSED,
        )


def _told(folder: Path) -> Contract:
    from gateway.cli.mock_expecting import handed_over

    return replace(contract_of(folder), expected=handed_over(folder.resolve()))


def folder_of(department: str, folders: Mapping[str, Path]) -> Path:
    """The folder of a department that is plugged in."""
    if department in folders:
        return folders[department]
    raise Stop(
        [f"there is no department {department!r} — choose among {', '.join(sorted(folders))}"],
        next_step="onething departments mock --folder FOLDER, for one that is not plugged in",
        code=MISUSED,
    )


def folder_in(folder: Path, department: str | None) -> Path:
    """A department's folder: this one, or one that lies in it; the named one where one is named."""
    from gateway.cli.plugged import named_in

    there = named_in(folder)
    if department is None:
        if folder.resolve() in there.values() or not there:
            return folder
        raise Stop(
            [f"{folder} holds {', '.join(sorted(there))} — name one of them"],
            next_step=f"onething departments mock {min(there)} --folder {folder}",
            code=MISUSED,
        )
    if department in there:
        return there[department]
    raise Stop(
        [f"there is no department {department!r} in {folder} — {_held(there)}"],
        next_step="onething departments list, for those that are plugged in",
        code=MISUSED,
    )


def _held(there: Mapping[str, Path]) -> str:
    held = ", ".join(sorted(there))
    return f"it holds {held}" if held else "it holds none: name a folder with a department.toml"


def contract_of(folder: Path) -> Contract:
    """What a department's manifest says of its contract; the rest of it may still be missing."""
    manifest = folder / "department.toml"
    try:
        said = tomllib.loads(manifest.read_text("utf-8")).get("contract", {})
    except (OSError, ValueError, RecursionError) as wrong:
        raise Stop([f"{manifest}: cannot be read: {wrong} — correct it"]) from wrong
    if not isinstance(said, Mapping):
        raise Stop([f"{manifest}:contract: must be a table — write it as [contract]"])
    name = _text(said, "file")
    if name is None:
        raise Stop([f"{manifest}:contract.file: missing — name the WSDL or OpenAPI file"])
    if "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise Stop([f"{manifest}:contract.file: {name!r} is not in the folder — put it there"])
    examples = folder / "examples"
    return Contract(
        file=folder / name,
        root=folder / Path(name).parts[0] if len(Path(name).parts) > 1 else folder,
        path=_text(said, "path") or "",
        service=_text(said, "service"),
        port_name=_text(said, "port"),
        examples=examples if examples.is_dir() else None,
    )


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) and value else None


def become(contract: Contract, department: str | None, more: Sequence[str]) -> None:
    """Become the mock; it says which setting leads a gateway to it."""
    arguments = [*contract.arguments(), *more]
    if department is not None:
        arguments += ["--setting", f"departments.{department}.url"]
    command = [sys.executable, "-m", "mocks", "anything", *arguments]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; signals are theirs
