"""Functions from text: what is written once runs wherever the same lines are needed.

A function's text holds nothing of the operation it was first written for: types, nodes, resolvers
and inner functions are constants that a factory around it is given. Two selections that read alike
therefore share their code, in one operation or in two.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from types import CoroutineType, GeneratorType
from typing import Any, Final

from graphql import Undefined

from gateway.execution.compiled.complete import PLAIN, SETTLED, at, keyed, member, served
from gateway.execution.compiled.later import AWAITED, abandon, guard, pend, whole
from gateway.execution.compiled.state import arguments, fail, info_at, renamed

MOST_TEXT: Final = 2_000_000  # characters of source whose code is kept
_NAMES: Final = {
    "AWAITED": AWAITED,
    "Co": CoroutineType,
    "ODD": (Exception, GeneratorType, type(Undefined)),
    "PLAIN": PLAIN,
    "SETTLED": SETTLED,
    "abandon": abandon,
    "arguments": arguments,
    "at": at,
    "fail": fail,
    "guard": guard,
    "info_at": info_at,
    "keyed": keyed,
    "member": member,
    "pend": pend,
    "renamed": renamed,
    "served": served,
    "whole": whole,
}


class Codes:
    """Code by its text; the least recently used goes when there is too much."""

    def __init__(self, most_text: int = MOST_TEXT) -> None:
        self._known: OrderedDict[str, Callable[..., Any]] = OrderedDict()
        self._most = most_text
        self._text = 0

    def factory(self, text: str) -> Callable[..., Any]:
        """What makes the function of this text when given its constants."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        names: dict[str, Any] = dict(_NAMES)
        # Nothing in it comes from outside but names and literals, which were checked or quoted.
        exec(compile(text, "<compiled operation>", "exec"), names)  # noqa: S102
        made: Callable[..., Any] = names["make"]
        self._known[text] = made
        self._text += len(text)
        while self._text > self._most and len(self._known) > 1:
            gone, _ = self._known.popitem(last=False)
            self._text -= len(gone)
        return made


class Draft:
    """A function in the making: its lines, and the constants they name."""

    __slots__ = ("_constants", "_names", "lines")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._constants: list[Any] = []
        self._names: dict[int, str] = {}

    def bind(self, value: Any) -> str:
        """The name of a constant; the same one for the same object."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"c{len(self._constants)}"
            self._constants.append(value)
        return name

    def text(self, head: str) -> str:
        """The source of the factory."""
        names = ", ".join(f"c{number}" for number in range(len(self._constants)))
        body = [f"def make({names}):", f" def run({head}):", *self.lines, " return run"]
        return "\n".join(body) + "\n"

    def finish(self, codes: Codes, head: str) -> Callable[..., Any]:
        """The function."""
        function: Callable[..., Any] = codes.factory(self.text(head))(*self._constants)
        return function


def indented(lines: Sequence[str], by: int = 1) -> list[str]:
    """The same lines further in."""
    return [" " * by + line for line in lines]
