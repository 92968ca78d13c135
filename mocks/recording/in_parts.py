"""A form in parts (multipart): parts with a credential's name go, the others are read."""

import re
from collections.abc import Callable

from mocks.recording.edits import MASK, Edit
from mocks.recording.reading import Inside

_BOUNDARY = re.compile(r"boundary=\"?([^\s\";,]+)", re.IGNORECASE)
_FIRST_LINE = re.compile(r"--([^\r\n]++)\r?\n")
_HEAD = re.compile(r"(?:[^\r\n]+\r?\n)*(?:\r?\n|\Z)")
_NAME = re.compile(r"[\s;]name\*?\s?=\s?(?:\"([^\"\r\n]+)\"|([^\s;]+))", re.IGNORECASE)
_TYPE = re.compile(r"^content-type:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
ReadPart = Callable[[str, str], str]  # a part's text and its type


def boundary_of(text: str, content_type: str) -> str | None:
    """What stands between the parts; None for what is no form in parts."""
    start = text.lstrip("\r\n")
    told = _BOUNDARY.search(content_type)
    if told and f"--{told[1]}" in text:
        return told[1]
    first = _FIRST_LINE.match(start)
    if first is None or not _is_head(start[first.end() :]):
        return None
    line = first[1].rstrip(" \t")
    return line.removesuffix("--") or line or None


def _is_head(text: str) -> bool:
    return text[:8].lower() == "content-"


def part_edits(text: str, boundary: str, inside: Inside, read: ReadPart) -> list[Edit]:
    """What is to change in the parts between the boundaries."""
    edits: list[Edit] = []
    ends = re.compile(rf"(?:\A|\r?\n)--{re.escape(boundary)}(?:--)?[ \t]*(?:\r?\n|\Z)")
    marks = list(ends.finditer(text))
    before = text[: marks[0].start()] if marks else text
    if before and (new := read(before, "")) != before:
        edits.append(Edit(0, len(before), new))
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        edits.extend(_of_part(text, mark.end(), end, inside, read))
    return edits


def _of_part(text: str, start: int, end: int, inside: Inside, read: ReadPart) -> list[Edit]:
    if start >= end:
        return []
    edits: list[Edit] = []
    head = _HEAD.match(text, start, end)
    if head is None:  # it was cut in there
        return [Edit(start, end, read(text[start:end], ""))]
    body = text[head.end() : end]
    if (new := inside.leaf(head[0])) != head[0]:
        edits.append(Edit(start, head.end(), new))
    if body and (name := _NAME.search(head[0])):
        told = name[1] or name[2]
        other = MASK if inside.hides(told) else inside.instead_of(told, body)
        if other is not None:
            return [*edits, Edit(head.end(), end, other)]
    kind = _TYPE.search(head[0])
    if (new := read(body, kind[1] if kind else "")) != body:
        edits.append(Edit(head.end(), end, new))
    return edits
