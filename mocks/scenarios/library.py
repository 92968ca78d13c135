"""Scenario files by name: those that come with the mocks, and those of a folder of one's own."""

from collections.abc import Sequence
from pathlib import Path

from mocks.faults.said import near
from mocks.scenarios.model import Mistake, Scenario, WrongScenario
from mocks.scenarios.reading import read
from mocks.scenarios.terms import Terms

LIBRARY = Path(__file__).parent / "library"


class UnknownScenario(LookupError):
    """No file bears this name; says which there are."""


def files(folder: Path | None = None) -> dict[str, Path]:
    """Every scenario file by its name, in order; one's own goes before the library's."""
    found = {path.stem: path for path in LIBRARY.glob("*.toml")}
    if folder is not None:
        found |= {path.stem: path for path in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def replaced(folder: Path) -> list[str]:
    """Which of the library's a folder of one's own has a file for."""
    return sorted({one.stem for one in folder.glob("*.toml")} & files().keys())


def load(id_: str, terms: Sequence[Terms] = (), folder: Path | None = None) -> Scenario:
    """The scenario of this name; WrongScenario with every mistake, UnknownScenario."""
    found = files(folder)
    if id_ not in found:
        there = f"there are {', '.join(found)}"
        raise UnknownScenario(f"no scenario {id_!r}{near(id_, found)}; {there}")
    return read(found[id_], terms)


def load_all(terms: Sequence[Terms] = (), folder: Path | None = None) -> tuple[Scenario, ...]:
    """Every scenario, in order of name; WrongScenario with every mistake of every file."""
    scenarios: list[Scenario] = []
    mistakes: list[Mistake] = []
    for path in files(folder).values():
        try:
            scenarios.append(read(path, terms))
        except WrongScenario as wrong:
            mistakes += wrong.mistakes
    if mistakes:
        raise WrongScenario(mistakes)
    return tuple(scenarios)
