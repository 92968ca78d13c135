"""How much one operation may ask for, and the refusal of more; all of it before validation."""

from dataclasses import dataclass

from schema.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Ceilings of one document; each is included."""

    characters: int = 50_000
    tokens: int = 2_000
    depth: int = 15
    aliases: int = 30
    root_fields: int = 20
    directives: int = 50
    fields: int = 2_000  # after fragments are expanded
    overlaps: int = 5_000  # pairs of fields of one name, or of fragments, in one selection
    cost: int = 5_000  # with the sizes of lists
    nesting: int = 64  # selection sets inside one another, inline fragments included
    value_depth: int = 20  # lists and objects inside one another in a literal


class TooMuch(Exception):
    """The document asks for more than a limit allows, or for itself."""

    def __init__(self, limit: str, *, allowed: int | None = None, found: int | None = None) -> None:
        super().__init__(limit)
        self.limit = limit
        self.allowed = allowed
        self.found = found

    @property
    def text(self) -> Text:
        """For the person who wrote the query."""
        zh, en = _TEXTS[self.limit]
        if self.allowed is None:
            return Text(zh=f"{zh}。", en=f"{en}.")
        return Text(zh=f"{zh}，上限为{self.allowed}。", en=f"{en}; at most {self.allowed}.")


_TEXTS = {
    "characters": ("查询文本过长", "The document has too many characters"),
    "tokens": ("查询过长", "The document has too many tokens"),
    "depth": ("查询嵌套过深", "The operation is too deep"),
    "aliases": ("别名过多", "The operation has too many aliases"),
    "root_fields": ("顶层字段过多", "The operation has too many root fields"),
    "directives": ("指令过多", "The operation has too many directives"),
    "fields": ("字段过多", "The operation asks for too many fields"),
    "overlaps": (
        "同名字段或片段重复过多",
        "The operation repeats fields of one name, or fragments, too often (pairs of them)",
    ),
    "cost": ("查询代价过高", "The operation costs too much"),
    "cycle": ("片段循环引用", "A fragment contains itself"),
}
