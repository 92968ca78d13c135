"""Where tests run and in which order: what is shared together, long ones first, files in memory.

Used with `--dist loadgroup --no-loadscope-reorder` (see the Makefile). A file is a group; files
that share something costly, a city of processes or a gateway, are one. A long group that came last
would leave the other cores with nothing to do.
"""

import gc
import logging
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

SHARED = {  # the fixture of a folder that several files wait for once
    ("tests/journeys/", "world"): "journeys in one world",
    ("tests/mocks/", "shared_world"): "mocks in one city",
    ("tests/mocks/", "fire_alone"): "mocks in one city",
}
LONG_FIRST = (
    "journeys in one world",
    "tests/chaos/test_chaos.py",
    "tests/gateway/cases/test_filing_protocol.py",
    "tests/adapters/conformance/test_every_check_rejects.py",
    "tests/faults/test_matrix.py",
    "tests/faults/test_planted.py",
    "tests/gateway/cases/test_reconcile.py",
    "tests/adapters/conformance/test_departments_reach_silver.py",
    "tests/journeys/test_adapter_guide.py",
    "tests/gateway/cases/test_restored_drafts.py",
    "tests/gateway/cases/test_copying.py",
    "tests/gateway/cases/test_take_over.py",
    "tests/gateway/cases/test_one_bad_value.py",
    "tests/gateway/test_cli_db.py",
    "tests/schema/test_orders.py",
    "tests/gateway/cases/test_waiting.py",
    "tests/adapters/test_external_package.py",
    "tests/adapters/test_examples.py",
    "mocks in one city",
    "tests/mocks/test_spoiled_ledger.py",
    "tests/gateway/cases/test_dispatch.py",
    "tests/adapters/test_departments_speak.py",
    "tests/mocks/recording/test_hostile_texts.py",
    "tests/mocks/recording/test_secrets_never_kept.py",
    "tests/mocks/test_supervisor.py",
    "tests/mocks/test_readers.py",
    "tests/schema/graph/test_graph_federation.py",
    "tests/adapters/loading/test_hostile_documents.py",
)
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where a machine has one
LONGEST_NAME = 100  # of a parameter; names go with every report, and some values are megabytes
GARBAGE = (20_000, 20, 20)  # at Python's own it takes a fifth of all computing
ROOM_BYTES = 6 * 2**30  # a database of a test's own is 8 MB, and there are hundreds


def _has_room(memory: Path) -> bool:
    """Whether what tests write fits there, and the commands among it may be carried out."""
    if not memory.is_dir() or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return False
    return os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM_BYTES


if "TMPDIR" not in os.environ and _has_room(MEMORY):  # noqa: TID251 - what programs go by
    # Tests kill processes, never the power: what is synced to a disk shows nothing more, and waits.
    os.environ["TMPDIR"] = str(MEMORY)  # noqa: TID251 - those we start go there as well
    tempfile.tempdir = None

# A traceback drawn in colours, with every local, takes 60 ms; some tests log hundreds of them.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# How long an example took is no property of what it shows: other workers are busy too. Where a
# change is judged, it is judged by the same examples each time; everywhere else they are new ones.
settings.register_profile(
    "suite",
    settings.default,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("ONETHING_TEST_EXAMPLES") == "fixed",  # noqa: TID251 - as above
)
settings.load_profile("suite")


def group_of(item: pytest.Item) -> str:
    """The group a test belongs to: what it shares with other files, or its file."""
    file = item.nodeid.partition("::")[0]
    fixtures = getattr(item, "fixturenames", ())
    shared = (
        group
        for (folder, fixture), group in SHARED.items()
        if file.startswith(folder) and fixture in fixtures
    )
    return next(shared, file)


def _turn(group: str) -> int:
    return LONG_FIRST.index(group) if group in LONG_FIRST else len(LONG_FIRST)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test is marked with its group, and long groups come first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=lambda item: _turn(group_of(item)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A long value is called by its length; None leaves the name to pytest."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{argname}-of-{len(val)}"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: nobody need look again for what of it is garbage, nor
    often for what the tests leave.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        gc.enable()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Where a test sends its log, and from which level on, ends with it: to a closed stream each
    line would be a traceback, and a level left behind would silence those that come later.
    """
    root, was = logging.getLogger(), structlog.get_config()
    level = root.level
    before = [one for one in root.handlers if type(one) is logging.StreamHandler]
    yield
    root.setLevel(level)
    mine = [one for one in root.handlers if type(one) is logging.StreamHandler]
    if mine != before:
        root.handlers[:] = [*(one for one in root.handlers if one not in mine), *before]
        structlog.configure(**was)
