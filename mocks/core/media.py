"""A body read as its Content-Type says: what a web server does before anybody looks at it."""

from collections.abc import Callable, Collection, Mapping
from email.message import Message
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson

FORM = "application/x-www-form-urlencoded"
_UTF_8 = "utf-8"
_LONGEST = 400  # characters: reading parameters takes the square of them
_CODECS: Mapping[str, str] = {  # by Python's names
    "utf_8": _UTF_8,
    "ascii": _UTF_8,
    "gbk": "gbk",
    "gb2312": "gbk",
    "gb18030": "gb18030",
    "utf_16": "utf-16",
    "utf_16_le": "utf-16-le",
    "utf_16_be": "utf-16-be",
    "latin_1": "latin-1",
}
# codecs.lookup would remember every name a stranger makes up.
_CHARSETS: Mapping[str, str] = {
    **_CODECS,
    **{alias: _CODECS[name] for alias, name in aliases.items() if name in _CODECS},
}


class NotTaken(Exception):
    """A body of a media type or a charset that is not taken; nothing of it was read."""


def value_of(raw: bytes, content_type: str | None, taken: Collection[str]) -> Any:
    """What the body says, of one of the media types `taken`.

    NotTaken for another one, for none, or for an unknown charset; ValueError for bytes that are not
    what was said of them.
    """
    if content_type is not None and len(content_type) > _LONGEST:
        raise NotTaken(f"Content-Type of more than {_LONGEST} characters")
    media, charset, codec = _told(content_type or "")
    if media not in taken:
        wanted = " or ".join(sorted(taken))
        raise NotTaken(f"Content-Type {media or 'is missing'}: send {wanted}")
    if codec is None:
        raise NotTaken(f"charset {charset}: send UTF-8")
    return _READ.get(media, _json)(raw, codec)


def is_plain(content_type: str | None, taken: Collection[str]) -> bool:
    """Whether a body is of one of the media types `taken`, and in UTF-8."""
    media, _, codec = _told(content_type or "")
    return media in taken and codec == _UTF_8


@lru_cache(maxsize=64)  # a client says the same with every request
def _told(content_type: str) -> tuple[str, str, str | None]:
    """Media type and charset, in lower case, "" for what is not told; and how that is read."""
    media, _, parameters = content_type.partition(";")
    charset = _charset(content_type) if parameters else ""
    codec = _CHARSETS.get(normalize_encoding(charset or _UTF_8))
    return media.strip().lower(), charset, codec


def _charset(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    charset = message.get_param("charset", "")
    return charset.strip().lower() if isinstance(charset, str) else "?"


def _json(raw: bytes, codec: str) -> Any:
    return orjson.loads(raw if codec == _UTF_8 else raw.decode(codec))


def _form(raw: bytes, codec: str) -> Any:
    return dict(parse_qsl(raw.decode(codec), encoding=codec))


_READ: Mapping[str, Callable[[bytes, str], Any]] = {FORM: _form}
