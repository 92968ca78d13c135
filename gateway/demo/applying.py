"""One application, as a person makes it: look at what is filled in, upload, pledge, submit."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.demo.answers import Typed
from gateway.demo.applicant import Applicant, achieved
from gateway.demo.documents import pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A draft that is open, with all its documents uploaded."""

    draft: Mapping[str, Any]
    materials: Mapping[str, str]  # the digests of what was uploaded, by code
    pledged: Sequence[str]  # codes of the documents a pledge stands in for


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A submitted application, and what it took."""

    case: str
    prefilled: int
    open_fields: Sequence[Mapping[str, Any]]  # a source did not answer, and why
    typed: int
    uploaded: int
    pledged: Sequence[Mapping[str, Any]]  # the pledges made, in both languages


async def apply(applicant: Applicant, typed: Typed, run: str) -> Application:
    """Walk the whole way; `run` makes the request ids of this applicant unique."""
    begun = await begin(applicant, typed, run)
    draft, materials = begun.draft, begun.materials
    pledges = await _save(applicant, draft["id"], typed, materials, run)
    case = await _submit(applicant, draft["id"], pledges, run)
    prefilled = [answer for answer in draft["prefilled"] if answer["value"] is not None]
    return Application(
        case=case,
        prefilled=len(prefilled),
        open_fields=[answer for answer in draft["prefilled"] if answer["problem"]],
        typed=len({*typed.first, *typed.form} - {answer["key"] for answer in prefilled}),
        uploaded=len(materials),
        pledged=pledges,
    )


async def begin(applicant: Applicant, typed: Typed, run: str) -> Begun:
    """Open a draft and bring what it will need; for the same `run` it is the same draft."""
    started = await applicant.ask("start_application", input=to_start(typed, run))
    draft = achieved(started["startApplication"], "DraftSaved")["draft"]
    wanted = await applicant.ask(
        "materials_to_bring", id=typed.one_thing, answers={**draft["answers"], **typed.form}
    )
    return Begun(
        draft=draft,
        materials=await _upload(applicant, wanted["oneThing"]["materials"]),
        pledged=[material["code"] for material in wanted["oneThing"]["pledged"]],
    )


def to_start(typed: Typed, run: str) -> Mapping[str, Any]:
    """What opens the draft."""
    return {
        "oneThing": typed.one_thing,
        "answers": dict(typed.first),
        "clientRequestId": f"{run}-start",
    }


def to_save(draft: str, typed: Typed, materials: Mapping[str, str], run: str) -> Mapping[str, Any]:
    """What keeps answers and uploads."""
    return {
        "draft": draft,
        "clientRequestId": f"{run}-save",
        "answers": dict(typed.form),
        "materials": [{"code": code, "sha256": sha} for code, sha in materials.items()],
    }


def to_submit(draft: str, pledges: Sequence[str], run: str) -> Mapping[str, Any]:
    """What submits it, with these pledges."""
    return {"draft": draft, "clientRequestId": f"{run}-submit", "pledges": list(pledges)}


async def _save(
    applicant: Applicant, draft: str, typed: Typed, materials: Mapping[str, str], run: str
) -> Sequence[Mapping[str, Any]]:
    """Keep answers and uploads; what is then to be pledged."""
    saved = await applicant.ask("save_draft", input=to_save(draft, typed, materials, run))
    return list(achieved(saved["saveDraft"], "DraftSaved")["draft"]["pledges"])


async def _submit(
    applicant: Applicant, draft: str, pledges: Sequence[Mapping[str, Any]], run: str
) -> str:
    """The number of the case the draft has become, every pledge made."""
    codes = [pledge["code"] for pledge in pledges]
    submitted = await applicant.ask("submit_application", input=to_submit(draft, codes, run))
    return str(achieved(submitted["submitApplication"], "CaseAccepted")["case"]["id"])


async def _upload(
    applicant: Applicant, materials: Sequence[Mapping[str, Any]]
) -> Mapping[str, str]:
    codes = [material["code"] for material in materials]
    documents = [
        pdf([f"{material['code']} {material['name']['en']}", "A specimen for a demonstration."])
        for material in materials
    ]
    digests = await asyncio.gather(*map(applicant.upload, documents))
    return dict(zip(codes, digests, strict=True))
