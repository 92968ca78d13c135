"""A department's declaration, read and found whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.outcome import Meaning
from adapters.rows import steps_of
from schema.domain.department import Limits, ProgressMode, Register, Repeats
from schema.domain.text import Text

VERBS = (
    "file",
    "find_filing",
    "supplement",
    "find_supplement",
    "withdraw",
    "progress",
    "certificate",
)
AUTH_KINDS: Mapping[str, tuple[str, ...]] = {
    "soap": ("none", "message", "username_token"),
    "rest": ("none", "message", "header", "oauth2"),
    "graphql": ("none", "message", "header", "oauth2"),
}
WRITES = frozenset({"file", "supplement", "withdraw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSpec:
    """The contract's files and what is chosen in them."""

    file: Path
    sha256: str
    path: str = ""
    service: str = ""
    port: str = ""
    encoding: str = "utf-8"
    reply_encoding: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    vendored: Mapping[str, Path] = field(default_factory=dict)  # copies, by where they come from
    absent: tuple[str, ...] = ()  # what it refers to and nobody has


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who answers for the department's system, and on what ground data is exchanged."""

    unit: str
    contact: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSpec:
    """How we show who we are; `names` are credentials by their role."""

    kind: str
    names: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """Where a reply says how it went."""

    code: str | None = None
    success: tuple[str, ...] = ()
    text: str | None = None
    fault_code: str | None = None
    fault_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerSpec:
    """A document carried in a string of the reply."""

    at: str
    root: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSpec:
    """One call of the contract, as declared. `key`: where in the manifest it stands."""

    key: str
    call: str
    operation: str
    request: Mapping[str, Any] = field(default_factory=dict)
    reply: Mapping[str, Any] = field(default_factory=dict)
    each: str | None = None
    inner: InnerSpec | None = None
    outcome: OutcomeRule = field(default_factory=OutcomeRule)
    each_outcome: OutcomeRule = field(default_factory=OutcomeRule)
    faults: Mapping[str, Meaning] = field(default_factory=dict)
    conditional: bool = False
    batch: int = 1
    many: bool = False
    match: str | None = None
    start: str | None = None
    const: Mapping[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether it changes something at the department."""
        return self.call in WRITES

    @property
    def apart(self) -> tuple[str, ...]:
        """The way to rows of which each tells something by itself; () where it has none."""
        return steps_of(self.each) if self.key == "feed" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSpec:
    """A department's own messages and how they are signed."""

    event: str
    timestamp: str
    signature: str
    prefix: str
    secret: str
    max_age_s: float
    each: str | None
    reply: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything one department declares."""

    folder: Path
    id: str
    name: Text
    owner: Owner
    protocol: str
    repeats: Repeats
    progress: ProgressMode
    contract: ContractSpec
    limits: Limits
    auth: AuthSpec
    outcome: OutcomeRule
    codes: Mapping[str, Mapping[str, Any]]
    faults: Mapping[str, Meaning]
    registers: tuple[Register, ...]
    lookups: Mapping[tuple[str, str], CallSpec]
    services: Mapping[str, Mapping[str, CallSpec]]
    unused: Mapping[str, CallSpec]  # shared verbs, where there is no service to use them
    verifications: Mapping[str, CallSpec]
    feed: CallSpec | None
    callback: CallbackSpec | None
    python: Mapping[str, Callable[[Any], Any]]

    @property
    def calls(self) -> Iterator[CallSpec]:
        """Every call it declares: look-ups, verifications, verbs of services, the feed."""
        yield from self.lookups.values()
        yield from self.verifications.values()
        for verbs in self.services.values():
            yield from verbs.values()
        if self.feed is not None:
            yield self.feed
