"""The live board: one row an item, the city's date above, what just happened below."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

_COLOURS = {
    "GRANTED": "bold green",
    "REFUSED": "bold red",
    "PARKED": "bold red",
    "CONFIRMING": "yellow",
    "SUPPLEMENT_REQUESTED": "yellow",
    "INSPECTION": "cyan",
    "NOTICE": "cyan",
    "ACCEPTED": "blue",
    "RECEIVED": "blue",
    "WAITING": "dim",
}
_WORDS = {
    "WAITING": "等待 waiting",
    "FILING": "报送中 filing",
    "CONFIRMING": "确认中 being confirmed",
    "PARKED": "待人工核实 with a clerk",
    "RECEIVED": "已收件 received",
    "ACCEPTED": "已受理 accepted",
    "SUPPLEMENT_REQUESTED": "待补正 supplement asked",
    "SUPPLEMENTING": "补正中 supplementing",
    "INSPECTION": "现场核查 inspection",
    "NOTICE": "公示 public notice",
    "GRANTED": "准予 granted",
    "REFUSED": "不予许可 refused",
}
LINES = "\n"
_EVENTS_SHOWN = 6


def both(text: Mapping[str, str] | None, between: str = " ") -> str:
    """A text in the two languages the city speaks."""
    if text is None:
        return ""
    return text["zh"] if text["zh"] == text["en"] else f"{text['zh']}{between}{text['en']}"


class Board:
    """Shows a case as it moves: a live table on a terminal, plain lines anywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._told = 0

    def __enter__(self) -> "Board":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, case: Row, now: datetime, day: int, hint: str = "") -> None:
        """Draw the case as of `now`, the given working day since submission."""
        if self._live:
            self._live.update(picture(case, now, day, hint), refresh=True)
            return
        lines = _event_lines(case["timeline"])
        for line in lines[self._told :]:
            self._console.print(Text(line), soft_wrap=True)
        self._told = len(lines)


def picture(case: Row, now: datetime, day: int, hint: str = "") -> RenderableType:
    """The whole board as one drawing."""
    table = Table(expand=True, border_style="dim")
    table.add_column("办理事项 item", ratio=4, overflow="fold")
    table.add_column("部门 department", ratio=3, overflow="fold")
    table.add_column("状态 state", ratio=3, overflow="fold")
    table.add_column("部门编号 its number", ratio=3, overflow="fold")
    table.add_column("工作日 days", justify="right")
    table.add_column("等待 waits for", ratio=3)
    for step in case["steps"]:
        table.add_row(*_cells(step))
    head = Text.assemble(
        ("办件 case ", "dim"),
        (case["id"], "bold"),
        ("   日期 date ", "dim"),
        (f"{now:%Y-%m-%d %a %H:%M}", "bold"),
        ("   第 working day ", "dim"),
        (str(day), "bold"),
        (f"   {case['state']}", "bold green" if case["state"] == "DONE" else "bold"),
    )
    lines = _event_lines(case["timeline"])[-_EVENTS_SHOWN:]
    events = [Text(line, style="dim") for line in lines]
    note = [Text(hint, style="yellow")] if hint else []
    return Group(Panel(head, border_style="dim"), table, *events, *note)


def _cells(step: Row) -> list[RenderableType]:
    state: str = step["state"]
    return [
        Text(f"{step['item']} {both(step['name'], between=LINES)}"),
        Text(both(step["departmentName"], between=LINES)),
        Text(_WORDS.get(state) or state, style=_COLOURS.get(state, "")),
        Text(step["receipt"] or ""),
        _days(step["clock"]),
        Text(", ".join(awaited["id"] for awaited in step["waitsFor"]) or both(step["problem"])),
    ]


def _days(clock: Row | None) -> str:
    if clock is None:
        return ""
    promised = clock["used"] + clock["remaining"]
    return f"{clock['used']}/{promised}{'' if clock['running'] else ' ⏸'}"


def _event_lines(events: Sequence[Row]) -> list[str]:
    """In the order they became known; what happened before another that is told says so."""
    lines, latest = [], ""
    for event in events:
        at = f"{datetime.fromisoformat(event['at']):%Y-%m-%d %H:%M}"
        late = "" if at >= latest else " （后得知 learnt later）"
        lines.append(f"{at}  {both(event['text'])}{late}")
        latest = max(latest, at)
    return lines
