"""What is published of a rule is what is read of it: the same taken, the same refused."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from mocks.admin.document import document
from mocks.admin.kinds import fault_kinds
from mocks.faults.pace import READERS, PaceRule
from mocks.faults.rule import CONDITIONS, Rule
from mocks.faults.said import Wrong
from mocks.faults.table import KINDS

SAID: dict[str, tuple[list[Any], list[Any]]] = {  # right, wrong
    "operation": (["a", ["a", "b"], "*"], ["", [], [7], 7]),
    "filing": (["A:*", ["A", "B"]], ["", [], 7]),
    "first": ([1, 10**9, None], [0, -1, 1.5, "1", True]),
    "every": ([1, 7], [0, None, "2"]),
    "probability": ([0.01, 1, 1.0], [0, -0.1, 1.01, "0.5", None, True]),
    "delay_s": ([0, 0.5, 86_400], [-1, 86_401, "1", None]),
    "from": (
        ["2026-09-21", "2026-09-21T09:00", "2026-09-21T09:00:00.5Z", "2026-09-21T09:00+08:00"],
        ["soon", "1926-09-21", "2026-9-21", 7, None],
    ),
    "until": (["2026-09-21T09:00:00"], ["9 o'clock", "2026-09-21T09"]),
    "weekdays": (["mon", ["sat", "sun"]], ["monday", [], 1, [1]]),
    "hours": (["16:00-18:00", "22:00 - 06:00"], ["16-", "4pm", "24:00-25:00", 7]),
}
SEEDS = ([0, -5, 7], [1.5, "7", None])
PACED: dict[str, tuple[list[Any], list[Any]]] = {
    "operation": SAID["operation"],
    "seed": SEEDS,
    "fixed_s": SAID["delay_s"],
    "uniform_s": ([[0, 1], [0.2, 0.2]], [[1], [1, 2, 3], ["a", "b"], 1]),
    "median_s": SAID["delay_s"],
    "sigma": ([0, 5], [-0.1, 5.1, "1"]),
    "percentiles": ([{"50": 1}, {"0": 0, "99.9": 1, "100": 2}], [{}, {"101": 1}, {"x": 1}, [1]]),
    "at_once": ([1, 50], [0, None, 1.5]),
    "queue": ([0, 9, None], [-1, "1"]),
    "rate_per_s": ([0.001, 1_000_000], [0, 1_000_001, "1"]),
    "burst": ([1, 9], [0, "1"]),
    "over": (["429", "503", "busy"], ["418", 429]),
    "bytes_per_s": ([1, 10**9], [0, 0.5]),
}
BESIDE: dict[str, dict[str, Any]] = {
    "seed": {"median_s": 1},
    "sigma": {"median_s": 1},
    "queue": {"at_once": 1},
    "burst": {"rate_per_s": 1},
    "over": {"rate_per_s": 1},
    "operation": {"fixed_s": 1},
}
ODD_PACES: list[dict[str, Any]] = [
    {}, {"operation": "a"}, {"seed": 1}, {"over": "busy"}, {"sigma": 1}, {"queue": 1},
    {"fixed_s": 1, "seed": 2}, {"fixed_s": 1, "median_s": 1}, {"at_once": 1, "over": "busy"},
    {"fixed_s": 1, "sigma": 1}, {"fixd_s": 1}, {"at_once": 1, "burst": 2},
]  # fmt: skip
ODD_RULES: list[dict[str, Any]] = [
    {}, {"kind": "bussy"}, {"kind": "busy", "frist": 1}, {"kind": "busy", "seed": 1},
    {"kind": "internal_error", "status": 500}, {"kind": "accept_close", "operation": "a"},
    {"kind": "reset_after_headers", "filing": "a"}, {"kind": "drip", "mb": 1},
    {"kind": "busy", "place": 0},
]  # fmt: skip


def published(name: str) -> Any:
    whole = document()
    return jsonschema_rs.validator_for(
        {"components": whole["components"], "$ref": f"#/components/schemas/{name}"}
    )


def taken(make: Any, rule: dict[str, Any]) -> bool:
    try:
        make(rule)
    except Wrong:
        return False
    return True


def edges() -> Iterator[tuple[str, str, Any, bool]]:
    """Each parameter of each kind at its bounds, and a little beyond them."""
    for kind in KINDS.values():
        for name, reader in kind.readers.items():
            schema = reader.schema
            step = 1 if schema["type"] == "integer" else 0.0005
            if schema["type"] == "string":
                yield from ((kind.name, name, said, True) for said in ("http://a.b/c", "x"))
                yield from ((kind.name, name, said, False) for said in ("", "a\nb", 'x"y', "上", 7))
                continue
            low, high = schema["minimum"], schema["maximum"]
            yield from ((kind.name, name, said, True) for said in (low, high))
            beyond = (low - step, high + step, "1", None, True)
            yield from ((kind.name, name, said, False) for said in beyond)


@pytest.mark.parametrize(("kind", "name", "said", "right"), list(edges()))
def test_a_parameter_is_read_and_published_with_the_same_bounds(
    kind: str, name: str, said: Any, right: bool
) -> None:
    rule = {"kind": kind, name: said}

    assert taken(Rule, rule) == published("FaultRule").is_valid(rule) == right


@pytest.mark.parametrize("name", sorted(CONDITIONS.keys() - {"kind", "seed", "place"}))
def test_a_condition_is_read_and_published_alike(name: str) -> None:
    schema, (right, wrong) = published("FaultRule"), SAID[name]
    for said, holds in [*((one, True) for one in right), *((one, False) for one in wrong)]:
        rule = {"kind": "busy", name: said}
        assert (taken(Rule, rule), schema.is_valid(rule)) == (holds, holds), said


@pytest.mark.parametrize("name", READERS)
def test_a_key_of_a_pace_is_read_and_published_alike(name: str) -> None:
    schema, (right, wrong) = published("PaceRule"), PACED[name]
    for said, holds in [*((one, True) for one in right), *((one, False) for one in wrong)]:
        rule = {**BESIDE.get(name, {}), name: said}
        assert (taken(PaceRule, rule), schema.is_valid(rule)) == (holds, holds), said


@pytest.mark.parametrize(
    ("schema", "make", "rule"),
    [("PaceRule", PaceRule, rule) for rule in ODD_PACES]
    + [("FaultRule", Rule, rule) for rule in ODD_RULES],
)
def test_what_says_nothing_or_too_much_is_refused_by_both(
    schema: str, make: Any, rule: dict[str, Any]
) -> None:
    assert not taken(make, rule)
    assert not published(schema).is_valid(rule)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_published_with_all_it_takes(kind: str) -> None:
    rule = {"kind": kind, "every": 2, **KINDS[kind].parameters}
    [shown] = [one for one in fault_kinds() if one["name"] == kind]

    assert taken(Rule, rule)
    assert published("FaultRule").is_valid(rule)
    assert published("FaultKind").is_valid(shown)
    assert {name: told["default"] for name, told in shown["takes"].items()} == shown["parameters"]
    assert published("FaultRule").is_valid({"kind": kind, "probability": 0.5, "seed": 3})
    assert published("FaultRule").is_valid({"kind": kind, "seed": 3}) == KINDS[kind].drawn
