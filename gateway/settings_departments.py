"""The settings of each department: where it is, what it knows us by, what was agreed with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from gateway.settings_section import Bounds, Seconds, Secret, Section, WebAddress, required, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsAgreed(Section):
    """Limits agreed with a department that differ from what its manifest says."""

    timeout_s: Seconds | None = setting(None, "seconds for one call to it")
    processing_s: Annotated[float, Bounds(at_least=0, at_most=86_400)] | None = setting(
        None, "seconds it may still act after our time-out"
    )
    lookup_lag_s: Annotated[float, Bounds(at_least=0, at_most=86_400)] | None = setting(
        None, "seconds until a look-up shows what was accepted"
    )
    concurrency: Annotated[int, Bounds(above=0, at_most=1000)] | None = setting(
        None, "calls at once"
    )
    rate_per_s: Annotated[float, Bounds(at_least=0, at_most=100_000)] | None = setting(
        None, "calls a second; 0 is no limit"
    )
    poll_every_s: Seconds | None = setting(None, "seconds between two polls")

    @property
    def agreed(self) -> dict[str, float]:
        """Those that were set."""
        return {name: value for name, value in self if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTls(Section):
    """What is shown to a department that asks who calls before it listens (mutual TLS)."""

    certificate_file: Path | None = setting(
        None, "our certificate (PEM), what it was issued by behind it"
    )
    key_file: Path | None = setting(None, "its private key (PEM, mode 600)")
    key_password: Secret | None = setting(None, "password of the key, where it has one")

    @property
    def password(self) -> str | None:
        """The password of the key in the clear."""
        return None if self.key_password is None else self.key_password.clear


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentAccess(Section):
    """How to reach one department; any further key is a credential, named as its manifest does."""

    REST: ClassVar[str | None] = "secrets"

    url: WebAddress = required("address of the department's system")
    limits: LimitsAgreed = LimitsAgreed()
    tls: ClientTls = ClientTls()
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    @property
    def credentials(self) -> dict[str, str]:
        """The credentials in the clear, by name."""
        return {name: value.clear for name, value in self.secrets.items()}
