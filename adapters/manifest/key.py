"""How one key of department.toml is declared: its type, its bounds, what it says."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

NAME = "[a-z][a-z0-9_]*"
SHA = "[0-9a-f]{64}"


class Type(StrEnum):
    """The types of keys, as a reader of the key table knows them."""

    TEXT = "text"
    FLAG = "true/false"
    NUMBER = "number"
    WHOLE = "whole number"
    WORDS = "list of texts"
    CONSTANT = "text, number or true/false"
    LINE = "expression"
    TREE = "tree of expressions"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `name` in <angles> stands for every other name of its table."""

    name: str
    type: Type
    zh: str
    en: str
    required: bool = False
    merged: bool = False  # required, but it may stand in the shared place instead
    allowed: tuple[str, ...] = ()
    least: float | None = None
    above: float | None = None
    most: float | None = None
    protocol: str | None = None  # the only protocol that has it
    form: str | None = None  # pattern of the names <angles> stands for, or of the text
    credential: bool = False  # its text names a credential of the settings
    keys: tuple["Key", ...] = ()
    by: tuple[str, tuple[tuple[str, tuple["Key", ...]], ...]] | None = None
    """The member that decides, and for each of its values the further keys."""

    def named(self) -> dict[str, "Key"]:
        """Its members by name, without the one that stands for every other name."""
        return {key.name: key for key in self.keys if not key.name.startswith("<")}

    def rest(self) -> "Key | None":
        """The member that stands for every other name."""
        return next((key for key in self.keys if key.name.startswith("<")), None)

    def members(self, data: Any) -> dict[str, "Key"]:
        """The named members that hold for this table."""
        known = self.named()
        if self.by is not None and isinstance(data, dict):
            ways = dict(self.by[1])
            further = ways.get(str(data.get(self.by[0])))
            if further is None:  # which of them hold is told only by the mended member
                further = tuple(
                    replace(key, required=False) for way in ways.values() for key in way
                )
            known.update({key.name: key for key in further})
        return known


def text(name: str, zh: str, en: str, **more: Any) -> Key:
    """A key whose value is a text."""
    return Key(name=name, type=Type.TEXT, zh=zh, en=en, **more)


def line(name: str, zh: str, en: str, **more: Any) -> Key:
    """A key whose value is an expression."""
    return Key(name=name, type=Type.LINE, zh=zh, en=en, **more)


def table(name: str, zh: str, en: str, *keys: Key, **more: Any) -> Key:
    """A key whose value is a table of these keys."""
    return Key(name=name, type=Type.TABLE, zh=zh, en=en, keys=keys, **more)


def number(name: str, zh: str, en: str, **more: Any) -> Key:
    """A key whose value is a number, 0 or more unless said otherwise."""
    return Key(name=name, **{"type": Type.NUMBER, "zh": zh, "en": en, "least": 0, **more})
