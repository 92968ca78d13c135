"""A clerk's desk on the command line: GraphQL to a running gateway, like anybody else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from gateway.cli.output import Stop
from gateway.demo.people import token_of
from gateway.security.dev_issuer import DevIssuerRefused
from gateway.settings import Settings

_WITHIN_S = 15.0

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

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/") + "/graphql"
        self._token = token

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one operation."""
        body = {"query": query, "variables": variables}
        headers = {"authorization": f"Bearer {self._token}"}
        try:
            answer = httpx.post(
                self._url, json=body, headers=headers, timeout=_WITHIN_S, trust_env=False
            )
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Stop(
                [f"{self._url}: no answer ({type(error).__name__})"],
                next_step="start the gateway, or name another: --url http://host:port",
            ) from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Stop(["this token is not believed"], next_step="get a clerk's: --token-file")
        if told.get("errors"):
            raise Stop([e.get("message") for e in told["errors"]], next_step="see onething doctor")
        data: dict[str, Any] = told["data"]
        return data

    def waiting(self, kind: str, department: str | None) -> list[dict[str, Any]]:
        """Everything that waits so, most urgent first."""
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = self.ask(WAITING, kind=kind, department=department, after=after)["waiting"]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found

    def change(self, mutation: str, name: str, **given: Any) -> dict[str, Any]:
        """The case a mutation led to; Stop with its problems."""
        asked = {**given, "clientRequestId": uuid4().hex}
        outcome: dict[str, Any] = self.ask(mutation, input=asked)[name]
        if outcome["__typename"] != "CaseAccepted":
            raise Stop([p["text"]["en"] for p in outcome["problems"]], next_step=_NEXT)
        case: dict[str, Any] = outcome["case"]
        return case


_NEXT = "see what it waits for: onething cases show NUMBER"


def desk(settings: Settings, url: str | None, token_file: Path | None) -> Desk:
    """The desk these options lead to; in the dev profile a clerk's token is made by itself."""
    at = url or f"http://{settings.server.host}:{settings.server.port}"
    if token_file is not None:
        try:
            return Desk(at, token_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise Stop([f"{token_file}: not readable"], next_step="correct the path") from error
    try:
        return Desk(at, token_of(settings, "clerk", {}))
    except DevIssuerRefused as refused:
        raise Stop(
            ["a clerk's token is needed"], next_step="name its file: --token-file clerk.jwt"
        ) from refused


def told(text: Mapping[str, str], language: str) -> str:
    """A text in one of its languages."""
    return text.get(language) or text["en"]
