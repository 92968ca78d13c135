"""What can be wrong with items: their order, their fields, their materials and their days."""

import re
from collections.abc import Collection, Mapping

from schema.declaration.check_condition import check_condition
from schema.declaration.finding import Findings, did_you_mean
from schema.declaration.table import UNKNOWN
from schema.domain.one_thing import Edge, EdgeKind, Item, OneThing
from schema.domain.order import find_cycle, reachable
from schema.domain.outside import RAISED
from schema.domain.plan import prerequisites

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_UNORDERED = frozenset({EdgeKind.PARALLEL, EdgeKind.CROSS})


def check_items(one_thing: OneThing, findings: Findings) -> None:
    """Note every mistake of the items."""
    fields = {field.key: field for field in one_thing.fields}
    items = {item.id: item for item in one_thing.items}
    always = _always_asked(one_thing)
    for item in one_thing.items:
        at = f"items.{item.id}"
        if item.id != UNKNOWN and not _ID.fullmatch(item.id):
            findings.add(f"{at}.id", "an item id is letters, digits and _, beginning with a letter")
        for edge in item.edges:
            _check_edge(edge, item, items, findings)
        _check_fields(item, fields, at, findings)
        _check_days(item, at, findings)
        _check_suspending(item, at, findings)
        _check_conditions(item, one_thing, always, findings)
    _check_order(one_thing, items, findings)
    _check_unasked(one_thing, findings)


def _check_edge(edge: Edge, item: Item, items: Mapping[str, Item], findings: Findings) -> None:
    at = f"items.{item.id}.{edge.kind.value}"
    if edge.item == UNKNOWN:
        return
    if edge.item == item.id:
        findings.add(at, "an item cannot relate to itself")
    elif edge.item not in items:
        hint = did_you_mean(edge.item, items)
        findings.add(at, f'the item "{edge.item}" is unknown{hint}')
    elif edge.kind is EdgeKind.CROSS and not _crosses(items[edge.item], item.id):
        findings.add(at, f"{item.id} crosses {edge.item}, but {edge.item} does not cross {item.id}")


def _crosses(item: Item, other: str) -> bool:
    return any(e.kind is EdgeKind.CROSS and e.item == other for e in item.edges)


def _check_order(one_thing: OneThing, items: Mapping[str, Item], findings: Findings) -> None:
    before = prerequisites(one_thing.items)
    cycle = find_cycle(before)
    if cycle:
        findings.add("items", f"the plan runs in a circle: {' → '.join(cycle)}")
        return
    for item in one_thing.items:
        for edge in item.edges:
            if edge.kind not in _UNORDERED or edge.item not in items:
                continue
            ordered = edge.item in reachable(before, item.id) or item.id in reachable(
                before, edge.item
            )
            if ordered:
                at = f"items.{item.id}.{edge.kind.value}"
                findings.add(at, f"{item.id} and {edge.item} are declared one after the other")


def _check_fields(item: Item, fields: Collection[str], at: str, findings: Findings) -> None:
    for key in item.fields:
        if key not in fields:
            hint = did_you_mean(key, fields)
            findings.add(f"{at}.fields", f'the field "{key}" is unknown{hint}')


def _check_days(item: Item, at: str, findings: Findings) -> None:
    if item.calendar_days:
        if item.statutory_days or not item.clock_stopped:
            findings.add(
                f"{at}.calendar_days",
                "a public notice stops the clock: clock_stopped = true and statutory_days = 0",
            )
    elif item.promised_days > item.statutory_days:
        findings.add(
            f"{at}.promised_days",
            f"promises {item.promised_days} days where the law allows {item.statutory_days}",
        )


def _check_suspending(item: Item, at: str, findings: Findings) -> None:
    event = item.suspending_event
    if event is not None and not event.removesuffix(RAISED).isidentifier():
        findings.add(f"{at}.suspending_event", f'"{event}" names nothing that is raised')
    elif event is not None and not event.endswith(RAISED):
        findings.add(
            f"{at}.suspending_event",
            f'"{event}" could never be settled: a suspending event ends in {RAISED}',
        )


def _check_conditions(
    item: Item, one_thing: OneThing, always: Collection[str], findings: Findings
) -> None:
    fields = {field.key: field for field in one_thing.fields}
    at = f"items.{item.id}.when"
    for condition in item.when:
        check_condition(condition, at, fields, findings)
        field = fields.get(condition.field)
        if field and (field.key not in always or not field.required or field.when):
            findings.add(at, f'"{field.key}" is not always asked and answered')
    asked = {*item.fields, *always}
    for key in item.fields:
        for condition in fields[key].when if key in fields else ():
            if condition.field in fields and condition.field not in asked:
                findings.add(
                    f"items.{item.id}.fields", f'asks "{key}" but not always "{condition.field}"'
                )


def _always_asked(one_thing: OneThing) -> frozenset[str]:
    """The fields asked whatever the variant and the answers are."""
    dropped = {item for variant in one_thing.variants for item in variant.without}
    return frozenset(
        key
        for item in one_thing.items
        if item.id not in dropped and not item.when
        for key in item.fields
    )


def _check_unasked(one_thing: OneThing, findings: Findings) -> None:
    asked = {key for item in one_thing.items for key in item.fields}
    for field in one_thing.fields:
        if field.key not in (*asked, UNKNOWN):
            findings.add(f"fields.{field.key}", "no item asks it")
