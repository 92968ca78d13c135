"""What the documents tell people to type is there to be typed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gateway.cli.commands import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
_TYPED = re.compile(r"(?:^|[`/ ])onething ((?:--debug )?[a-z][^`\n#|)]*)")
_EVERYWHERE = frozenset({"--help", "-h"})
_FOREIGN = frozenset(
    {"mocks serve", "mocks record", "mocks replay", "mocks city"}
)  # another program's words


def commands(text: str) -> Iterator[str]:
    """Everything typed after `onething`, in code blocks and between backticks."""
    blocks = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    for typed in (block or inline for block, inline in blocks):
        for line in typed.splitlines():
            yield from (found.strip() for found in _TYPED.findall(line))


def unknown(typed: str) -> list[str]:
    """The words of a command line that no command knows; placeholders are not looked at."""
    command: Any = typer.main.get_command(app)
    words, path = typed.split(), ""
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        names = words.pop(0)
        found = [command.commands.get(name) for name in names.split("|")]
        if None in found:
            return [names]
        command = next(c for c in found if c is not None)
        path = f"{path} {names}".strip()
        if path == "mocks" and words and words[0].startswith("-") and words[0] not in _EVERYWHERE:
            path = "mocks serve"  # which it means without a command of its own
        if path in _FOREIGN:
            return []
    known = {option for parameter in command.params for option in parameter.opts} | _EVERYWHERE
    return [w for w in (w.strip("[],;:.") for w in words) if w.startswith("--") and w not in known]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_a_document_names_is_there(document: Path) -> None:
    typed = list(commands(document.read_text(encoding="utf-8")))

    assert {line: unknown(line) for line in typed if unknown(line)} == {}


def test_a_command_that_is_not_there_is_noticed() -> None:
    [first, second] = commands(
        "```sh\n.venv/bin/onething db clone\n```\n or `onething db copy --into x`"
    )

    assert unknown(first) == ["clone"]
    assert unknown(second) == ["--into"]
