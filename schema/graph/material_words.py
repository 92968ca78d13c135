"""Why a material need not be brought, or that it must: one sentence per fate."""

from collections.abc import Mapping
from dataclasses import dataclass

from schema.domain.one_thing import Fate, Material, OneThing
from schema.domain.text import Text

_REASON: Mapping[Fate, tuple[str, str]] = {
    Fate.FORM: ("已并入一张表单，无需另行填写。", "Part of the one form; nothing more to write."),
    Fate.SUBMIT: ("请上传。", "Please upload it."),
    Fate.SHARE: (
        "由{zh}共享或核验，无需提交。",
        "Fetched from or verified with {en}; no need to submit it.",
    ),
    Fate.OUTPUT: (
        "即本件“{zh}”的办理结果，无需提交。",
        "The result of “{en}” of the same case; no need to submit it.",
    ),
    Fate.DUPLICATE: (
        "与“{zh}”相同，只需提交一次。",
        "The same as “{en}”; it is submitted once.",
    ),
    Fate.AUTHORISATION: (
        "以电子授权代替，无需提交。",
        "Replaced by an electronic authorisation; no need to submit it.",
    ),
    Fate.COMMITMENT: (
        "以告知承诺代替，无需提交。",
        "Replaced by a pledge; no need to submit it.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialView:
    """A material within its one thing, so that what it refers to has a name."""

    material: Material
    thing: OneThing


def reason(view: MaterialView) -> Text:
    """The fate of the material as a sentence."""
    zh, en = _REASON[view.material.fate]
    other = _referred(view) or Text(zh="来源部门", en="its source")
    return Text(zh=zh.format(zh=other.zh), en=en.format(en=other.en))


def _referred(view: MaterialView) -> Text | None:
    material, thing = view.material, view.thing
    if material.of is None:
        return None
    match material.fate:
        case Fate.OUTPUT:
            names = {item.id: item.name for item in thing.items}
        case Fate.DUPLICATE:
            names = {m.code: m.name for item in thing.items for m in item.materials}
        case _:
            names = {}
    return names.get(material.of) or Text(zh=material.of, en=material.of)
