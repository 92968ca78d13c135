"""Texts within a text that are encoded: runs of percent escapes and of base64."""

import binascii
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator

from mocks.recording.charset import as_text
from mocks.recording.edits import Edit
from mocks.recording.in_form import percent_decoded, percent_encoded
from mocks.recording.reading import Inside

_PERCENT = re.compile(r"(?<![\w.~+/*%\-])[\w.~+/*\-]*+(?:%[0-9A-Fa-f]{2}[\w.~+/*\-]*+)+")
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_\-])(?:(?:[A-Za-z0-9+/]{60,76}\r?\n)+[A-Za-z0-9+/]*|[A-Za-z0-9+/_\-]{12,})={0,2}"
)
_STRUCTURE = re.compile(rb"[=:<{\[%&]")
_TEXT = bytes([0, 9, 10, 13, *range(32, 256)])  # what texts are made of, those in UTF-16 too
_WHOLE = ("%7B", "%5B", "%3C", "%22")  # what began with { [ < "


def encoded_runs(text: str, inside: Inside) -> Iterator[Edit]:
    """What is to change in them; what says nothing stays as it is written."""
    if text.upper().startswith(_WHOLE):
        yield from _changed(text, 0, inside)
        return
    if "%" in text:
        for found in _PERCENT.finditer(text):
            yield from _changed(found[0], found.start(), inside)
    for found in _BASE64.finditer(text):
        if (new := _base64_changed(found[0], inside)) is not None:
            yield Edit(*found.span(), new)


def _changed(run: str, at: int, inside: Inside) -> Iterator[Edit]:
    said, charset = percent_decoded(run)
    if said != run and (new := inside.leaf(said)) != said:
        yield Edit(at, at + len(run), percent_encoded(new, run, charset))


def _base64_changed(run: str, inside: Inside) -> str | None:
    content = base64_decoded(run)
    if not content or not _STRUCTURE.search(content) or content.translate(None, _TEXT):
        return None
    said, charset = as_text(content, "", cut=True)
    if charset == "latin-1" or (new := inside.leaf(said)) == said:
        return None
    encode = urlsafe_b64encode if "-" in run or "_" in run else b64encode
    made = encode(new.encode(charset)).decode()
    return made if len(run) % 4 == 0 else made.rstrip("=")


def base64_decoded(run: str) -> bytes | None:
    """The bytes of a run, a cut one too; None for what is none."""
    bare = "".join(run.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None
