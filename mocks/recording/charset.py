"""Which charset a body is in: what gives the very same bytes back."""

import re
from collections.abc import Iterator
from email.message import Message

_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)", re.IGNORECASE)
_LONGEST = 4  # bytes of a character
_LONGEST_TYPE = 1024  # nobody needs more, and reading parameters takes the square of it


def as_text(content: bytes, content_type: str, *, cut: bool = False) -> tuple[str, str]:
    """The text, and its charset: what the type or the text says, what fits, or byte for byte.

    What was `cut` may end within a character, which is left out.
    """
    for charset in _charsets(content, content_type):
        try:
            text = decoded(content, charset, cut)
            if cut or text.encode(charset) == content:
                return text, charset
        except (LookupError, UnicodeError):
            continue
    return content.decode("latin-1"), "latin-1"


def is_odd(text: str) -> bool:
    """Whether what fits UTF-8 may be GB18030 none the less: it has letters, and no Chinese one."""
    return not text.isascii() and max(text) < "\u0800"


def _charsets(content: bytes, content_type: str) -> Iterator[str]:
    told = _told(content_type) if "=" in content_type else None
    if wide := _wide(content):
        yield wide
    if told == "utf-16":  # either order, and no mark added
        yield from ("utf-16-le", "utf-16-be")
    elif told and told not in ("latin-1", "iso-8859-1"):
        yield told
    yield "utf-8"
    if declared := _DECLARED.match(content[:200].lstrip()):
        yield declared[1].decode("ascii").lower()
    if told in ("latin-1", "iso-8859-1"):
        yield told
    yield "gb18030"


def _told(content_type: str) -> str | None:
    header = Message()
    header["Content-Type"] = content_type[:_LONGEST_TYPE]
    return header.get_content_charset()


def _wide(content: bytes) -> str | None:
    """UTF-16 by its mark, or by the zeros beside the letters it begins with."""
    if content[:2] == b"\xff\xfe" or (content[1:2] == b"\0" and content[3:4] == b"\0"):
        return "utf-16-le"
    if content[:2] == b"\xfe\xff" or (content[:1] == b"\0" and content[2:3] == b"\0"):
        return "utf-16-be"
    return None


def decoded(content: bytes, charset: str, cut: bool) -> str:
    """The text; UnicodeDecodeError where it does not fit, at an end that was `cut` excepted."""
    try:
        return content.decode(charset)
    except UnicodeDecodeError as wrong:
        if not cut or wrong.start < len(content) - _LONGEST:
            raise
        return content[: wrong.start].decode(charset)
