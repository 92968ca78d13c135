"""The reduction report: what handling it as one saves, every figure with its two integers."""

from decimal import Decimal
from typing import Annotated

import strawberry

from schema.domain.one_thing import OneThing
from schema.domain.reduction import Measure, Report, reduction
from schema.graph.applying import VariantArgument, choice
from schema.graph.fields import plain, published
from schema.graph.texts import TextType

published(
    Measure,
    "What is counted.",
    {
        "VISITS": "Visits to a counter (跑动次数).",
        "MATERIALS": "Kinds of material (材料种类).",
        "COPIES": "Copies of material (材料份数).",
        "FORMS": "Application forms (申请表).",
        "FIELDS": "Fields to fill in (填写项).",
        "DAYS": "Working days (工作日).",
    },
)


@strawberry.type(name="ReductionReason", description="Why a number fell, and by how much.")
class ReasonType:
    """Source: `schema.domain.reduction.Reason`."""

    code: str = plain("A fate of materials, or joint_form, single_copy, repeated, prefilled.")
    count: int = plain("By how much; below zero: what came back.")
    text: TextType = plain("In words.")


@strawberry.type(name="ReductionRow", description="One measure before and after.")
class RowType:
    """Source: `schema.domain.reduction.Row`."""

    measure: Measure = plain("What is counted.")
    before: int = plain("When each item was handled on its own.")
    after: int = plain("Handled as one.")
    percent: Decimal | None = plain("The reduction in percent, one decimal; absent: of nothing.")
    unit: TextType = plain("The unit of both numbers.")
    base: TextType = plain("What the two numbers count.")
    scope: list[strawberry.ID] = plain("The items they are counted over.", size=8)
    reasons: list[ReasonType] = plain("Where given, they sum to before − after.", size=8)


@strawberry.type(name="Reduction", description="What handling it as one saves its applicant.")
class ReductionType:
    """Source: `schema.domain.reduction.Report`."""

    scope: list[strawberry.ID] = plain("The items it is counted over.", size=8)
    departments: list[strawberry.ID] = plain("The departments that decide them.", size=4)
    rows: list[RowType] = plain("One row per measure.", size=6)


ItemsArgument = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Count over these items only; ids it does not have count not."),
]


def reduction_of(
    parent: strawberry.Parent[OneThing],
    variant: VariantArgument = None,
    items: ItemsArgument = None,
) -> Report:
    if items is not None:
        return reduction(parent, [item.id for item in parent.items if item.id in items])
    if variant is None:
        return reduction(parent)
    return reduction(parent, [item.id for item in choice(parent, variant, None).items])
