"""Where in a department.toml a key is written: its line, and the place that really holds it."""

import re
from collections.abc import Iterator

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY})\s*\]")
_PAIR = re.compile(rf"\s*({_KEY})\s*=(.*)")
_QUOTED = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'[^']*'|\#.*""")
_INDEX = re.compile(r"\[\d+\]")


class Places:
    """The lines of the keys of one file; a key inside an inline table has its table's line."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, int] = {}
        table = ""
        for number, line in _logical(text):
            header, pair = _HEADER.match(line), _PAIR.match(line)
            if header:
                table = _joined(header[1])
                self._note(table, number)
            elif pair:
                name = _joined(pair[1])
                self._note(f"{table}.{name}" if table else name, number)

    def find(self, key: str) -> tuple[str, int | None]:
        """The key as the file has it, and its line; a shared place stands for its users."""
        best = min(_written(key), key=self._unmatched)
        plain = _INDEX.sub("", best)
        for end in range(len(plain), 0, -1):
            if plain[:end] in self._lines and plain[end : end + 1] in ("", "."):
                return best, self._lines[plain[:end]]
        return key, None

    def _unmatched(self, key: str) -> int:
        """How many steps of the key the file does not have."""
        steps = _INDEX.sub("", key).split(".")
        known = (n for n in range(len(steps), 0, -1) if ".".join(steps[:n]) in self._lines)
        return len(steps) - next(known, 0)

    def _note(self, key: str, line: int) -> None:
        steps = key.split(".")
        for end in range(1, len(steps) + 1):
            self._lines.setdefault(".".join(steps[:end]), line)


def _written(key: str) -> Iterator[str]:
    """The places a key may stand: its own, and the one its table is merged with."""
    yield key
    steps = key.split(".")
    if steps[0] == "services" and len(steps) > 3:
        yield ".".join(["verbs", *steps[2:]])
    if steps[0] == "registers" and steps[2:3] == ["lookups"] and steps[4:5] == ["reply"]:
        yield ".".join([*steps[:2], *steps[4:]])


def _joined(key: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_PART, key))


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which something begins, without those inside a longer value."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quote:
            quote = "" if line.count(quote) % 2 else quote
            continue
        if depth == 0:
            yield number, line
        quote = next((q for q in ('"""', "'''") if line.count(q) % 2), "")
        bare = _QUOTED.sub("", line)
        if depth or _PAIR.match(line):
            depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
            depth = max(0, depth)
