"""Stacks of a profiler as a flame graph: one plain SVG, no script, each box named by its title.

A box is as wide as the share of samples it stood in; what it called stands below it. Colours tell
pieces of the gateway, as `tests.bench.pieces` has them; who called from without is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from tests.bench.pieces import PIECES, piece_of, pieces_of, serves

WIDTH, ROW, TOP, MARGIN = 1200, 17, 48, 10
_CHARACTER = 6.7
_LEAST = 1.2  # pixels; narrower boxes are not drawn
_RUNNER = "/asyncio/runners.py"
_PIECES = list(dict.fromkeys(PIECES.values()))
_FRAME = re.compile(r"(.+) \((.+?)(?::\d+)?\)")
_PLACE = re.compile(r".*/(?:site-packages|lib/python[\d.]+)/")
_OURS = re.compile(r"^/.*?/(?=(?:gateway|adapters|schema)/)")


@dataclass(slots=True)
class Box:
    """A function where it was called, with all it called."""

    name: str
    frames: tuple[str, ...]
    samples: int = 0
    inside: dict[str, "Box"] = field(default_factory=dict)

    def add(self, frames: list[str], samples: int) -> None:
        """A stack below this box."""
        self.samples += samples
        if not frames:
            return
        inner = self.inside.get(frames[0])
        if inner is None:
            path = (*self.frames, frames[0])
            inner = self.inside[frames[0]] = Box(_named(frames[0]), path)
        inner.add(frames[1:], samples)


def tree(stacks: str) -> Box:
    """All stacks of the thread that serves, from the event loop inwards."""
    root = Box("event loop", (_RUNNER,))
    for line in stacks.splitlines():
        stack, _, samples = line.rpartition(" ")
        if samples.isdecimal() and serves(stack):
            root.add(_within(stack.split(";")), int(samples))
    return root


def _within(frames: list[str]) -> list[str]:
    """What the event loop runs, without what runs the event loop."""
    last = max((i for i, frame in enumerate(frames) if _RUNNER in frame), default=-1)
    return frames[last + 1 :]


def _named(frame: str) -> str:
    """`function (file)`, the file without where it is on this machine."""
    found = _FRAME.fullmatch(frame)
    if found is None:
        return frame
    place = _PLACE.sub("", found[2])
    return f"{found[1]} ({_OURS.sub('', place)})"


def flame_graph(stacks: str, title: str) -> str:
    """The whole SVG."""
    root, pieces = tree(stacks), pieces_of(stacks)
    scale = (WIDTH - 2 * MARGIN) / max(1, root.samples)
    boxes = list(_boxes(root, 0.0, 0, scale, root.samples))
    depth = max(row for row, _ in boxes) + 1
    legend = list(_legend(pieces, TOP + depth * ROW + 24))
    height = TOP + depth * ROW + 24 + 18 * ((len(pieces) + 3) // 4) + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="{MARGIN}" y="22" font-size="15">{escape(title)}</text>\n'
        f'<text x="{MARGIN}" y="38" fill="#555">{root.samples:,} samples; a box is as wide as its '
        "share of them, what it called stands below it; rest on a box to read it whole</text>\n"
    )
    return head + "".join(text for _, text in boxes) + "".join(legend) + "</svg>\n"


def _boxes(box: Box, x: float, row: int, scale: float, whole: int) -> Iterator[tuple[int, str]]:
    width = box.samples * scale
    if width < _LEAST:
        return
    share = f"{box.samples / max(1, whole) * 100:.1f} %"
    left, top = MARGIN + x, TOP + row * ROW
    fill = colour(piece_of(list(box.frames)))
    text = (
        f'<g><title>{escape(box.name)}: {share}</title><rect x="{left:.1f}" y="{top}" '
        f'width="{max(width - 0.4, 0.8):.1f}" height="{ROW - 1}" fill="{fill}"/>'
    )
    room = int((width - 6) / _CHARACTER)
    if room > 2:
        text += f'<text x="{left + 3:.1f}" y="{top + 12}">{escape(_cut(box.name, room))}</text>'
    yield row, text + "</g>\n"
    for frame in sorted(box.inside):
        inner = box.inside[frame]
        yield from _boxes(inner, x, row + 1, scale, whole)
        x += inner.samples * scale


def _cut(name: str, room: int) -> str:
    """The name, or its beginning where there is no room for it."""
    short = name.partition(" (")[0] if len(name) > room else name
    return short if len(short) <= room else short[: room - 1] + "…"


def _legend(pieces: list[tuple[str, float]], top: int) -> Iterator[str]:
    for index, (piece, share) in enumerate(pieces):
        x, y = MARGIN + index % 4 * (WIDTH // 4), top + index // 4 * 18
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour(piece)}"/>'
        yield f'<text x="{x + 18}" y="{y}">{escape(piece)}: {share * 100:.1f} %</text>\n'


def colour(piece: str) -> str:
    """A light colour of its own for each piece, the same in every picture."""
    return f"hsl({_PIECES.index(piece) * 137 % 360},65%,80%)"
