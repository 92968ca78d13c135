"""JSON, whole or cut: what stands under a credential's name goes, every text in it is read.

It is read token by token, so that what no longer parses is read as well.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mocks.recording.edits import MASK, Edit, edited
from mocks.recording.reading import Inside, Neighbour, named_beside

_IN_DOUBLE = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_IN_SINGLE = r"'[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|(?P<open>))"
_BARE = r"[{}\[\],:]|[^\s\"'{}\[\],:]++|'"
_TOKEN = re.compile(f"{_IN_DOUBLE}|{_IN_SINGLE}|{_BARE}", re.DOTALL)
_TOKEN_BUT_SINGLE = re.compile(f"{_IN_DOUBLE}|{_BARE}", re.DOTALL)
_COLON = re.compile(r"\s*:")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|u?[0-9A-Fa-f]{0,3}\Z|(.)|\Z)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PLAIN = frozenset({"true", "false", "null", '""', "''"})
_LONGEST_PLAIN = max(map(len, _PLAIN))


@dataclass(slots=True)
class _Open:
    """An object or a list that is not over yet, and the name it stands under."""

    is_list: bool
    start: int
    name: str
    hidden: bool
    members: list[Neighbour] = field(default_factory=list)


@dataclass(slots=True)
class _Scan:
    text: str
    inside: Inside
    edits: list[Edit] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    name: str = ""  # of the value that comes next
    hidden: int = 0  # how many of the open ones stand under a credential's name

    def run(self) -> list[Edit]:
        for token in _tokens(self.text):
            said = token[0]
            if said in "{[":
                self._opens(said == "[", token.start())
            elif said in "}]":
                self._closes(token.end())
            elif said == ",":
                self.name = ""
            elif said != ":":
                self._says(said, token.start(), token.end())
        while self.opened:
            self._closes(len(self.text), cut=True)
        return self.edits

    def _opens(self, is_list: bool, start: int) -> None:
        hidden = bool(self.name) and self.inside.hides(self.name)
        self.opened.append(_Open(is_list, start, self.name, hidden))
        self.hidden += hidden
        self.name = ""

    def _closes(self, end: int, *, cut: bool = False) -> None:
        if not self.opened:
            return
        over = self.opened.pop()
        self.hidden -= over.hidden
        if over.hidden:
            self._goes(over.start, end)
        elif not self.hidden:
            self._neighbours(over, cut)
        self._passed(over.name, None, over.start, end)
        self.name = ""

    def _neighbours(self, over: _Open, cut: bool) -> None:
        if not over.is_list:
            for one in named_beside(over.members, self.inside, cut=cut):
                self._goes(one.start, one.end)
        elif len(over.members) == 2 and self.opened and self.opened[-1].is_list:
            label, value = over.members  # [["password", "…"], …]
            if label.text and value.text and self.inside.hides_beside(label.text):
                self._goes(value.start, value.end)

    def _says(self, said: str, start: int, end: int) -> None:
        if self.hidden:
            return
        value = unquoted(said)
        if _COLON.match(self.text, end):
            self.name = value
        elif self.name and said not in _PLAIN and self._is_hidden():
            self._goes(start, end)
        else:
            if said not in _PLAIN and (new := self._instead(value)) is not None:
                self.edits.append(Edit(start, end, _quoted(new, said)))
            self._passed(self.name, value, start, end)
            self.name = ""
        if (new := self.inside.leaf(value)) != value:
            self.edits.append(Edit(start, end, _quoted(new, said)))

    def _instead(self, value: str) -> str | None:
        names = [one.name for one in self.opened[-2:]] if self.opened else [""]
        if self.opened and self.opened[-1].is_list:
            return self.inside.instead_of(names[-1], value)
        return self.inside.instead_of(self.name, value, names[-1] or names[0])

    def _is_hidden(self) -> bool:
        return self.inside.hides(self.name) or self.inside.hides_value(self.name)

    def _passed(self, name: str, text: str | None, start: int, end: int) -> None:
        if self.opened and not self.hidden:
            self.opened[-1].members.append(Neighbour(name, text, start, end))

    def _goes(self, start: int, end: int) -> None:
        if end - start > _LONGEST_PLAIN or self.text[start:end] not in _PLAIN:
            self.edits.append(Edit(start, end, f'"{MASK}"'))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """The tokens. Where one apostrophe is never closed none behind it is, and no end is sought."""
    for found in _TOKEN.finditer(text):
        if found["open"] is not None:
            yield from _TOKEN_BUT_SINGLE.finditer(text, found.start())
            return
        yield found


def json_edits(text: str, inside: Inside) -> list[Edit]:
    """What is to change in a JSON text, or in one that began as one."""
    return _Scan(text, inside).run()


def without_strings(text: str) -> str:
    """The text, as long as it was, with nothing in its quotes."""
    strings = (one for one in _tokens(text) if one[0][0] in "\"'")
    return edited(text, (Edit(*one.span(), _blank(one[0])) for one in strings))


def _blank(token: str) -> str:
    return token[0] + "\0" * (len(token) - 2) + token[-1] if len(token) > 1 else token


def unquoted(token: str) -> str:
    """What a string says, a cut one too; any other token itself."""
    if token[0] not in "\"'":
        return token
    whole = len(token) > 1 and token[-1] == token[0]
    said = token[1:-1] if whole else token[1:]
    if "\\" not in said:
        return said
    try:
        told: str = json.loads(f'"{said}"', strict=False)
    except ValueError:
        return _ESCAPE.sub(_character, said)
    return told


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _ESCAPED.get(found[2], found[2]) if found[2] else ""


def _quoted(new: str, token: str) -> str:
    """The new text, written as the token was."""
    if token[0] not in "\"'":
        return new if _NUMBER.fullmatch(new) else json.dumps(new, ensure_ascii=False)
    escaped = token.isascii() and "\\u" in token
    return json.dumps(new, ensure_ascii=escaped or bool(_HALF_PAIR.search(new)))
