"""Figures beside their goals: what is beyond one, or was not measured, is missed."""

import io

from rich.console import Console

from tests.bench.stretch import Answered, Phase, dishonest, figures_of_one
from tests.faults.everything import of_matrix
from tests.faults.figures import HEADS, Figure, Section, missed, none_of, rows, table
from tests.faults.now_and_then import NowAndThen
from tests.faults.verdict import Cell, Verdict, listed

HONEST = {
    "value": {"enterpriseName": "小满"},
    "provenance": {"department": "market", "source": "s", "asOf": "2026-03-02", "stale": False},
    "problem": None,
}
LOST = {"value": None, "provenance": None, "problem": {"code": "DEPARTMENT_TIMEOUT"}}
NOTHING = {"value": None, "provenance": None, "problem": None}


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
            verdict=Verdict.UNDETECTABLE, took_s=0.1,
        )
        for kind, department, verb in listed()
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


def stretch(known: object, seconds: float = 0.01, sockets: int = 2) -> Phase:
    readings = {"known": known}
    answers = [Answered(at / 10, seconds, readings) for at in range(100)]
    return Phase(answers={"touching": answers, "others": answers}, sockets=sockets, rss_mb=90)


def test_a_bad_day_that_costs_sockets_time_or_values_misses_its_goals() -> None:
    calm = stretch(HONEST)

    good = Section(title="d", figures=[*figures_of_one(calm, calm, 1.0)])
    bad = Section(title="d", figures=[*figures_of_one(calm, stretch(NOTHING, 3.0, 17), 11.0)])

    assert missed([good]) == []
    assert missed([bad]) == [
        "d: p99 ms, not touching it",
        "d: p99 ms, touching it, at first",
        "d: p99 ms, touching it, then",
        "d: sockets to it",
        "d: known before, and not told",
        "d: readings without a source, an age or a reason",
        "d: recovery, s",
    ]


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
