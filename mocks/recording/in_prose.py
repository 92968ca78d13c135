"""Text of no other form: `name=value`, `Name: value`, 姓名：某, addresses, cookies, tokens by look.

What it cannot tell apart goes: it is the last resort, for what was cut or never had a form.
"""

import re
from collections.abc import Iterator

from mocks.recording.edits import MASK, Edit
from mocks.recording.encoded import base64_decoded, encoded_runs
from mocks.recording.in_form import percent_decoded
from mocks.recording.reading import Inside

_SIGN = re.compile("[=:：＝]")
_NAMED = re.compile(
    r"(?<![\w%.\-\[\]$])([\w%.\-\[\]$]++)((?:\\*[\"'])?\]?[ \t]{0,3}(?:=>|[:=：＝])\s{0,3})"
)
_LINE = re.compile(r"[^\r\n]+")
_WHOLE_LINE = re.compile(r"cookie|authori[sz]ation", re.IGNORECASE)
_QUOTED = re.compile(
    r"\"[^\"\\]*+(?:\\.[^\"\\]*+)*+(?:\"|\\?\Z)|'[^']*+(?:'|\Z)"
    r"|\\++[\"'](?:[^\\]|\\++(?![\"']))*+(?:\\++[\"']|\Z)",
    re.DOTALL,
)
_QUOTE = re.compile(r"\\*[\"']")
_IN_PATH = re.compile(r"[^/?#&;\s\"'<>]+")
_BARE = re.compile(
    r"(?:(?:Bearer|Basic|Digest|Token|MAC)\s+)?(?:(?![&;,\"'<>)}\]|])[!-~])+", re.IGNORECASE
)
_PERSONS = re.compile(  # up to a sign; of capitals and digits, up to three words more
    r"(?:\\*[\"'])?([^\s,;&\"'<>(){}\[\]|\\，；。、（）]{1,1024}+"
    r"(?: (?![\w%.\-]++\s{0,3}[=:：＝])[A-Z0-9][\w.'-]*+){0,3})"
)
_BLOCK = re.compile(r"[|>][+-]?\d?[ \t]*+\r?\n((?:[ \t]++[^\r\n]*+(?:\r?\n|\Z))+)")  # of YAML
_TOKEN_IN_ADDRESS = re.compile(r"(?<=://)([^\s/@:\"'<>]{16,}+)@")
_IN_ADDRESS = re.compile(r"(?<=://)[^\s/@:\"'<>]*:([^\s/@\"'<>]+)@")
_BEFORE_ATTRIBUTES = re.compile(  # of a cookie
    r"(?<![^;\s\"'<>])[^;\s\"'<>]++"
    r"(?=;\s*+(?:Path=|HttpOnly\b|Secure\b|SameSite=|Max-Age=|Expires=|Domain=))",
    re.IGNORECASE,
)
_COOKIE = re.compile(
    r"(?<![\w.\-])(?!(?:Path|Domain|Expires|Max-Age|SameSite)=)[\w.\-]++=(.+)",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(
    r"\b(Bearer|Negotiate|NTLM|Basic)\s+([\w.~+/\-]{4,}=*)(?![\w=\"])", re.IGNORECASE
)
_BEFORE_A_DOT = re.compile(r"(?<![\w-])[\w-]{11,}+(?=\.)")
_JWT = re.compile(r"\beyJ[\w-]{8,}+")
_DOTTED = re.compile(r"[\w.-]*")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*+-----|\Z)", re.DOTALL
)
_BRACKET = re.compile(r"[\[{]|[\]}]")
_NOTHING = ("", '""', "''")  # the end of a base64 text is no value
_LEAST = 16  # letters of a token that has no digit


def prose_edits(text: str, inside: Inside) -> list[Edit]:
    """What is to change in a text that has no form of its own."""
    edits = list(_named(text, inside)) if _SIGN.search(text) else []
    if "://" in text:
        for form in (_IN_ADDRESS, _TOKEN_IN_ADDRESS):
            edits.extend(Edit(*found.span(1), MASK) for found in form.finditer(text))
    if ";" in text:
        edits.extend(_cookies(text))
    if "eyJ" in text:
        edits.extend(_jwts(text))
    if "-----" in text:
        edits.extend(Edit(*found.span(), MASK) for found in _PRIVATE_KEY.finditer(text))
    for found in _SCHEME.finditer(text):
        if _is_credential(found[1].lower(), found[2]):
            edits.append(Edit(*found.span(2), MASK))
    edits.extend(encoded_runs(text, inside))
    return edits


def _cookies(text: str) -> Iterator[Edit]:
    for run in _BEFORE_ATTRIBUTES.finditer(text):
        if found := _COOKIE.search(text, *run.span()):
            yield Edit(*found.span(1), MASK)


def _jwts(text: str) -> Iterator[Edit]:
    covered = 0
    for run in _BEFORE_A_DOT.finditer(text):
        if run.start() >= covered and (found := _JWT.search(text, *run.span())):
            rest = _DOTTED.match(text, found.end())
            covered = rest.end() if rest else found.end()
            yield Edit(found.start(), covered, MASK)


def _named(text: str, inside: Inside) -> Iterator[Edit]:
    covered = 0
    for found in _NAMED.finditer(text):
        name, _ = percent_decoded(found[1])
        in_host = text[max(0, found.start() - 2) : found.start()] == "//"
        if found.start() < covered or in_host:
            continue
        if not inside.hides(name):
            if edit := _somebodys(text, found.end(), name, inside):
                covered = edit.end
                yield edit
            continue
        start, covered = _value(text, found)
        if text[start:covered].strip("=") not in _NOTHING:
            yield Edit(start, covered, _masked(text[start:covered]))


def _somebodys(text: str, start: int, name: str, inside: Inside) -> Edit | None:
    """Another value instead of a person's; None for what is none."""
    value = _PERSONS.match(text, start)
    if value is None or (other := inside.instead_of(name, value[1])) is None:
        return None
    encoded = percent_decoded(value[1])[0] != value[1]
    return Edit(*value.span(1), MASK if encoded else other)


def _value(text: str, found: re.Match[str]) -> tuple[int, int]:
    start = found.end()
    if start < len(text) and text[start] in "[{":
        return start, _balanced(text, start)
    if block := _BLOCK.match(text, start):
        first = block.end(1) - len(block[1].lstrip())
        return first, first + len(block[1].strip())
    if quoted := _QUOTED.match(text, start):
        return quoted.span()
    if ":" in found[2] and _WHOLE_LINE.search(found[1]):
        value = _LINE.match(text, start)
    elif text[found.start() - 1 : found.start()] == ";":
        value = _IN_PATH.match(text, start)
    else:
        value = _BARE.match(text, start)
    return value.span() if value else (start, start)


def _masked(value: str) -> str:
    quote = _QUOTE.match(value)
    return f"{quote[0]}{MASK}{quote[0]}" if quote else MASK


def _balanced(text: str, start: int) -> int:
    depth = 0
    for found in _BRACKET.finditer(text, start):
        depth += 1 if found[0] in "[{" else -1
        if depth == 0:
            return found.end()
    return len(text)


def _is_credential(scheme: str, value: str) -> bool:
    """Whether it is one, and no word: `Basic facts`, `bearer shares`."""
    if scheme == "basic":
        return b":" in (base64_decoded(value) or b"")
    return len(value) >= _LEAST or any(c.isdigit() for c in value)
