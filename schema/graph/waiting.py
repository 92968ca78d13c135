"""Who waits, over all cases: what a clerk works through, the most urgent first."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry
from graphql import GraphQLError

from schema.domain.one_thing import OneThing
from schema.domain.problem import ProblemCode
from schema.domain.text import Text
from schema.domain.waits import WaitingKind, WaitOn, WaitReason
from schema.graph.cases import MOST, PageInfoType
from schema.graph.fields import Info, computed, plain, published
from schema.graph.one_things import OneThingType
from schema.graph.ports import Waiting, WaitingPage
from schema.graph.readings import department_name
from schema.graph.remedies import may_be_retried, remedy
from schema.graph.step_view import item_name
from schema.graph.texts import TextType
from schema.graph.waits import WHY
from schema.graph.words import known_code, trouble_text

published(
    WaitingKind,
    "Which of all that waits.",
    {
        "PARKED": "What a clerk has to ask a department about.",
        "OVERDUE": "What should have happened before today.",
        "ALL": "Everything anybody waits for.",
    },
)


def _thing(parent: strawberry.Parent[Waiting], info: Info) -> OneThing | None:
    return info.context.catalogue.find(parent.one_thing, parent.version)


def _item(parent: strawberry.Parent[Waiting]) -> str | None:
    return parent.wait.item


def _name(parent: strawberry.Parent[Waiting], info: Info) -> Text | None:
    return item_name(_thing(parent, info), parent.wait.item) if parent.wait.item else None


def _department_name(parent: strawberry.Parent[Waiting], info: Info) -> Text | None:
    return department_name(parent.department, info) if parent.department else None


def _on(parent: strawberry.Parent[Waiting]) -> WaitOn:
    return parent.wait.on


def _why(parent: strawberry.Parent[Waiting]) -> WaitReason:
    return parent.wait.why


def _text(parent: strawberry.Parent[Waiting]) -> Text:
    return WHY[parent.wait.why]


def _since(parent: strawberry.Parent[Waiting]) -> datetime:
    return parent.wait.since


def _due_on(parent: strawberry.Parent[Waiting]) -> date:
    return parent.wait.due_on


def _reference(parent: strawberry.Parent[Waiting]) -> str | None:
    return parent.command.reference if parent.command else None


def _may_be_retried(parent: strawberry.Parent[Waiting], info: Info) -> bool:
    return may_be_retried(parent.command, parent.department, info.context.departments)


def _problem_code(parent: strawberry.Parent[Waiting]) -> ProblemCode | None:
    return known_code(parent.problem)


def _problem(parent: strawberry.Parent[Waiting], info: Info) -> Text | None:
    name = _department_name(parent, info)
    return trouble_text(parent.problem, name) if parent.problem and name else None


def _remedy(parent: strawberry.Parent[Waiting], info: Info) -> Text:
    return remedy(
        parent.wait,
        parent.command,
        parent.receipt,
        _department_name(parent, info),
        overdue=parent.overdue,
        may_retry=_may_be_retried(parent, info),
        problem=parent.problem,
    )


@strawberry.type(name="WaitingEntry", description="One case that waits, and what to do about it.")
class WaitingEntryType:
    """Source: `schema.graph.ports.Waiting`."""

    case: strawberry.ID = plain("The case number; `case(id)` shows the case.")
    one_thing: OneThingType | None = computed(_thing, "What was applied for.")
    one_thing_id: strawberry.ID = strawberry.field(
        resolver=lambda root: root.one_thing, description="The id of what was applied for."
    )
    item: strawberry.ID | None = computed(_item, "The item it concerns; absent: the whole case.")
    name: TextType | None = computed(_name, "The item's name.")
    department: strawberry.ID | None = plain("The department's id; absent: the whole case.")
    department_name: TextType | None = computed(_department_name, "The name of that department.")
    on: WaitOn = computed(_on, "Whose turn it is.")
    why: WaitReason = computed(_why, "What is waited for.")
    text: TextType = computed(_text, "The same in words.")
    since: datetime = computed(_since, "Since when.")
    due_on: date = computed(_due_on, "The day after which somebody should ask.")
    overdue: bool = plain("Whether that day has passed.")
    reference: str | None = computed(
        _reference, "The command it is about: what `resolveFiling` and `retryFiling` take."
    )
    receipt: str | None = plain("The department's number, as far as one is known.")
    attempts: int = plain("Calls to the department made for the command so far.")
    last_problem_code: ProblemCode | None = computed(_problem_code, "The last delivery trouble.")
    last_problem: TextType | None = computed(_problem, "The same trouble in words.")
    may_be_retried: bool = computed(
        _may_be_retried,
        "Whether the department can be asked, or sent the same again; otherwise a person asks.",
    )
    remedy: TextType = computed(_remedy, "What to do now.")


def _entries(parent: strawberry.Parent[WaitingPage]) -> Sequence[Waiting]:
    return parent.entries


@strawberry.type(name="WaitingConnection", description="A page of waits, most urgent first.")
class WaitingConnectionType:
    """Source: `schema.graph.ports.WaitingPage`."""

    nodes: list[WaitingEntryType] = computed(_entries, "The waits.", size=1)
    page_info: PageInfoType = computed(lambda root: root, "How the list goes on.")


async def list_waiting(
    info: Info,
    kind: Annotated[WaitingKind, strawberry.argument(description="Which of them.")],
    department: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only at this department.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="How many, at most 100.")] = 20,
    after: Annotated[str | None, strawberry.argument(description="Where to go on.")] = None,
) -> WaitingPage:
    if not 1 <= first <= MOST:
        raise GraphQLError(
            f"first must lie between 1 and {MOST}", extensions={"code": "OUT_OF_RANGE"}
        )
    # Written in the document an enum arrives as its value, in a variable as its member.
    return await info.context.clerks.waiting(
        info.context.viewer,
        kind=WaitingKind(kind),
        department=department,
        first=first,
        after=after,
    )
