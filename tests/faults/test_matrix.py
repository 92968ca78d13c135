"""The matrix, scaled down: every kind once, at a department and verb whose turn it is."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from adapters.conformance.live import live_rim
from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.model import Manifest
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint, Wire, WireReply, WireRequest
from mocks.core.kit import CONTRACTS
from mocks.core.kit import DEPARTMENTS as DEPARTMENT_NAMES
from mocks.faults.table import KINDS, Stage
from mocks.soap.wsdl import load
from tests.adapters.conformance.bad.lines import Paced, follows
from tests.adapters.test_departments_speak import DEPARTMENTS
from tests.faults.city import Place, city
from tests.faults.excuses import cannot_strike
from tests.faults.matrix import Adapters, Made, Matrix, endpoint_of, matrix
from tests.faults.striking import kinds_for, says_not_modified
from tests.faults.telling import TELLING, telling
from tests.faults.verdict import GOOD, Verdict

Line = Callable[[Manifest, Endpoint], Wire]
PATIENT_S = 1.5  # a busy machine is no fault of an adapter's


beside_the_city = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Matrix]:
    """Two departments that run and were asked all there is on a good day."""
    state = tmp_path_factory.mktemp("whole")
    async with matrix(state, ("planning", "market"), deadline_s=PATIENT_S) as made:
        yield made


@asynccontextmanager
async def planning(whole: Matrix, line: Line) -> AsyncIterator[Matrix]:
    """The planning department alone, over a line of our choice."""
    counters, made = {"planning": whole.counters["planning"]}, on(line)
    endpoint = endpoint_of(counters["planning"].mock, PATIENT_S)
    alone = Matrix(counters, dict(made({"planning": endpoint})), made, PATIENT_S)
    try:
        yield alone
    finally:
        await alone.hurried["planning"].aclose()


@beside_the_city
@pytest.mark.timeout(240)
async def test_every_kind_ends_in_a_typed_error_or_the_true_value(whole: Matrix) -> None:
    wrong, met = [], set()
    names = list(whole.counters)
    for turn, kind in enumerate(KINDS.values()):
        ways = [
            (counter, verb)
            for name in (names[turn % 2], names[1 - turn % 2])
            for counter in (whole.counters[name],)
            for verb in counter.verbs
            if kind in kinds_for(name, verb) and not cannot_strike(kind.name, f"{name}.{verb}")
        ]
        if not ways:
            continue
        counter, verb = ways[turn // 2 % len(ways)]
        cell = await whole.cell(kind, counter, verb)
        met |= {cell.kind} if cell.verdict is not Verdict.UNMET else set()
        wrong += [cell] if cell.verdict not in GOOD else []
    calls = {name for name, kind in KINDS.items() if kind.stage is not Stage.TELLING}
    assert wrong == []
    assert calls - met == set()


async def test_callbacks_are_believed_only_when_they_are_the_departments_own(
    tmp_path: Path,
) -> None:
    async with telling(tmp_path) as department:
        cells = {kind.name: await department.cell(kind) for kind in TELLING[:4]}
    assert {cell.verdict for cell in cells.values()} <= GOOD
    assert cells["forged"].outcome == "Misconfigured"


def test_only_a_department_that_says_not_modified_is_asked_anew_each_time() -> None:
    assert [name for name in DEPARTMENT_NAMES if says_not_modified(name)] == ["fire"]


def on(line: Line) -> Made:
    """Departments made with a line of our choice."""

    def made(endpoints: Mapping[str, Endpoint]) -> Adapters:
        return {name: _on(line, name, endpoint) for name, endpoint in endpoints.items()}

    return made


def _on(line: Line, name: str, endpoint: Endpoint) -> DeclaredDepartment:
    findings = Findings(FILE)
    manifest = read_manifest(DEPARTMENTS / name, findings)
    assert manifest is not None
    department = build(manifest, endpoint, live_rim(), findings, line(manifest, endpoint))
    assert department is not None, [str(f) for f in findings.items]
    return department


class _Inflates(Paced):
    """Takes what is compressed, however large it grows."""

    async def _read(self, reply: httpx.Response) -> bytes:
        return b"".join([part async for part in reply.aiter_bytes()])


class _Mends(Paced):
    """Gives the last good answer where it got none."""

    last: WireReply | None = None

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        reply = await super().sent(request, deadline)
        if reply.body and reply.status < 300:
            self.last = reply
        return self.last or reply


@beside_the_city
@pytest.mark.timeout(120)
async def test_a_line_that_inflates_makes_the_matrix_red(whole: Matrix) -> None:
    async with planning(whole, _Inflates) as inflating:
        found = await verdicts(inflating, "gzip_bomb")

    assert found != set()
    assert found <= {Verdict.LARGE, Verdict.LATE}


@pytest.mark.timeout(120)
async def test_a_line_that_mends_makes_the_matrix_red(tmp_path: Path) -> None:
    async with matrix(tmp_path, ("fire",), on(_Mends), PATIENT_S) as mending:
        found = await verdicts(mending, "early_204")

    assert found == {Verdict.WRONG}


async def verdicts(whole: Matrix, kind: str) -> set[Verdict]:
    """What is said of this kind, struck while a filing is sent that is not the first."""
    ((name, counter),) = whole.counters.items()
    question = await counter.question("file", 0)
    await question.ask(whole.hurried[name], PATIENT_S)
    return {cell.verdict for cell in await whole.row(KINDS[kind], ("file",))}


@beside_the_city
@pytest.mark.timeout(120)
async def test_a_line_that_follows_makes_the_matrix_red(whole: Matrix, tmp_path: Path) -> None:
    elsewhere = city(tmp_path / "other", [Place(key="other", department="planning")])
    async with elsewhere as mocks, planning(whole, follows) as following:
        path = load(CONTRACTS / "planning/contract/plan-case.wsdl").path
        following.more = {"redirect_elsewhere": {"location": mocks["other"].url + path}}
        cells = await following.row(KINDS["redirect_elsewhere"], ("file",))
    assert {cell.verdict for cell in cells} == {Verdict.WRONG}
