"""Figures beside their goals: what is beyond one, or was not measured, is missed."""

import io
from typing import Any

import pytest
from rich.console import Console

from tests.bench.stretch import Answered, Phase, dishonest, figures_of_one
from tests.faults.__main__ import main
from tests.faults.everything import of_matrix
from tests.faults.excuses import listed
from tests.faults.figures import HEADS, Figure, Section, missed, none_of, rows, table
from tests.faults.now_and_then import NowAndThen
from tests.faults.verdict import Cell, Verdict

HONEST: dict[str, Any] = {
    "value": {"enterpriseName": "小满"},
    "provenance": {"department": "market", "source": "s", "asOf": "2026-03-02", "stale": False},
    "problem": None,
}
NOTHING: dict[str, Any] = {"value": None, "provenance": None, "problem": None}
LOST = {**NOTHING, "problem": {"code": "DEPARTMENT_TIMEOUT"}}


def test_a_figure_is_met_up_to_its_goal_and_missed_beyond_it_or_unmeasured() -> None:
    met = Figure(what="p99 ms", measured=20.0, baseline=18.0, most=20.0)
    beyond = Figure(what="p99 ms", measured=20.1, most=20.0)
    unmeasured = Figure(what="recovery, s", measured=float("nan"), most=10)
    only_read = Figure(what="p50 ms", measured=3.0)
    section = Section(title="s", figures=[met, beyond, unmeasured, only_read, none_of("a", 1, 9)])

    assert rows([section])[:2] == [
        ("s: p99 ms", "18.0", "20.0", "≤ 20.0", "met"),
        ("s: p99 ms", "", "20.1", "≤ 20.0", "missed"),
    ]
    assert rows([section])[-1] == ("s: a", "", "1 of 9", "≤ 0", "missed")
    assert missed([section]) == ["s: p99 ms", "s: recovery, s", "s: a"]
    assert [column.header for column in table([section]).columns] == list(HEADS)


def test_a_matrix_with_a_wrong_value_or_an_unneeded_excuse_misses_its_goal() -> None:
    kinds = [
        Cell(
            kind=kind, department=department, verb=verb, about="", outcome="value",
            verdict=Verdict.UNMET if what == "not met" else Verdict.UNDETECTABLE, took_s=0.1,
            fields=(what,),
        )
        for kind, department, verb, what in listed()
    ]  # fmt: skip
    wrong = Cell(
        kind="busy", department="fire", verb="file", about="", outcome="value",
        verdict=Verdict.WRONG, took_s=0.5, grown_bytes=17 * 2**20,
    )  # fmt: skip

    assert missed([of_matrix(kinds, (0.1, 0))]) == []
    assert missed([of_matrix([*kinds[1:], wrong], (0.1, 0))]) == [
        "matrix: cells that may not be",
        "matrix: excuses nobody needs",
        "matrix: slowest answer, ms",
        "matrix: most memory, MB",
    ]


def test_of_none_nothing_is_measured_and_no_goal_is_met() -> None:
    nothing = Section(title="s", figures=[none_of("wrong values", 0, 0), none_of("raw", 0, 9)])

    assert missed([nothing]) == ["s: wrong values"]


@pytest.mark.parametrize("count", ["0", "-3", "x"])
@pytest.mark.parametrize("part", ["mutate", "all"])
def test_a_run_that_would_measure_nothing_is_refused(
    part: str, count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([part, "--count", count])

    assert ended.value.code == 2
    assert "nothing would be measured" in capsys.readouterr().err


TRUE = {"known": HONEST["value"]}


def stretch(known: object, seconds: float = 0.01, sockets: int = 2) -> Phase:
    readings = {"known": known}

    def answers() -> list[Answered]:
        return [Answered(at / 10, seconds, readings, TRUE) for at in range(100)]

    return Phase(answers={"touching": answers(), "others": answers()}, sockets=sockets, rss_mb=90)


def test_a_bad_day_that_costs_sockets_time_or_values_misses_its_goals() -> None:
    calm = stretch(HONEST)

    good = Section(title="d", figures=[*figures_of_one(calm, calm, 1.0)])
    bad = Section(title="d", figures=[*figures_of_one(calm, stretch(NOTHING, 3.0, 17), 11.0)])

    assert missed([good]) == []
    assert missed([bad]) == [
        "d: p99 ms, not touching it",
        "d: not touching it, and not answered rightly",
        "d: p99 ms, touching it, at first",
        "d: p99 ms, touching it, then",
        "d: sockets to it",
        "d: known before, and not told",
        "d: values told that are not the true ones",
        "d: readings without a source, an age or a reason",
        "d: recovery, s",
    ]


UNHURT = "d: not touching it, and not answered rightly"
STALE = {**HONEST, "provenance": {**HONEST["provenance"], "stale": True}}


@pytest.mark.parametrize(
    "told", [STALE, {**HONEST, "problem": LOST["problem"]}, LOST, NOTHING, None]
)
def test_a_query_that_touches_nothing_hung_is_answered_whole_or_the_goal_is_missed(
    told: object,
) -> None:
    calm, bad = stretch(HONEST), stretch(HONEST)
    bad.answers["others"][7].readings = {"known": told}

    assert missed([Section(title="d", figures=[*figures_of_one(calm, bad, 1.0)])]) == [UNHURT]


def test_another_value_than_the_registers_misses_the_goal() -> None:
    calm, bad = stretch(HONEST), stretch({**HONEST, "value": {"enterpriseName": "大满"}})

    assert missed([Section(title="d", figures=[*figures_of_one(calm, bad, 1.0)])]) == [
        UNHURT, "d: values told that are not the true ones",
    ]  # fmt: skip


def test_a_good_day_on_a_busy_machine_is_no_baseline() -> None:
    busy = stretch(HONEST, 0.3)

    section = Section(title="d", figures=[*figures_of_one(busy, busy, 1.0)])

    assert "d: p99 ms of the good day itself" in missed([section])
    assert "d: p99 ms, not touching it" not in missed([section])


def test_no_answer_is_as_dishonest_as_nothing_and_a_reason_is_honest() -> None:
    told = [Answered(0.0, 0.1, readings) for readings in ({"a": LOST}, {"a": NOTHING}, None)]

    assert dishonest(told) == (2, 3)


def test_progress_stands_in_a_file_too_and_not_with_every_step() -> None:
    file = io.StringIO()
    tell = NowAndThen(Console(file=file, width=100), {"matrix": 60})

    tell.section("matrix")
    for number in range(1000):
        tell(f"kind {number}", number / 1000)

    assert file.getvalue() == "0:00, 1:00 left · matrix · begins\n"
