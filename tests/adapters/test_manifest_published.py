"""The keys of department.toml are said once: reader, JSON Schema and docs agree."""

import tomllib
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from adapters.manifest.publish import SCHEMA, json_schema, key_table, printed_schema, rule_table
from adapters.manifest.read import FILE
from adapters.rules import Rule
from gateway.cli.commands import app
from gateway.cli.output import Speaker
from tests.adapters.bad.manifests import BASES, cases, placed, spoiled

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "adapters/departments").glob(f"*/{FILE}"))
STRUCTURAL = (
    Rule.KEY_UNKNOWN,
    Rule.KEY_MISSING,
    Rule.KEY_TYPE,
    Rule.KEY_VALUE,
    Rule.KEY_RANGE,
    Rule.KEY_PROTOCOL,
    Rule.NAME_FORM,
)
# whether a merged call is whole, and which fields a register has, no schema can say
BEYOND = ("key.missing-operation", "key.unknown-field")
WRONG = {n: c for n, c in cases().items() if c.rule in STRUCTURAL and n not in BEYOND}
VALIDATOR = jsonschema_rs.Draft202012Validator(json_schema())


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_schema_takes_every_department(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize("base", BASES)
def test_schema_takes_the_good_departments(tmp_path: Path, base: str) -> None:
    text = (placed(base, tmp_path) / FILE).read_text(encoding="utf-8")
    assert VALIDATOR.is_valid(tomllib.loads(text))


@pytest.mark.parametrize("name", WRONG)
def test_schema_refuses_what_the_reader_refuses(tmp_path: Path, name: str) -> None:
    text = (spoiled(WRONG[name], tmp_path) / FILE).read_text(encoding="utf-8")
    assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_committed_schema_is_the_declared_one() -> None:
    committed = ROOT / "adapters/manifest" / SCHEMA
    assert committed.read_text(encoding="utf-8") == printed_schema(), (
        f"run: onething departments schema > {committed.relative_to(ROOT)}"
    )


def test_command_prints_the_schema() -> None:
    result = CliRunner().invoke(app, ["departments", "schema"], obj=Speaker())
    assert result.exit_code == 0
    assert result.stdout == printed_schema()


@pytest.mark.parametrize(("name", "table"), [("keys", key_table()), ("rules", rule_table())])
def test_docs_have_the_declared_table(name: str, table: str) -> None:
    docs = (ROOT / "docs/manifest.md").read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    shown = docs[docs.index(begin) + len(begin) : docs.index(end)]
    assert shown == table, f"put {name} of adapters/manifest/publish.py there"
