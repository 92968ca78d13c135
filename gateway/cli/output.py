"""How commands speak: tables for people, JSON for programs, a next step with every failure."""

import errno
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeAlias
from unicodedata import category

import orjson

from gateway.cli.fitting import widths

if TYPE_CHECKING:  # rich comes with the first word: a gateway says none
    from rich.console import Console
    from rich.text import Text

Words: TypeAlias = "str | Text"  # what is shown as it is; with colour: `coloured`

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
OK, FAILED, MISUSED, BAD_CONFIG, INTERRUPTED, UNHEARD = 0, 1, 2, 78, 130, 141


class Stop(Exception):
    """A command that cannot go on: every finding, what to do next, and the exit code."""

    def __init__(
        self, findings: Sequence[object], *, next_step: str | None = None, code: int = FAILED
    ) -> None:
        self.findings = tuple(str(finding) for finding in findings)
        self.next_step = next_step
        self.code = code
        super().__init__("; ".join(self.findings))


class Unheard(Exception):
    """Nobody reads on what is said: `onething … | head`."""


class Speaker:
    """Where a command's words go; `debug` lets tracebacks through."""

    def __init__(
        self, *, out: "Console | None" = None, err: "Console | None" = None, debug: bool = False
    ) -> None:
        self.debug = debug
        if out is not None:
            self.out = out
        if err is not None:
            self.err = err

    @cached_property
    def out(self) -> "Console":
        """What was asked for."""
        from rich.console import Console

        class Heard(Console):
            def on_broken_pipe(self) -> None:
                raise  # as it came; rich would end the process, with another code

        return Heard(emoji=False)

    @cached_property
    def err(self) -> "Console":
        """What is said about it."""
        from rich.console import Console

        return Console(stderr=True, emoji=False)

    def say(self, line: Words) -> None:
        """A line for people; lines are never broken, so that they can be copied."""
        with _heard():
            self.out.print(_shown(line), highlight=False, soft_wrap=True)

    def raw(self, text: str) -> None:
        """Text exactly as it is."""
        with _heard():
            _write(sys.stdout, text)

    def aside(self, text: str) -> None:
        """Text exactly as it is, beside what was asked for."""
        _write(sys.stderr, text)

    def json(self, value: object) -> None:
        """A value for programs."""
        self.raw(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Words]],
        whole: Sequence[int] = (0,),
    ) -> None:
        """A table for people. Cells are text, and never markup, whoever wrote them.

        It is as wide as the terminal at most. `whole`: the columns whose lines are never broken.
        """
        from rich.table import Table

        table = Table(title=coloured((title, "table.title")), title_justify="left")
        shown = [[_shown(cell, keep="\n") for cell in row] for row in rows]
        wide = widths([map(_shown, columns), *shown], whole, self.out.width)
        for number, column in enumerate(columns):
            no_wrap = number in whole
            overflow: Literal["ellipsis", "fold"] = "ellipsis" if no_wrap else "fold"
            table.add_column(column, overflow=overflow, no_wrap=no_wrap, width=wide[number])
        for row in shown:
            table.add_row(*row)
        with _heard():
            self.out.print(table)

    def complain(self, stop: Stop) -> int:
        """Print a failure; the exit code it asks for."""
        for finding in stop.findings:
            text = _text(finding, keep="\n\t", style="red")
            self.err.print(text, highlight=False, soft_wrap=True)
        if stop.next_step:
            self.err.print(_shown(f"next: {stop.next_step}"), highlight=False, soft_wrap=True)
        return stop.code

    def crash(self, bug: BaseException) -> int:
        """Print a bug in one line; a traceback only when it was asked for."""
        if self.debug:
            self.err.print_exception()
        line = _text(f"internal error: {type(bug).__name__}: {bug}", keep="\n\t", style="red")
        self.err.print(line, highlight=False, soft_wrap=True)
        if not self.debug:
            self.err.print("next: run it again as `onething --debug …` and report the traceback")
        return FAILED


def coloured(*parts: str | tuple[str, str]) -> "Text":
    """A line or a cell with colour in it: texts, and texts with their style."""
    from rich.text import Text

    styled = (part if isinstance(part, tuple) else (part, "") for part in parts)
    return Text.assemble(*((_harmless(text), style) for text, style in styled))


def _write(to: TextIO, text: str) -> None:
    to.write(f"{text}\n")
    to.flush()  # who reads along waits for it


def _shown(words: Words, keep: str = "") -> "Text":
    return _text(words, keep=keep) if isinstance(words, str) else words


def _text(words: str, *, keep: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(_harmless(words, keep), style=style)


def _harmless(text: str, keep: str = "") -> str:
    """Text that does not steer a terminal. Every kind of blank stays, of line breaks those to keep:
    nobody's words go on as a line of ours.
    """
    return "".join(c if c.isprintable() or c in keep or category(c) == "Zs" else "�" for c in text)


@contextmanager
def _heard() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise Unheard from None


def guarded(speaker: Speaker, command: Callable[[], object]) -> int:
    """The exit code of a command, whatever becomes of it."""
    try:
        command()
    except Stop as stop:
        return speaker.complain(stop)
    except Unheard:
        _say_no_more()
        return UNHEARD
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else OK
    except Exception as bug:
        # The rim of the command line: a bug is one line, not a page.
        return _unwritten(speaker, bug) if _is_unwritten(bug) else speaker.crash(bug)
    except BaseException as end:
        from asyncio import CancelledError  # most commands wait for nothing

        if isinstance(end, KeyboardInterrupt | CancelledError):
            return INTERRUPTED
        raise
    return OK


def _is_unwritten(bug: Exception) -> bool:
    """Whether it is that what is said cannot be written: a word more cannot be, either."""
    if not isinstance(bug, OSError) or bug.filename is not None or bug.errno not in _NO_ROOM:
        return False
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except OSError as again:
        return again.errno == bug.errno
    return False


def _unwritten(speaker: Speaker, wrong: Exception) -> int:
    _say_no_more()
    why = wrong.strerror if isinstance(wrong, OSError) else wrong
    step = "make room, or say it elsewhere"
    return speaker.complain(Stop([f"the output cannot be written: {why}"], next_step=step))


def _say_no_more() -> None:
    """What is left unsaid goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def nothing_to_hide(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping with everything that is named like a secret masked, at every level."""
    return {key: _masked(key, entry) for key, entry in value.items()}


_SECRET = ("secret", "password", "token", "key", "credential", "licence")


def _masked(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return nothing_to_hide(value)
    if value and isinstance(value, str) and any(word in key.lower() for word in _SECRET):
        return "***"
    return value
