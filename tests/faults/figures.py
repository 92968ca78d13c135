"""A figure beside its baseline and its goal, and the table of all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table

HEADS = ("figure", "baseline", "measured", "goal", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: `most` is its goal, at most so much; without one it is for reading.

    `of`: what there was to count, for a figure that counts what may not be.
    """

    what: str
    measured: float
    baseline: float | None = None
    most: float | None = None
    of: int | None = None
    form: str = "{:,.1f}"

    @property
    def met(self) -> bool:
        """Whether it is no more than its goal; what could not be measured is not."""
        return self.most is None or self.measured <= self.most

    def row(self) -> Sequence[str]:
        """For a table."""
        whole = f" of {self.of:,}" if self.of is not None else ""
        goal = "" if self.most is None else f"≤ {self.form.format(self.most)}"
        verdict = "" if self.most is None else "met" if self.met else "missed"
        baseline = "" if self.baseline is None else self.form.format(self.baseline)
        return (self.what, baseline, self.form.format(self.measured) + whole, goal, verdict)


def none_of(what: str, bad: int, of: int) -> Figure:
    """How many of so many may not be; none of them may. Of none nothing is measured."""
    measured = bad if of else float("nan")
    return Figure(what=what, measured=measured, most=0, of=of, form="{:,.0f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Figures measured together."""

    title: str
    figures: Sequence[Figure]


def rows(sections: Iterable[Section]) -> list[Sequence[str]]:
    """Every figure, under the name of its section."""
    return [
        (f"{section.title}: {what}", *rest)
        for section in sections
        for what, *rest in (figure.row() for figure in section.figures)
    ]


def table(sections: Sequence[Section]) -> Table:
    """For the terminal."""
    made = Table(*HEADS, title="figure, beside its baseline and its goal")
    for row in rows(sections):
        made.add_row(*row, style="red" if row[-1] == "missed" else None)
    return made


def missed(sections: Iterable[Section]) -> list[str]:
    """The figures beyond their goals."""
    return [row[0] for row in rows(sections) if row[-1] == "missed"]
