"""What an applicant and a clerk may do: one input each, and one union of what may come of it."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import strawberry

from schema.domain.case import Case
from schema.graph.applications import DraftType
from schema.graph.cases import CaseType
from schema.graph.fields import Info, computed
from schema.graph.inputs import (
    MaterialInput,
    ReportEventInput,
    ResolveFilingInput,
    RetryFilingInput,
    SaveDraftInput,
    StartApplicationInput,
    SubmitApplicationInput,
    SupplementInput,
    WithdrawInput,
)
from schema.graph.ports import Draft, Rejected
from schema.graph.problems import (
    ConflictType,
    FormInvalidType,
    NotAllowedOrAbsentType,
    NotEligibleType,
    NotNowType,
    WrongStateType,
    failure,
    of,
)
from schema.graph.scalars import JSON


class Kept:
    """A draft that was opened or saved."""

    __slots__ = ("draft",)

    def __init__(self, draft: Draft) -> None:
        self.draft = draft


class Accepted:
    """A case that took what was sent."""

    __slots__ = ("case",)

    def __init__(self, case: Case) -> None:
        self.case = case


@strawberry.type(
    name="DraftSaved",
    description="The draft as it now stands; what is still wrong is in its problems.",
)
class DraftSavedType:
    """Source: Kept."""

    is_type_of = of(Kept)

    draft: DraftType = computed(lambda root: root.draft, "The draft.")


@strawberry.type(
    name="CaseAccepted",
    description="Accepted for good: nothing of it is lost, departments are told afterwards.",
)
class CaseAcceptedType:
    """Source: Accepted."""

    is_type_of = of(Accepted)

    case: CaseType = computed(lambda root: root.case, "The case.")


_Failures: TypeAlias = (
    FormInvalidType
    | NotEligibleType
    | NotAllowedOrAbsentType
    | ConflictType
    | WrongStateType
    | NotNowType
)


StartResult: TypeAlias = Annotated[
    DraftSavedType | _Failures,
    strawberry.union("StartApplicationResult", description="What may come of starting."),
]
SaveResult: TypeAlias = Annotated[
    DraftSavedType | _Failures,
    strawberry.union("SaveDraftResult", description="What may come of saving."),
]
SubmitResult: TypeAlias = Annotated[
    CaseAcceptedType | _Failures,
    strawberry.union("SubmitApplicationResult", description="What may come of submitting."),
]
SupplementResult: TypeAlias = Annotated[
    CaseAcceptedType | _Failures,
    strawberry.union("SupplementResult", description="What may come of supplementing."),
]
WithdrawResult: TypeAlias = Annotated[
    CaseAcceptedType | _Failures,
    strawberry.union("WithdrawResult", description="What may come of withdrawing."),
]
ReportResult: TypeAlias = Annotated[
    CaseAcceptedType | _Failures,
    strawberry.union("ReportEventResult", description="What may come of reporting."),
]
ResolveResult: TypeAlias = Annotated[
    CaseAcceptedType | _Failures,
    strawberry.union("ResolveFilingResult", description="What may come of resolving."),
]

RetryResult: TypeAlias = Annotated[
    CaseAcceptedType | _Failures,
    strawberry.union("RetryFilingResult", description="What may come of trying again."),
]


def _answers(given_answers: JSON | None) -> Mapping[str, Any]:
    if given_answers is None:
        return {}
    if not isinstance(given_answers, Mapping):
        return {"answers": given_answers}  # an unknown field: the form says so
    return given_answers


def _digests(materials: list[MaterialInput] | None) -> Mapping[str, str]:
    return {material.code: material.sha256 for material in materials or ()}


_INPUT = strawberry.argument(description="What to do, and the id of this request.")


def told(outcome: Draft | Case | Rejected) -> Any:
    """The graph's name for what a use case answered."""
    match outcome:
        case Draft():
            return Kept(outcome)
        case Case():
            return Accepted(outcome)
        case Rejected():
            return failure(outcome)


async def _start(info: Info, input: Annotated[StartApplicationInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.start(
            context.viewer,
            one_thing=input.one_thing,
            answers=_answers(input.answers),
            request_id=input.client_request_id,
        )
    )


async def _save(info: Info, input: Annotated[SaveDraftInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.save(
            context.viewer,
            draft=input.draft,
            answers=_answers(input.answers),
            materials=_digests(input.materials),
            request_id=input.client_request_id,
        )
    )


async def _submit(info: Info, input: Annotated[SubmitApplicationInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.submit(
            context.viewer,
            draft=input.draft,
            answers=_answers(input.answers),
            materials=_digests(input.materials),
            request_id=input.client_request_id,
            pledges=input.pledges or (),
            deferred=input.deferred or (),
        )
    )


async def _supplement(info: Info, input: Annotated[SupplementInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.supplement(
            context.viewer,
            case=input.case,
            item=input.item,
            answers=_answers(input.answers),
            materials=_digests(input.materials),
            note=input.note,
            request_id=input.client_request_id,
        )
    )


async def _withdraw(info: Info, input: Annotated[WithdrawInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.withdraw(
            context.viewer,
            case=input.case,
            reason=input.reason,
            request_id=input.client_request_id,
        )
    )


async def _report(info: Info, input: Annotated[ReportEventInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.report(
            context.viewer,
            case=input.case,
            event=str(input.event),
            request_id=input.client_request_id,
        )
    )


async def _resolve(info: Info, input: Annotated[ResolveFilingInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.applications.resolve_filing(
            context.viewer,
            reference=input.reference,
            receipt=input.receipt,
            request_id=input.client_request_id,
        )
    )


async def _retry(info: Info, input: Annotated[RetryFilingInput, _INPUT]) -> Any:
    context = info.context
    return told(
        await context.clerks.retry_filing(
            context.viewer, reference=input.reference, request_id=input.client_request_id
        )
    )


@strawberry.type(name="Mutation", description="What an applicant and a clerk may do.")
class Mutation:
    """The root of writes."""

    start_application: StartResult = computed(_start, "Open a draft, prefilled from registers.")
    save_draft: SaveResult = computed(_save, "Keep answers and materials; wrong ones are kept too.")
    submit_application: SubmitResult = computed(_submit, "Submit a draft: one application for all.")
    supplement: SupplementResult = computed(_supplement, "Add what a department asked for.")
    withdraw: WithdrawResult = computed(_withdraw, "Take a case back.")
    report_event: ReportResult = computed(_report, "Tell an outside event a step waits for.")
    resolve_filing: ResolveResult = computed(_resolve, "For clerks: what became of a filing.")
    retry_filing: RetryResult = computed(
        _retry,
        "For clerks: look again now. What may have arrived is asked about first; where the "
        "department can neither be asked nor sent the same again, use `resolveFiling`.",
    )
