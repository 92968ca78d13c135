"""Cases: the unified status of one application, its steps and what happened to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from graphql import GraphQLError

from schema.domain.case import Case, CaseState, Event, EventKind
from schema.domain.one_thing import OneThing
from schema.domain.text import Text
from schema.graph.bundles import BundleType, bundle_of
from schema.graph.fields import Info, computed, plain, published
from schema.graph.one_things import OneThingType
from schema.graph.ports import IssuedBundle, Page
from schema.graph.step_view import StepView, item_name, views
from schema.graph.steps import CertificateType, StepType
from schema.graph.texts import TextType
from schema.graph.waits import WaitType, WaitView, waits_of
from schema.graph.words import Actor, actor_of, event_text, happened_at

MOST = 100

published(
    Actor,
    "Who made something happen; never by name.",
    {
        "APPLICANT": "The applicant or who acts for them.",
        "CLERK": "A clerk.",
        "DEPARTMENT": "A department.",
        "GATEWAY": "This service.",
    },
)


class TimelineEntry:
    """An event with the words for it."""

    __slots__ = ("event", "thing")

    def __init__(self, event: Event, thing: OneThing | None) -> None:
        self.event = event
        self.thing = thing


def _at(parent: strawberry.Parent[TimelineEntry]) -> datetime:
    return happened_at(parent.event)


def _kind(parent: strawberry.Parent[TimelineEntry]) -> EventKind:
    return parent.event.kind


def _item(parent: strawberry.Parent[TimelineEntry]) -> str | None:
    return parent.event.item


def _text(parent: strawberry.Parent[TimelineEntry]) -> Text:
    item = parent.event.item
    return event_text(parent.event, item_name(parent.thing, item) if item else None)


def _actor(parent: strawberry.Parent[TimelineEntry]) -> Actor:
    return actor_of(parent.event)


@strawberry.type(name="TimelineEntry", description="One thing that happened to a case.")
class TimelineEntryType:
    """Source: TimelineEntry."""

    at: datetime = computed(_at, "When it happened, by the clock of whoever did it.")
    kind: EventKind = computed(_kind, "What kind of event.")
    item: strawberry.ID | None = computed(_item, "The item it concerns; absent: the whole case.")
    text: TextType = computed(_text, "In words.")
    actor: Actor = computed(_actor, "Who did it.")


def _thing(parent: strawberry.Parent[Case], info: Info) -> OneThing | None:
    return info.context.catalogue.find(parent.one_thing, parent.version)


def _steps(parent: strawberry.Parent[Case], info: Info) -> Sequence[StepView]:
    return views(parent, info.context.catalogue.find(parent.one_thing, parent.version))


def _step(
    parent: strawberry.Parent[Case],
    info: Info,
    item: Annotated[strawberry.ID, strawberry.argument(description="The item's id.")],
) -> StepView | None:
    return next((view for view in _steps(parent, info) if view.step.item == item), None)


async def _timeline(parent: strawberry.Parent[Case], info: Info) -> Sequence[TimelineEntry]:
    thing = info.context.catalogue.find(parent.one_thing, parent.version)
    events = await info.context.applications.timeline(info.context.viewer, parent.id)
    return [TimelineEntry(event, thing) for event in events]


def _bundle(parent: strawberry.Parent[Case], info: Info) -> IssuedBundle | None:
    return bundle_of(parent, info)


def _waits(parent: strawberry.Parent[Case], info: Info) -> Sequence[WaitView]:
    return waits_of(parent, info)


@strawberry.type(name="Case", description="One application of one thing (办件).")
class CaseType:
    """Source: `schema.domain.case.Case`."""

    id: strawberry.ID = plain("The public case number.")
    one_thing: OneThingType | None = computed(
        _thing, "What was applied for, in the version it was filed under."
    )
    one_thing_id: strawberry.ID = strawberry.field(
        resolver=lambda root: root.one_thing, description="The id of what was applied for."
    )
    version: str = plain("The catalogue version it was filed under.")
    variant: strawberry.ID | None = plain("The variant it was filed as.")
    district: str | None = plain("The district code (GB/T 2260).")
    state: CaseState = plain("The one status.")
    submitted_at: datetime = plain("When it was submitted.")
    done_at: datetime | None = plain("When it ended.")
    steps: list[StepType] = computed(_steps, "Its items, one step each.", size=8)
    step: StepType | None = computed(_step, "One step by its item.")
    certificates: list[CertificateType] = plain("Everything issued for it.", size=8)
    bundle: BundleType | None = computed(
        _bundle, "Everything issued, in one signed piece; absent until it is issued."
    )
    timeline: list[TimelineEntryType] = computed(
        _timeline, "What happened, in the order it became known here.", size=40
    )
    waits: list[WaitType] = computed(_waits, "What it waits for, most urgent first.", size=6)
    reported: list[str] = plain("The outside events that stand reported.", size=2)
    pledges: list[strawberry.ID] = plain("The pledges made on submitting, by code.", size=3)
    deferred: list[strawberry.ID] = plain(
        "The materials left to follow on submitting (容缺), by code.", size=3
    )


@strawberry.type(name="PageInfo", description="How a list goes on.")
class PageInfoType:
    """Source: a Page."""

    has_next_page: bool = computed(lambda root: root.cursor is not None, "Whether there is more.")
    end_cursor: str | None = computed(lambda root: root.cursor, "Give it as `after` for more.")


@strawberry.type(name="CaseConnection", description="A page of cases, newest first.")
class CaseConnectionType:
    """Source: `schema.graph.ports.Page`."""

    nodes: list[CaseType] = computed(lambda root: root.cases, "The cases.", size=1)
    page_info: PageInfoType = computed(lambda root: root, "How the list goes on.")


async def find_case(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The case number.")],
) -> Case | None:
    return await info.context.applications.case(info.context.viewer, id)


async def list_cases(
    info: Info,
    first: Annotated[int, strawberry.argument(description="How many, at most 100.")] = 20,
    after: Annotated[str | None, strawberry.argument(description="Where to go on.")] = None,
    state: Annotated[
        CaseState | None, strawberry.argument(description="Only cases in this state.")
    ] = None,
) -> Page:
    if not 1 <= first <= MOST:
        raise GraphQLError(
            f"first must lie between 1 and {MOST}", extensions={"code": "OUT_OF_RANGE"}
        )
    # Written in the document an enum arrives as its value, in a variable as its member.
    wanted = str(state) if state else None
    return await info.context.applications.cases(
        info.context.viewer, first=first, after=after, state=wanted
    )
