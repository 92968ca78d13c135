"""Pledges (告知承诺): what an applicant promises in place of a document, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from schema.domain.condition import Answers
from schema.domain.one_thing import Fate, Item, Material
from schema.domain.selection import NO_ANSWERS, materials_of
from schema.domain.text import Text

# Said under every pledge, so that none is made without knowing it.
CONSEQUENCE = Text(
    zh="承诺不实的，部门依法终止办理、责令限期整改、撤销行政决定或者予以行政处罚，并纳入信用记录；"
    "涉嫌犯罪的，移送司法机关。（依据：国办发〔2020〕42号）",
    en="If this is untrue, the department ends the handling, orders it put right, revokes its "
    "decision or imposes a penalty, and it enters the credit record; a suspected crime is handed "
    "to the judicial authorities. (Basis: State Council notice 国办发〔2020〕42号)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """A promise in place of one material of one item."""

    code: str  # the code of the material it replaces
    name: Text
    text: Text  # what is pledged, and what follows from breaking it
    item: str


def pledges_of(items: Sequence[Item], answers: Answers = NO_ANSWERS) -> tuple[Pledge, ...]:
    """Every pledge these items ask for, in declared order."""
    asked = {m.code for m in materials_of(items, answers) if m.fate is Fate.COMMITMENT}
    return tuple(
        Pledge(code=m.code, name=m.name, text=_text(m), item=item.id)
        for item in items
        for m in item.materials
        if m.code in asked
    )


def _text(material: Material) -> Text:
    pledged = material.pledge or _by_name(material.name)
    return Text(zh=f"{pledged.zh}{CONSEQUENCE.zh}", en=f"{pledged.en} {CONSEQUENCE.en}")


def _by_name(name: Text) -> Text:
    return Text(
        zh=f"本申请人承诺：“{name.zh}”所证明的情况属实，相关材料留存备查，可随时提供。",
        en=f"I pledge that what “{name.en}” would prove is the case; the papers are kept and can "
        "be shown at any time.",
    )
