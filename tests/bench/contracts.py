"""`python -m tests.bench.contracts [FOLDER…]`: every contract in these folders, tried whole.

Each is loaded, drafted into a department, put into the graph, served as a mock, and every operation
of it is asked once with a valid request; one row each. Without a folder: those we ship, and the
foreign ones beside the repository (ONETHING_FOREIGN_CONTRACTS).
"""

import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from adapters.drafting.draft import Drafted, draft_department
from adapters.drafting.files import Refused, gather
from adapters.manifest.read import FILE
from mocks.anything.exchange import Options
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused as NotServed
from mocks.anything.rest import RestMock
from mocks.anything.soap import SoapMock
from schema.graph.build import build_schema
from tests.foreign import foreign_folder
from tests.mocks.anything.mocked import DEPARTMENTS, rest_request, soap_request

_ENTRIES = ("*.wsdl", "*.yaml", "*.yml", "*.json")
_WORDS = (b"openapi", b"swagger", b"definitions")
COLUMNS = (
    "contract", "loaded s", "operations", "refused", "registers", "most lines", "in the graph",
    "mock s", "asked", "valid", "trouble",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """What came of one contract."""

    contract: str
    loaded_s: float = 0.0
    operations: int = 0
    refused: int = 0
    registers: int = 0
    most_lines: int = 0
    in_graph: str = ""
    mock_s: float = 0.0
    asked: int = 0
    valid: int = 0
    trouble: str = ""

    def cells(self) -> list[str]:
        """For the table."""
        values = list(astuple(self))
        return [f"{v:.2f}" if isinstance(v, float) else str(v) for v in values]


def entries(folder: Path) -> Iterator[Path]:
    """The files that stand for a contract: no other file of the folder refers to them."""
    found = [path for kind in _ENTRIES for path in sorted(folder.rglob(kind))]
    likely = [p for p in found if any(word in p.read_bytes()[:4000] for word in _WORDS)]
    inner = {path for one in likely for path in _referred(one)}
    return (path for path in likely if path.resolve() not in inner)


def _referred(entry: Path) -> set[Path]:
    try:
        files = gather(entry)
    except (Refused, ValueError, OSError):
        return set()
    return {path.resolve() for path in files.files} - {entry.resolve()}


def tried(entry: Path) -> Row:
    """One contract, from its file to a mock that was asked everything."""
    row = Row(contract=f"{entry.parent.name}/{entry.name}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            made = draft_department("abroad", entry, Path(folder))
            row.loaded_s = time.perf_counter() - began
            _described(row, made)
        _asked(row, entry)
    except (Refused, NotServed, ValueError, LookupError, AssertionError) as error:
        row.trouble = f"{type(error).__name__}: {error}"[:80]
    return row


def _described(row: Row, made: Drafted) -> None:
    row.operations = len(made.contract.operations)
    row.refused = sum(bool(operation.trouble) for operation in made.contract.operations)
    row.registers = len(made.registers)
    data = tomllib.loads((made.folder / FILE).read_text("utf-8"))
    row.most_lines = max((_lines(r) for r in data.get("registers", {}).values()), default=0)
    if made.info is not None:
        printed = build_schema([made.info]).as_str()
        row.in_graph = f"{sum(f'type {_type(r.id)} ' in printed for r in made.registers)} types"


def _lines(register: Mapping[str, Any]) -> int:
    """Mapping lines of a register: one for each field that is read and each value that is sent."""
    sent = [lookup.get("request", {}) for lookup in register.get("lookups", {}).values()]
    return len(register.get("reply", {})) + sum(map(_leaves, sent))


def _leaves(tree: Any) -> int:
    return sum(map(_leaves, tree.values())) if isinstance(tree, Mapping) else 1


def _type(register: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in register.split("_"))


def _asked(row: Row, entry: Path) -> None:
    began = time.perf_counter()
    mock = opened(entry, Options(today=date(2026, 11, 26)), root=gather(entry).root).mock
    row.mock_s = time.perf_counter() - began
    if isinstance(mock, SoapMock):
        requests = [soap_request(mock, name) for name in mock.contract.port.operations]
    else:
        assert isinstance(mock, RestMock)
        requests = [rest_request(mock, operation) for operation in mock.contract.operations]
    for request in requests:
        answer = mock.answer(request)
        row.asked += 1
        row.valid += answer.status < 300 and not answer.mistakes


def main(folders: list[str]) -> None:
    """Print the table."""
    places = [Path(folder) for folder in folders] or [
        DEPARTMENTS,
        *filter(Path.is_dir, [foreign_folder()]),
    ]
    table = Table(*COLUMNS, title="contracts")
    for place in places:
        for entry in entries(place):
            table.add_row(*tried(entry).cells())
    Console(width=220).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
