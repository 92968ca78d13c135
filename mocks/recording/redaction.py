"""What must not be kept is replaced in headers, addresses and bodies, the layout left as it is.

Credentials go by name, wherever a header, a parameter, a JSON member, an XML element or attribute,
or a part of a form bears it; people's numbers go by how they look, each for another of the same
shape (`pseudonym`).
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from functools import partial

from mocks.recording.pseudonym import Pseudonym, phone, resident_id, same_shape

MASK = "***"
CREDENTIAL = re.compile(
    r"pass(word|wd|phrase)?$|^pwd$|secret|token$|^api[-_]?key$|[-_]key$|^app[-_]?(code|key)$"
    r"|credential|signature|^sign$|assertion|cookie|authori[sz]ation|session[-_]?id|^nonce$"
    r"|^(in)?licen[cs]e$",
    re.IGNORECASE,
)
_HARMLESS = frozenset({"idempotency-key"})
_XML = re.compile(
    r"(<((?:[\w.-]+:)?([\w.-]+))(?:\s[^<>]*)?>)((?:<!\[CDATA\[(?:(?!\]\]>).)*\]\]>|[^<>])+)(</\2\s*>)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"(&lt;(([\w.:-]+))(?:\s[^<>]*?)?&gt;)((?:(?!&lt;)[^<>])+)(&lt;/\2\s*&gt;)")
_JSON = re.compile(
    r'("((?:[^"\\]|\\.)*)"\s*:\s*)'
    r'("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\[[^\[\]{}]*\]|\{[^\[\]{}]*\})'
)
_ATTRIBUTE = re.compile(r"""(\s(?:[\w.-]+:)?([\w.-]+)\s*=\s*)("[^"<>]*"|'[^'<>]*')""")
_PART = re.compile(
    r"(Content-Disposition:[^\r\n]*[ ;]name=\"([^\"\r\n]+)\"[^\r\n]*\r\n"
    r"(?:[^\r\n]+\r\n)*\r\n)(.*?)(?=\r\n--|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FORM = re.compile(r"(^|[?&])([^=&?]+)=([^&]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Text that is somebody's number, and what stands there instead."""

    name: str
    looks: re.Pattern[str]
    instead: Pseudonym = same_shape


PEOPLE = (
    Pattern(
        name="resident_id",
        looks=re.compile(
            r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])"
            r"(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
        ),
        instead=resident_id,
    ),
    Pattern(
        name="phone",
        looks=re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z])"),
        instead=phone,
    ),
    Pattern(
        name="landline",
        looks=re.compile(r"(?<![0-9A-Za-z-])0\d{2,3}-\d{7,8}(?![0-9A-Za-z-])"),
        instead=phone,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """The rules in force. `headers` and `fields` are further names, in lower case."""

    headers: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    patterns: Sequence[Pattern] = ()
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def header_lines(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without credentials and people's numbers."""
        return {
            name: MASK if self._hidden(name, self.headers) else self._people(value)
            for name, value in headers.items()
        }

    def address(self, target: str) -> str:
        """A path with its query."""
        path, mark, query = target.partition("?")
        return self._people(path) + mark + self.text(query, "application/x-www-form-urlencoded")

    def body(self, content: bytes, content_type: str) -> tuple[str, str]:
        """A body as text, and the charset that gives its bytes back."""
        text, charset = as_text(content, content_type)
        return self.text(text, content_type), charset

    def text(self, text: str, content_type: str) -> str:
        """The text of a body. What it is, it shows itself: types lie."""
        start = text.lstrip("\ufeff \t\r\n")[:1]
        if start == "<":
            text = _ESCAPED.sub(self._element, _XML.sub(self._element, text))
            text = _ATTRIBUTE.sub(self._attribute, text)
        elif start in ("{", "["):
            text = _JSON.sub(self._member, text)
        elif start == "-":
            text = _PART.sub(self._part, text)
        elif "form-urlencoded" in content_type or _FORM.match(text):
            text = _FORM.sub(self._parameter, text)
        return self._people(text)

    def _people(self, text: str) -> str:
        for pattern in self.patterns:
            text = pattern.looks.sub(partial(self._instead, pattern.instead), text)
        return text

    def _instead(self, pseudonym: Pseudonym, found: re.Match[str]) -> str:
        return pseudonym(self.key, found[0])

    def _hidden(self, name: str, more: frozenset[str]) -> bool:
        lower = name.lower()
        return lower in more or bool(CREDENTIAL.search(name) and lower not in _HARMLESS)

    def _element(self, found: re.Match[str]) -> str:
        name = found[3].rpartition(":")[2]
        return f"{found[1]}{MASK}{found[5]}" if self._hidden(name, self.fields) else found[0]

    def _member(self, found: re.Match[str]) -> str:
        if self._hidden(found[2], self.fields):
            return f'{found[1]}"{MASK}"'
        inside = found[3][0] in "[{"
        return found[1] + _JSON.sub(self._member, found[3]) if inside else found[0]

    def _attribute(self, found: re.Match[str]) -> str:
        hidden = self._hidden(found[2], self.fields)
        return f"{found[1]}{found[3][0]}{MASK}{found[3][0]}" if hidden else found[0]

    def _part(self, found: re.Match[str]) -> str:
        return f"{found[1]}{MASK}" if self._hidden(found[2], self.fields) else found[0]

    def _parameter(self, found: re.Match[str]) -> str:
        hidden = self._hidden(found[2], self.fields)
        return f"{found[1]}{found[2]}={MASK}" if hidden else found[0]


CREDENTIALS_ONLY = Redaction()


def as_text(content: bytes, content_type: str) -> tuple[str, str]:
    """The text, and its charset: what the type says, UTF-8, or byte for byte."""
    header = Message()
    header["Content-Type"] = content_type
    for charset in (header.get_content_charset(), "utf-8"):
        try:
            text = content.decode(charset or "utf-8")
            if text.encode(charset or "utf-8") == content:
                return text, charset or "utf-8"
        except (LookupError, UnicodeError):
            continue
    return content.decode("latin-1"), "latin-1"
