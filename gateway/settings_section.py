"""What every section of the settings is made of."""

import re
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Annotated, Any, ClassVar, Protocol, TypeVar
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table of settings: nothing else may stand in it, and nothing in it changes."""

    # The field that takes every key there is no field for; without one such a key is a mistake.
    REST: ClassVar[str | None] = None

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Every key with its value, those without a field of their own last."""
        for one in settings_in(type(self)):
            yield one.name, getattr(self, one.name)
        if self.REST is not None:
            yield from getattr(self, self.REST).items()


AnySection = TypeVar("AnySection", bound=Section)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that is shown nowhere."""

    clear: str = field(repr=False)


def setting(default: Value, meaning: str) -> Value:
    """A field of a section: what it is where nobody sets it, and what it is for."""
    made: Any = field(default=default, metadata={"meaning": meaning})
    return made  # type: ignore[no-any-return]  # as dataclasses.field is typed


def required(meaning: str) -> Any:
    """A field of a section that somebody has to set."""
    return field(metadata={"meaning": meaning})


def settings_in(section: type[Section]) -> list[Field[Any]]:
    """The fields that are settings, in their order."""
    return [one for one in fields(section) if one.name not in {section.REST, "_sources"}]


def meaning_of(one: Field[Any]) -> str:
    """What a setting is for."""
    return str(one.metadata.get("meaning", ""))


class Rule(Protocol):
    """What a value of the right kind must be besides."""

    def wrong(self, value: Any) -> str | None:
        """What is wrong with it, without the value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A number between these."""

    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def wrong(self, value: Any) -> str | None:
        """Which bound it does not keep."""
        if self.above is not None and value <= self.above:
            return f"must be above {self.above:g}"
        if self.at_least is not None and value < self.at_least:
            return f"must be {self.at_least:g} or more"
        if self.at_most is not None and value > self.at_most:
            return f"must be {self.at_most:g} or less"
        return None


@dataclass(frozen=True, slots=True)
class Form:
    """A text of this form."""

    pattern: re.Pattern[str]
    told: str

    def wrong(self, value: Any) -> str | None:
        """What it must be."""
        return None if self.pattern.fullmatch(value) else f"must be {self.told}"


class Filled:
    """Not empty."""

    def wrong(self, value: Any) -> str | None:
        """That it is."""
        return None if value else "must not be empty"


@dataclass(frozen=True, slots=True)
class Reachable:
    """A web address with a host and, if it names one, a port there is; no user and no password."""

    form: Form = Form(re.compile(r"https?://[^\s/@]+(/\S*)?"), "an address, http:// or https://")

    def wrong(self, value: Any) -> str | None:
        """What it must be."""
        try:
            parts = urlsplit(value)
            reachable = bool(parts.hostname) and parts.port != 0
        except ValueError:  # of a bracket left open, of a port that is none
            reachable = False
        return self.form.wrong(value) or (
            None if reachable else "must name a host, and a port it can have"
        )


WebAddress = Annotated[str, Reachable()]
Seconds = Annotated[float, Bounds(above=0, at_most=3600)]
