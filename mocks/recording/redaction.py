"""What must not be kept is replaced in headers, addresses and bodies, the layout left as it is.

Credentials go by name, wherever a header, a parameter, a JSON member, an XML element or attribute,
or a part of a form bears it, or a neighbour that says it, at whatever depth and however encoded;
people's numbers go by how they look, each for another of the same shape (`pseudonym`).
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mocks.recording.charset import as_text, is_odd
from mocks.recording.edits import MASK, Edit
from mocks.recording.names import hides, is_credential
from mocks.recording.people import Pattern
from mocks.recording.personal import Named
from mocks.recording.texts import Text

_COOKIE_NAME = re.compile(r"[\w.\-]{1,64}")
_YES_OR_NO = frozenset({"true", "false"})
_FORM = "application/x-www-form-urlencoded"
_USER_AT = re.compile(r"://[^\s/@]{0,200}\Z")
_LIKE_ONE = 16  # letters of what looks like a credential
_SEGMENT = re.compile(r"(?<=/)[^/;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """The rules in force. `headers` and `fields` are further names, in lower case."""

    headers: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    patterns: Sequence[Pattern] = ()
    named: Sequence[Named] = ()
    instead: Callable[[str, str], str] | None = None  # of a pattern or sort; else a pseudonym
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def header_lines(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without credentials and people's numbers."""
        return {name: self._header(name, value) for name, value in headers.items()}

    def address(self, target: str) -> str:
        """A path with its query."""
        path, mark, query = target.partition("?")
        shown = self._after_names(self._inside.prose(path))
        return shown + mark + (self.text(query, _FORM) if query else "")

    def body(self, content: bytes, content_type: str, *, cut: bool = False) -> tuple[str, str]:
        """A body as text, and the charset that gives its bytes back; it may have been `cut`."""
        text, charset = as_text(content, content_type, cut=cut)
        told = self._read(text, content_type, charset)
        if charset == "utf-8" and is_odd(text):
            other, second = as_text(told.encode(), "text/plain; charset=gb18030", cut=cut)
            if (found := self._read(other, content_type, second)) != other:
                return found, second
        return told, charset

    def _read(self, text: str, content_type: str, charset: str) -> str:
        inside = replace(self._inside, in_bytes=charset == "latin-1")
        return inside.text(text, content_type)

    def text(self, text: str, content_type: str) -> str:
        """The text of a body. What it is, it shows itself: types lie."""
        return self._inside.text(text, content_type)

    @property
    def _inside(self) -> Text:
        sorts = frozenset(one.name for one in self.named)
        return Text(further=self.fields, people=self._people, named=sorts, instead=self._somebodys)

    def _people(self, text: str) -> Iterator[Edit]:
        for pattern in self.patterns:
            for found in pattern.looks.finditer(text):
                if pattern.name == "email" and _USER_AT.search(text, 0, found.start()):
                    continue  # of an address: who is at that host, whose password is masked
                yield Edit(*found.span(), self._other(pattern, found))

    def _other(self, pattern: Pattern, found: re.Match[str]) -> str:
        if self.instead:
            return self.instead(pattern.name, found[0])
        return pattern.stands_in(self.key, found)

    def _somebodys(self, sort: str, value: str) -> str:
        """The same number has the same pseudonym, whether its name tells it or its look."""
        if self.instead:
            return self.instead(sort, value)
        for pattern in self.patterns:
            if found := pattern.looks.fullmatch(value):
                return pattern.stands_in(self.key, found)
        [named] = (one for one in self.named if one.name == sort)
        return named.instead(self.key, value)

    def _after_names(self, path: str) -> str:
        """`/tokens/…`: what follows such a name and looks like one."""
        before = [""]

        def shown(found: re.Match[str]) -> str:
            name, before[0] = before[0], found[0]
            mixed = any(map(str.isdigit, found[0])) and any(map(str.isalpha, found[0]))
            hidden = len(found[0]) >= _LIKE_ONE and mixed and hides(name, self.fields)
            return MASK if hidden else found[0]

        return _SEGMENT.sub(shown, path)

    def _header(self, name: str, value: str) -> str:
        lower = name.lower()
        if lower == "set-cookie":  # its name is no secret, and clients wait for it
            cookie, mark, _ = value.partition("=")
            return f"{cookie}={MASK}" if mark and _COOKIE_NAME.fullmatch(cookie) else MASK
        if lower in self.headers or (is_credential(name) and value.lower() not in _YES_OR_NO):
            return MASK
        return _in_octets(lambda said: self._said(name, said), value)

    def _said(self, name: str, value: str) -> str:
        other = self._inside.instead_of(name, value)
        return self.text(value, "") if other is None else other


CREDENTIALS_ONLY = Redaction()


def _in_octets(redacted: Callable[[str], str], value: str) -> str:
    """A header's value has a character for each byte, and its bytes may be UTF-8."""
    try:
        return redacted(value.encode("latin-1").decode()).encode().decode("latin-1")
    except UnicodeError:
        return redacted(value)
