"""The first event of a case, and what departments are told about the applicant."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.cases import rejection
from gateway.cases.drafts import Kept
from gateway.cases.prefill import LOGIN
from gateway.cases.standing import Standing, district_of
from gateway.cases.visibility import agent_of, owns_enterprise
from gateway.clock import Clock
from schema.domain.case import Event, EventKind
from schema.domain.one_thing import OneThing
from schema.domain.problem import Problem
from schema.graph.ports import Viewer


def submission(viewer: Viewer, kept: Kept, clock: Clock, judged: Standing) -> Event:
    """The application was submitted as it was judged.

    Ids only: what was answered lies with the payload.
    """
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
            "pledges": list(judged.promises.pledges),
            "deferred": list(judged.promises.deferred),
        },
    )


def strangers(viewer: Viewer, kept: Kept) -> tuple[Problem, ...]:
    """An application for an enterprise the viewer is not logged in for is not theirs to make."""
    asked = any(
        field.prefill is not None and (field.prefill.source, field.key) == (LOGIN, "uscc")
        for field in kept.one_thing.fields
    )
    if not asked or owns_enterprise(viewer, kept.payload.answers):
        return ()
    return (rejection.OTHERS_ENTERPRISE,)


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
        "name": answers.get(one_thing.applicant_field or "") or claims.get("name"),
        "identifier": applicant_ref.partition(":")[2],
        "agent_name": told.get("agent_name") or claims.get("agent_name"),
        "agent_id_number": told.get("agent_id_number") or claims.get("agent_id_number"),
        "phone": told.get("phone") or claims.get("phone"),
    }
