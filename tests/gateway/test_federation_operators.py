"""What operators are told of calls that failed: enough to act on, and not a line for each call."""

from structlog.testing import capture_logs

from adapters.errors import AdapterError, ContractBroken, Misconfigured, OutcomeUnknown
from gateway.federation.operators import EVERY_S, Operators
from schema.domain.problem import ProblemCode

BROKEN = ContractBroken("market", "data.capital: 'many' is no decimal")


def told(*calls: tuple[AdapterError, float]) -> list[dict[str, object]]:
    operators = Operators()
    with capture_logs() as lines:
        for error, now in calls:
            operators.tell("business_licence", error.code, error, now)
    return [dict(line) for line in lines]


def test_what_a_department_sent_is_told_with_its_place() -> None:
    (line,) = told((BROKEN, 0.0))

    assert line == {
        "event": "federation.call_failed",
        "log_level": "warning",
        "department": "market",
        "source": "business_licence",
        "code": ProblemCode.DEPARTMENT_BROKE_CONTRACT.value,
        "kind": "ContractBroken",
        "reason": "data.capital: 'many' is no decimal",
        "times": 1,
    }


def test_the_same_is_told_once_a_minute_with_how_often() -> None:
    lines = told(*[(BROKEN, n / 10) for n in range(5)], (BROKEN, EVERY_S))

    assert [line["times"] for line in lines] == [1, 5]


def test_each_kind_is_told_by_itself_and_only_what_is_to_be_mended_loudly() -> None:
    errors = (BROKEN, OutcomeUnknown("market", "reset"), Misconfigured("market", "401"))

    lines = told(*[(error, 0.0) for error in errors])

    assert [line["log_level"] for line in lines] == ["warning", "info", "warning"]


def test_a_reason_without_end_is_cut() -> None:
    (line,) = told((ContractBroken("market", "x" * 10_000), 0.0))

    assert len(str(line["reason"])) == 300
