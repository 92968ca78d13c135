"""The gateway in the foreground."""

import asyncio
import socket

import uvicorn

from gateway.cli.loading import explained
from gateway.cli.output import Speaker, Stop
from gateway.settings import Settings
from gateway.telemetry import configure_logging

_GRACE_S = 10


def serve_gateway(speaker: Speaker, settings: Settings) -> None:
    """Serve until told to stop. Nothing is started when anything that is declared is wrong."""
    configure_logging(format=settings.log.format, level=settings.log.level)
    _refuse_taken_port(settings)
    with explained():
        from gateway.app import build_app

        app = build_app(settings)
    _refuse_store_in_use(settings)
    host, port = settings.server.host, settings.server.port
    if settings.dev:
        speaker.err.print(f"GraphiQL: http://{host}:{port}/graphql", highlight=False)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            timeout_keep_alive=30,
        )
    )
    server.run()
    if not server.started:
        raise Stop(["the gateway could not start"], next_step="read the log above")


def _refuse_store_in_use(settings: Settings) -> None:
    from gateway.cases.database import Database
    from gateway.cases.errors import StoreInUse

    database = Database(settings.store_url)
    try:
        database.open()
    except StoreInUse as error:
        raise Stop(
            [str(error)],
            next_step="stop the other gateway, or give this one a store: --set store.url=sqlite:///…",
        ) from error
    finally:
        asyncio.run(database.close())


def _refuse_taken_port(settings: Settings) -> None:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(
                [f"{host}:{port}: {error.strerror or error}"],
                next_step="stop what listens there, or take another: onething serve --port 8010",
            ) from error
