"""What no installation may do by accident: a table of rules, every broken one reported at once.

A rule names a setting and a remedy and never repeats a value: it may be a secret.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.settings_addresses import (
    host_of,
    is_loopback,
    scheme_of,
    store_host,
    store_kind,
    store_password,
    torn,
)
from gateway.settings_demo import PUBLIC_SECRETS

DEV_ISSUER_PREFIX = "urn:dev:"
_SAMPLE_VALUES = frozenset({"", "changeme", "change-me", "secret", "password", "postgres", "admin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What the rules look at. Holds secrets: never printed."""

    dev: bool
    host: str
    public_url: str | None
    store_url: str
    cache_url: str
    dev_folder: Path
    materials: Path | None
    issuer: str | None
    jwks_url: str | None
    key_file: Path | None
    check_url: str | None
    follow: str | None
    otlp: str | None
    departments: Mapping[str, tuple[str, Mapping[str, str]]]
    deadlines: tuple[float, float]

    def __repr__(self) -> str:
        return "Stance(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One setting that may not be so, and the way out."""

    key: str
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Rule:
    key: str
    broken: Callable[[Stance], bool]
    sentence: str
    remedy: str


def refusals(stance: Stance) -> list[Refusal]:
    """Everything that stands against starting; empty when nothing does."""
    rules = _ALWAYS + (_DEV if stance.dev else _PRODUCTION)
    found = [
        Refusal(key=r.key, sentence=r.sentence, remedy=r.remedy) for r in rules if r.broken(stance)
    ]
    of_departments = _dev_departments if stance.dev else _production_departments
    return [*found, *of_departments(stance)]


def _plain_outside(url: str | None) -> bool:
    """Unencrypted, to another machine."""
    return url is not None and not url.startswith("https://") and not is_loopback(host_of(url))


def _under(folder: Path, url: str) -> bool:
    return url.startswith("sqlite") and Path(url.partition(":///")[2]).is_relative_to(folder)


def _sample_password(url: str) -> bool:
    password = store_password(url)
    return password is not None and password in _SAMPLE_VALUES


def _remote_store(s: Stance) -> bool:
    return store_kind(s.store_url) == "postgresql" and not is_loopback(store_host(s.store_url))


def _remote_redis(s: Stance) -> bool:
    return s.cache_url.startswith("redis://") and not is_loopback(host_of(s.cache_url))


_ALWAYS = (
    _Rule(
        "deadlines.department_s",
        lambda s: s.deadlines[1] > s.deadlines[0],
        "a department may not take longer than the whole operation",
        "make it at most deadlines.operation_s",
    ),
    _Rule(
        "store.url",
        lambda s: bool(s.store_url) and store_kind(s.store_url) not in {"sqlite", "postgresql"},
        "neither a SQLite file nor PostgreSQL",
        "write sqlite:///path or postgresql://user:password@host/name",
    ),
    _Rule(
        "cache.url",
        lambda s: scheme_of(s.cache_url) not in {"memory", "redis", "rediss"} or torn(s.cache_url),
        "not a cache we know",
        "write memory://, redis://host or rediss://host; in a password, %2F for /, %23 for #",
    ),
    _Rule(
        "identity.jwks_url",
        lambda s: (s.issuer is None) != (s.jwks_url is None),
        "an issuer and the address of its keys go together",
        "set both identity.issuer and identity.jwks_url",
    ),
)

_DEV = (
    _Rule(
        "server.host",
        lambda s: not is_loopback(s.host),
        "the dev profile listens on this machine only, as anybody may make its tokens",
        "use 127.0.0.1, or the production profile with a real issuer",
    ),
    _Rule(
        "store.url",
        _remote_store,
        "the dev profile keeps to stores on this machine",
        "leave it out, or name one on loopback",
    ),
    _Rule(
        "identity.issuer",
        lambda s: (s.issuer or "").startswith(DEV_ISSUER_PREFIX),
        "the dev issuer is not configured, it is there",
        "leave it out",
    ),
    _Rule(
        "identity.issuer",
        lambda s: _plain_outside(s.jwks_url),
        "keys fetched unencrypted may be anybody's",
        "use https",
    ),
)

_WITHOUT_ISSUER = (
    "name an issuer and its identity.jwks_url, or ask for the dev profile: --profile dev"
)
_PRODUCTION = (
    _Rule(
        "identity.issuer", lambda s: not s.issuer, "no issuer: nobody could log in", _WITHOUT_ISSUER
    ),
    _Rule(
        "identity.issuer",
        lambda s: bool(s.issuer) and not str(s.issuer).startswith("https://"),
        "tokens are believed from an https issuer only",
        "name one; the dev issuer exists in the dev profile only",
    ),
    _Rule(
        "identity.jwks_url",
        lambda s: s.jwks_url is not None and not s.jwks_url.startswith("https://"),
        "keys fetched unencrypted may be anybody's",
        "use https",
    ),
    _Rule("store.url", lambda s: not s.store_url, "no store", "name a SQLite file or PostgreSQL"),
    _Rule(
        "store.url",
        lambda s: _under(s.dev_folder, s.store_url),
        "the dev profile's own store",
        "name another file, or PostgreSQL",
    ),
    _Rule(
        "store.url",
        lambda s: _sample_password(s.store_url),
        "a password everybody knows",
        "give the database a password of its own",
    ),
    _Rule("materials.folder", lambda s: s.materials is None, "no folder", "name one"),
    _Rule(
        "server.public_url",
        lambda s: _plain_outside(s.public_url),
        "people would send personal data unencrypted",
        "use https",
    ),
    _Rule(
        "issuing.key_file",
        lambda s: s.key_file is None,
        "no key: certificates could not be signed",
        "make one (openssl genpkey -algorithm ed25519 -out issuing.pem) and name its file",
    ),
    _Rule(
        "issuing.key_file",
        lambda s: s.key_file is not None and s.key_file.is_relative_to(s.dev_folder),
        "the dev profile's own key",
        "make another (openssl genpkey -algorithm ed25519 -out issuing.pem) and name its file",
    ),
    _Rule(
        "issuing.check_url",
        lambda s: not (s.check_url or "").startswith("https://"),
        "no https address: nobody could check a certificate and trust the answer",
        "name the public https address that leads to this gateway",
    ),
    _Rule(
        "clock.follow",
        lambda s: s.follow is not None,
        "in production time is real",
        "leave it out",
    ),
    _Rule(
        "cache.url", _remote_redis, "unencrypted to another machine", "use rediss:// or loopback"
    ),
    _Rule(
        "telemetry.endpoint",
        lambda s: _plain_outside(s.otlp),
        "unencrypted to another machine",
        "use https or a collector on loopback",
    ),
)


def _dev_departments(s: Stance) -> Iterator[Refusal]:
    if s.issuer is not None:
        return
    for department, (url, _) in s.departments.items():
        if not is_loopback(host_of(url)):
            yield Refusal(
                key=f"departments.{department}.url",
                sentence="with dev tokens anybody could file here",
                remedy="use a mock on this machine, or name a real issuer",
            )


def _production_departments(s: Stance) -> Iterator[Refusal]:
    for department, (url, credentials) in s.departments.items():
        if _plain_outside(url):
            yield Refusal(
                key=f"departments.{department}.url",
                sentence="unencrypted to another machine",
                remedy="use https, or a TLS proxy on loopback",
            )
        for name, value in credentials.items():
            if value in PUBLIC_SECRETS or value.lower() in _SAMPLE_VALUES:
                yield Refusal(
                    key=f"departments.{department}.{name}",
                    sentence="a value everybody knows",
                    remedy="put the department's own credential here",
                )
