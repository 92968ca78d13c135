"""Excuses: exact, needed, and of one field each."""

from collections import Counter
from dataclasses import replace

from mocks.core.kit import DEPARTMENTS as DEPARTMENT_NAMES
from mocks.faults.table import KINDS
from tests.adapters.test_departments_speak import READS
from tests.faults.excuses import (
    UNDETECTABLE,
    UNMET,
    cannot_strike,
    excused,
    listed,
    unneeded,
)
from tests.faults.questions import VERBS
from tests.faults.verdict import Cell, Judged, Verdict, missed, of_fields

SKEW = ("clock_skew", "fire.progress")


def cell(verdict: Verdict, fields: tuple[str, ...] = (), kind: str = SKEW[0]) -> Cell:
    department, verb = SKEW[1].split(".")
    return Cell(
        kind=kind, department=department, verb=verb, about="", outcome="value", verdict=verdict,
        took_s=0.0, fields=fields,
    )  # fmt: skip


def here(*asked: str) -> bool:
    return asked == (SKEW[0], *SKEW[1].split("."))


def test_what_is_excused_is_named_place_by_place_once_with_a_reason() -> None:
    places = list(listed())
    assert {kind for kind, _, _, _ in places} <= set(KINDS)
    assert {department for _, department, _, _ in places} <= set(DEPARTMENT_NAMES)
    assert {verb for _, _, verb, _ in places} <= {*VERBS, "callback"}
    told = [(one.kind, at) for one in UNDETECTABLE for at in one.at]
    told += [(kind, at) for one in UNMET for kind in one.kinds for at in one.at]
    assert [one for one, times in Counter(told).items() if times > 1] == []
    reasons = [*(one.reason for one in UNDETECTABLE), *(one.reason for one in UNMET)]
    assert all(len(reason) > 20 for reason in reasons)


def test_an_excuse_is_of_the_fields_it_names_and_of_no_other() -> None:
    at = excused(*SKEW)
    assert at

    assert of_fields(*SKEW, {"at"}) == Judged(Verdict.UNDETECTABLE, ("at",), at["at"])
    assert of_fields(*SKEW, {"at", "receipt"}).verdict is Verdict.WRONG
    assert of_fields(SKEW[0], "fire.withdraw", {"at"}).verdict is Verdict.WRONG
    assert of_fields(*SKEW, set()) == Judged(Verdict.TRUE)


def test_where_a_verb_has_several_look_ups_an_excuse_names_one() -> None:
    several = Counter(name for name, *_ in READS)
    known = {(name, f"[{register}.{lookup}]") for name, register, lookup, *_ in READS}
    told = [
        (department, what[: what.find("]") + 1])
        for _, department, verb, what in listed()
        if verb == "read" and (several[department] > 1 or "[" in what)
    ]

    assert [one for one in told if one not in known] == []


def test_an_excuse_of_one_look_up_is_none_of_another() -> None:
    kind, at, about = "nan_numbers", "construction.read", "project.parcel_no"
    other = "building.building_no"
    needed = (kind, "construction", "read", f"[{about}].building_no")

    def seen(about: str) -> Cell:
        return replace(
            cell(Verdict.UNDETECTABLE, ("building_no",), kind),
            department="construction", verb="read", about=about,
        )  # fmt: skip

    assert of_fields(kind, at, {"building_no"}, about).verdict is Verdict.UNDETECTABLE
    assert of_fields(kind, at, {"building_no"}, other).verdict is Verdict.WRONG
    assert needed in listed()
    assert needed not in unneeded([seen(f"{about}, after refusals")], lambda *_: True)
    assert needed in unneeded([seen(other)], lambda *_: True)


def test_an_excuse_that_was_asked_and_is_not_needed_is_found() -> None:
    field = (SKEW[0], *SKEW[1].split("."), "at")

    assert field not in unneeded([cell(Verdict.UNDETECTABLE, ("at",))], here)
    assert field in unneeded([cell(Verdict.UNDETECTABLE, ("note",))], here)
    assert field in unneeded([cell(Verdict.TYPED)], here)
    assert field in unneeded([], here)
    assert unneeded([], lambda *_: False) == []


def test_what_was_not_struck_is_bad_unless_a_reason_stands_for_it() -> None:
    kind, at = next((kind, at) for one in UNMET for kind in one.kinds for at in one.at)

    assert missed(kind, at) == Judged(Verdict.UNMET, reason=cannot_strike(kind, at))
    assert missed("busy", "fire.file") == Judged(Verdict.SPARED)


def test_a_kind_that_is_said_not_to_strike_and_does_is_found() -> None:
    kind, at = next((kind, at) for one in UNMET for kind in one.kinds for at in one.at)
    department, verb = at.split(".")
    told = (kind, department, verb, "not met")
    struck = Cell(
        kind=kind, department=department, verb=verb, about="", outcome="value",
        verdict=Verdict.TRUE, took_s=0.0,
    )  # fmt: skip

    assert unneeded([struck], lambda *asked: asked == told[:3])[-1] == told
