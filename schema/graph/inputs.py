"""What mutations take: each one input, each with the client's own id of the request."""

from typing import Any

import strawberry

from schema.graph.enums import Outside
from schema.graph.scalars import JSON

_REQUEST = "Your own id of this request: sent again with the same id it happens once."
_ANSWERS = "Answers by field key; merged into those saved."


def given(description: str) -> Any:
    """A field of an input."""
    return strawberry.field(description=description)


@strawberry.input(name="MaterialInput", description="An uploaded document for one material.")
class MaterialInput:
    """A material code and the digest the upload gave."""

    code: str = given("The material's code.")
    sha256: str = given("The digest the upload answered with.")


@strawberry.input(name="StartApplicationInput", description="What to apply for.")
class StartApplicationInput:
    """Opens a draft."""

    one_thing: strawberry.ID = given("The one thing's id.")
    client_request_id: strawberry.ID = given(_REQUEST)
    answers: JSON | None = strawberry.field(default=None, description=_ANSWERS)


@strawberry.input(name="SaveDraftInput", description="What to keep in a draft.")
class SaveDraftInput:
    """Merges into a draft."""

    draft: strawberry.ID = given("The draft's id.")
    client_request_id: strawberry.ID = given(_REQUEST)
    answers: JSON | None = strawberry.field(default=None, description=_ANSWERS)
    materials: list[MaterialInput] | None = strawberry.field(
        default=None, description="Uploaded materials; merged into those saved."
    )


@strawberry.input(name="SubmitApplicationInput", description="The draft to submit.")
class SubmitApplicationInput:
    """Submits a draft."""

    draft: strawberry.ID = given("The draft's id.")
    client_request_id: strawberry.ID = given(_REQUEST)
    answers: JSON | None = strawberry.field(default=None, description=_ANSWERS)
    materials: list[MaterialInput] | None = strawberry.field(
        default=None, description="Uploaded materials; merged into those saved."
    )
    pledges: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Codes of the pledges you make; the draft shows what each of them says.",
    )
    deferred: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Codes of deferrable materials you hand in later."
    )


@strawberry.input(name="SupplementInput", description="What a department asked to be added.")
class SupplementInput:
    """Answers a request for a supplement."""

    case: strawberry.ID = given("The case number.")
    item: strawberry.ID = given("The item that asks for it.")
    client_request_id: strawberry.ID = given(_REQUEST)
    answers: JSON | None = strawberry.field(default=None, description="Changed answers by key.")
    materials: list[MaterialInput] | None = strawberry.field(
        default=None, description="Further materials."
    )
    note: str | None = strawberry.field(default=None, description="A word to the department.")


@strawberry.input(name="WithdrawInput", description="The case to take back.")
class WithdrawInput:
    """Takes a case back."""

    case: strawberry.ID = given("The case number.")
    reason: str = given("Why; the departments read it.")
    client_request_id: strawberry.ID = given(_REQUEST)


@strawberry.input(name="ReportEventInput", description="An outside event to report.")
class ReportEventInput:
    """Tells what a step waits for."""

    case: strawberry.ID = given("The case number.")
    event: Outside = given("What happened.")
    client_request_id: strawberry.ID = given(_REQUEST)


@strawberry.input(name="ResolveFilingInput", description="What became of a parked filing.")
class ResolveFilingInput:
    """For clerks: what the department said."""

    reference: str = given("The reference the department was asked about.")
    client_request_id: strawberry.ID = given(_REQUEST)
    receipt: str | None = strawberry.field(
        default=None, description="The department's number; absent: it has received nothing."
    )


@strawberry.input(name="RetryFilingInput", description="A filing to be tried again now.")
class RetryFilingInput:
    """For clerks: another round of what did not get through."""

    reference: str = given("The reference of what is parked, or waits to be tried again.")
    client_request_id: strawberry.ID = given(_REQUEST)
