"""Names and values as forms and addresses have them: `a=1&b=2`, percent-encoded."""

import re
from urllib.parse import quote, quote_plus, unquote_to_bytes

from mocks.recording.charset import decoded
from mocks.recording.edits import MASK, Edit
from mocks.recording.reading import Inside, Neighbour, named_beside

_PAIR = re.compile(r"(?:^|(?<=[?&]))([^=&?]+)=([^&]*)")
_FORM = re.compile(r"[^\s=&<>{}\"':,/?;]+=[^&\s<>{}\"]*(?:&[^\s=&<>{}\"]+=[^&\s<>{}\"]*)*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_HALF_ESCAPE = re.compile(r"%[0-9A-Fa-f]?\Z")
_CHARSETS = ("utf-8", "gb18030", "latin-1")


def is_form(text: str, content_type: str = "") -> bool:
    """Whether a text is names and values."""
    return "form-urlencoded" in content_type or ("=" in text and bool(_FORM.fullmatch(text)))


def form_edits(text: str, inside: Inside) -> list[Edit]:
    """What is to change in a form, or in what stands behind an address's question mark."""
    edits: list[Edit] = []
    members: list[Neighbour] = []
    for found in _PAIR.finditer(text):
        name, _ = percent_decoded(found[1])
        value, charset = percent_decoded(found[2].replace("+", " "))
        members.append(Neighbour(name, value, *found.span(2)))
        if value.strip("=") and (inside.hides(name) or inside.hides_value(name)):
            edits.append(Edit(*found.span(2), MASK))
        elif (new := _instead(name, value, inside)) != value:
            edits.append(Edit(*found.span(2), _quoted(new, charset)))
        if (new := inside.leaf(name)) != name:
            edits.append(Edit(*found.span(1), _quoted(new, charset)))
    beside = named_beside(members, inside)
    edits.extend(Edit(one.start, one.end, MASK) for one in beside if one.text)
    if not members and (new := inside.leaf(text)) != text:
        edits.append(Edit(0, len(text), new))
    return edits


def _instead(name: str, value: str, inside: Inside) -> str:
    other = inside.instead_of(name, value)
    return inside.leaf(value) if other is None else other


def _quoted(new: str, charset: str) -> str:
    return quote_plus(new, safe="*", encoding=charset, errors="replace")


def percent_decoded(text: str) -> tuple[str, str]:
    """What an encoded text says, and the charset it was encoded in."""
    if not _ESCAPE.search(text):
        return text, "utf-8"
    content = unquote_to_bytes(_HALF_ESCAPE.sub("", text))
    for charset in _CHARSETS:
        try:
            return decoded(content, charset, cut=True), charset
        except UnicodeDecodeError:
            continue
    return text, "utf-8"


def percent_encoded(new: str, like: str, charset: str) -> str:
    """The text encoded again; what stood unencoded before still does."""
    bare = _ESCAPE.sub("", like)
    plain = "".join(sorted({c for c in bare if c.isascii() and not c.isalnum()} - {"%"}))
    return quote(new, safe=plain + "*", encoding=charset)
