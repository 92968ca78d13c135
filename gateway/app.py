"""The one place where objects meet: settings in, a running application out."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import structlog
import uuid_utils
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

import gateway.demo
import schema
from gateway.answering import Answering
from gateway.cases.probe import NO_HOOKS, Hooks
from gateway.cases.service import CaseService, Pace
from gateway.clock import Clock, FollowedClock, SystemClock
from gateway.declared import Declared, read_declared
from gateway.demo.seed import demo_seed, empty_seed
from gateway.edge.callbacks import CallbacksEndpoint
from gateway.edge.checking import checking_routes
from gateway.edge.forgetting import ForgettingEndpoint
from gateway.edge.graphiql_page import ASSETS, GraphiQLPage
from gateway.edge.graphql import GraphQLEndpoint
from gateway.edge.health import Probes, health_routes
from gateway.edge.materials import MaterialsEndpoint, UploadLimits
from gateway.edge.rim import Rim
from gateway.edge.shelf import Shelf
from gateway.edge.viewers import Authenticate
from gateway.execution.executor import Executor
from gateway.execution.own import OwnAnswers
from gateway.execution.recorded import WarmUp, recorded_in
from gateway.execution.remembered import Remembered
from gateway.federation.changed import made_old
from gateway.federation.closed import ClosedReads
from gateway.federation.knocking import knock
from gateway.federation.operation import OperationReads, scope_of
from gateway.federation.service import Federation
from gateway.federation.shared import AiocacheStore, SharedMemory
from gateway.issuing.check import Checker
from gateway.issuing.issuing import issuing_of
from gateway.metrics import Metrics
from gateway.security.masking import personal_mask
from gateway.security.policy import may_read_registers
from gateway.security.viewer import authenticator
from gateway.settings import Settings
from gateway.telemetry import configure_tracing
from gateway.web import web_client
from schema.domain.case import Case, Event
from schema.domain.text import Language
from schema.graph.build import build_schema, core
from schema.graph.federation import federated
from schema.graph.ports import Context, Reads, Viewer
from schema.graph.public import PUBLIC
from schema.graph.records import record_fields

log = structlog.get_logger(__name__)

SHIPPED_OPERATIONS = (
    Path(str(schema.__file__)).parent / "operations",
    Path(str(gateway.demo.__file__)).parent / "operations",
)
_PATH = "/graphql"


def build_app(settings: Settings) -> ASGIApp:
    """The gateway of these settings; DeclarationInvalid when a declared file is wrong,
    SettingsInvalid when a key named in them is none.

    Departments are not asked anything here: one that is down is said to be down, later.
    """
    return Gateway(settings, read_declared(settings)).application()


class Gateway:
    """One process's parts, started and stopped together."""

    def __init__(self, settings: Settings, declared: Declared, hooks: Hooks = NO_HOOKS) -> None:
        self._settings = settings
        self._declared = declared
        self._issuing = issuing_of(settings, declared.infos)
        self._web = web_client(settings)
        self._clock = _clock(settings, self._web)
        self._metrics = Metrics()
        departments = declared.departments.departments
        self._federation = Federation(
            departments.values(), now=self._clock.now, shared=_shared(settings)
        )
        self._views = _Views(self._federation)
        self._shelf = Shelf(settings.materials.folder or settings.dev_folder / "materials")
        self._cases = CaseService(
            store_url=settings.store_url,
            departments=self._federation.guarded(),
            catalogue=declared.catalogue,
            clock=self._clock,
            calendar=declared.calendar,
            reads=self._reads,
            signing=self._issuing,
            materials=self._shelf,
            pace=_pace(settings),
            hooks=hooks,
            moved=self._moved,
            metrics=self._metrics,
        )
        self._schema = build_schema(declared.infos, personal_mask)
        self._executor = Executor(
            federated(self._schema, declared.infos),
            extend=_calls if settings.dev else None,
            hide_suggestions=not settings.dev,
            public=PUBLIC,
            records=record_fields(core(self._schema), declared.infos),
            deadline_s=settings.deadlines.operation_s,
        )
        self._warm_up = WarmUp(self._executor, list(recorded_in(_recorded(settings))))

    def application(self) -> Rim:
        """Routes and lifespan; `/graphql` itself is reached without Starlette's layers."""
        settings = self._settings
        authenticate = authenticator(settings, self._web)
        page = GraphiQLPage(seed=self._seed(), dev=True) if settings.dev else None
        answering = Answering(self._executor, context=self._context, metrics=self._metrics)
        catalogue = partial(getattr, self._declared, "catalogue")
        graphql = GraphQLEndpoint(
            execute=answering,
            authenticate=authenticate,
            page=page,
            remembered=Remembered(catalogue, found=answering.from_memory),
            own=OwnAnswers(catalogue, found=answering.from_memory),
            dev=settings.dev,
        )
        materials = MaterialsEndpoint(
            shelf=self._shelf,
            authenticate=authenticate,
            limits=UploadLimits(bytes=settings.materials.max_bytes),
        )
        callbacks = CallbacksEndpoint(
            departments=self._declared.departments.departments,
            intake=self._cases.intake,
            real_now=time.time,
        )
        routes: list[Route | Mount] = [
            Route(_PATH, graphql),
            Route("/materials", materials),
            Route("/callbacks/{department}", callbacks),
            Route("/cache/forget", self._forgetting(authenticate)),
            *self._checking(),
            *health_routes(self._probes()),
        ]
        if page is not None and page.built:
            routes.insert(0, Mount(ASSETS, page.assets()))
        app = Starlette(routes=routes, lifespan=self._lifespan)
        fast = graphql.fast_path(_PATH, viewer=authenticate.known)
        straight = {_PATH: graphql}
        return Rim(app, new_id=_new_id, dev=settings.dev, straight=straight, fast_path=fast)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        telemetry = self._settings.telemetry
        tracing = configure_tracing(
            exporter=telemetry.exporter,
            endpoint=telemetry.endpoint,
            sample_ratio=telemetry.sample_ratio,
        )
        if isinstance(self._clock, FollowedClock):
            await self._clock.start()
        await self._cases.start()
        log.info("gateway.started", departments=len(self._declared.infos))
        warming = asyncio.create_task(self._warm_up.run())
        knocking = asyncio.create_task(knock(self._federation, self._addresses()))
        try:
            yield
        finally:
            knocking.cancel()
            warming.cancel()
            await self._cases.stop()
            await self._federation.aclose()
            for department in self._declared.departments.departments.values():
                await department.aclose()
            if isinstance(self._clock, FollowedClock):
                await self._clock.stop()
            await self._web.aclose()
            if tracing is not None:
                tracing.shutdown()

    def _context(self, viewer: Viewer, language: Language) -> Context:
        return Context(
            viewer=viewer,
            language=language,
            now=self._clock.now(),
            calendar=self._declared.calendar,
            catalogue=self._declared.catalogue,
            departments=self._views,
            applications=self._cases.applications,
            clerks=self._cases.clerks,
            reads=self._reads(viewer),
            bundles=self._issuing,
        )

    def _reads(self, viewer: Viewer) -> Reads:
        if not may_read_registers(viewer):
            return ClosedReads()
        budget = self._settings.deadlines.department_s
        return OperationReads(self._federation, scope=scope_of(viewer), budget_s=budget)

    def _moved(self, case: Case, event: Event) -> None:
        for tag in made_old(case, event):
            self._federation.forget(tag)

    def _forgetting(self, authenticate: Authenticate) -> ForgettingEndpoint:
        infos = self._declared.infos
        return ForgettingEndpoint(
            authenticate=authenticate,
            registers={info.id: [register.id for register in info.registers] for info in infos},
            case=self._cases.store.case,
            forget=self._federation.forget,
        )

    def _seed(self) -> Any:
        if self._settings.clock.follow is None:
            return empty_seed
        return demo_seed(self._settings, self._web, self._clock.now, self.application)

    def _checking(self) -> Sequence[Route]:
        keys = self._issuing.keys
        checker = Checker(self._cases.bundles, keys.check)
        return checking_routes(checker, keys.jwks(), now=self._clock.now)

    def _probes(self) -> Probes:
        return Probes(
            ready=self._ready,
            departments=self._federation.views,
            workers_down=self._cases.workers_down,
            version={"name": "onething", "version": version("onething")},
            sdl=cache(self._schema.as_str),
            metrics=self._metrics.render,
        )

    def _addresses(self) -> Mapping[str, str]:
        plugged = self._declared.departments.departments
        return {name: a.url for name, a in self._settings.departments.items() if name in plugged}

    async def _ready(self) -> Mapping[str, str | None]:
        return {**await self._cases.parts(), "operations": self._warm_up.left}


class _Views:
    """The departments as the graph asks for them."""

    def __init__(self, federation: Federation) -> None:
        self._federation = federation

    def all(self) -> Any:
        """Every department with its health."""
        return self._federation.views()


def _clock(settings: Settings, client: httpx.AsyncClient) -> Clock:
    follow = settings.clock.follow
    return SystemClock() if follow is None else FollowedClock(str(follow), client)


def _recorded(settings: Settings) -> Iterable[Path]:
    """Where recorded operations are: those that ship, and the operator's own."""
    own = settings.plugins.operations
    shipped = [folder for folder in SHIPPED_OPERATIONS if folder.is_dir()]
    return shipped if own is None else [*shipped, own]


def _pace(settings: Settings) -> Pace:
    return Pace(
        poll_every_s=settings.polling.every_s,
        lease_s=settings.executors.lease_s,
        reconcile_at=settings.reconcile.at if settings.reconcile.daily else None,
        drafts_kept=timedelta(days=settings.drafts.keep_days),
    )


def _shared(settings: Settings) -> SharedMemory | None:
    # In one process the federation's own memory is enough; a second level is for several.
    url = settings.cache_url
    return None if url == "memory://" else SharedMemory(AiocacheStore(url))


def _calls(context: Context) -> Mapping[str, Any]:
    reads = context.reads
    return reads.extensions() if isinstance(reads, OperationReads) else {}


def _new_id() -> str:
    return str(uuid_utils.uuid7())
