"""One things on offer: who may apply, what is asked, what is demanded, how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import strawberry

from schema.domain.consent import rules_on
from schema.domain.one_thing import (
    ConsentRule,
    District,
    EdgeKind,
    Fate,
    Item,
    Material,
    OneThing,
    RefusalPolicy,
)
from schema.domain.selection import materials_of
from schema.domain.text import Text
from schema.graph.applying import AnswersArgument, VariantArgument, choice
from schema.graph.eligibility import EligibilityType, eligibility_of
from schema.graph.fields import Info, computed, plain
from schema.graph.forms import FormType, form_of
from schema.graph.material_words import MaterialView, reason
from schema.graph.plans import DeadlineType, PlanType, deadlines_of, plan_of
from schema.graph.readings import department_name
from schema.graph.reductions import ReductionType, reduction_of
from schema.graph.texts import TextType


@strawberry.type(name="Variant", description="A kind of applicant that needs fewer items.")
class VariantType:
    """Source: `schema.domain.one_thing.Variant`."""

    id: strawberry.ID = plain("Its id.")
    name: TextType = plain("Its name.")
    without: list[strawberry.ID] = plain("The items it does not need.", size=5)


@strawberry.type(name="PromisedDays", description="A district's own promise for one item.")
class PromisedDaysType:
    """Source: a mapping."""

    item: strawberry.ID = plain("The item.")
    days: int = plain("Working days promised.")


def _promises(parent: strawberry.Parent[District]) -> Sequence[Any]:
    return [{"item": item, "days": days} for item, days in parent.promised_days.items()]


@strawberry.type(name="District", description="A district where the one thing is offered.")
class DistrictType:
    """Source: `schema.domain.one_thing.District`."""

    code: str = plain("Its code (GB/T 2260).")
    name: TextType = plain("Its name.")
    since: date = plain("Since when it is offered there.")
    promised_days: list[PromisedDaysType] = computed(_promises, "Where it promises less.", size=3)


def _share(name: str) -> Any:
    def share(parent: strawberry.Parent[Any]) -> str | None:
        value = getattr(parent, name)
        return None if value is None else str(value)

    return share


@strawberry.type(
    name="ConsentRule", description="How many owners must agree, from a day on; shares exact."
)
class ConsentRuleType:
    """Source: `schema.domain.one_thing.ConsentRule`."""

    id: strawberry.ID = plain("Its id.")
    since: date = plain("For votes taken from this day on.")
    basis: TextType = plain("The law it stands on.")
    scope: str = plain("building or estate.")
    participation_area: str | None = computed(
        _share("participation_area"), "Share of the area whose owners must take part, e.g. 2/3."
    )
    participation_persons: str | None = computed(
        _share("participation_persons"), "Share of the owners who must take part."
    )
    agreement_area: str | None = computed(
        _share("agreement_area"), "Share of the area whose owners must agree."
    )
    agreement_persons: str | None = computed(
        _share("agreement_persons"), "Share of the owners who must agree."
    )
    of_participants: bool = plain("Whether agreement is counted among those who took part.")


def _material_code(parent: strawberry.Parent[MaterialView]) -> str:
    return parent.material.code


def _material_name(parent: strawberry.Parent[MaterialView]) -> Text:
    return parent.material.name


def _material_copies(parent: strawberry.Parent[MaterialView]) -> int:
    return parent.material.copies


def _material_fate(parent: strawberry.Parent[MaterialView]) -> Fate:
    return parent.material.fate


def _material_of(parent: strawberry.Parent[MaterialView]) -> str | None:
    return parent.material.of


def _material_deferrable(parent: strawberry.Parent[MaterialView]) -> bool:
    return parent.material.later_days is not None


def _material_later_days(parent: strawberry.Parent[MaterialView]) -> int | None:
    return parent.material.later_days


def _material_reason(parent: strawberry.Parent[MaterialView]) -> Text:
    return reason(parent)


@strawberry.type(name="Material", description="A document an item demanded, and what became of it.")
class MaterialType:
    """Source: MaterialView."""

    code: str = computed(_material_code, "Its code.")
    name: TextType = computed(_material_name, "Its name.")
    copies: int = computed(_material_copies, "How many copies the item used to demand.")
    fate: Fate = computed(_material_fate, "What becomes of it.")
    of: str | None = computed(_material_of, "The authority, item or material that stands for it.")
    reason: TextType = computed(_material_reason, "Why it need not be brought, or that it must.")
    deferrable: bool = computed(
        _material_deferrable, "Whether it may follow after submission (容缺)."
    )
    later_days: int | None = computed(
        _material_later_days, "Where it may follow: within so many working days of acceptance."
    )


@strawberry.type(name="Edge", description="A declared relation of one item to another.")
class EdgeType:
    """Source: `schema.domain.one_thing.Edge`."""

    kind: EdgeKind = plain("How they relate.")
    item: strawberry.ID = plain("The other item.")
    within_days: int | None = plain("For a duty afterwards: within so many calendar days.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item within its one thing."""

    item: Item
    thing: OneThing


def _of_item(name: str) -> Any:
    def read(parent: strawberry.Parent[Any]) -> Any:
        return getattr(parent.item, name)

    return read


def _item_materials(parent: strawberry.Parent[ItemView]) -> Sequence[MaterialView]:
    return _viewed(parent.item.materials, parent.thing)


def _item_department_name(parent: strawberry.Parent[ItemView], info: Info) -> Text:
    return department_name(parent.item.department, info)


@strawberry.type(name="Item", description="One approval of one department; days are working days.")
class ItemType:
    """Source: ItemView."""

    id: strawberry.ID = computed(_of_item("id"), "Its id in the one thing.")
    name: TextType = computed(_of_item("name"), "Its name.")
    department: strawberry.ID = computed(_of_item("department"), "Who decides it.")
    department_name: TextType = computed(_item_department_name, "The name of that department.")
    service: strawberry.ID = computed(_of_item("service"), "Its id at the department.")
    visits_before: int = computed(_of_item("visits_before"), "Visits it took on its own.")
    statutory_days: int = computed(_of_item("statutory_days"), "The limit the law sets.")
    promised_days: int = computed(_of_item("promised_days"), "The days promised.")
    basis: TextType = computed(_of_item("basis"), "The law or notice that sets the limit.")
    edges: list[EdgeType] = computed(_of_item("edges"), "How it relates to other items.", size=3)
    field_keys: list[str] = computed(_of_item("fields"), "The form fields it needs.", size=30)
    materials: list[MaterialType] = computed(_item_materials, "What it used to demand.")
    mandatory: bool = computed(_of_item("mandatory"), "False: only when a condition calls for it.")
    after_event: str | None = computed(
        _of_item("after_event"), "An outside event the applicant reports first."
    )


def _viewed(materials: Sequence[Material], thing: OneThing) -> Sequence[MaterialView]:
    return [MaterialView(material=material, thing=thing) for material in materials]


def _items(
    parent: strawberry.Parent[OneThing],
    variant: VariantArgument = None,
    answers: AnswersArgument = None,
) -> Sequence[ItemView]:
    chosen = choice(parent, variant, answers)
    return [ItemView(item=item, thing=parent) for item in chosen.items]


def _materials(
    parent: strawberry.Parent[OneThing],
    variant: VariantArgument = None,
    answers: AnswersArgument = None,
    fate: Annotated[
        Fate | None, strawberry.argument(description="Only materials of this fate.")
    ] = None,
) -> Sequence[MaterialView]:
    chosen = choice(parent, variant, answers)
    found = materials_of(chosen.items, chosen.answers)
    return _viewed([m for m in found if fate is None or m.fate == fate], parent)


def _lead_name(parent: strawberry.Parent[OneThing], info: Info) -> Text:
    return department_name(parent.lead_department, info)


def _consent(
    parent: strawberry.Parent[OneThing],
    on: Annotated[
        date | None, strawberry.argument(description="Only the rules for a vote of this day.")
    ] = None,
) -> Sequence[ConsentRule]:
    if on is None:
        return parent.consent
    return rules_on(parent.consent, on)


@strawberry.type(name="OneThing", description="A life event handled as one thing (一件事).")
class OneThingType:
    """Source: `schema.domain.one_thing.OneThing`."""

    id: strawberry.ID = plain("Its id.")
    version: str = plain("The version of its catalogue entry.")
    name: TextType = plain("Its name.")
    summary: TextType = plain("What it is for.")
    lead_department: strawberry.ID = plain("Who leads it.")
    lead_department_name: TextType = computed(_lead_name, "The name of who leads it.")
    action: str = plain("The kind of change, e.g. new_outlet.")
    issue_days: int = plain("Working days from the last decision to all certificates.")
    on_refusal: RefusalPolicy = plain("What one refused item means for the others.")
    variants: list[VariantType] = plain("The kinds of applicant it knows.", size=5)
    districts: list[DistrictType] = plain("Where it is offered, and since when.", size=16)
    consent: list[ConsentRuleType] = computed(_consent, "How many owners must agree.", size=4)
    items: list[ItemType] = computed(_items, "The approvals it consists of.", size=8)
    materials: list[MaterialType] = computed(
        _materials, "Every material with its fate and the reason.", size=40
    )
    form: FormType = computed(form_of, "The one form.")
    plan: PlanType = computed(plan_of, "What runs when, and for how long.")
    deadlines: list[DeadlineType] = computed(
        deadlines_of, "The days by which each item is due.", size=8
    )
    eligibility: EligibilityType = computed(
        eligibility_of, "Whether these answers may apply: every rule that fails."
    )
    reduction: ReductionType = computed(reduction_of, "What handling it as one saves.")


def all_one_things(info: Info) -> Sequence[OneThing]:
    return info.context.catalogue.all()


def find_one_thing(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    version: Annotated[
        str | None, strawberry.argument(description="A version; absent: the newest.")
    ] = None,
) -> OneThing | None:
    return info.context.catalogue.find(id, version)
