"""The gateway in the foreground."""

import asyncio
import socket
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import uvicorn

from adapters.documents import forget_all
from gateway.cases.errors import (
    StoreError,
    StoreInUse,
    StoreMoved,
    StoreTooNew,
    StoreUnavailable,
    VersionsMissing,
)
from gateway.cases.preflight import StoreUnusable, database_at, preflight
from gateway.cli.given import address
from gateway.cli.loading import explained
from gateway.cli.output import Speaker, Stop
from gateway.declared import read_declared
from gateway.settings import Settings
from gateway.telemetry import configure_logging
from schema.graph.ports import Catalogue

if TYPE_CHECKING:
    from gateway.edge.rim import Rim

_GRACE_S = 10


def gateway_of(settings: Settings) -> "Rim":
    """The gateway, not started; Stop when anything declared, the port or the store is wrong."""
    configure_logging(format=settings.log.format, level=settings.log.level)
    _refuse_taken_port(settings)
    _refuse_address(settings)
    with explained():
        from gateway.app import Gateway

        declared = read_declared(settings)
        app = Gateway(settings, declared).application()
    forget_all()
    _refuse_store(settings, declared.catalogue)
    return app


def run(app: "Rim", speaker: Speaker, settings: Settings) -> None:
    """Serve until told to stop."""
    from gateway.edge.fast_protocol import protocol_of

    host, port = settings.server.host, settings.server.port
    if settings.dev:
        speaker.aside(f"GraphiQL: {address(settings)}/graphql")
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=protocol_of(app),
            loop=loop_of_server(),
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


def loop_of_server() -> str:
    """Where uvicorn finds the loop; there is no uvloop on Windows."""
    return "auto" if sys.platform == "win32" else "gateway.prompt_loop:PromptLoop"


_NEXT_STEP: Mapping[type[StoreError], str] = {
    StoreInUse: "stop the other gateway, or give this one a store: --set store.url=sqlite:///…",
    StoreTooNew: "start the newer gateway",
    StoreMoved: "set store.url to that; if it was never used: onething db take-back",
    VersionsMissing: "put the files back, or name their folder: plugins.one_things",
    StoreUnavailable: "correct store.url: onething config show",
}


def advice(error: StoreError, key: str = "store.url") -> str | None:
    """What to do about what the store refuses; `key` is where it was named."""
    if not isinstance(error, StoreUnusable):
        return _NEXT_STEP.get(type(error))
    if error.is_file:
        return f"make room there and let this user write, or name another file: {key}"
    login = "password: ~/.pgpass or PGPASSWORD"
    return f"start it, let this user in ({login}) and make tables, or correct {key}"


def _refuse_address(settings: Settings) -> None:
    try:
        database = database_at(settings.store_url)
        _ = database.is_sqlite and database.path  # which a file must have
    except StoreError as error:
        raise Stop([str(error)], next_step=advice(error)) from error


def _refuse_store(settings: Settings, catalogue: Catalogue) -> None:
    try:
        asyncio.run(preflight(settings.store_url, catalogue))
    except StoreError as error:
        raise Stop([str(error)], next_step=advice(error)) from error


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
