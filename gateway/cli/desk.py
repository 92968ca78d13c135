"""A clerk's desk on the command line: GraphQL to a running gateway, like anybody else."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import orjson

from gateway.cli.case_options import CaseOptions
from gateway.cli.output import Stop
from gateway.cli.reaching import ANOTHER, ITS_LOG, Reach, a_token_of, errors_in, reach

_PATH = "/graphql"
_ROLE = "clerk"

WAITING = """query ($kind: WaitingKind!, $department: ID, $after: String) {
  waiting(kind: $kind, department: $department, first: 100, after: $after) {
    nodes { case item department on why text { zh en } since dueOn overdue reference receipt
            attempts lastProblemCode mayBeRetried remedy { zh en } }
    pageInfo { endCursor hasNextPage } } }"""
SHOW = """query ($id: ID!) { case(id: $id) {
  id state submittedAt
  steps { item name { zh en } department { id } state receipt dueOn problemCode parked }
  waits { item on why text { zh en } since dueOn reference remedy { zh en } }
  timeline { at kind actor item text { zh en } } } }"""
DEPARTMENTS = "{ departments { id } }"
_REFUSALS = (
    "Conflict",
    "FormInvalid",
    "NotAllowedOrAbsent",
    "NotEligible",
    "NotNow",
    "WrongState",
)
_OUTCOME = "__typename ... on CaseAccepted { case { id state } } " + " ".join(
    f"... on {refusal} {{ problems {{ code path text {{ zh en }} }} }}" for refusal in _REFUSALS
)
RETRY = f"""mutation ($input: RetryFilingInput!) {{
  retryFiling(input: $input) {{ {_OUTCOME} }} }}"""
RESOLVE = f"""mutation ($input: ResolveFilingInput!) {{
  resolveFiling(input: $input) {{ {_OUTCOME} }} }}"""


class Desk:
    """One gateway, asked as a clerk. Every answer that is none is a Stop with a next step."""

    def __init__(self, gateway: Reach) -> None:
        self._gateway = gateway
        self._language = gateway.language

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one operation."""
        told = self._read(self._gateway.post(_PATH, {"query": query, "variables": variables}))
        if errors := errors_in(told):
            raise Stop(errors, next_step=ITS_LOG)
        data: dict[str, Any] = told["data"]
        return data

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            told = answer.json()
        except ValueError:
            told = None
        if isinstance(told, dict) and (errors_in(told) or isinstance(told.get("data"), dict)):
            return told
        url = self._gateway.at(_PATH)
        found = f"{url}: it answers {answer.status_code}, and is no gateway's GraphQL"
        raise Stop([found], next_step=ANOTHER)

    def waiting(self, kind: str, department: str | None) -> list[dict[str, Any]]:
        """Everything that waits so, most urgent first."""
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = self.ask(WAITING, kind=kind, department=department, after=after)["waiting"]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        if not found:
            self._refuse_to_have_looked_in_vain(department)
        return found

    def _refuse_to_have_looked_in_vain(self, department: str | None) -> None:
        """Nothing is also what is shown to who is no clerk, and of a department there is not."""
        if not may_be_a_clerks(self._gateway.token):
            raise Stop(["this token does not have the role clerk"], next_step=a_token_of(_ROLE))
        if department is not None:
            known = [entry["id"] for entry in self.ask(DEPARTMENTS)["departments"]]
            if department not in known:
                advice = f"name one of {', '.join(sorted(known))}"
                raise Stop([f"there is no department {department!r}"], next_step=advice)

    def change(self, mutation: str, name: str, **given: Any) -> dict[str, Any]:
        """The case a mutation led to; Stop with its problems."""
        asked = {**given, "clientRequestId": uuid4().hex}
        outcome: dict[str, Any] = self.ask(mutation, input=asked)[name]
        if outcome["__typename"] != "CaseAccepted":
            problems = [told(p["text"], self._language) for p in outcome["problems"]]
            raise Stop(problems, next_step=_WAITS)
        case: dict[str, Any] = outcome["case"]
        return case


_WAITS = "see what waits: onething cases parked; and one case: onething cases show NUMBER"


def desk(options: CaseOptions) -> Desk:
    """The desk these options lead to."""
    return Desk(reach(options, _ROLE))


def may_be_a_clerks(token: str) -> bool:
    """Whether this token names the role clerk, or cannot be read here; only gateways believe."""
    try:
        payload = token.split(".")[1]
        roles = orjson.loads(urlsafe_b64decode(f"{payload}==="))["roles"]
        return "clerk" in roles
    except (IndexError, KeyError, TypeError, ValueError):
        return True


def told(text: Mapping[str, str], language: str) -> str:
    """A text in one of its languages."""
    return text.get(language) or text["en"]
