"""Moulds made of replies that were read with care, by trying.

What may be a slot is marked in the text of a reply and the text parsed again: where the whole text
of an element or attribute is the mark, it is a slot. So nothing here has to understand XML.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import Any

from adapters.soap.certain import Forms
from adapters.soap.mould import Loose, Mould, Parts, Piece, Slot, marked_text, merged, plain
from adapters.soap.xml import Element, local, namespace

Parse = Callable[[str], Element]
"""The document in the text of a reply, which is not validated; raises where there is none."""
Rows = Callable[[Element], Sequence[Element]]

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_MAYBE = re.compile(
    r"""xmlns[^=<>]*=\s*(?:"[^"]*"|'[^']*'|&quot;.*?&quot;)|"""
    r"""(?:(?<==")|(?<==')|(?<==&quot;))(?P<quoted>[^"'<>&]+)(?=["']|&quot;)|"""
    r"""(?<=[>;])(?P<text>[^<>&]+)(?=(?:<|&lt;)/)"""
)
_HEAD = re.compile(r"\s*<\?xml[^>]*\?>")
_LESSON = 32_768  # characters of a reply a mould is made of
_CLOSE = re.compile(r"(?:<|&lt;)/[^<>&]*(?:>|&gt;)")


_UNKNOWN = Forms()


class NoMould(Exception):
    """Of this text none can be made."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a slot may be in a text, and the expression for what may be in it."""

    start: int
    end: int
    quoted: bool
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes the moulds of one call."""

    parse: Parse
    forms: Forms  # of the document
    rows: Rows | None
    name: str  # of a row
    verdict: Callable[[Element], Any] | None  # reads what says whether it went well

    def made(self, text: str) -> Mould:
        """The mould of a valid reply with this text; NoMould where there is none."""
        text = self._shortened(text)
        spots = self._fixed(text, self._proven(text))
        if self.rows is None:
            return self._mould(Parts(head=tuple(_pieces(text, spots, 0, len(text)))))
        tree = self.parse(_marked(text, spots))
        spans = list(_spans(text, spots, self.rows(tree)))
        first, last = spans[0][0], spans[-1][1]
        gaps = {text[one[1] : two[0]] for one, two in pairwise(spans)}
        ends = {_last_tag(text[slice(*span)]) for span in spans}
        kinds = dict.fromkeys(tuple(_pieces(text, spots, *span)) for span in spans)
        if len(gaps) > 1 or "".join(gaps).strip() or len(ends) > 1:
            raise NoMould
        return self._mould(
            Parts(
                head=tuple(_pieces(text, spots, 0, first)),
                row=_all_kinds(kinds),
                tail=tuple(_pieces(text, spots, last, len(text))),
                gap=gaps.pop() if gaps else "",
                end=ends.pop(),
            )
        )

    def _shortened(self, text: str) -> str:
        """A long text without most of its rows."""
        if len(text) <= _LESSON or self.rows is None:
            return text
        ends = [found.end() for found in _end_of(self.name).finditer(text)]
        few = next((at for at in reversed(ends) if at <= _LESSON // 2), None)
        return text if few is None else text[:few] + text[ends[-1] :]

    def joined(self, one: Mould, other: Mould) -> Mould | None:
        """A mould for the texts of both; None where they have less than all but rows in common."""
        here, there = one.parts, other.parts
        same = replace(there, row=here.row, gap=here.gap) == here
        if not same or not here.row or (here.gap and there.gap and here.gap != there.gap):
            return None
        kinds = [here.row, *_variants(there.row)]
        row = _all_kinds(kinds)
        return self._mould(replace(here, row=row, gap=here.gap or there.gap))

    def _mould(self, parts: Parts) -> Mould:
        """The mould, once its own text, marked, reads as it has to."""
        text, places = marked_text(parts)
        tree = self.parse(text)
        if self.rows is not None:
            bare, _ = marked_text(replace(parts, row=()))
            if len(self.rows(tree)) != 1 or len(self.rows(self.parse(bare))) != 0:
                raise NoMould
        if set(_marks(tree)) != set(places):
            raise NoMould
        return Mould(parts, tree, places)

    def _proven(self, text: str) -> list[_Spot]:
        """The slots of a text, each with the expression for what the contract allows in it."""
        spots = [
            _Spot(*found.span(found.lastgroup), quoted=found.lastgroup == "quoted")
            for found in _MAYBE.finditer(text, _start(text))
            if found.lastgroup is not None and found[found.lastgroup].strip()
        ]
        forms = dict(_allowed(self.parse(_marked(text, spots)), self.forms))
        found = ((spot, forms.get(_mark(at))) for at, spot in enumerate(spots))
        return [replace(spot, form=form) for spot, form in found if form is not None]

    def _fixed(self, text: str, spots: list[_Spot]) -> list[_Spot]:
        """The same, what says that it went well being what it is in this text."""
        if self.verdict is None:
            return spots
        read = self.verdict(self.parse(_marked(text, spots)))
        at = next((at for at in range(len(spots)) if _mark(at) == read), None)
        if at is None:
            raise NoMould
        said = spots[at]
        spots[at] = replace(said, form=re.escape(text[said.start : said.end]))
        return spots


def _start(text: str) -> int:
    head = _HEAD.match(text)
    return head.end() if head else 0


def _mark(number: int) -> str:
    return f"mark-{number}-"


def _marked(text: str, spots: Sequence[_Spot]) -> str:
    parts, at = [], 0
    for number, spot in enumerate(spots):
        parts += [text[at : spot.start], _mark(number)]
        at = spot.end
    return "".join([*parts, text[at:]])


def _marks(node: Element) -> Iterator[str]:
    """All texts of attributes and of elements without children."""
    for one in node.iter():
        yield from (str(text) for text in one.attrib.values() if text.startswith("mark-"))
        if one.text and one.text.startswith("mark-") and not len(one):
            yield one.text


def _allowed(node: Element, forms: Forms) -> Iterator[tuple[str, str]]:
    """Each text of the element and within it, with what else is certain where it stands."""
    if any(namespace(name) == _XSI for name in node.attrib):
        raise NoMould  # its type may be another than its contract's
    for name, text in node.attrib.items():
        if name in forms.attributes:
            yield text, forms.attributes[name]
    for child in node:
        yield from _allowed(child, forms.children.get(child.tag, _UNKNOWN))
    if not len(node) and node.text and forms.text is not None:
        yield node.text, forms.text


def _spans(text: str, spots: Sequence[_Spot], rows: Sequence[Element]) -> Iterator[tuple[int, int]]:
    """From where to where each of the rows reaches in the text."""
    if not rows:
        raise NoMould
    numbers = {_mark(at): at for at in range(len(spots))}
    name = local(rows[0].tag)
    begins = re.compile(rf"(?:<|&lt;)(?:[\w.\-]+:)?{re.escape(name)}(?=[\s>&/])")
    ends = _end_of(name)
    before = 0
    for row in rows:
        held = sorted(numbers[mark] for mark in _marks(row) if mark in numbers)
        if not held:
            raise NoMould
        begun = [one.start() for one in begins.finditer(text, before, spots[held[0]].start)]
        ended = ends.search(text, spots[held[-1]].end)
        if not begun or ended is None:
            raise NoMould
        yield begun[0] if before else begun[-1], ended.end()
        before = ended.end()


def _end_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:<|&lt;)/(?:[\w.\-]+:)?{re.escape(name)}\s*(?:>|&gt;)")


def _last_tag(row: str) -> str:
    return [found[0] for found in _CLOSE.finditer(row)][-1]


def _pieces(text: str, spots: Sequence[_Spot], start: int, end: int) -> Iterator[Piece]:
    """The text from start to end, cut at its slots; an element's tags belong to its slot."""
    at, begun = start, attrgetter("start")
    for spot in spots[bisect_left(spots, start, key=begun) : bisect_left(spots, end, key=begun)]:
        before, behind = text[at : spot.start], ""
        opened = -1 if spot.quoted else max(before.rfind("<"), before.rfind("&lt;"))
        closed = _CLOSE.match(text, spot.end)
        if opened >= 0 and closed is not None:
            behind = closed[0]
            yield from filter(None, [before[:opened]])
            yield Slot(before[opened:], spot.form, behind)
        else:
            yield from filter(None, [before])
            yield Slot("", spot.form, "")
        at = spot.end + len(behind)
    yield from filter(None, [text[at:end]])


def _variants(row: Sequence[Piece | Loose]) -> list[Sequence[Piece]]:
    """A row with everything, and one with nothing that is loose."""
    return [
        [plain(one) for one in row],
        [one for one in row if not isinstance(one, Loose)],
    ]


def _all_kinds(kinds: Iterable[Sequence[Any]]) -> tuple[Piece | Loose, ...]:
    first, *others = kinds
    row: Sequence[Piece | Loose] = first
    for other in others:
        wider = merged(row, other)
        if wider is None:
            raise NoMould
        row = wider
    return tuple(row)
