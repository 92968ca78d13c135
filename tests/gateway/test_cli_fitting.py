"""Tables fit the terminal: what is wide is broken, between words where that goes."""

import re
from collections.abc import Sequence
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from gateway.cli.output import Speaker

COLUMNS = ("id", "名称", "about", "departments")
SCENARIOS = [
    ("planning_closed_friday_afternoon", "规划部门周五下午不办公", "Closed on Friday", "planning"),
    ("construction_moves_house", "住建系统周末迁移,停机", "Down for a weekend", "construction"),
    ("certificate_later_than_grant", "先准予许可,后发证", "The certificate comes later", "all"),
]


def shown(width: int, rows: Sequence[tuple[str, ...]] = SCENARIOS) -> list[str]:
    said = StringIO()
    speaker = Speaker(out=Console(width=width, file=said))
    speaker.table("scenarios", COLUMNS, rows)
    return said.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 90, 100, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(width: int) -> None:
    lines = shown(width)

    assert max(map(cell_len, lines)) <= width
    words = set(re.findall(r"[A-Za-z_]+", " ".join(lines)))
    for row in (COLUMNS, *SCENARIOS):
        assert set(re.findall(r"[A-Za-z_]+", " ".join(row))) <= words


def test_a_wide_terminal_breaks_nothing() -> None:
    assert any(all(cell in line for cell in SCENARIOS[0]) for line in shown(200))


def test_a_word_wider_than_its_room_is_folded_and_the_first_column_stays_whole() -> None:
    lines = shown(60, [("drip", "滴", "both", "x" * 90)])

    assert max(map(cell_len, lines)) <= 60
    assert sum(line.count("x") for line in lines) == 90
    assert any("drip" in line for line in lines)


def test_what_is_whole_and_has_no_room_is_cut_with_a_mark() -> None:
    lines = shown(20)

    assert any("…" in line for line in lines)
