"""The settings as types: every key with its kind, its default and what it is for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from gateway.settings_addresses import without_password
from gateway.settings_departments import DepartmentAccess
from gateway.settings_read import source_of
from gateway.settings_safety import Stance
from gateway.settings_section import (
    Bounds,
    Filled,
    Seconds,
    Secret,
    Section,
    WebAddress,
    setting,
)
from schema.domain.text import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Server(Section):
    """Where the gateway listens."""

    host: str = setting("127.0.0.1", "address to listen on; dev allows loopback only")
    port: Annotated[int, Bounds(at_least=0, at_most=65535)] = setting(
        8000, "port to listen on; 0 takes a free one"
    )
    public_url: WebAddress | None = setting(None, "address people and departments use")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store(Section):
    """Where cases and their events are kept."""

    url: Secret = setting(Secret(""), "`sqlite:///path` or `postgresql://user:password@host/name`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials(Section):
    """Where uploaded documents are kept."""

    folder: Path | None = setting(None, "folder for uploaded documents")
    max_bytes: Annotated[int, Bounds(above=0)] = setting(20_000_000, "largest document, in bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorSettings(Section):
    """Several gateway processes on one PostgreSQL."""

    lease_s: Annotated[float, Bounds(at_least=1, at_most=600)] = setting(
        15.0,
        "seconds without a sign of life until another process takes commands over",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileSettings(Section):
    """What departments hold against what we hold."""

    daily: bool = setting(True, "whether to compare once a business day")
    at: time = setting(time(3), "from what hour on, by the business clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSettings(Section):
    """Applications nobody has submitted yet."""

    keep_days: Annotated[int, Bounds(at_least=1, at_most=3650)] = setting(
        90, "days a draft is kept after its last change; then it ends, with what was answered in it"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings(Section):
    """Business time."""

    follow: WebAddress | None = setting(
        None, "a clock to follow instead of the machine's; dev only"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling(Section):
    """Asking departments for progress."""

    every_s: Seconds | None = setting(
        None, "seconds between two rounds; replaces what manifests say"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines(Section):
    """How long things may take."""

    operation_s: Seconds = setting(5.0, "seconds until a GraphQL operation is answered")
    department_s: Seconds = setting(
        2.0, "seconds of them spent waiting for departments, all calls together"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache(Section):
    """Second level of the read cache."""

    url: Secret = setting(Secret("memory://"), "`memory://` or `redis://` / `rediss://`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Section):
    """Whose tokens are believed."""

    issuer: str | None = setting(None, "OIDC issuer; without one, dev makes its tokens")
    jwks_url: WebAddress | None = setting(None, "where the issuer publishes its keys")
    audience: Annotated[str, Filled()] = setting("onething", "the `aud` tokens must carry")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingSettings(Section):
    """The keys certificates are bundled and signed with, and where bundles are checked."""

    key_file: Path | None = setting(
        None, "Ed25519 private key (PEM, mode 600); dev makes one under `dev_folder`"
    )
    retired_keys: tuple[Path, ...] = setting(
        (), "public keys (PEM) that signed once: their bundles stay valid"
    )
    check_url: WebAddress | None = setting(
        None, "public address before `/check/…`, as printed in QR codes"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry(Section):
    """Traces."""

    exporter: Literal["off", "console", "otlp"] = setting("off", "where spans go")
    endpoint: WebAddress | None = setting(None, "OTLP/HTTP address, for `otlp`")
    sample_ratio: Annotated[float, Bounds(at_least=0, at_most=1)] = setting(
        0.05, "share of operations traced"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Section):
    """The log, on standard error."""

    format: Literal["json", "console"] = setting("json", "one JSON object a line, or text")
    level: Literal["debug", "info", "warning", "error"] = setting("info", "least level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders(Section):
    """What is added without touching the code."""

    departments: Path | None = setting(None, "further department folders")
    one_things: Path | None = setting(None, "further one thing files")
    calendars: Path | None = setting(None, "further calendar overlays, `2027.toml`")
    operations: Path | None = setting(
        None, "recorded operations to be ready for: a `.graphql` file, or a folder of them"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSetting:
    """One line of `config show`."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Section):
    """Everything that differs between installations. Constant once loaded."""

    profile: Literal["dev", "production"] = setting("production", "`dev` or `production`")
    dev_folder: Path = setting(Path(".dev"), "where dev keeps its store, key and files")
    languages: Annotated[tuple[Language, ...], Filled()] = setting(
        ("zh", "en"), "languages offered, the preferred one first"
    )
    server: Server = Server()
    store: Store = Store()
    materials: Materials = Materials()
    departments: Mapping[str, DepartmentAccess] = field(default_factory=dict)
    drafts: DraftSettings = DraftSettings()
    clock: ClockSettings = ClockSettings()
    polling: Polling = Polling()
    executors: ExecutorSettings = ExecutorSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    deadlines: Deadlines = Deadlines()
    cache: Cache = Cache()
    identity: Identity = Identity()
    issuing: IssuingSettings = IssuingSettings()
    telemetry: Telemetry = Telemetry()
    log: Log = Log()
    plugins: Folders = Folders()

    _sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def told_by(self, sources: Mapping[str, str]) -> "Settings":
        """The same, knowing the source of each key."""
        return replace(self, _sources=dict(sources))

    @property
    def dev(self) -> bool:
        """Whether the dev profile was asked for."""
        return self.profile == "dev"

    @property
    def dev_issuer(self) -> bool:
        """Whether tokens of our own making are believed: dev, and no real issuer named."""
        return self.dev and self.identity.issuer is None

    @property
    def store_url(self) -> str:
        """The store's address in the clear; it may hold a password."""
        return self.store.url.clear

    @property
    def cache_url(self) -> str:
        """The cache's address in the clear; it may hold a password."""
        return self.cache.url.clear

    def source(self, key: str) -> str:
        """Which layer set this dotted key; `default` when none did."""
        return source_of(self._sources, key)

    def shown(self) -> list[ShownSetting]:
        """Every setting with its source, secrets masked: what `config show` prints."""
        return [
            ShownSetting(key=key, value=_masked(key, value), source=self.source(key))
            for key, value in leaves(self)
        ]

    def stance(self) -> Stance:
        """What the safety rules look at."""
        return Stance(
            dev=self.dev,
            host=self.server.host,
            public_url=self.server.public_url,
            store_url=self.store_url,
            cache_url=self.cache_url,
            dev_folder=self.dev_folder,
            materials=self.materials.folder,
            issuer=self.identity.issuer,
            jwks_url=self.identity.jwks_url,
            key_file=self.issuing.key_file,
            check_url=self.issuing.check_url,
            follow=self.clock.follow,
            otlp=self.telemetry.endpoint if self.telemetry.exporter == "otlp" else None,
            departments={d: (a.url, a.credentials) for d, a in self.departments.items()},
            deadlines=(self.deadlines.operation_s, self.deadlines.department_s),
        )


def leaves(section: Section, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its dotted key."""
    for name, value in section:
        key = f"{prefix}{name}"
        if isinstance(value, Section):
            yield from leaves(value, f"{key}.")
        elif isinstance(value, dict):
            for inner, access in value.items():
                yield from leaves(access, f"{key}.{inner}.")
        else:
            yield key, value


def _masked(key: str, value: Any) -> str:
    if isinstance(value, Secret):
        clear = value.clear
        return without_password(clear) if key in {"store.url", "cache.url"} else "***"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
