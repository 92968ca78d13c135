"""The settings of each department: where it is, what it knows us by, what was agreed with it."""

from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr

from gateway.settings_section import Seconds, Section, WebAddress


class LimitsAgreed(Section):
    """Limits agreed with a department that differ from what its manifest says."""

    timeout_s: Seconds | None = Field(default=None, description="seconds for one call to it")
    processing_s: Annotated[float, Field(ge=0, le=86_400)] | None = Field(
        default=None, description="seconds it may still act after our time-out"
    )
    lookup_lag_s: Annotated[float, Field(ge=0, le=86_400)] | None = Field(
        default=None, description="seconds until a look-up shows what was accepted"
    )
    concurrency: Annotated[int, Field(gt=0, le=1000)] | None = Field(
        default=None, description="calls at once"
    )
    rate_per_s: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="calls a second; 0 is no limit"
    )
    poll_every_s: Seconds | None = Field(default=None, description="seconds between two polls")

    @property
    def agreed(self) -> dict[str, float]:
        """Those that were set."""
        return {name: value for name, value in self if value is not None}


class ClientTls(Section):
    """What is shown to a department that asks who calls before it listens (mutual TLS)."""

    certificate_file: Path | None = Field(
        default=None, description="our certificate (PEM), what it was issued by behind it"
    )
    key_file: Path | None = Field(default=None, description="its private key (PEM, mode 600)")
    key_password: SecretStr | None = Field(
        default=None, description="password of the key, where it has one"
    )

    @property
    def password(self) -> str | None:
        """The password of the key in the clear."""
        return None if self.key_password is None else self.key_password.get_secret_value()


class DepartmentAccess(Section):
    """How to reach one department; any further key is a credential, named as its manifest does."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)
    __pydantic_extra__: dict[str, SecretStr] = Field(init=False)

    url: WebAddress = Field(description="address of the department's system")
    limits: LimitsAgreed = LimitsAgreed()
    tls: ClientTls = ClientTls()

    @property
    def credentials(self) -> dict[str, str]:
        """The credentials in the clear, by name."""
        return {name: value.get_secret_value() for name, value in self.__pydantic_extra__.items()}
