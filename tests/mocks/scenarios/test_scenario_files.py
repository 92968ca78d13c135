"""A wrong scenario file: every mistake at once, each with its place and its remedy."""

from pathlib import Path

import pytest

from mocks.scenarios.control import all_terms
from mocks.scenarios.library import UnknownScenario, load, load_all
from mocks.scenarios.model import Scenario, WrongScenario
from mocks.scenarios.reading import read

TERMS = all_terms()
TITLE = '[title]\nzh = "题"\nen = "Title"\n'


def told(folder: Path, text: str, *, title: str = TITLE) -> Scenario:
    path = folder / "mine.toml"
    path.write_text(title + text, "utf-8")
    return read(path, TERMS)


def mistakes(folder: Path, text: str, *, title: str = TITLE) -> list[str]:
    with pytest.raises(WrongScenario) as caught:
        told(folder, text, title=title)
    return [str(mistake) for mistake in caught.value.mistakes]


ACCEPTED = "[states.accepted]\nthen = [%s]\n"
WORDS = [
    ("[states.accepted]\nstay = true\n", "states.accepted.stay: is unknown — write stays"),
    ("[meets]\nshare = 2\n", "meets.share: cannot be 2 — write a number above 0 and up to 1"),
    ("[meets]\ndepartments = []\n", "meets.departments: cannot be [] — write a list of texts"),
    ("[meets]\ndepartments = ['fires']\n",
     "meets.departments: 'fires' is not known — write one of planning, housing, construction, "
     "market, fire, greening, police, health"),
    ("[[meets.where]]\nfield = 'a'\n",
     "meets.where[1].contains: is missing — write a text that is not empty"),
    ("[states]\naccepted = 1\n", "states.accepted: is not a table — write a table"),
    ("[states.odd]\nstays = true\n",
     "states.odd.status: is missing, and the state's name is no status — write one of received, "
     "accepted, conditionally_accepted, inspection, inspection_passed, notice, "
     "supplement_requested, granted, refused"),
    ("[states.received]\nstatus = 'accepted'\nstays = true\n",
     "states.received.status: is said when a filing comes in — write received, or take it out"),
    ("[states.withdrawn]\nstatus = 'refused'\n",
     "states.withdrawn: is the applicant's to bring about — take it out"),
    (ACCEPTED % "{ to = 'granted' }",
     "states.accepted.then[1]: goes by nothing — write either after = { … } or on = "
     '"supplement"'),
    (ACCEPTED % "{ after = { hours = 1 }, on = 'supplement', to = 'granted' }",
     "states.accepted.then[1]: goes by two causes — write either after = { … } or on = "
     '"supplement"'),
    (ACCEPTED % "{ after = { hours = 1, minutes = 3 }, to = 'granted' }",
     "states.accepted.then[1].after: is told in 2 units — write one, like working_days = 5"),
    (ACCEPTED % "{ after = { hours = 1, at = '09:00' }, to = 'granted' }",
     "states.accepted.then[1].after.at: goes with whole days only — take it out, or count in "
     "working_days or calendar_days"),
    (ACCEPTED % "{ after = { days = 1 }, to = 'granted' }",
     "states.accepted.then[1].after.days: is unknown — take it out; there are seconds, minutes, "
     "hours, working_days, calendar_days, at"),
    (ACCEPTED % "{ after = { hours = 1 }, to = 'nowhere' }",
     "states.accepted.then[1].to: there is no state 'nowhere' — tell [states.nowhere], or write "
     "one of accepted, granted, inspection, inspection_passed, notice, received, refused"),
    (ACCEPTED % "{ after = { hours = 1 }, to = { granted = 0 } }",
     "states.accepted.then[1].to: cannot be {'granted': 0} — write the name of a state, or states "
     "with their weights like { passed = 3, failed = 1 }"),
    ("[[open]]\nfrom = '9:00'\nuntil = '25:00'\n",
     "open[1].from: cannot be '9:00' — write an hour like \"09:30\"; \"24:00\" ends a day"),
    ("[[closed]]\nfrom = '09:00'\nuntil = '10:00'\nfirst = 2026-09-02\nlast = 2026-09-01\n",
     "closed[1].last: is before the first day — write a day that is not earlier"),
    ("[[open]]\nfrom = '09:00'\nuntil = '17:00'\nanswer = 'next_morning'\noperations = ['a']\n",
     "open[1].operations: next_morning is a matter of filings, not of operations — take it out"),
    ("[[closed]]\nfrom = '09:00'\nuntil = '17:00'\noperations = ['createDeclaratoin']\n",
     "closed[1].operations: 'createDeclaratoin' is no operation of any department — write "
     "createDeclaration"),
    ("[[closed]]\ndepartments = ['health']\nfrom = '09:00'\nuntil = '17:00'\n"
     "operations = ['createDeclaration']\n",
     "closed[1].operations: 'createDeclaration' is no operation of health — write one of "
     "certificateSummary"),
    ("[[open]]\ndepartments = ['market']\nfrom = '09:00'\nuntil = '17:00'\n"
     "operations = ['applicationStatusChanged']\n",
     "open[1].operations: 'applicationStatusChanged' is no operation of market — write one of "
     "applyEnterpriseRegistration, applyFoodBusinessLicence, applyLiftInstallationNotice, "
     "applyLiftSupervisedInspection, applyLiftUseRegistration, findApplications, getApplication, "
     "getFoodSafetyManagers, getLicences, issueToken, supplementApplication, withdrawApplication"),
    ("", "states: there are no states and no hours — tell [states.<name>], [[open]] or [[closed]]"),
]  # fmt: skip
COURSES = [
    (ACCEPTED % "", "states.accepted.then: may be left under conditions only, or not at all — tell "
     "a move without round and where, or stays = true"),
    (ACCEPTED % "{ after = { hours = 1 }, to = 'granted', round = 1 }",
     "states.accepted.then: may be left under conditions only, or not at all — tell a move without "
     "round and where, or stays = true"),
    (ACCEPTED % "{ after = { hours = 1 }, to = 'accepted' }",
     "states.accepted.then: time alone leads round and back here for ever — give a move of that "
     "way a round = 1, or let a state of it wait for a supplement"),
    ("[states.refused]\nthen = [{ after = { hours = 1 }, to = 'granted' }]\n",
     "states.refused.then: refused is final and cannot turn into something else — lead to states "
     "whose status is refused"),
    (ACCEPTED % "{ on = 'supplement', to = 'granted' }",
     "states.accepted.then: nobody hands anything in while a filing is accepted — give accepted "
     "the status supplement_requested or conditionally_accepted"),
    ("[states.accepted]\nstatus = 'supplement_requested'\nstays = true\n",
     "states.accepted.then: awaits a supplement and does not say what follows it — tell { on = "
     '"supplement", to = … } without conditions'),
    ("[states.accepted]\nstays = true\nthen = [{ after = { hours = 1 }, to = 'granted' }]\n",
     "states.accepted.stays: something comes next in time — take stays or those moves out"),
    ("[meets]\ndepartments = ['health']\n[states.accepted]\nstays = true\n",
     "meets: no service is meant, so no filing is met — name a department that decides something, "
     "or a service of it"),
    ("[meets]\ndepartments = ['fire']\n[states.lost]\nstatus = 'accepted'\nstays = true\n",
     "states.lost: nothing leads there — lead a move to lost, or take the state out"),
    ("[meets]\ndepartments = ['housing']\n[states.accepted]\nstatus = 'inspection'\n"
     "stays = true\n",
     "states.accepted.status: housing has no code for inspection — write one of accepted, granted, "
     "received, refused, supplement_requested, withdrawn, or leave housing out of meets"),
    ("[meets]\ndepartments = ['fire']\n[states.refused]\nreason = 'R01'\n",
     "states.refused.reason: fire knows no reason 'R01' — write one of 1, 2"),
    ("[meets]\nservices = ['signboard']\n"
     + ACCEPTED % "{ after = { hours = 1 }, to = 'inspection' }",
     "states.inspection: is not there for greening's signboard — tell [states.inspection], or "
     "leave that service out of meets"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WORDS + COURSES)
def test_a_mistake_is_told_with_its_place_and_its_remedy(
    tmp_path: Path, text: str, said: str
) -> None:
    assert f"mine.toml:{said}" in mistakes(tmp_path, text)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = "".join(f"[states.s{place}]\nstatus = 'odd'\nnote = ''\n" for place in range(3))

    told = mistakes(tmp_path, text + "[meets]\nwhom = 1\n", title='[title]\nzh = "题"\n')

    assert len(told) == 3 * 2 + 2
    assert told == sorted(told)


def test_what_is_no_toml_is_said_to_be_none(tmp_path: Path) -> None:
    [said] = mistakes(tmp_path, "[states\n")

    assert said.startswith("mine.toml: cannot be read: ")


def test_mistakes_of_all_files_of_a_folder_are_told_together(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(TITLE, "utf-8")

    with pytest.raises(WrongScenario) as caught:
        load_all(TERMS, tmp_path)

    assert [mistake.file for mistake in caught.value.mistakes] == ["one.toml", "two.toml"]


def test_a_file_of_ones_own_goes_before_the_librarys(tmp_path: Path) -> None:
    (tmp_path / "silent_department.toml").write_text(
        TITLE + "[states.accepted]\nstays = true\n", "utf-8"
    )

    assert load("silent_department", TERMS, tmp_path).en == "Title"
    assert load("silent_department", TERMS).en == "Silent department"


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownScenario, match=r"there are accepted_with_gaps, .*silent_department"):
        load("quiet_department")


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(WrongScenario, match=r"none\.toml: cannot be read: No such file"):
        read(tmp_path / "none.toml")
