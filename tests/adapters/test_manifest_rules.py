"""Every rule of department.toml refuses its wrong manifest, alone, and no good one."""

import ast
from pathlib import Path

import pytest

import adapters
from adapters.rules import DEMANDS, Rule
from tests.adapters.bad.manifests import BASES, cases, placed, spoiled, told

CASES = cases()


@pytest.mark.parametrize("base", BASES)
def test_good_department_breaks_no_rule(tmp_path: Path, base: str) -> None:
    assert [str(finding) for finding in told(placed(base, tmp_path))] == []


@pytest.mark.parametrize("name", CASES)
def test_wrong_manifest_is_refused_by_its_rule_alone(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    found = told(spoiled(case, tmp_path), case)
    assert [(one.rule, one.key) for one in found] == [(case.rule, case.data["key"])], "\n".join(
        f"{one.rule}: {one}" for one in found
    )
    assert case.data["says"] in found[0].sentence, found[0].sentence
    assert found[0].remedy, "a finding says what mends it"


def test_every_rule_has_a_wrong_manifest() -> None:
    assert {case.rule for case in CASES.values()} == set(Rule)


def test_every_rule_says_what_it_demands() -> None:
    assert set(DEMANDS) == set(Rule)


def test_every_rule_is_enforced_somewhere() -> None:
    named = {
        node.attr
        for path in Path(adapters.__file__).parent.rglob("*.py")
        if path.name != "rules.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Rule"
    }
    assert named == set(Rule.__members__)
