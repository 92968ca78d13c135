"""The GraphQL that applicants and the clerk of a run speak."""

_FAILURES = """
    ... on FormInvalid { problems { code message path } }
    ... on NotEligible { problems { code message path } }
    ... on NotAllowedOrAbsent { problems { code message path } }
    ... on Conflict { caseId problems { code message path } }
    ... on WrongState { caseId problems { code message path } }
    ... on NotNow { problems { code message path } }
"""
_ACCEPTED = "... on CaseAccepted { case { id state submittedAt } }"


def _mutation(field: str, kind: str, success: str) -> str:
    return (
        f"mutation Change($input: {kind}!) {{ {field}(input: $input) "
        f"{{ __typename {success} {_FAILURES} }} }}"
    )


START = _mutation(
    "startApplication", "StartApplicationInput", "... on DraftSaved { draft { id answers } }"
)
SUBMIT = _mutation("submitApplication", "SubmitApplicationInput", _ACCEPTED)
SUPPLEMENT = _mutation("supplement", "SupplementInput", _ACCEPTED)
WITHDRAW = _mutation("withdraw", "WithdrawInput", _ACCEPTED)
REPORT = _mutation("reportEvent", "ReportEventInput", _ACCEPTED)
SAVE = _mutation(
    "saveDraft", "SaveDraftInput", "... on DraftSaved { draft { id pledges { code } } }"
)
RESOLVE = _mutation("resolveFiling", "ResolveFilingInput", _ACCEPTED)

MATERIALS = """
query Materials($id: ID!, $answers: JSON) {
  oneThing(id: $id) { materials(answers: $answers, fate: SUBMIT) { code } }
}
"""

OPEN_STATES = ("IN_PROGRESS", "AWAITING_APPLICANT", "ISSUING", "WITHDRAWING")
OPEN = (
    "query Open { "
    + " ".join(f"{s}: cases(first: 1, state: {s}) {{ nodes {{ id }} }}" for s in OPEN_STATES)
    + " }"
)

PAGE = """
query Page($state: CaseState!, $after: String) {
  cases(first: 50, state: $state, after: $after) {
    nodes { id oneThing { id } steps { item state parked } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
