"""A clerk's desk on the command line: GraphQL to a running gateway, like anybody else."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson

from gateway.cli.case_options import CaseOptions
from gateway.cli.options import address, settings_of
from gateway.cli.output import MISUSED, Stop
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

    def __init__(self, url: str, token: str, language: str = "en") -> None:
        self._url = url.rstrip("/").removesuffix("/graphql") + "/graphql"
        self._token = token
        self._language = language

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one operation."""
        answer = self._answer({"query": query, "variables": variables})
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Stop(["this token is not believed"], next_step=_A_CLERKS)
        told = self._read(answer)
        if errors := _errors(told):
            raise Stop(errors, next_step=_ITS_LOG)
        data: dict[str, Any] = told["data"]
        return data

    def _answer(self, body: Mapping[str, Any]) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._token}", "accept-language": self._language}
        try:
            return httpx.post(
                self._url, json=body, headers=headers, timeout=_WITHIN_S, trust_env=False
            )
        except httpx.UnsupportedProtocol as error:
            raise Stop(
                [f"{self._url}: not an address"], next_step=_ADDRESS, code=MISUSED
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Stop(
                [f"{self._url}: no answer ({str(error) or type(error).__name__})"],
                next_step=_ANOTHER,
            ) from error

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            told = answer.json()
        except ValueError:
            told = None
        if isinstance(told, dict) and (_errors(told) or isinstance(told.get("data"), dict)):
            return told
        found = f"{self._url}: it answers {answer.status_code}, and is no gateway's GraphQL"
        raise Stop([found], next_step=_ANOTHER)

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
        if not may_be_a_clerks(self._token):
            raise Stop(["this token does not have the role clerk"], next_step=_A_CLERKS)
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
_A_CLERKS = "get one with the role clerk, and name its file: --token-file clerk.jwt"
_ITS_LOG = "see the gateway's log"
_ADDRESS = "name the gateway's: --url https://host"
_ANOTHER = "start the gateway, or name another: --url http://host:port"
_WHERE_AND_WHO = "name both: --url https://… --token-file clerk.jwt; at the mocks: --profile dev"


def desk(options: CaseOptions) -> Desk:
    """The desk these options lead to. Settings are read for what they do not name: the address,
    or in the dev profile a clerk's token, which is made by itself.
    """
    language = "zh" if options.chinese else "en"
    token = _token_in(options.token_file) if options.token_file is not None else None
    if options.url is not None and token is not None:
        return Desk(options.url, token, language)
    settings = _settings(options)
    return Desk(options.url or address(settings), token or _made(settings), language)


def _settings(options: CaseOptions) -> Settings:
    """The settings in force; where they are of no use and nobody named any, what is missing."""
    try:
        return settings_of(options.config, options.profile, options.pairs)
    except Stop as stop:
        given = {"--url": options.url, "--token-file": options.token_file}
        missing = [name for name, value in given.items() if value is None]
        named = options.config or options.profile or options.pairs
        if named or len(missing) > 1:
            raise Stop(stop.findings, next_step=_WHERE_AND_WHO, code=stop.code) from stop
        raise Stop([f"{missing[0]} is missing"], next_step=_WHERE_AND_WHO, code=MISUSED) from stop


def _token_in(file: Path) -> str:
    try:
        token = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Stop([f"{file}: {error.strerror}"], next_step="correct the path") from error
    except ValueError:
        token = ""
    if not token or not token.isprintable() or " " in token:
        raise Stop([f"{file}: there is no token in it"], next_step=_A_CLERKS)
    return token


def _made(settings: Settings) -> str:
    from gateway.demo.people import token_of
    from gateway.security.dev_issuer import DevIssuerRefused

    try:
        return token_of(settings, "clerk", {})
    except DevIssuerRefused as refused:
        raise Stop(["a clerk's token is needed"], next_step=_A_CLERKS) from refused


def _errors(told: Mapping[str, Any]) -> list[str]:
    errors = told.get("errors")
    listed = errors if isinstance(errors, list) else []
    return [str(error.get("message")) for error in listed if isinstance(error, dict)]


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
