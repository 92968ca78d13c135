"""Members of a contract that are called as the words of a request tree are."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.drafting.arguments import spoken, tree_of
from adapters.drafting.draft import draft_department
from adapters.findings import Findings
from adapters.manifest.read import FILE
from adapters.mapping.compile import Scope
from adapters.mapping.functions import Environment
from adapters.mapping.request import Planner
from adapters.rest.tree import builder
from adapters.shape import Kind, Shape

WORDS = ("when", "each", "xml")


def shape(name: str, kind: Kind = Kind.TEXT, *inside: Shape, repeated: bool = False) -> Shape:
    members = {member.name: member for member in inside}
    return Shape(name=name, tag=name, kind=kind, members=lambda: members, repeated=repeated)


def sent(tree: Any, contract: Shape) -> tuple[Any, list[str]]:
    """What is sent for a filing with two answers, and what the check says of the tree."""
    findings = Findings("f")
    planner = Planner("file", Environment(replying=False, tables={}, python={}), findings)
    node = planner.plan(tree, contract, "body")
    found = [str(finding) for finding in findings.items]
    if found:
        return None, found
    answers = {"from": "2026-01-01", "to": "2026-01-02"}
    return builder(node)(Scope({"answers": answers}), [])[0], found


@pytest.mark.parametrize("word", WORDS)
def test_a_table_under_a_word_of_the_tree_is_a_member(word: str) -> None:
    contract = shape("body", Kind.GROUP, shape(word, Kind.GROUP, shape("from")))
    tree = {word: {"from": "answers.from"}}
    assert sent(tree, contract) == ({word: {"from": "2026-01-01"}}, [])


@pytest.mark.parametrize("word", WORDS)
def test_a_list_under_a_word_of_the_tree_is_a_member(word: str) -> None:
    contract = shape("body", Kind.GROUP, shape(word, Kind.GROUP, shape("no"), repeated=True))
    tree = {word: [{"no": "answers.from"}, {"no": "answers.to"}]}
    assert sent(tree, contract)[0] == {word: [{"no": "2026-01-01"}, {"no": "2026-01-02"}]}


@pytest.mark.parametrize("word", WORDS)
def test_a_value_under_a_quoted_word_is_a_member_beside_a_condition(word: str) -> None:
    contract = shape("body", Kind.GROUP, shape(word))
    tree = {"when": "answers.from", f"'{word}'": "answers.to"}
    assert sent(tree, contract) == ({word: "2026-01-02"}, [])


def test_a_required_member_called_as_a_word_is_asked_for_as_it_is_written() -> None:
    contract = shape("body", Kind.GROUP, shape("when"))
    _, [found] = sent({"when": "answers.from"}, contract)
    assert found == """f:body.when: the contract requires 'when' in body — map it as "'when'\""""


def test_typed_arguments_reach_a_member_called_as_a_word() -> None:
    contract = shape("ask", Kind.GROUP, shape("body", Kind.GROUP, shape("when")))
    findings = Findings("call")
    tree = tree_of(contract, [("body.when", "7")], findings)
    assert (tree, findings.items) == ({"body": {"'when'": "'7'"}}, [])
    assert spoken(tree) == {"body": {"when": "7"}}


def test_a_draft_writes_members_called_as_words_so_that_they_can_be_used(tmp_path: Path) -> None:
    entry = tmp_path / "c.yaml"
    entry.write_text(yaml.safe_dump(CONTRACT), encoding="utf-8")
    drafted = draft_department("c", entry, tmp_path / "out")
    text = (drafted.folder / FILE).read_text("utf-8")
    assert '# request.body.when.from = "…"' in text
    assert """# request.body."'each'" = "…\"""" in text


CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "c", "version": "1"},
    "paths": {
        "/p": {
            "post": {
                "operationId": "submitP",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["when", "each"],
                                "properties": {
                                    "when": {
                                        "type": "object",
                                        "required": ["from"],
                                        "properties": {"from": {"type": "string"}},
                                    },
                                    "each": {"type": "string"},
                                },
                            }
                        }
                    }
                },
                "responses": {"204": {"description": "ok"}},
            }
        }
    },
}
