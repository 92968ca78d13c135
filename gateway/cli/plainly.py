"""A command whose options are plainly given, called without typer.

typer has pydantic check what options say: nine megabytes and a tenth of a second that a gateway
would keep for as long as it runs. Whatever is not plain (help, a word nobody knows, a number that
is none) is typer's to explain.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

_KINDS: Final[Mapping[Any, Callable[[str], Any]]] = {str: str, Path: Path, int: int}


def plainly_given(command: Callable[..., object], words: Sequence[str]) -> dict[str, Any] | None:
    """The arguments these words give the command; None when typer has to look at them."""
    options, told = dict(_options(command)), dict[str, Any]()
    rest = iter(words)
    for word in rest:
        name, sign, value = word.partition("=")
        if not sign:
            value = next(rest, "")
        if name not in options or not value or value.startswith("-"):
            return None
        parameter, kind = options[name]
        if kind is int and not (value.isascii() and value.isdecimal()):
            return None
        if get_origin(kind) is list:
            told.setdefault(parameter, []).append(value)
        else:
            told[parameter] = _KINDS[kind](value)
    return told


def _options(command: Callable[..., object]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """The names of the options, each with its parameter and kind."""
    for name, parameter in signature(command).parameters.items():
        if get_origin(parameter.annotation) is Annotated:
            optional, option = get_args(parameter.annotation)
            kind = get_args(optional)[0]  # each may be left out
            # typer, too, takes the first of them for what it is called when it stands in Annotated
            called = [one for one in (option.default, *option.param_decls) if isinstance(one, str)]
            for word in called or [f"--{name.replace('_', '-')}"]:
                yield word, (name, kind)
