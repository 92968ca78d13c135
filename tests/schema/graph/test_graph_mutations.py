"""Mutations: one input, one union; expected failures are data that clients can branch on."""

from typing import Any

import pytest

from schema.domain.problem import ProblemCode
from schema.graph.problems import failure

P = ProblemCode
SUBMIT = """mutation ($input: SubmitApplicationInput!) { submitApplication(input: $input) {
  __typename ... on CaseAccepted { case { id state } }
  ... on Problem { code message text { zh } path }
  ... on FormInvalid { problems { code path } } ... on Conflict { caseId } } }"""


async def test_submitting_answers_with_the_case(desk: Any) -> None:
    data = await desk.run(
        SUBMIT,
        input={
            "draft": "D",
            "clientRequestId": "r1",
            "answers": {"seats": 3},
            "materials": [{"code": "A2", "sha256": "ff"}],
            "pledges": ["C7"],
            "deferred": ["D6"],
        },
    )

    assert data["submitApplication"] == {
        "__typename": "CaseAccepted",
        "case": {"id": "31010420261123-AB", "state": "IN_PROGRESS"},
    }
    assert desk.applications.told == [
        (
            "submit",
            {
                "draft": "D",
                "answers": {"seats": 3},
                "materials": {"A2": "ff"},
                "request_id": "r1",
                "pledges": ["C7"],
                "deferred": ["D6"],
            },
        )
    ]


async def test_a_form_with_errors_names_every_one(desk: Any, reject: Any) -> None:
    desk.applications.outcome = reject(P.NOT_ELIGIBLE, P.REQUIRED, P.OUT_OF_RANGE)

    data = await desk.run(SUBMIT, input={"draft": "D", "clientRequestId": "r1"})

    assert data["submitApplication"] == {
        "__typename": "FormInvalid",
        "code": "REQUIRED",
        "message": "REQUIRED",
        "text": {"zh": "REQUIRED的中文"},
        "path": ["x"],
        "problems": [
            {"code": "NOT_ELIGIBLE", "path": ["x"]},
            {"code": "REQUIRED", "path": ["x"]},
            {"code": "OUT_OF_RANGE", "path": ["x"]},
        ],
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (P.NOT_IN_DISTRICT, "NotEligible"),
        (P.CONFLICT, "Conflict"),
        (P.WRONG_STATE, "WrongState"),
        (P.NOT_ALLOWED_OR_ABSENT, "NotAllowedOrAbsent"),
        (P.STORE_UNAVAILABLE, "NotNow"),
        (P.DEPARTMENT_BUSY, "NotNow"),
    ],
)
async def test_each_kind_of_failure_has_its_type(
    desk: Any, reject: Any, code: ProblemCode, name: str
) -> None:
    desk.applications.outcome = reject(code, case="C-9")

    data = await desk.run(SUBMIT, input={"draft": "D", "clientRequestId": "r1"})

    assert data["submitApplication"]["__typename"] == name
    assert data["submitApplication"]["code"] == code.value


def test_every_problem_code_belongs_to_a_kind_of_failure(reject: Any) -> None:
    assert {failure(reject(code)).code for code in ProblemCode} == set(ProblemCode)


@pytest.mark.parametrize(
    ("field", "kind", "given", "told"),
    [
        (
            "withdraw",
            "WithdrawInput",
            {"case": "C", "reason": "no"},
            ("withdraw", {"case": "C", "reason": "no", "request_id": "r"}),
        ),
        (
            "reportEvent",
            "ReportEventInput",
            {"case": "C", "event": "CONSTRUCTION_FINISHED"},
            ("report", {"case": "C", "event": "construction_finished", "request_id": "r"}),
        ),
        (
            "resolveFiling",
            "ResolveFilingInput",
            {"reference": "C:a:file:1"},
            (
                "resolve_filing",
                {"reference": "C:a:file:1", "receipt": None, "request_id": "r"},
            ),
        ),
        (
            "supplement",
            "SupplementInput",
            {"case": "C", "item": "a", "note": "here"},
            (
                "supplement",
                {
                    "case": "C",
                    "item": "a",
                    "answers": {},
                    "materials": {},
                    "note": "here",
                    "request_id": "r",
                },
            ),
        ),
    ],
)
async def test_each_mutation_hands_its_input_to_its_use_case(
    desk: Any, field: str, kind: str, given: dict[str, Any], told: tuple[str, Any]
) -> None:
    query = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ __typename }} }}"

    data = await desk.run(query, input={**given, "clientRequestId": "r"})

    assert data == {field: {"__typename": "CaseAccepted"}}
    assert desk.applications.told == [told]


async def test_starting_and_saving_answer_with_the_draft(desk: Any) -> None:
    desk.applications.outcome = await desk.applications.draft(desk.viewer, "31010420261123-CD")

    data = await desk.run(
        """mutation { startApplication(input: {oneThing: "open_shop", clientRequestId: "r"}) {
             ... on DraftSaved { draft { id } } }
           saveDraft(input: {draft: "D", clientRequestId: "r", answers: {name: "x", n: [1, 2.5]}}) {
             ... on DraftSaved { draft { id } } } }"""
    )

    assert data["startApplication"] == data["saveDraft"] == {"draft": {"id": "31010420261123-CD"}}
    assert desk.applications.told[1] == (
        "save",
        {
            "draft": "D",
            "answers": {"name": "x", "n": [1, 2.5]},
            "materials": {},
            "request_id": "r",
        },
    )
