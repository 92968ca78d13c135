"""Which tests go to one worker, and in which order: what is shared together, long ones first.

Used with `--dist loadgroup --no-loadscope-reorder` (see the Makefile). A file is a group; files
that share something costly, a city of processes or a gateway, are one. A long group that came last
would leave the other cores with nothing to do.
"""

import pytest

SHARED = {  # the fixture of a folder that several files wait for once
    ("tests/journeys/", "world"): "journeys in one world",
    ("tests/mocks/", "shared_world"): "mocks in one city",
    ("tests/mocks/", "fire_alone"): "mocks in one city",
}
LONG_FIRST = (
    "tests/gateway/cases/test_filing_protocol.py",
    "tests/gateway/cases/test_reconcile.py",
    "tests/adapters/conformance/test_every_check_rejects.py",
    "tests/adapters/conformance/test_departments_reach_silver.py",
    "journeys in one world",
    "tests/journeys/test_adapter_guide.py",
    "tests/faults/test_matrix.py",
    "tests/gateway/cases/test_copying.py",
    "tests/gateway/cases/test_take_over.py",
    "tests/gateway/cases/test_one_bad_value.py",
    "tests/gateway/test_cli_db.py",
    "tests/schema/test_orders.py",
    "tests/gateway/cases/test_waiting.py",
    "tests/adapters/test_external_package.py",
    "tests/adapters/test_examples.py",
    "mocks in one city",
    "tests/adapters/test_departments_speak.py",
)
LAST = "tests/chaos/test_chaos.py"  # it takes all cores: nothing should have to wait beside it


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
    if group == LAST:
        return len(LONG_FIRST) + 1
    return LONG_FIRST.index(group) if group in LONG_FIRST else len(LONG_FIRST)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test is marked with its group, and long groups come first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=lambda item: _turn(group_of(item)))
