"""What clerks work through, in the graph."""

from typing import Any

CASE = "31010420261123-AB"
REFERENCE = f"{CASE}:c:file:1"
WAITING = """query ($kind: WaitingKind!) { waiting(kind: $kind, first: 5) {
  nodes { case item on why reference attempts overdue lastProblemCode remedy { zh en } }
  pageInfo { endCursor hasNextPage } } }"""
RETRY = """mutation ($input: RetryFilingInput!) { retryFiling(input: $input) {
  __typename } }"""


async def test_an_entry_says_who_waits_why_and_what_to_do(desk: Any) -> None:
    told = await desk.run(WAITING, kind="PARKED")

    [node] = told["waiting"]["nodes"]
    assert node["reference"] == REFERENCE
    assert (node["on"], node["why"], node["overdue"]) == ("CLERK", "CLARIFICATION", True)
    assert (node["attempts"], node["lastProblemCode"]) == (2, "DEPARTMENT_TIMEOUT")
    assert "resolve" in node["remedy"]["en"]
    assert node["remedy"]["zh"]


async def test_an_order_to_look_again_names_the_command_and_the_request(desk: Any) -> None:
    given = {"reference": REFERENCE, "clientRequestId": "r1"}

    await desk.run(RETRY, input=given)

    assert desk.clerks.told == [("retry_filing", {"reference": REFERENCE, "request_id": "r1"})]
