"""`serve` with plain options is called as typer would call it; anything else is left to typer."""

from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
import typer
from typer.testing import CliRunner

from gateway.cli.options import ConfigOption, ProfileOption, SetOption
from gateway.cli.plainly import OPTIONS, plainly_given
from gateway.cli.process_commands import serve


def _command(
    context: typer.Context,
    profile: ProfileOption = None,
    host: Annotated[str | None, typer.Option(help="Address.")] = None,
    port: Annotated[int | None, typer.Option(help="Port.")] = None,
    config: ConfigOption = None,
    pairs: SetOption = None,
) -> None:
    context.obj.update(profile=profile, host=host, port=port, config=config, pairs=pairs)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--profile", "dev"],
        ["--port", "0", "--port", "8010", "--host=0.0.0.0"],
        ["--config", "a/b.toml", "--set", "a.b=c", "--set=d.e=f=g"],
    ],
)
def test_what_is_given_plainly_is_what_typer_makes_of_it(words: list[str]) -> None:
    app, by_typer = typer.Typer(), dict[str, Any]()
    app.command()(_command)

    assert CliRunner().invoke(app, words, obj=by_typer).exit_code == 0

    given = plainly_given(words)
    assert given == {name: value for name, value in by_typer.items() if value}


def test_each_is_of_its_kind() -> None:
    given = plainly_given(["--port", "80", "--config", "x", "--set", "a=b"])
    assert given == {"port": 80, "config": Path("x"), "pairs": ["a=b"]}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"], ["-h"], ["serve"], ["--prot", "1"], ["--port"], ["--port", "x"],
        ["--port", "-1"], ["--port", "٣"], ["--port="], ["--host", "--port"], ["--host", ""],
        ["--profile", "dev", "more"], ["--", "--port", "1"],
    ],
)  # fmt: skip
def test_whatever_is_not_plain_is_left_to_typer(words: list[str]) -> None:
    assert plainly_given(words) is None


def test_the_options_are_those_typer_has_of_serve() -> None:
    assert dict(_told_to_typer()) == OPTIONS


def _told_to_typer() -> Iterator[tuple[str, tuple[str, Any]]]:
    for name, parameter in signature(serve).parameters.items():
        if get_origin(parameter.annotation) is Annotated:
            optional, option = get_args(parameter.annotation)
            kind = get_args(optional)[0]  # each may be left out
            # typer, too, takes the first of them for what it is called when it stands in Annotated
            called = [one for one in (option.default, *option.param_decls) if isinstance(one, str)]
            for word in called or [f"--{name.replace('_', '-')}"]:
                yield word, (name, get_origin(kind) or kind)
