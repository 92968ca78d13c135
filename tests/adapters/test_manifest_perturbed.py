"""However a good manifest is damaged, the answer is findings or a department, never a crash."""

import shutil
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from tests.adapters.bad.manifests import BASES, dumps, placed
from tests.adapters.conftest import CREDENTIALS, RIM

ENDPOINT = Endpoint(url="http://127.0.0.1:1", credentials=CREDENTIALS)
SWAPS: tuple[Any, ...] = ("", "x", "'", "a | b", ".", 0, -1, 1.5, True, [], ["x"], {}, {"x": "y"})
DAMAGE = st.tuples(
    st.integers(0, 999),
    st.sampled_from(["delete", "misspell", "swap"]),
    st.sampled_from(SWAPS),
)


def _ways(data: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in pairs:
        yield (*way, key)
        if isinstance(value, dict | list):
            yield from _ways(value, (*way, key))


def _damaged(data: dict[str, Any], way: tuple[Any, ...], how: str, swap: Any) -> None:
    here: Any = data
    for step in way[:-1]:
        here = here[step]
    last = way[-1]
    if how == "swap":
        here[last] = deepcopy(swap)  # the next damage may strike inside it
        return
    value = here.pop(last)
    if how == "misspell" and isinstance(here, dict):
        here[f"{last[:-1]}q"] = value


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {base: placed(base, tmp_path_factory.mktemp(base)) for base in BASES}


@pytest.mark.parametrize("base", BASES)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(damages=st.lists(DAMAGE, min_size=1, max_size=2))
@example(damages=[(8, "swap", [])])  # the protocol
@example(damages=[(0, "swap", {"x": "y"}), (1, "delete", "")])
def test_damaged_manifest_gives_findings_or_a_department(
    good: dict[str, Path], base: str, damages: list[tuple[int, str, Any]]
) -> None:
    folder = good[base]
    whole = (folder / FILE).read_text(encoding="utf-8")
    data = tomllib.loads(whole)
    for at, how, swap in damages:
        ways = list(_ways(data))
        _damaged(data, ways[at % len(ways)], how, swap)
    shutil.copy(folder / FILE, folder / "good.toml")
    try:
        (folder / FILE).write_text(dumps(data), encoding="utf-8")
        findings = Findings(FILE)
        manifest = read_manifest(folder, findings)
        made = build(manifest, ENDPOINT, RIM, findings) if manifest else None
        assert isinstance(made, DeclaredDepartment) != bool(findings.items)
    finally:
        shutil.move(folder / "good.toml", folder / FILE)


def test_damage_leaves_what_it_swaps_in_as_it_was() -> None:
    swap = {"x": "y"}
    data: dict[str, Any] = {"id": "desk"}
    _damaged(data, ("id",), "swap", swap)
    _damaged(data, ("id", "x"), "delete", "")
    assert (swap, data) == ({"x": "y"}, {"id": {}})
