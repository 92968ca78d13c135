"""卫健: slow, and codes inside the answer."""

from pathlib import Path
from typing import Any

import pytest

from mocks.core.city import DEMO
from mocks.core.clock import write_atomically
from mocks.core.credentials import HEALTH_API_KEY
from mocks.core.direct import Direct
from mocks.core.kit import Kit, assemble
from mocks.departments.health import build
from mocks.journal.noting import Noting
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf
from mocks.journal.tally import Tally


@pytest.fixture
def health(world: Any) -> Any:
    caller = world.caller("health")
    caller.headers["X-Api-Key"] = HEALTH_API_KEY
    return caller


def quick(world: Any, **rule: Any) -> None:
    world.faults(health=[{"kind": "delay", "delay_s": 0, **rule}])


def test_it_is_slow_on_a_good_day(health: Any) -> None:
    reply = health.call("certificateSummary", creditCode=DEMO["uscc"])

    assert reply.elapsed.total_seconds() >= 0.4
    assert reply.json()["data"]["validCount"] == 12


@pytest.mark.parametrize(
    ("query", "code"),
    [({"creditCode": "91310104MA1000000X"}, "96"), ({}, "97"), ({"creditCode": "short"}, "98")],
)
def test_a_failure_is_a_code_in_a_200(
    world: Any, health: Any, query: dict[str, str], code: str
) -> None:
    quick(world)

    reply = health.call("certificateSummary", **query)

    assert (reply.status_code, reply.json()["code"]) == (200, code)
    assert "data" not in reply.json()


def test_a_stranger_is_turned_away(world: Any) -> None:
    quick(world)

    reply = world.caller("health").call("certificateSummary", creditCode=DEMO["uscc"])

    assert (reply.status_code, reply.json()["code"]) == (401, "95")


def test_every_answer_the_contract_declares_was_given_and_keeps_it(world: Any, health: Any) -> None:
    quick(world)
    health.call("certificateSummary", creditCode=DEMO["uscc"])
    health.headers.clear()
    health.call("certificateSummary", creditCode=DEMO["uscc"])

    assert health.seen == health.declared()


def test_a_busy_day_is_code_99(world: Any, health: Any) -> None:
    quick(world, kind="busy")

    assert health.call("certificateSummary", creditCode=DEMO["uscc"]).json()["code"] == "99"


NOBODY_WAITS = {"kind": "delay", "delay_s": 0}
SCOPE = {
    "type": "http", "method": "GET", "path": "/health-certificates/summary",
    "query_string": f"creditCode={DEMO['uscc']}".encode(),
    "headers": [(b"x-api-key", HEALTH_API_KEY.encode())],
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Any:
    kit = assemble("health", tmp_path)
    yield kit, build(kit)
    kit.ledger.close()


def order(kit: Kit, *rules: dict[str, Any]) -> None:
    folder = kit.ledger.path.parents[1]
    write_atomically(folder / "faults.json", {"health": list(rules)})


def test_told_not_to_wait_it_answers_where_it_reads_and_counts_the_rule(
    here: tuple[Kit, Direct],
) -> None:
    kit, department = here
    order(kit, {**NOBODY_WAITS, "operation": "*"})
    ring, tally = Ring(shared_memory()), Tally()
    noting = Noting(department, ring, kit.clock, tally)

    deed = noting.noted(department.deed)(dict(SCOPE))
    assert deed is not None
    said = deed(dict(SCOPE), b"")

    [entry] = Shelf(rings={"health": ring}).entries()
    assert (said.status_code, b'"validCount":12' in bytes(said.body)) == (200, True)
    assert (entry.outcome.operation, entry.outcome.fault) == ("certificateSummary", "delay")
    assert tally.requests == {("certificateSummary", 200, "delay"): 1}
    assert (kit.faults.struck, kit.faults.by_rule[0]["struck"]) == ({"delay": 1}, 1)


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{**NOBODY_WAITS, "first": 9}],
        [{**NOBODY_WAITS, "probability": 0.5}],
        [{**NOBODY_WAITS, "operation": "certificateSummary"}],
        [{**NOBODY_WAITS, "weekdays": ["mon"]}],
        [{**NOBODY_WAITS, "delay_s": 0.01}],
        [{"kind": "delay"}],
        [NOBODY_WAITS, {"kind": "busy"}],
        [{"kind": "accept_reset", "every": 2}, NOBODY_WAITS],
    ],
)
def test_told_anything_else_it_is_answered_the_long_way(
    here: tuple[Kit, Direct], rules: list[dict[str, Any]]
) -> None:
    kit, department = here
    order(kit, *rules)

    assert department.deed(dict(SCOPE)) is None


def test_a_rule_by_which_nobody_waits_that_was_lifted_is_not_counted(
    here: tuple[Kit, Direct],
) -> None:
    kit, department = here
    order(kit, NOBODY_WAITS)
    deed = department.deed(dict(SCOPE))
    order(kit, {"kind": "busy"})
    assert kit.faults  # somebody else looked in the same turn

    assert deed is not None
    assert deed({**SCOPE, "path_params": {}}, b"").status_code == 200

    assert kit.faults.struck == {}
