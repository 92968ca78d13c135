"""Commands that keep running: the gateway, the demo."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from gateway.cli.options import ConfigOption, ProfileOption, SetOption
from gateway.cli.output import INTERRUPTED, OK, Speaker, Stop
from gateway.cli.plainly import serve as serve_until_stopped

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
    serve_until_stopped(
        context.obj, profile=profile, host=host, port=port, config=config, pairs=pairs
    )


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
