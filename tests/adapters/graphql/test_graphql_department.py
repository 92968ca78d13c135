"""A GraphQL department over a real server: registers, filings, progress, and what goes wrong."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import build_schema

from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, ContractBroken, NotDelivered, OutcomeUnknown, Refused
from schema.domain.filing import Certificate, ItemStatus, Progress, Receipt, Withdrawal
from tests.adapters.conftest import filing_with
from tests.adapters.graphql.conftest import Culture, fault, venue

TEN = datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=8)))


async def read(department: DeclaredDepartment, *keys: str, lookup: str = "no") -> Any:
    return await department.read("venue", lookup, keys, budget=5)


async def test_a_batch_is_one_request_with_variables(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    found = await read(department, "1", "9", "3")

    assert found["1"] == {
        "no": "1",
        "name": "venue 1",
        "area": Decimal("186.50"),
        "seats": 40,
        "state": "open",
        "opened_on": date(2020, 2, 29),
        "uscc": "U1",
        "tags": "KTV、夜间",
    }
    assert (found["9"], found["3"]["no"]) == (None, "3")
    [heard] = culture[0].heard
    assert heard["operationName"] == "Venues"
    assert heard["variables"] == {"nos": ["1", "9", "3"]}
    assert "Unused" not in heard["query"]
    assert culture[0].keys == ["secret"]


async def test_nothing_is_what_nothing_selected_says(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    person = {"__typename": "Person", "name": "沈", "idNumber": None}
    culture[0].venues["1"] = venue("1", openedOn=None, operator=person, tags=[])

    found = await read(department, "1")

    assert (found["1"]["opened_on"], found["1"]["uscc"], found["1"]["tags"]) == (None, None, None)


async def test_a_look_up_that_lists_gives_a_list(department: DeclaredDepartment) -> None:
    found = await read(department, "U1", lookup="uscc")

    assert [row["no"] for row in found["U1"]] == ["1", "2", "3"]


async def test_one_record_or_none(department: DeclaredDepartment) -> None:
    assert (await read(department, "2", lookup="name"))["2"]["no"] == "2"
    assert await read(department, "9", lookup="name") == {"9": None}


async def test_rows_that_fail_are_errors_of_their_keys_alone(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].venues |= {"2": fault("SEALED", "under seal"), "3": fault("NOT_FOUND")}

    found = await read(department, "1", "2", "3")

    assert found["1"]["no"] == "1"
    assert isinstance(found["2"], Refused)
    assert (found["2"].fault, found["2"].reason) == ("SEALED", "under seal")
    assert found["3"] is None


async def test_a_failure_without_a_known_code_leaves_its_key_unknown(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].venues["2"] = RuntimeError("database")

    found = await read(department, "1", "2")

    assert isinstance(found["2"], OutcomeUnknown)
    assert "database" not in str(found["2"])


async def test_a_failure_that_no_key_can_be_given_to_fails_the_whole_call(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].venues["3"] = fault("SEALED")
    culture[0].backwards = True

    with pytest.raises(Refused):
        await read(department, "1", "2", "3")


async def test_every_row_failing_is_an_error_for_each(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].venues = {"1": fault("BUSY"), "2": fault("SEALED")}

    found = await read(department, "1", "2")

    assert [type(found[key]) for key in "12"] == [NotDelivered, Refused]


@pytest.mark.parametrize(
    ("code", "error"), [("SEALED", Refused), ("BUSY", NotDelivered), ("NEW", OutcomeUnknown)]
)
async def test_errors_are_judged_by_their_codes(
    department: DeclaredDepartment,
    culture: tuple[Culture, str],
    code: str,
    error: type[AdapterError],
) -> None:
    culture[0].venues["1"] = fault(code)

    with pytest.raises(error):
        await read(department, "1", lookup="name")


async def test_an_error_that_means_absent_is_no_record(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].venues["1"] = fault("NOT_FOUND")

    assert await read(department, "1", lookup="name") == {"1": None}


async def test_a_filing_is_a_mutation_with_typed_variables(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    receipt = await department.file(filing_with(), budget=5)

    assert receipt == Receipt(number="N1", received_at=TEN)
    assert culture[0].filed == [
        {
            "ref": "c-1:B:file:1",
            "applicant": {"name": "小满", "id": "9131"},
            "seats": 12,
            "area": "186.56",
            "kind": "OPEN",
            "materials": [{"code": "B8", "sha256": "0" * 64}],
        }
    ]


async def test_a_result_of_another_type_is_a_refusal_with_its_sentence(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].answer = {"__typename": "Rejection", "code": "R7", "reason": "已有同名场所"}

    with pytest.raises(Refused) as refused:
        await department.file(filing_with(), budget=5)

    assert (refused.value.fault, refused.value.reason) == ("Rejection", "已有同名场所")


async def test_a_filing_that_failed_midway_is_of_unknown_outcome(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].answer = RuntimeError("boom")

    with pytest.raises(OutcomeUnknown):
        await department.file(filing_with(), budget=5)


async def test_filings_are_found_by_reference_and_progress_by_receipt(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    case = {"no": "N1", "ref": "c-1:B:file:1", "receivedAt": "2026-11-23T10:00:00+08:00"}
    permit = {"no": "P1", "name": "娱乐经营许可证", "issuedOn": "2026-11-24"}
    state = {"state": "GRANTED", "changedAt": "2026-11-24T02:00:00+00:00", "permit": permit}
    culture[0].states = {"N1": {**case, **state}, "N2": fault("SEALED")}

    found = await department.progress(["N1", "N2", "N3"], "shop", budget=5)
    culture[0].states.pop("N2")
    receipts = await department.find_filing("c-1:B:file:1", "shop", budget=5)

    assert found["N1"] == Progress(
        receipt="N1",
        status=ItemStatus.GRANTED,
        at=datetime(2026, 11, 24, 2, tzinfo=UTC),
        reference="c-1:B:file:1",
        certificate=Certificate(number="P1", name="娱乐经营许可证", issued_on=date(2026, 11, 24)),
    )
    assert isinstance(found["N2"], Refused)
    assert found["N3"] is None
    assert receipts == [Receipt(number="N1", received_at=TEN)]


async def test_already_withdrawn_counts_as_done(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    back = Withdrawal(reference="r", receipt="N1", service="shop", reason="x")
    culture[0].states["N1"] = fault("TAKEN_BACK")

    await department.withdraw(back, budget=5)

    culture[0].states["N1"] = fault("SEALED")
    with pytest.raises(Refused):
        await department.withdraw(back, budget=5)


async def test_a_department_whose_schema_moved_on_broke_its_contract(
    department: DeclaredDepartment, culture: tuple[Culture, str]
) -> None:
    culture[0].schema = build_schema("type Query { venues: String }")

    with pytest.raises(ContractBroken):
        await read(department, "1")
