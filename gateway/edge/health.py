"""What machines ask: alive, ready, which version, what is measured. And the schema to download."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.refusal import GUARD_HEADERS
from schema.graph.ports import DepartmentView


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Where the answers come from.

    `ready` names each part we cannot work without, with the reason when it is not there.
    A department is no such part: without it we still answer for all others. Nor are its workers;
    `workers_down` names all that died, and decides nothing.
    """

    ready: Callable[[], Awaitable[Mapping[str, str | None]]]
    departments: Callable[[], Sequence[DepartmentView]]
    workers_down: Callable[[], Sequence[str]] = tuple
    version: Mapping[str, str]
    sdl: Callable[[], str]
    metrics: Callable[[], tuple[bytes, str]] | None = None


def health_routes(probes: Probes) -> list[Route]:
    """The routes; /metrics only where something is measured."""

    async def livez(_: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(_: Request) -> Response:
        parts = await probes.ready()
        return _json(_report(parts), status=503 if any(parts.values()) else 200)

    async def healthz(_: Request) -> Response:
        parts = await probes.ready()
        report = {
            **_report(parts),
            "departments": [_department(d) for d in probes.departments()],
            "workersDown": list(probes.workers_down()),
        }
        return _json(report, status=503 if any(parts.values()) else 200)

    async def version(_: Request) -> Response:
        return _json(probes.version)

    async def schema(_: Request) -> Response:
        return Response(
            await asyncio.to_thread(probes.sdl),
            headers=GUARD_HEADERS,
            media_type="text/plain; charset=utf-8",
        )

    routes = [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/healthz", healthz),
        Route("/version", version),
        Route("/schema.graphql", schema),
    ]
    if probes.metrics is not None:
        routes.append(_metrics_route(probes.metrics))
    return routes


def _metrics_route(read: Callable[[], tuple[bytes, str]]) -> Route:
    async def metrics(_: Request) -> Response:
        content, media_type = read()
        return Response(content, headers=GUARD_HEADERS, media_type=media_type)

    return Route("/metrics", metrics)


def _report(parts: Mapping[str, str | None]) -> dict[str, object]:
    return {
        "status": "unavailable" if any(parts.values()) else "ok",
        "parts": {name: reason or "ok" for name, reason in parts.items()},
    }


def _department(view: DepartmentView) -> dict[str, object]:
    health = view.health
    return {
        "id": view.info.id,
        "up": health.up,
        "since": health.since,
        "reason": health.reason.en if health.reason else None,
    }


def _json(value: Mapping[str, object], *, status: int = 200) -> Response:
    return Response(
        orjson.dumps(value),
        status_code=status,
        headers=GUARD_HEADERS,
        media_type="application/json",
    )
