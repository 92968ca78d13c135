"""Code tables for the fields of registers whose values the contract lists."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.drafting.register import FieldDraft, RegisterDraft
from adapters.drafting.wording import Words, unique
from adapters.mapping.codes import REST, SEND

_VALUES = ("true", "false")  # written in a line, they are these and no table's name
_MOST = 40  # codes of a table; longer lists are better taken as they come


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """A table of their codes, with what the contract says about each."""

    name: str
    codes: Mapping[str, str]


def coded(
    registers: Sequence[RegisterDraft], words: Words, *, apart: str
) -> tuple[list[RegisterDraft], list[TableDraft]]:
    """The registers with their listed values read through tables; `apart`: a line that is not."""
    tables: dict[tuple[str, tuple[str, ...]], TableDraft] = {}
    made = []
    for register in registers:
        fields = [
            _coded(field, words, tables)
            if _listed(field) and field.line != apart and field.name != register.key
            else field
            for field in register.fields
        ]
        made.append(replace(register, fields=tuple(fields)))
    return made, list(tables.values())


def _listed(field: FieldDraft) -> bool:
    known = {REST, SEND, ""} & set(field.enum)
    return field.kind == "text" and 1 < len(field.enum) <= _MOST and not known


def _coded(
    field: FieldDraft, words: Words, tables: dict[tuple[str, tuple[str, ...]], TableDraft]
) -> FieldDraft:
    here = (field.name, field.enum)
    if here not in tables:
        name = unique(field.name, [*_VALUES, *(table.name for table in tables.values())])
        texts = words.about(field.said)
        codes = {code: _said(code, field, words, texts) for code in field.enum}
        tables[here] = TableDraft(name=name, codes=codes)
    return replace(field, line=f"{field.line} | code {tables[here].name}")


def _said(code: str, field: FieldDraft, words: Words, texts: Sequence[str]) -> str:
    """What the contract says about one code: at the code, or in the sentence about the element."""
    own = words.codes.get(field.said, {}).get(code)
    if own:
        return own
    told = re.compile(rf"(?<![\w-]){re.escape(code)}\s*[:：=\-–]\s*([^\s,;，；、/|()（）]+)")
    return next((match[1] for text in texts if (match := told.search(text))), "")
