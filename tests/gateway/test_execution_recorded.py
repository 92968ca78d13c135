"""Recorded operations are ready before anybody asks; a broken one is named and stops nothing."""

from pathlib import Path
from typing import Any

import pytest
import strawberry
from structlog.testing import capture_logs

from gateway.execution.executor import Executor
from gateway.execution.limits import Limits
from gateway.execution.recorded import WarmUp, recorded_in
from schema.graph.build import core


@strawberry.type
class Query:
    fine: str = strawberry.field(resolver=lambda: "fine")
    other: str = strawberry.field(resolver=lambda: "other")


@pytest.fixture
def executor() -> Executor:
    return Executor(core(strawberry.Schema(query=Query)), limits=Limits(root_fields=3))


def recorded(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name}.graphql").write_text(text, encoding="utf-8")
    return list(recorded_in([folder]))


async def test_every_operation_of_every_file_is_compiled_for_every_outcome_of_its_conditions(
    tmp_path: Path, executor: Executor
) -> None:
    files = recorded(
        tmp_path,
        one="query One { fine }",
        two="query A { fine } query B($x: Boolean!) { fine @skip(if: $x) other }",
    )
    warm_up = WarmUp(executor, files)

    before = warm_up.left
    with capture_logs() as logs:
        await warm_up.run()

    assert (before, warm_up.left) == ("0 of 2 recorded operations are ready", None)
    told = {key: value for key, value in logs[-1].items() if key != "ms"}
    assert told == {
        "event": "recorded.ready", "log_level": "info", "files": 2, "compiled": 3, "broken": 0,
    }  # fmt: skip
    assert executor._operations.fields == 1 + 1 + 1 + 2


async def test_what_was_recorded_is_not_compiled_again_when_it_runs(
    tmp_path: Path, executor: Executor
) -> None:
    text = "query One { fine other }"
    await WarmUp(executor, recorded(tmp_path, one=text)).run()
    compiled = executor._operations.fields

    nobody: Any = None
    for name in (None, "One"):
        answer = await executor.execute(text, None, name, nobody, trace_id="t")
        assert answer == {"data": {"fine": "fine", "other": "other"}}

    assert executor._operations.fields == compiled == 2


async def test_a_broken_recorded_operation_is_named_with_its_reason_and_the_rest_is_ready(
    tmp_path: Path, executor: Executor
) -> None:
    files = recorded(
        tmp_path,
        a_open="{",
        b_unknown="{ nothing }",
        c_large="{ fine a: fine b: fine c: fine }",
        d_good="{ fine }",
    )
    (tmp_path / "e_bytes.graphql").write_bytes(b"\xff")
    warm_up = WarmUp(executor, [*files, tmp_path / "e_bytes.graphql", tmp_path / "f_gone.graphql"])

    with capture_logs() as logs:
        await warm_up.run()

    assert warm_up.left is None
    assert [(Path(e["file"]).stem, e["reason"].split(".")[0]) for e in logs[:-1]] == [
        ("a_open", "Syntax Error: Expected Name, found <EOF>"),
        ("b_unknown", "Cannot query field 'nothing' on type 'Query'"),
        ("c_large", "The operation has too many root fields; at most 3"),
        ("e_bytes", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        ("f_gone", f"[Errno 2] No such file or directory: '{tmp_path}/f_gone"),
    ]
    assert (logs[-1]["files"], logs[-1]["compiled"], logs[-1]["broken"]) == (6, 1, 5)


def test_a_place_is_a_folder_of_files_or_a_file(tmp_path: Path) -> None:
    first, second = recorded(tmp_path, b="{ fine }", a="{ fine }")
    (tmp_path / "other.txt").touch()

    assert (first.name, second.name) == ("a.graphql", "b.graphql")
    assert list(recorded_in([second, tmp_path])) == [second, first, second]
