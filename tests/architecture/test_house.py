"""The house stands as designed: who imports whom, how long things are, whose packages these are."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "adapters", "schema", "mocks")
MODULE_LINES = 300
FUNCTION_LINES = 40
LONGER_MODULES: dict[str, str] = {}  # path -> reason; may only shrink
LONGER_FUNCTIONS: dict[str, str] = {}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path


@cache
def functions(path: Path) -> list[tuple[str, int]]:
    return [
        (f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_name_resolves_to_ours(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(ROOT)


def test_no_module_is_longer_than_a_reader_bears() -> None:
    sizes = {str(p.relative_to(ROOT)): p.read_text("utf-8").count("\n") for p in modules()}
    assert {p: n for p, n in sizes.items() if n > MODULE_LINES and p not in LONGER_MODULES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    sizes = dict(pair for path in modules() for pair in functions(path))
    long = {n: k for n, k in sizes.items() if k > FUNCTION_LINES and n not in LONGER_FUNCTIONS}
    assert long == {}


def test_functions_are_short_by_habit() -> None:
    sizes = sorted(n for path in modules() for _, n in functions(path))
    assert sizes[len(sizes) // 2] <= 10


def test_the_compiler_of_operations_could_be_lifted_out() -> None:
    own, foreign = "gateway.execution.compiled", set()
    for path in (ROOT / own.replace(".", "/")).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                foreign.add(node.module or "")
            elif isinstance(node, ast.Import):
                foreign |= {name.name for name in node.names}
    packages = {name.partition(".")[0] for name in foreign if not name.startswith(f"{own}.")}
    assert packages - sys.stdlib_module_names == {"graphql"}


def test_nothing_is_named_after_nothing() -> None:
    banned = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
    assert [str(p) for p in modules() if p.stem in banned or p.parent.name in banned] == []


PLANTED = {
    "layers": ("schema/domain/planted.py", "import gateway"),
    "pure-domain": ("schema/domain/planted.py", "import httpx"),
    "adapters-know-domain-only": ("adapters/planted.py", "import strawberry"),
    "graph-knows-no-gateway": ("schema/graph/planted.py", "import adapters"),
    "xml-stays-in-soap": ("gateway/edge/planted.py", "import lxml"),
    "database-in-cases": ("gateway/federation/planted.py", "import sqlalchemy"),
    "nothing-ships-mocks": ("adapters/planted.py", "import mocks"),
    "mocks-alone": ("mocks/planted.py", "import schema"),
    "no-mocks-in-product": ("gateway/planted.py", "import mocks"),
    "zeep-in-soap": ("adapters/planted.py", "import zeep"),
    "graphql-in-graphql": ("adapters/planted.py", "import graphql"),
    "compiled-alone": ("gateway/execution/compiled/planted.py", "import schema"),
    "departments-apart": ("adapters/departments/planted.py", "import adapters.departments.other"),
}


def copy_of_the_house(target: Path) -> None:
    for path in modules():
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (target / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


def broken_contracts(house: Path) -> str:
    """What the import checker says of a house; run apart, as it runs in `make test`."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(  # noqa: S603 - our own interpreter, our own arguments
        [sys.executable, "-c", program, "--no-cache"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(house), "PATH": "/usr/bin:/bin"},
    )
    return run.stdout + run.stderr


def test_the_import_contracts_hold_and_each_catches_its_planted_violation(tmp_path: Path) -> None:
    copy_of_the_house(tmp_path)
    assert "BROKEN" not in broken_contracts(tmp_path)
    (tmp_path / "adapters/departments/other.py").touch()
    for name, source in PLANTED.values():
        planted = tmp_path / name
        planted.parent.mkdir(exist_ok=True)
        before = planted.read_text() if planted.exists() else ""
        planted.write_text(before + source + "\n")
    report = broken_contracts(tmp_path)
    contracts = contract_names()
    assert {c for c in contracts if f"{contracts[c]} BROKEN" not in report} == set()


def contract_names() -> dict[str, str]:
    import tomllib

    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    found = {c["id"]: c["name"] for c in tool["importlinter"]["contracts"]}
    assert set(found) == set(PLANTED), "each contract has its planted violation"
    return found
