"""Choosing what is played, for the controls and the commands: plain values in, plain values out.

    scenarios = Scenarios(state)             # the fleet's state folder; nothing has to run
    scenarios.known()                        -> every scenario there is, in order of name
    scenarios.activate(["silent_department"])   what filings meet from now on, the first first
    scenarios.assign("case:A:file:1", "refused_after_hearing")   before it is filed
    scenarios.standing("case:A:file:1")      -> the filings under it, their scenario and state
    scenarios.reset()                           ordinary days again

Departments notice within the next call. A filing keeps the scenario it came in under. Unknown names
raise UnknownScenario, files with mistakes WrongScenario, a choice spoiled by hand SpoiledChoice;
none of them changes anything. `activate` and `reset` mend a choice that was spoiled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mocks.core.clock import write_atomically
from mocks.core.kit import DEPARTMENTS, department_module
from mocks.core.ledger import Entry, read_entries
from mocks.scenarios.chosen import Chosen, SpoiledChoice, chosen_in
from mocks.scenarios.library import UnknownScenario, load, load_all
from mocks.scenarios.model import ORDINARY, START, Mistake, Scenario, WrongScenario
from mocks.scenarios.terms import Terms, terms_of

__all__ = [
    "Scenarios", "SpoiledChoice", "Standing", "Summary", "UnknownScenario", "WrongScenario",
    "all_terms",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A scenario as people choose it."""

    id: str
    zh: str
    en: str
    departments: tuple[str, ...]  # it is for; () for all
    states: tuple[str, ...]  # it lays over the ordinary course
    hours: bool  # whether it says when a department is closed
    file: Path
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One filing: which scenario it follows, and where in it it is."""

    department: str
    number: str
    reference: str
    service: str
    scenario: str  # "ordinary" when it met none
    state: str
    status: str
    since: str  # virtual time, ISO 8601


def all_terms() -> tuple[Terms, ...]:
    """The terms of every department."""
    return tuple(terms_of(name, department_module(name)) for name in DEPARTMENTS)


class Scenarios:
    """What is played in one state folder."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._file = state / "scenarios.json"
        self._terms = all_terms()

    def known(self) -> tuple[Summary, ...]:
        """Every scenario of the library and of the folder of one's own."""
        chosen = self._chosen()
        every = load_all(self._terms, chosen.folder)
        return tuple(_summary(one, one.id in chosen.active) for one in every)

    def active(self) -> tuple[str, ...]:
        """The ids of what is played; of those a filing meets the first counts."""
        return self._chosen().active

    def assigned(self) -> Mapping[str, str]:
        """The scenarios told for single references."""
        return dict(self._chosen().filings)

    def activate(self, ids: Sequence[str]) -> None:
        """Play these from now on, and no others; () is ordinary days, assignments kept."""
        try:
            before = self._chosen()
        except SpoiledChoice:  # nothing of it is in force
            before = Chosen()
        self._check(ids, before.folder)
        self._tell(replace(before, active=tuple(dict.fromkeys(ids))))

    def assign(self, reference: str, id_: str | None) -> None:
        """What a filing under this reference will meet, "ordinary" too; None takes it back."""
        before = self._chosen()
        filings = {**before.filings}
        if id_ is None:
            filings.pop(reference, None)
        else:
            self._check([] if id_ == ORDINARY else [id_], before.folder)
            filings[reference] = id_
        self._tell(replace(before, filings=filings))

    def use_folder(self, folder: Path | None) -> None:
        """Where one's own files are; WrongScenario when there is a mistake in any."""
        if folder and not folder.is_dir():
            sentence, remedy = "is no folder", "name the one your files are in"
            raise WrongScenario(
                [Mistake(file=str(folder), key="", sentence=sentence, remedy=remedy)]
            )
        load_all(self._terms, folder)
        self._tell(replace(self._chosen(), folder=folder.resolve() if folder else None))

    def reset(self) -> None:
        """Ordinary days: nothing active, nothing assigned; the folder stays, where it is told."""
        if not self._file.exists():
            return
        try:
            self._tell(Chosen(folder=self._chosen().folder))
        except SpoiledChoice:  # nothing of it is to be kept
            self._file.unlink(missing_ok=True)

    def standing(self, reference: str) -> tuple[Standing, ...]:
        """The filings under a reference at all departments, as their ledgers have them."""
        return tuple(
            standing for department in DEPARTMENTS for standing in self._at(department, reference)
        )

    def _at(self, department: str, reference: str) -> Iterable[Standing]:
        filings: dict[str, Entry] = {}
        latest: dict[str, Entry] = {}
        for entry in read_entries(self._state / "ledger" / f"{department}.jsonl"):
            receipt = entry.get("receipt", "")
            if entry.get("kind") == "filing" and entry.get("reference") == reference:
                filings[receipt] = entry
            if receipt in filings and entry.get("kind") != "callback":
                latest[receipt] = entry
        return [_standing(department, filed, latest[no]) for no, filed in filings.items()]

    def _check(self, ids: Iterable[str], folder: Path | None) -> None:
        for id_ in ids:
            load(id_, self._terms, folder)

    def _chosen(self) -> Chosen:
        return chosen_in(self._file)

    def _tell(self, chosen: Chosen) -> None:
        self._state.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, chosen.told)


def _summary(scenario: Scenario, active: bool) -> Summary:
    windows = (*scenario.opened, *scenario.closed)
    named = scenario.meets.departments.union(*(w.departments for w in windows))
    return Summary(
        id=scenario.id,
        zh=scenario.zh,
        en=scenario.en,
        departments=tuple(name for name in DEPARTMENTS if name in named),
        states=tuple(scenario.states),
        hours=bool(windows),
        file=scenario.file,
        active=active,
    )


def _standing(department: str, filed: Entry, latest: Entry) -> Standing:
    withdrawn = latest.get("kind") == "withdrawal"
    status = "withdrawn" if withdrawn else latest.get("status") or START
    return Standing(
        department=department,
        number=filed.get("receipt", ""),
        reference=filed["reference"],
        service=filed.get("service", ""),
        scenario=filed.get("scenario") or ORDINARY,
        state="withdrawn" if withdrawn else latest.get("state") or status,
        status=status,
        since=latest.get("at", ""),
    )
