"""Commands that keep running: the gateway, the demo."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from gateway.cli.heap import growing
from gateway.cli.options import ConfigOption, ProfileOption, SetOption, settings_of
from gateway.cli.output import INTERRUPTED, OK, Speaker, Stop
from gateway.cli.plainly import plainly_given
from gateway.imports import lacking

if TYPE_CHECKING:
    from gateway.settings import Settings

PortBase: TypeAlias = Annotated[
    int,
    typer.Option("--port-base", min=0, max=65526, help="Mocks from here on; 0 takes free ports."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(serve)
    app.command()(demo)


def serve(
    context: typer.Context,
    profile: ProfileOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    config: ConfigOption = None,
    pairs: SetOption = None,
) -> None:
    """Run the gateway until it is told to stop."""
    _serve(context.obj, settings_of(config, profile, pairs, _listening(host, port)))


def serve_plainly(speaker: Speaker, words: Sequence[str]) -> bool:
    """Do what `serve` does; False, and nothing done, where typer has to look at these words."""
    given = plainly_given(serve, words)
    if given is None or any("=" not in pair for pair in given.get("pairs", ())):
        return False
    config, profile, pairs, host, port = map(
        given.get, ("config", "profile", "pairs", "host", "port")
    )
    _serve(speaker, settings_of(config, profile, pairs, _listening(host, port)))
    return True


def _listening(host: str | None, port: int | None) -> Mapping[str, Any]:
    return {"server.host": host, "server.port": port}


def _serve(speaker: Speaker, settings: "Settings") -> None:
    with growing(), lacking("rich", "pygments"):  # five megabytes, for tracebacks in colour
        from gateway.cli.serving import gateway_of, run

        app = gateway_of(settings)
    run(app, speaker, settings)


def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Exit when the case is complete.")] = False,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="First day; the next working day if absent."
        ),
    ] = None,
    state: Annotated[
        Path, typer.Option("--state", help="Folder for the demo's files; made anew each time.")
    ] = Path(".dev/demo"),
    port_base: PortBase = 8100,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="The gateway's port.")
    ] = None,
) -> None:
    """Open a restaurant with invented departments, from application to certificates."""
    import asyncio

    from gateway.demo.failure import DemoFailed
    from gateway.demo.run import Options, run

    speaker: Speaker = context.obj
    options = Options(
        once=once,
        start=start.date() if start else None,
        today=_today(),
        state=state,
        port_base=port_base,
        port=port,
    )
    try:
        asyncio.run(run(options, speaker.out))
    except KeyboardInterrupt:
        # The way a demo that stays up is meant to end.
        raise typer.Exit(INTERRUPTED if once else OK) from None
    except DemoFailed as failed:
        raise Stop(failed.missing, next_step=failed.next_step) from failed


def _today() -> date:
    from gateway.clock import SystemClock

    return SystemClock().now().date()
