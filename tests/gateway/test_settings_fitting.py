"""What was given becomes what a setting is, or is refused with a sentence that never tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest

from gateway.settings_fitting import Misfit, SectionUnfit, Unfit, fitted, section_of
from gateway.settings_section import (
    Bounds,
    Filled,
    Seconds,
    Secret,
    Section,
    WebAddress,
    required,
    setting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(Section):
    """A table within a table."""

    size: Annotated[int, Bounds(above=0, at_most=9)] = setting(3, "how large")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer(Section):
    """A table that takes any further key as a secret."""

    REST: ClassVar[str | None] = "further"

    url: WebAddress = required("where")
    inner: Inner = Inner()
    further: Mapping[str, Secret] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("kind", "given", "made"),
    [
        (str, "a", "a"),
        (int, 8000, 8000), (int, "8000", 8000), (int, " 7 ", 7), (int, 8.0, 8), (int, "8.0", 8),
        (int, "9007199254740993", 9007199254740993),
        (float, 2, 2.0), (float, "0.25", 0.25),
        (bool, True, True), (bool, "off", False), (bool, "TRUE", True), (bool, 1, True),
        (bool, "n", False), (bool, "Y", True), (int, 1e16, 10**16),
        (Path, "a/b", Path("a/b")), (Path, Path("a"), Path("a")),
        (time, "03:00", time(3)), (time, time(4), time(4)),
        (Literal["dev", "production"], "dev", "dev"),
        (tuple[str, ...], "a, b,", ("a", "b")), (tuple[Path, ...], ["a"], (Path("a"),)),
        (int | None, None, None), (int | None, "3", 3),
        (WebAddress | None, "https://h/x", "https://h/x"),
        (Secret, "s", Secret("s")),
        (Seconds, "3600", 3600.0),
    ],
)  # fmt: skip
def test_what_fits_is_made_its_kind(kind: Any, given: Any, made: Any) -> None:
    found = fitted(kind, given)
    assert (type(found), found) == (type(made), made)


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        (str, 5, "must be text"),
        (int, "t0p", "must be a whole number"), (int, 1.5, "must be a whole number"),
        (int, True, "must be a whole number"), (int, "inf", "must be a whole number"),
        (float, "nan", "must be a number"), (float, [], "must be a number"),
        (float, 10**400, "must be a number"),
        (bool, "perhaps", "must be true or false"), (bool, 2, "must be true or false"),
        (Path, 5, "must be a path"),
        (int, "1e3", "must be a whole number"), (int, "1.", "must be a whole number"),
        (time, "25:00", "must be a time of day, as 03:00"), (time, 3, "must be text"),
        (time, "03:00+08:00", "must be a time of day, as 03:00"),
        (time, time(3, tzinfo=UTC), "must be a time of day, as 03:00"),
        (time, "0300", "must be a time of day, as 03:00"),
        (Literal["dev", "production"], "t0p", "must be dev or production"),
        (Literal["dev", "production"], [], "must be dev or production"),
        (tuple[str, ...], 5, "must be a list"), (tuple[int, ...], "1,x", "must be a whole number"),
        (Seconds, 0, "must be above 0"), (Seconds, 3601, "must be 3600 or less"),
        (Annotated[int, Bounds(at_least=0)], -1, "must be 0 or more"),
        (Annotated[str, Filled()], "", "must not be empty"),
        (WebAddress, "ftp://t0p", "must be an address, http:// or https://"),
        (WebAddress, "http://user:t0p@h", "must be an address, http:// or https://"),
        (WebAddress, "http://h\n", "must be an address, http:// or https://"),
        (WebAddress, "http://h:abc", "must name a host, and a port it can have"),
        (WebAddress, "http://h:99999/a", "must name a host, and a port it can have"),
        (WebAddress, "https://[::1/", "must name a host, and a port it can have"),
        (WebAddress, "https://:80/", "must name a host, and a port it can have"),
        (WebAddress | None, "", "must be an address, http:// or https://"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_what_it_must_be(kind: Any, given: Any, told: str) -> None:
    with pytest.raises(Unfit) as caught:
        fitted(kind, given)
    assert str(caught.value) == told


def test_a_table_is_made_with_what_is_left_over_and_the_defaults() -> None:
    made = section_of(Outer, {"url": "http://h", "token": "s"})

    assert made == Outer(url="http://h", inner=Inner(size=3), further={"token": Secret("s")})
    assert dict(made) == {"url": "http://h", "inner": Inner(), "token": Secret("s")}
    assert "'s'" not in repr(made)


def test_everything_wrong_in_a_table_is_told_at_once() -> None:
    with pytest.raises(SectionUnfit) as caught:
        section_of(Outer, {"inner": {"size": 10, "sise": 1}, "token": 5})

    assert caught.value.misfits == [
        Misfit(key="url", what="missing"),
        Misfit(key="inner.size", what="unfit", sentence="must be 9 or less"),
        Misfit(key="inner.sise", what="unknown"),
        Misfit(key="token", what="unfit", sentence="must be text"),
    ]


@pytest.mark.parametrize("given", ["t0p", 5, None, ["t0p"]])
def test_what_is_no_table_is_none(given: object) -> None:
    with pytest.raises(SectionUnfit) as caught:
        section_of(Outer, {"url": "http://h", "inner": given})
    assert caught.value.misfits == [Misfit(key="inner", what="unfit", sentence="must be a table")]
