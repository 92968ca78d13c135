"""What a department receives for one command: that item's answers and materials, nothing more."""

from collections.abc import Mapping
from typing import Any

from gateway.cases.payloads import Payload, Upload
from schema.domain.answers import Unreadable, is_absent, read, read_value
from schema.domain.case import Case, Step
from schema.domain.filing import (
    Applicant,
    Certificate,
    Filing,
    MaterialRef,
    Supplement,
    Withdrawal,
)
from schema.domain.form import form, item_answers
from schema.domain.one_thing import EdgeKind, Fate, Item, OneThing, Scalar
from schema.domain.reference import parse_reference
from schema.domain.surplus import is_beyond, receipt_in

_TWICE = "重复报送，系统更正 / received more than once by mistake"
_BY_POLICY = "另一事项不予许可 / another item of this application was refused"


def filing_of(
    case: Case, item: Item, one_thing: OneThing, payload: Payload, reference: str
) -> Filing:
    """The filing of one item."""
    return Filing(
        reference=reference,
        case=case.id,
        item=item.id,
        service=item.service,
        answers=_answers(one_thing, item, payload.answers),
        applicant=_applicant(payload.applicant),
        materials=_materials(item, payload.materials),
        outputs=_outputs(case, item),
        submitted_at=case.submitted_at,
    )


def supplement_of(
    step: Step, item: Item, one_thing: OneThing, payload: Payload, reference: str
) -> Supplement:
    """What the applicant added after being asked."""
    return Supplement(
        reference=reference,
        receipt=step.receipt or "",
        service=item.service,
        answers=typed(one_thing, item, payload.answers),
        materials=_materials(item, payload.materials),
        note=payload.note,
    )


def withdrawal_of(step: Step, item: Item, payload: Payload, reference: str) -> Withdrawal:
    """The request to take one filing back: the one that counts, or one beyond it."""
    command = parse_reference(reference)
    return Withdrawal(
        reference=reference,
        receipt=(receipt_in(step, command) if command else step.receipt) or "",
        service=item.service,
        reason=_TWICE if command and is_beyond(command) else payload.note or _BY_POLICY,
    )


def _answers(
    one_thing: OneThing, item: Item, answers: Mapping[str, Any]
) -> dict[str, Scalar | None]:
    """This item's fields; None where the question was not put."""
    everything = form(one_thing)
    return dict(item_answers(item, everything, read(everything, answers).values))


def typed(one_thing: OneThing, item: Item, answers: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """What was answered anew, of this item's fields; it was judged when it was handed in."""
    fields = {field.key: field for field in one_thing.fields}
    found: dict[str, Scalar | None] = {}
    for key in item.fields:
        raw = answers.get(key)
        if key not in fields or is_absent(fields[key], raw):
            continue
        try:
            found[key] = read_value(fields[key], raw)
        except Unreadable:
            continue
    return found


def _materials(item: Item, uploads: Mapping[str, Upload]) -> tuple[MaterialRef, ...]:
    """The item's own uploads, and those of other items that stand in for its duplicates."""
    named = ((m, uploads.get(_source(m.code, m.fate, m.of, uploads))) for m in item.materials)
    return tuple(
        MaterialRef(
            code=material.code,
            name=material.name.zh,
            sha256=upload.sha256,
            size=upload.size,
            media_type=upload.media_type,
        )
        for material, upload in named
        if upload is not None
    )


def _source(code: str, fate: Fate, of: str | None, uploads: Mapping[str, Upload]) -> str:
    return of if fate is Fate.DUPLICATE and of is not None and code not in uploads else code


def _outputs(case: Case, item: Item) -> dict[str, Certificate]:
    wanted = {m.of for m in item.materials if m.fate is Fate.OUTPUT}
    wanted |= {edge.item for edge in item.edges if edge.kind is EdgeKind.PRE}
    return {
        step.item: step.certificate
        for step in case.steps
        if step.item in wanted and step.certificate is not None
    }


def _applicant(data: Mapping[str, str | None]) -> Applicant:
    return Applicant(
        name=data.get("name") or "",
        identifier=data.get("identifier") or "",
        agent_name=data.get("agent_name"),
        agent_id_number=data.get("agent_id_number"),
        phone=data.get("phone"),
    )
