"""A start tag: its attributes, and whether what stands in its element goes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from mocks.recording.edits import MASK, Edit
from mocks.recording.names import bears_a_value, names_another
from mocks.recording.reading import Inside

_ATTRIBUTE = re.compile(  # a name is begun at its first letter only
    r"""(?<![^\s=/"'<>])([^\s=/"'<>]++)\s*+=\s*+("[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s"'<>]++)"""
)
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_KEPT = frozenset(
    {
        "t", "type", "valuetype", "encodingtype", "algorithm", "mustunderstand", "actor", "nil",
        "lang", "encodingstyle",
    }
)  # fmt: skip
_PLAIN = frozenset({"", "true", "false"})


@dataclass(slots=True)
class _Attribute:
    name: str
    said: str
    start: int
    written: str  # quotes included

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    def becomes(self, new: str) -> Edit:
        quote = self.written[0] if self.written[0] in "\"'" else '"'
        text = escape(new, {'"': "&quot;"} if quote == '"' else {"'": "&apos;"})
        return Edit(self.start, self.start + len(self.written), quote + text + quote)


@dataclass(slots=True)
class Tag:
    """One start tag; `at` is where its attributes stand in the whole text."""

    name: str
    written: str
    at: int
    empty: bool
    inside: Inside
    attributes: list[_Attribute] = field(init=False)
    hidden: bool = field(init=False)  # its element has a credential's name
    labelled: bool = field(init=False)  # or an attribute says one: <param name="password">

    def __post_init__(self) -> None:
        self.attributes = list(self._read())
        self.hidden = self.inside.hides(self.local)
        self.labelled = any(map(self._labels, self.attributes))

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    def edits(self, above: bool) -> Iterator[Edit]:
        """What is to change in it; `above`: it stands within something that goes."""
        for one in self.attributes:
            if self._goes(one, above):
                yield one.becomes(MASK)
            elif (other := self.inside.instead_of(one.local, one.said)) is not None:
                yield one.becomes(other)
            elif (new := self.inside.leaf(one.said)) != one.said:
                yield one.becomes(new)

    def _read(self) -> Iterator[_Attribute]:
        for found in _ATTRIBUTE.finditer(self.written):
            if not found[1].startswith("xmlns"):
                said = without_entities(_bare(found[2]))
                yield _Attribute(found[1], said, self.at + found.start(2), found[2])

    def _labels(self, one: _Attribute) -> bool:
        if one.local.lower() == "type":
            return one.said.lower() == "password"
        return names_another(one.local) and self.inside.hides_beside(one.said)

    def _goes(self, one: _Attribute, above: bool) -> bool:
        if one.said in _PLAIN:
            return False
        if self.inside.hides(one.local) or self.inside.hides_value(one.local):
            return True
        if (self.labelled or self.hidden) and bears_a_value(one.local):
            return True
        return (above or self.hidden) and not self._stays(one.local.lower(), above)

    def _stays(self, name: str, above: bool) -> bool:
        return name in _KEPT or (name == "id" and not above and not self.empty)


def without_entities(text: str) -> str:
    """What a text or an attribute says."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    number = int(found[2]) if found[2] else int(found[3], 16)
    return chr(number) if number < 0x110000 else found[0]


def _bare(written: str) -> str:
    if written[0] not in "\"'":
        return written
    return written[1:-1] if len(written) > 1 and written[-1] == written[0] else written[1:]
