"""XML as text: its declaration, and whether it is any."""

import re

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>\s*")
_BYTES = re.compile(rb"\A\s*<\?xml[^>]*\?>\s*")
_ENCODING = re.compile(r"""\s+encoding=["'][^"']*["']""")


def is_xml(body: bytes) -> bool:
    """Whether these bytes begin as XML does."""
    return body.lstrip()[:1] == b"<"


def split_declaration(body: bytes) -> tuple[bytes, bytes]:
    """The XML declaration, b"" when there is none, and what follows it."""
    found = _BYTES.match(body)
    end = found.end() if found else 0
    return body[:end], body[end:]


def redeclared(text: str, encoding: str | None) -> str:
    """The text with its declaration naming this encoding, or none; text without one stays."""
    found = _DECLARATION.match(text)
    if found is None:
        return text
    named = f' encoding="{encoding}"' if encoding else ""
    first = _ENCODING.sub("", found[0]).replace("?>", f"{named}?>", 1)
    return first + text[found.end() :]


def undeclared(text: str) -> tuple[str, str]:
    """The declaration of an inner document, and the document without it."""
    found = _DECLARATION.match(text)
    end = found.end() if found else 0
    return text[:end], text[end:]
