"""XML and HTML, whole or cut: what stands under a credential's name goes, every text in it is read.

Tags stay; texts and attributes change, also those in CDATA or written with entities.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from mocks.recording.edits import MASK, Edit
from mocks.recording.in_tags import Tag, without_entities
from mocks.recording.reading import Inside, Neighbour, named_beside

_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
    r"|</(?P<end>[^\s<>/]++)[^<>]*+(?:>|\Z)"
    r"|<(?P<tag>[^\W\d][^\s<>/=\"'&;]*+)"
    r"(?P<said>(?:[^\"'<>]|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*?)(?P<empty>/?)(?:>|\Z)"
    r"|<![^<>]*>?|(?P<text>[^<]+)|<",
    re.DOTALL,
)
_ENTITY = re.compile(
    r"<!ENTITY\s++(?:%\s++)?([^\s\"'<>]++)\s++[\"'](?=([^\"'<>]*+))", re.IGNORECASE
)
_HTML = re.compile(r"\s*<(!doctype html|html)\b", re.IGNORECASE)
_UNCLOSED = frozenset({"input", "br", "hr", "meta", "img", "link", "base", "col", "wbr"})
_LOOKS = re.compile(r"</?[^\W\d][^<>]*+(?:>|\Z)|<[!?]|&lt;/?[^\W\d]")


@dataclass(slots=True)
class _Open:
    """An element that is not over yet, and the texts found in it."""

    name: str
    content: int
    hidden: bool
    members: list[Neighbour] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Scan:
    text: str
    inside: Inside
    hidden: bool = False  # all of it
    edits: list[Edit] = field(default_factory=list)
    wholes: list[Edit] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    beside: list[tuple[int, int]] = field(default_factory=list)  # contents that go
    names: Counter[str] = field(default_factory=Counter)  # of the open ones
    run_of: list[re.Match[str]] = field(default_factory=list)  # text and CDATA side by side

    def run(self) -> list[Edit]:
        html = bool(_HTML.match(self.text))
        self.opened = [_Open("", 0, self.hidden)]
        for token in _TOKEN.finditer(self.text):
            if token["text"] is not None or token["cdata"] is not None:
                self.run_of.append(token)
                continue
            self._flush()
            if token["tag"]:
                self._starts(token, unclosed=html and token["tag"].lower() in _UNCLOSED)
            elif token["end"]:
                self._ends(token)
            elif token["comment"]:
                self._leaf(token["comment"], *token.span("comment"))
            elif token[0][:2] in ("<?", "<!"):
                self._declares(token)
        self._flush()
        while len(self.opened) > 1:
            self._over(len(self.text), cut=True)
        self._neighbours(self.opened[0], cut=False)
        self._masks_beside()
        return self.wholes + self.edits  # of the same span, the first is made

    def _starts(self, token: re.Match[str], *, unclosed: bool) -> None:
        empty = unclosed or bool(token["empty"])
        tag = Tag(token["tag"], token["said"], token.start("said"), empty, self.inside)
        above = self.opened[-1].hidden
        self.edits.extend(tag.edits(above))
        if not empty:
            hidden = above or tag.hidden or tag.labelled
            self.opened.append(_Open(tag.local, token.end(), hidden))
            self.names[tag.local] += 1

    def _ends(self, token: re.Match[str]) -> None:
        name = token["end"].rpartition(":")[2]
        if self.names[name]:
            while self.opened[-1].name != name:
                self._over(token.start())
            self._over(token.start())

    def _over(self, end: int, *, cut: bool = False) -> None:
        over = self.opened.pop()
        self.names[over.name] -= 1
        self._neighbours(over, cut)
        text = None if over.members else "".join(over.said).strip()
        self.opened[-1].members.append(Neighbour(over.name, text, over.content, end))
        if text and not over.hidden:
            self._whole(over, text, end)

    def _whole(self, over: _Open, text: str, end: int) -> None:
        """What is one value: as its name says, whatever is to change within it."""
        if self.inside.hides_value(over.name):
            self.wholes.append(Edit(over.content, end, MASK))
        elif (new := self.inside.instead_of(over.name, text, self.opened[-1].name)) is not None:
            self.wholes.append(Edit(over.content, end, escape(new)))

    def _neighbours(self, over: _Open, cut: bool) -> None:
        if over.hidden:
            return
        beside = named_beside(over.members, self.inside, cut=cut)
        self.beside.extend((one.start, one.end) for one in beside)

    def _masks_beside(self) -> None:
        """What a neighbour names goes, from the outermost on: what is in it goes with it."""
        masked = 0
        for start, end in sorted(self.beside, key=lambda one: (one[0], -one[1])):
            if start >= masked:
                masked = end
                found = _Scan(self.text[start:end], self.inside, hidden=True).run()
                self.edits.extend(Edit(start + a, start + z, new) for a, z, new in found)

    def _flush(self) -> None:
        if not self.run_of:
            return
        start, end = self.run_of[0].start(), self.run_of[-1].end()
        said = "".join(map(_said, self.run_of))
        cdata = any(one["cdata"] is not None for one in self.run_of)
        self.run_of.clear()
        self.opened[-1].said.append(said)
        if self.opened[-1].hidden:
            if said.strip():
                self.edits.append(Edit(start, end, MASK))
        elif (new := self.inside.leaf(said)) != said:
            quotes = {'"': "&quot;"} if "&quot;" in self.text[start:end] else {}
            plain = not cdata or "]]>" in new
            written = escape(new, quotes) if plain else f"<![CDATA[{new}]]>"
            self.edits.append(Edit(start, end, written))

    def _declares(self, token: re.Match[str]) -> None:
        """An instruction or a declaration: `<?xml-stylesheet href="/a?token=…"?>`."""
        entity = _ENTITY.match(token[0])
        if entity and self.inside.hides(entity[1]):
            start = token.start() + entity.end()
            self.edits.append(Edit(start, start + len(entity[2]), MASK))
        elif (new := self.inside.prose(token[0])) != token[0]:
            self.edits.append(Edit(*token.span(), new))

    def _leaf(self, said: str, start: int, end: int) -> None:
        hidden = self.opened[-1].hidden and said.strip()
        new = MASK if hidden else self.inside.leaf(said)
        if new != said:
            self.edits.append(Edit(start, end, new.replace("--", "- -")))


def xml_edits(text: str, inside: Inside) -> list[Edit]:
    """What is to change in a text with tags, well-formed or not."""
    return _Scan(text, inside).run()


def tags_begin(text: str) -> int | None:
    """Where the first tag of a text is; None when it has none."""
    found = _LOOKS.search(text) if "<" in text or "&lt;" in text else None
    return found.start() if found else None


def _said(token: re.Match[str]) -> str:
    cdata = token["cdata"]
    return without_entities(token["text"]) if cdata is None else cdata
