"""What applicants do: open a draft, submit it, hand in what is asked for, think better of it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from tests.chaos.characters import Character, Fate
from tests.chaos.insistent import Insistent
from tests.chaos.lines import Lines
from tests.chaos.operations import REPORT, START, SUBMIT, SUPPLEMENT, WITHDRAW
from tests.chaos.papers import Papers
from tests.chaos.sightings import Sightings

_BEGINNINGS = 5
_NOTHING: Mapping[str, Any] = {"__typename": "FormInvalid"}


class Applicants:
    """Every acknowledgement is on the disk before anything else is done with it."""

    def __init__(
        self, client: Insistent, papers: Mapping[str, Papers], acks: Lines, run: str
    ) -> None:
        self._client = client
        self._papers = papers
        self._acks = acks
        self._run = run
        self.asked = Sightings()  # supplements, by "case item"
        self.built = Sightings()  # finished constructions, by case

    async def apply(self, character: Character) -> str | None:
        """Open and submit one application; its case, None when it was not accepted.

        Where registers did not answer the form has gaps: the applicant begins anew, a few times.
        """
        draft: str = ""
        answers: Sequence[Mapping[str, Any]] = [_NOTHING]
        for begun in range(1, _BEGINNINGS + 1):
            draft, answers = await self._attempt(character, f"{character.number}-{begun}")
            if any(answer["__typename"] != "FormInvalid" for answer in answers):
                break
        return self._submitted(character, draft, answers)

    async def _attempt(
        self, character: Character, request: str
    ) -> tuple[str, Sequence[Mapping[str, Any]]]:
        """A draft, and what was answered to each copy of its submission."""
        papers = self._papers[character.one_thing]
        typed = papers.typed
        first = {"oneThing": typed.one_thing, "answers": dict(typed.first)}
        opened = await self._change("startApplication", START, f"{request}-start", first)
        if opened["__typename"] != "DraftSaved":
            return "", [opened]
        body = {
            "draft": opened["draft"]["id"],
            "answers": character.answers(typed.form),
            "materials": list(papers.materials),
            "pledges": list(papers.pledges),
        }
        submit = (
            self._change("submitApplication", SUBMIT, f"{request}-submit", body)
            for _ in range(2 if character.double else 1)
        )
        return str(body["draft"]), await asyncio.gather(*submit)

    def _submitted(
        self, character: Character, draft: str, answers: Sequence[Mapping[str, Any]]
    ) -> str | None:
        for answer in answers:
            if answer["__typename"] != "CaseAccepted":
                self._unexpected("submit", character.number, answer)
                return None
        cases = [answer["case"] for answer in answers]
        line = {
            "kind": "submitted",
            "number": character.number,
            "draft": draft,
            "case": cases[0]["id"],
            "one_thing": character.one_thing,
            "fate": character.fate,
            "item": character.item,
            "answers": [[case["id"], case["submittedAt"]] for case in cases],
        }
        self._acks.add(line)
        return str(cases[0]["id"])

    async def think_better(self, character: Character, case: str) -> None:
        """Withdraw the case after a while; too late is an answer as well."""
        await asyncio.sleep(character.withdraws_after_s)
        body = {"case": case, "reason": "改变主意"}
        answer = await self._change("withdraw", WITHDRAW, f"{case}-withdraw", body)
        if answer["__typename"] not in ("CaseAccepted", "WrongState"):
            self._unexpected("withdraw", character.number, answer)
        accepted = answer["__typename"] == "CaseAccepted"
        self._acks.add({"kind": "withdrawn", "case": case, "accepted": accepted})

    async def hand_in(self, case: str, item: str) -> None:
        """Supplement what a department asked for; too late is an answer as well."""
        asked = f"{case} {item}"
        request = f"{case}-{item}-supplement-{self.asked.times(asked)}"
        body = {"case": case, "item": item, "note": "材料已补齐"}
        answer = await self._change("supplement", SUPPLEMENT, request, body)
        if answer["__typename"] not in ("CaseAccepted", "WrongState"):
            self._unexpected("supplement", -1, answer)
        accepted = answer["__typename"] == "CaseAccepted"
        self._acks.add({"kind": "supplemented", "case": case, "item": item, "accepted": accepted})
        self.asked.settle(asked)

    async def report_built(self, case: str) -> None:
        """Tell that the lift is built; a case that has ended meanwhile says so."""
        body = {"case": case, "event": "CONSTRUCTION_FINISHED"}
        answer = await self._change("reportEvent", REPORT, f"{case}-built", body)
        if answer["__typename"] not in ("CaseAccepted", "WrongState"):
            self._unexpected("report", -1, answer)

    async def _change(
        self, field: str, query: str, request: str, body: Mapping[str, Any]
    ) -> dict[str, Any]:
        given = {**body, "clientRequestId": f"{self._run}-{request}"}
        return await self._client.change(field, query, given)

    def _unexpected(self, what: str, number: int, answer: Mapping[str, Any]) -> None:
        line = {"kind": "unexpected", "what": what, "number": number, "answer": dict(answer)}
        self._acks.add(line)


def withdraws(character: Character) -> bool:
    """Whether this applicant will think better of it."""
    return character.fate is Fate.WITHDRAWN
