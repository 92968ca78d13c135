"""The settings as types: every key with its kind, its default and what it is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PrivateAttr, SecretStr

from gateway.settings_departments import DepartmentAccess
from gateway.settings_read import source_of
from gateway.settings_safety import Stance, without_password
from gateway.settings_section import CommaSeparated, Seconds, Section, WebAddress
from schema.domain.text import Language


class Server(Section):
    """Where the gateway listens."""

    host: str = Field(
        default="127.0.0.1", description="address to listen on; dev allows loopback only"
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one"
    )
    public_url: WebAddress | None = Field(
        default=None, description="address people and departments use"
    )


class Store(Section):
    """Where cases and their events are kept."""

    url: SecretStr = Field(
        default=SecretStr(""),
        description="`sqlite:///path` or `postgresql://user:password@host/name`",
    )


class Materials(Section):
    """Where uploaded documents are kept."""

    folder: Path | None = Field(default=None, description="folder for uploaded documents")
    max_bytes: int = Field(default=20_000_000, gt=0, description="largest document, in bytes")


class ExecutorSettings(Section):
    """Several gateway processes on one PostgreSQL."""

    lease_s: Annotated[float, Field(ge=1, le=600)] = Field(
        default=15.0,
        description="seconds without a sign of life until another process takes commands over",
    )


class ReconcileSettings(Section):
    """What departments hold against what we hold."""

    daily: bool = Field(default=True, description="whether to compare once a business day")
    at: time = Field(default=time(3), description="from what hour on, by the business clock")


class ClockSettings(Section):
    """Business time."""

    follow: WebAddress | None = Field(
        default=None, description="a clock to follow instead of the machine's; dev only"
    )


class Polling(Section):
    """Asking departments for progress."""

    every_s: Seconds | None = Field(
        default=None, description="seconds between two rounds; replaces what manifests say"
    )


class Deadlines(Section):
    """How long things may take."""

    operation_s: Seconds = Field(
        default=5.0, description="seconds until a GraphQL operation is answered"
    )
    department_s: Seconds = Field(
        default=2.0, description="seconds of them spent waiting for departments, all calls together"
    )


class Cache(Section):
    """Second level of the read cache."""

    url: SecretStr = Field(
        default=SecretStr("memory://"), description="`memory://` or `redis://` / `rediss://`"
    )


class Identity(Section):
    """Whose tokens are believed."""

    issuer: str | None = Field(
        default=None, description="OIDC issuer; without one, dev makes its tokens"
    )
    jwks_url: WebAddress | None = Field(
        default=None, description="where the issuer publishes its keys"
    )
    audience: str = Field(
        default="onething", min_length=1, description="the `aud` tokens must carry"
    )


class IssuingSettings(Section):
    """The keys certificates are bundled and signed with, and where bundles are checked."""

    key_file: Path | None = Field(
        default=None,
        description="Ed25519 private key (PEM, mode 600); dev makes one under `dev_folder`",
    )
    retired_keys: Annotated[tuple[Path, ...], CommaSeparated] = Field(
        default=(), description="public keys (PEM) that signed once: their bundles stay valid"
    )
    check_url: WebAddress | None = Field(
        default=None, description="public address before `/check/…`, as printed in QR codes"
    )


class Telemetry(Section):
    """Traces."""

    exporter: Literal["off", "console", "otlp"] = Field(default="off", description="where spans go")
    endpoint: WebAddress | None = Field(default=None, description="OTLP/HTTP address, for `otlp`")
    sample_ratio: float = Field(default=0.05, ge=0, le=1, description="share of operations traced")


class Log(Section):
    """The log, on standard error."""

    format: Literal["json", "console"] = Field(
        default="json", description="one JSON object a line, or text"
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level"
    )


class Folders(Section):
    """What is added without touching the code."""

    departments: Path | None = Field(default=None, description="further department folders")
    one_things: Path | None = Field(default=None, description="further one thing files")
    calendars: Path | None = Field(
        default=None, description="further calendar overlays, `2027.toml`"
    )
    operations: Path | None = Field(
        default=None,
        description="recorded operations to be ready for: a `.graphql` file, or a folder of them",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSetting:
    """One line of `config show`."""

    key: str
    value: str
    source: str


class Settings(Section):
    """Everything that differs between installations. Constant once loaded."""

    profile: Literal["dev", "production"] = Field(
        default="production", description="`dev` or `production`"
    )
    dev_folder: Path = Field(
        default=Path(".dev"), description="where dev keeps its store, key and files"
    )
    languages: Annotated[tuple[Language, ...], CommaSeparated] = Field(
        default=("zh", "en"), min_length=1, description="languages offered, the preferred one first"
    )
    server: Server = Server()
    store: Store = Store()
    materials: Materials = Materials()
    departments: dict[str, DepartmentAccess] = Field(default_factory=dict)
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

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any) -> None:
        """The validation context is the source of each key."""
        self._sources = dict(context or {})

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
        return self.store.url.get_secret_value()

    @property
    def cache_url(self) -> str:
        """The cache's address in the clear; it may hold a password."""
        return self.cache.url.get_secret_value()

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


def leaves(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its dotted key."""
    for name, value in section:
        key = f"{prefix}{name}"
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{key}.")
        elif isinstance(value, dict):
            for inner, access in value.items():
                yield from leaves(access, f"{key}.{inner}.")
        else:
            yield key, value


def _masked(key: str, value: Any) -> str:
    if isinstance(value, SecretStr):
        clear = value.get_secret_value()
        return without_password(clear) if key in {"store.url", "cache.url"} else "***"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
