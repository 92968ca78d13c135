"""The guide for adapter teams, taken apart: what is typed, and what it says is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.ports import free_port, taken_ports

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/adapters.md"
_BLOCK = re.compile(r"^```(sh|text|toml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PORT = re.compile(r"\b82\d\d\b")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language and its text."""

    language: str
    text: str


def blocks() -> list[Block]:
    """The guide's blocks in order."""
    return [Block(*found) for found in _BLOCK.findall(GUIDE.read_text("utf-8"))]


def script() -> str:
    """Everything that is typed, as one script, on ports that are free."""
    typed = "\n".join(block.text for block in blocks() if block.language == "sh")
    ports = dict(zip(sorted(set(_PORT.findall(typed))), free_ports(), strict=False))
    ports["8203"] = str(int(ports["8200"]) + 3)  # the third department of a city
    return _PORT.sub(lambda found: ports[found[0]], typed)


def free_ports() -> Iterator[str]:
    """Ports nobody has, the third after each free as well."""
    while True:
        port = free_port()
        if not taken_ports([port + 3]):
            yield str(port)


def shown() -> list[str]:
    """The lines the guide says are seen, in order; ports are any."""
    texts = [block.text for block in blocks() if block.language == "text"]
    return [_plain(line) for text in texts for line in text.splitlines() if line.strip()]


def not_seen(said: str) -> list[str]:
    """The lines of the guide that are not among the lines that were said, in that order."""
    lines, missing = iter(_plain(line) for line in said.splitlines()), []
    rest = list(lines)
    for wanted in shown():
        at = next((i for i, line in enumerate(rest) if line.startswith(wanted)), None)
        if at is None:
            missing.append(wanted)
        else:
            rest = rest[at + 1 :]
    return missing


def _plain(line: str) -> str:
    """A line without its frame; ports and times are any."""
    bare = line.strip().removeprefix("│").strip()
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:…", bare)


def manifest_block() -> str:
    """The worked example of a foreign contract."""
    [found] = [block.text for block in blocks() if block.language == "toml"]
    return found
