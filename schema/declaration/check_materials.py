"""What can be wrong with materials: every one has a code, and a fate that can come true."""

from collections.abc import Mapping

from schema.declaration.check_condition import check_condition
from schema.declaration.finding import Findings, did_you_mean
from schema.declaration.table import UNKNOWN
from schema.domain.one_thing import Fate, Item, Material, OneThing
from schema.domain.order import reachable
from schema.domain.plan import prerequisites

_OF = frozenset({Fate.SHARE, Fate.OUTPUT, Fate.DUPLICATE})


def check_materials(one_thing: OneThing, findings: Findings) -> None:
    """Note every mistake of the materials of all items."""
    fields = {field.key: field for field in one_thing.fields}
    codes: dict[str, Material] = {}
    for item in one_thing.items:
        for material in item.materials:
            at = _at(item, material)
            if material.code in codes and material.code != UNKNOWN:
                findings.add(at, f'the code "{material.code}" is declared more than once')
            codes.setdefault(material.code, material)
            for condition in material.when:
                check_condition(condition, f"{at}.when", fields, findings)
    for item in one_thing.items:
        for material in item.materials:
            _check_fate(material, item, one_thing, codes, findings)
            _check_promises(material, item, one_thing, findings)


def _check_fate(
    material: Material,
    item: Item,
    one_thing: OneThing,
    codes: Mapping[str, Material],
    findings: Findings,
) -> None:
    at = _at(item, material)
    fate = material.fate.value
    if (material.fate in _OF) is not (material.of is not None):
        wrong = "needs" if material.fate in _OF else "has no"
        findings.add(f"{at}.of", f'the fate "{fate}" {wrong} "of"')
        return
    if material.through is not None and material.fate is not Fate.SHARE:
        findings.add(f"{at}.through", f'the fate "{fate}" goes through no department')
    if material.fate is Fate.OUTPUT:
        _check_output(material, item, one_thing, findings)
    if material.fate is Fate.DUPLICATE:
        _check_duplicate(material, at, codes, findings)


def _check_output(material: Material, item: Item, one_thing: OneThing, findings: Findings) -> None:
    at = f"{_at(item, material)}.of"
    names = [other.id for other in one_thing.items]
    of = material.of or UNKNOWN
    if of not in names:
        findings.add(at, f'the item "{of}" is unknown{did_you_mean(of, names)}')
    elif of not in reachable(prerequisites(one_thing.items), item.id):
        findings.add(
            at, f"the result of {of} is not there yet: {of} does not come before {item.id}"
        )


def _check_duplicate(
    material: Material, at: str, codes: Mapping[str, Material], findings: Findings
) -> None:
    of = material.of or UNKNOWN
    if of not in codes:
        findings.add(f"{at}.of", f'the material "{of}" is unknown{did_you_mean(of, codes)}')
    elif codes[of].fate is not Fate.SUBMIT:
        findings.add(f"{at}.of", f'"{of}" is not submitted itself')


def _check_promises(
    material: Material, item: Item, one_thing: OneThing, findings: Findings
) -> None:
    """What an applicant promises instead of a document: that it is so, or that it follows."""
    at, days, fate = _at(item, material), material.later_days, material.fate.value
    if material.pledge is not None and material.fate is not Fate.COMMITMENT:
        findings.add(f"{at}.pledge", f'the fate "{fate}" is no pledge')
    if days is None:
        return
    if material.fate is not Fate.SUBMIT:
        findings.add(f"{at}.later_days", f'the fate "{fate}" leaves nothing to follow')
    elif days > item.promised_days:
        findings.add(
            f"{at}.later_days",
            f"may follow within {days} days where {item.id} is decided within {item.promised_days}",
        )
    twins = [m.code for i in one_thing.items for m in i.materials if _stands_on(m, material)]
    if twins:
        findings.add(f"{at}.later_days", f"cannot follow: it stands for {', '.join(twins)} as well")


def _stands_on(material: Material, other: Material) -> bool:
    return material.fate is Fate.DUPLICATE and material.of == other.code


def _at(item: Item, material: Material) -> str:
    return f"items.{item.id}.materials.{material.code}"
