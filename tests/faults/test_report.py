"""The table of every cell."""

import re

from rich.console import Console

from tests.faults.report import whole
from tests.faults.verdict import Cell, Verdict


def cell(verb: str, outcome: str, verdict: Verdict, kind: str = "busy") -> Cell:
    return Cell(
        kind=kind, department="fire", verb=verb, about="", outcome=outcome, verdict=verdict,
        took_s=0.0,
    )  # fmt: skip


def test_every_kind_has_a_line_and_every_verb_a_letter() -> None:
    cells = [
        cell("withdraw", "Refused", Verdict.TYPED),
        cell("file", "NotDelivered", Verdict.TYPED),
        cell("progress", "value", Verdict.TRUE),
        cell("progress", "ContractBroken", Verdict.TYPED),
        cell("file", "value", Verdict.WRONG, "lost_reply"),
        cell("progress", "value", Verdict.UNDETECTABLE, "lost_reply"),
        cell("withdraw", "value", Verdict.UNMET, "lost_reply"),
    ]
    console = Console(width=170)
    with console.capture() as shown:
        console.print(whole(cells))

    lines = [re.split(r"[\s│┃]+", line.strip("│┃ ")) for line in shown.get().splitlines()]
    assert ["kind", "fpw"] in lines
    assert ["busy", "N*R"] in lines
    assert ["lost_reply", "!x·"] in lines
