"""docs/scenarios.md says what the code reads, and what it shows can be played."""

import re
from pathlib import Path

import pytest

from mocks.scenarios.control import Scenarios, all_terms
from mocks.scenarios.reading import read
from mocks.scenarios.reference import keys_as_markdown, library_as_markdown
from tests.mocks.scenarios.office import Office, on

DOCUMENT = Path(__file__).parents[3] / "docs" / "scenarios.md"
TEXT = DOCUMENT.read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n# my/folder/(\w+)\.toml\n(.*?)```", TEXT, re.DOTALL)


def between(name: str) -> str:
    """What stands between two markers of the document."""
    return TEXT.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- /{name} -->")[0]


def test_every_key_is_documented_from_its_declaration() -> None:
    assert between("keys") == keys_as_markdown()


def test_the_library_is_documented_from_its_files(tmp_path: Path) -> None:
    assert between("library") == library_as_markdown(Scenarios(tmp_path).known())


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_the_examples_are_right(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(text, "utf-8")

    assert read(path, all_terms()).id == name


def test_the_example_of_a_hearing_is_played_as_told(tmp_path: Path) -> None:
    for name, text in EXAMPLES:
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    (tmp_path / "state").mkdir()
    housing = Office(tmp_path / "state", "housing", "mine", own=tmp_path)
    numbers = [housing.file(f"r{n}", "lift_consent_plan") for n in range(40)]

    housing.at(on(10, 9))
    met = [number for number in numbers if housing.seen(number).course.id == "mine"]
    for number in met:
        housing.supplement(number)
    housing.at(on(12, 30))
    housing.close()

    ends = {housing.seen(number).state for number in met}
    assert 10 < len(met) < 30
    assert ends == {"granted", "refused"}
    assert {housing.seen(n).reason for n in met if housing.seen(n).state == "refused"} == {"R02"}
