"""What a department publishes about itself: its registers, its services, and what it can bear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schema.domain.text import Text


class Repeats(StrEnum):
    """How a department treats the same filing sent twice."""

    KEY = "key"  # honours an idempotency key: sending again is safe
    LOOKUP = "lookup"  # can be asked whether a reference arrived
    BLIND = "blind"  # neither; a clerk must ask


class ProgressMode(StrEnum):
    """How a department's decisions reach us."""

    POLL = "poll"
    FEED = "feed"  # "changed since"
    CALLBACK = "callback"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a department says it can bear; seconds, calls, bytes."""

    timeout_s: float
    concurrency: int
    rate_per_s: float
    processing_s: float  # longest time after our time-out at which it may still act
    lookup_lag_s: float  # longest time until a look-up shows what was accepted
    reply_bytes: int = 1_000_000
    poll_every_s: float = 60.0

    @property
    def settle_s(self) -> float:
        """How long to wait before a look-up may be believed (time-out + processing + lag, ×1.5)."""
        return 1.5 * (self.timeout_s + self.processing_s + self.lookup_lag_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterField:
    """One field of a register's record. `kind`: text integer decimal boolean date datetime."""

    name: str
    kind: str
    title: Text
    required: bool
    personal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A field whose value is a key of another register, perhaps of another department."""

    name: str
    field: str
    department: str
    register: str
    lookup: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One way to find records.

    By which value, how many at once, whether it yields a list per key.
    """

    name: str
    batch: int = 1
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What a department knows: a kind of record, its key, its fields, its links."""

    id: str
    department: str
    title: Text
    key: str
    fields: tuple[RegisterField, ...]
    lookups: tuple[Lookup, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentInfo:
    """What a department publishes about itself."""

    id: str
    name: Text
    owner: str
    protocol: str
    repeats: Repeats
    progress: ProgressMode
    limits: Limits
    services: tuple[str, ...]  # items it decides
    registers: tuple[Register, ...]
    verifications: tuple[str, ...] = ()
    declared: Mapping[str, int] = field(default_factory=dict)  # mapping lines: declared, python
    finds_supplements: bool = False  # each service that takes them can tell whether one arrived
    asks_progress: bool = False  # each service can be asked where filings stand, by number
    progress_batch: int = 1  # how many receipts one status query may carry
    credentials: frozenset[str] = frozenset()  # by name, those it takes from the settings
