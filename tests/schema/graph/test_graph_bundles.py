"""The bundle of a case in the graph."""

from typing import Any

CASE = "31010420261123-AB"
QUERY = "query ($id: ID!) { case(id: $id) { bundle { signed checkCode checkUrl qr } } }"


async def test_a_case_has_no_bundle_until_it_is_issued(desk: Any) -> None:
    assert await desk.run(QUERY, id=CASE) == {"case": {"bundle": None}}


async def test_an_issued_case_shows_its_bundle_where_to_check_it_and_a_code_to_scan(
    desk: Any,
) -> None:
    desk.applications.bundle = "a.b.c"

    assert (await desk.run(QUERY, id=CASE))["case"]["bundle"] == {
        "signed": "a.b.c",
        "checkCode": "CODE",
        "checkUrl": "https://gov.example/check/CODE",
        "qr": "<svg><title>https://gov.example/check/CODE</title></svg>",
    }
