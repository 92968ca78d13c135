"""The reduction report: what one thing saves an applicant, computed from its declaration.

No percentage stands without its two integers, its base and its scope. The declared report counts
every item, field and material an application may need; conditions on answers are not applied.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from schema.domain.one_thing import Fate, Item, Material, OneThing
from schema.domain.plan import plan_items
from schema.domain.selection import fields_of, materials_of
from schema.domain.text import Text


class Measure(StrEnum):
    """What is counted."""

    VISITS = "visits"
    MATERIALS = "materials"
    COPIES = "copies"
    FORMS = "forms"
    FIELDS = "fields"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a number fell, and by how much; a negative count is something that came back."""

    code: str  # a fate, or: joint_form single_copy repeated prefilled
    count: int
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure before and after; where there are reasons, they sum to before − after."""

    measure: Measure
    before: int
    after: int
    unit: Text
    base: Text  # what the two numbers count
    scope: tuple[str, ...]  # the items they are counted over
    reasons: tuple[Reason, ...] = ()

    @property
    def percent(self) -> Decimal | None:
        """The reduction in percent, half rounded up to one decimal; None of nothing."""
        if self.before == 0:
            return None
        share = Decimal(100 * (self.before - self.after)) / self.before
        return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All measures of one thing over one scope."""

    one_thing: str
    version: str
    scope: tuple[str, ...]
    departments: tuple[str, ...]
    rows: tuple[Row, ...]

    def row(self, measure: Measure) -> Row:
        """The row of this measure."""
        return next(row for row in self.rows if row.measure is measure)


def reduction(one_thing: OneThing, items: Collection[str] | None = None) -> Report:
    """The report over these items, or over all; KeyError names an item there is none of."""
    unknown = set(items or ()) - {item.id for item in one_thing.items}
    if unknown:
        raise KeyError(min(unknown))
    chosen = [item for item in one_thing.items if items is None or item.id in items]
    materials = materials_of(chosen)
    return Report(
        one_thing=one_thing.id,
        version=one_thing.version,
        scope=_ids(chosen),
        departments=tuple(dict.fromkeys(item.department for item in chosen)),
        rows=(
            _visits(one_thing, chosen),
            _materials(chosen, materials),
            _copies(chosen, materials),
            _forms(chosen),
            _fields(one_thing, chosen),
            _days(one_thing, chosen),
        ),
    )


def _visits(one_thing: OneThing, items: Sequence[Item]) -> Row:
    return Row(
        measure=Measure.VISITS,
        before=sum(item.visits_before for item in items),
        after=1 if items and one_thing.issued_at_window else 0,
        unit=Text(zh="次", en="visits"),
        base=Text(zh="各事项跑动次数之和", en="visits of every item added up"),
        scope=_ids(items),
    )


def _materials(items: Sequence[Item], materials: Sequence[Material]) -> Row:
    dropped = [material for material in materials if material.fate is not Fate.SUBMIT]
    joint = _joint_forms(materials)
    by_fate = [
        _reason(fate.value, sum(material.fate is fate for material in dropped)) for fate in Fate
    ]
    return Row(
        measure=Measure.MATERIALS,
        before=len(materials),
        after=len(materials) - len(dropped) + joint,
        unit=Text(zh="种", en="kinds"),
        base=Text(zh="各事项要求的材料种类之和", en="kinds of material every item demands"),
        scope=_ids(items),
        reasons=_present([*by_fate, _reason("joint_form", -joint)]),
    )


def _copies(items: Sequence[Item], materials: Sequence[Material]) -> Row:
    submitted = [material for material in materials if material.fate is Fate.SUBMIT]
    joint = _joint_forms(materials)
    by_fate = [
        _reason(fate.value, sum(m.copies for m in materials if m.fate is fate))
        for fate in Fate
        if fate is not Fate.SUBMIT
    ]
    spare = sum(material.copies for material in submitted) - len(submitted)
    return Row(
        measure=Measure.COPIES,
        before=sum(material.copies for material in materials),
        after=len(submitted) + joint,
        unit=Text(zh="份", en="copies"),
        base=Text(zh="各事项要求的材料份数之和", en="copies every item demands"),
        scope=_ids(items),
        reasons=_present([*by_fate, _reason("single_copy", spare), _reason("joint_form", -joint)]),
    )


def _forms(items: Sequence[Item]) -> Row:
    forms = sum(bool(item.fields) for item in items)
    return Row(
        measure=Measure.FORMS,
        before=forms,
        after=min(forms, 1),
        unit=Text(zh="张", en="forms"),
        base=Text(zh="有填写项的申请表数", en="application forms with fields to fill in"),
        scope=_ids(items),
    )


def _fields(one_thing: OneThing, items: Sequence[Item]) -> Row:
    before = sum(len(item.fields) for item in items)
    distinct = fields_of(one_thing, items)
    prefilled = sum(field.prefill is not None for field in distinct)
    return Row(
        measure=Measure.FIELDS,
        before=before,
        after=len(distinct) - prefilled,
        unit=Text(zh="项", en="fields"),
        base=Text(zh="各申请表填写项之和", en="fields of every form added up"),
        scope=_ids(items),
        reasons=_present(
            [_reason("repeated", before - len(distinct)), _reason("prefilled", prefilled)]
        ),
    )


def _days(one_thing: OneThing, items: Sequence[Item]) -> Row:
    plan = plan_items(one_thing, items)
    return Row(
        measure=Measure.DAYS,
        before=plan.statutory_serial_days,
        after=plan.promised_days if items else 0,
        unit=Text(zh="工作日", en="working days"),
        base=Text(
            zh="同一组事项的法定时限之和，与承诺时限关键路径加发证之比",
            en="statutory days of the same items added up, against the promised critical path",
        ),
        scope=_ids(items),
    )


def _joint_forms(materials: Iterable[Material]) -> int:
    """The one form stands in for the forms it merges: it comes back as one material."""
    return int(any(material.fate is Fate.FORM for material in materials))


def _ids(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(item.id for item in items)


def _present(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason.count)


_REASONS = {
    "form": Text(zh="并入一张表", en="merged into the one form"),
    "share": Text(zh="数据共享或网络核验", en="fetched from, or verified with, its authority"),
    "output": Text(zh="同案其他事项的结果", en="the result of another item of the case"),
    "duplicate": Text(zh="与其他材料重复", en="the same as another material of the case"),
    "authorisation": Text(zh="电子授权", en="replaced by electronic authorisation"),
    "commitment": Text(zh="告知承诺", en="replaced by a pledge"),
    "submit": Text(zh="仍需提交", en="still submitted"),
    "joint_form": Text(zh="合并后的一张表", en="the one form, which is submitted instead"),
    "single_copy": Text(zh="一份电子件代替多份", en="one electronic copy instead of several"),
    "repeated": Text(zh="不再重复填写", en="no longer asked again"),
    "prefilled": Text(zh="自动预填", en="prefilled"),
}


def _reason(code: str, count: int) -> Reason:
    return Reason(code=code, count=count, text=_REASONS[code])
