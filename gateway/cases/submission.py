"""The first event of a case, and what departments are told about the applicant."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.cases.drafts import Kept
from gateway.cases.standing import district_of
from gateway.cases.visibility import agent_of
from gateway.clock import Clock
from schema.domain.case import Event, EventKind
from schema.domain.one_thing import OneThing
from schema.graph.ports import Viewer


def submission(viewer: Viewer, kept: Kept, clock: Clock) -> Event:
    """The application was submitted. Ids only: what was answered lies with the payload."""
    judged = kept.standing(clock)
    return Event(
        key=f"submitted:{kept.id}",
        case=kept.id,
        kind=EventKind.SUBMITTED,
        at=clock.now(),
        actor="applicant",
        data={
            "one_thing": kept.one_thing.id,
            "version": kept.one_thing.version,
            "variant": judged.variant,
            "district": district_of(kept.one_thing, kept.payload.answers),
            "applicant_ref": kept.applicant_ref,
            "agent_ref": agent_of(viewer),
            "items": [item.id for item in judged.items],
        },
    )


def signed(kept: Kept, viewer: Viewer) -> Kept:
    """The application with the name of who hands it in."""
    payload = kept.payload
    applicant = _applicant(kept.one_thing, payload.answers, viewer, kept.applicant_ref)
    return replace(kept, payload=replace(payload, applicant=applicant))


def _applicant(
    one_thing: OneThing, answers: Mapping[str, Any], viewer: Viewer, applicant_ref: str
) -> dict[str, str | None]:
    """Who applies and who acts, from the answers; the login says what the form does not ask."""
    told = {
        field.prefill.field: answers.get(field.key)
        for field in one_thing.fields
        if field.prefill is not None and isinstance(answers.get(field.key), str)
    }
    claims = viewer.claims
    return {
        "name": told.get("enterprise_name") or claims.get("name"),
        "identifier": applicant_ref.partition(":")[2],
        "agent_name": told.get("agent_name") or claims.get("agent_name"),
        "agent_id_number": told.get("agent_id_number") or claims.get("agent_id_number"),
        "phone": told.get("phone") or claims.get("phone"),
    }
