"""`onething serve` with plainly given options, without typer.

typer with the commands it is told of, and pydantic, which checks for it what options say, are
eleven megabytes and a tenth of a second that a gateway would keep for as long as it runs. Whatever
is not plain (help, a word nobody knows, a number that is none) is typer's to explain.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.cli.given import settings_of
from gateway.cli.heap import growing
from gateway.cli.output import Speaker
from gateway.imports import lacking

OPTIONS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "--profile": ("profile", str),
    "--host": ("host", str),
    "--port": ("port", int),
    "--config": ("config", Path),
    "--set": ("pairs", list),
}
"""The options of `serve`: which argument each gives, and of what kind; `list` may be repeated."""


def plainly_given(words: Sequence[str]) -> dict[str, Any] | None:
    """The arguments these words give `serve`; None when typer has to look at them."""
    told, rest = dict[str, Any](), iter(words)
    for word in rest:
        name, sign, value = word.partition("=")
        if not sign:
            value = next(rest, "")
        if name not in OPTIONS or not value or value.startswith("-"):
            return None
        parameter, kind = OPTIONS[name]
        if kind is int and not (value.isascii() and value.isdecimal()):
            return None
        if kind is list:
            told.setdefault(parameter, []).append(value)
        else:
            told[parameter] = kind(value)
    return told


def serve_plainly(speaker: Speaker, words: Sequence[str]) -> bool:
    """Do what `serve` does; False, and nothing done, where typer has to look at these words."""
    given = plainly_given(words)
    if given is None or any("=" not in pair for pair in given.get("pairs", ())):
        return False
    serve(speaker, **given)
    return True


def serve(
    speaker: Speaker,
    *,
    profile: str | None = None,
    host: str | None = None,
    port: int | None = None,
    config: Path | None = None,
    pairs: Sequence[str] | None = None,
) -> None:
    """Run the gateway until it is told to stop; Stop when anything it needs is wrong."""
    listening = {"server.host": host, "server.port": port}
    settings = settings_of(config, profile, pairs, listening)
    with growing(), lacking("rich", "pygments"):  # five megabytes, for tracebacks in colour
        from gateway.cli.serving import gateway_of, run

        app = gateway_of(settings)
    run(app, speaker, settings)
