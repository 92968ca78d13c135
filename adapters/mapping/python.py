"""The stage `python`: a function of adapter.py, whose failures are told by their place."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.findings import did_you_mean
from adapters.mapping.convert import MappingError
from adapters.mapping.parse import BadExpression, Term
from adapters.mapping.stage import Environment, Made, Step, name_of
from adapters.rules import Rule
from adapters.shape import Kind


def stage(env: Environment, args: tuple[Term, ...]) -> Made:
    """The stage; whatever the function raises is a MappingError."""
    name = name_of(args[0])
    function = env.python.get(name)
    if function is None:
        hint = did_you_mean(name, env.python)
        raise BadExpression(f"adapter.py has no function {name!r}", Rule.PYTHON_UNKNOWN, hint)
    return _placed(name, function), Kind.ANY


def _placed(name: str, function: Callable[[Any], Any]) -> Step:
    def step(value: Any) -> Any:
        try:
            return function(value)
        except (Exception, SystemExit) as error:  # a team's own code may fail in any way
            raise MappingError(_place(name, error)) from None

    return step


def _place(name: str, error: BaseException) -> str:
    """Where it was raised in the function's own file; what it says may hold the value."""
    inside = traceback.extract_tb(error.__traceback__)[1:]  # the first is our own call
    own = [frame for frame in inside if frame.filename == inside[0].filename]
    kind = type(error).__name__
    if not own:
        return f"python {name} fails ({kind})"
    file, line, function = Path(own[-1].filename).name, own[-1].lineno, own[-1].name
    return f"python {name} fails at {file}, line {line}, in {function} ({kind})"
