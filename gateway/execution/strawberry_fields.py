"""What Strawberry's resolvers come to: an attribute read, or a function called with its source.

Around every field Strawberry puts a resolver of its own. For a basic field that is one read, for a
function whose arguments come as they are one call; both are told to the compiler of operations,
which then leaves the wrappings out. Whatever is not recognised as exactly that keeps its resolver.
"""

from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    GraphQLResolveInfo,
    is_leaf_type,
)
from strawberry.relay.types import GlobalID
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from gateway.execution.compiled.access import Access, Call, Read, Told
from gateway.execution.compiled.state import Field, Place, State, info_at
from schema.graph.build import read

_DEFINITION: Final = "strawberry-definition"
_BASIC: Final = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
_CALLING: Final = frozenset(
    {
        "GraphQLCoreConverter.from_resolver.<locals>._resolver",
        "GraphQLCoreConverter.from_resolver.<locals>._async_resolver",
    }
)


class InfoAtHand(Info[Any, Any]):
    """Strawberry's info; all of it but the context is made when somebody asks for it."""

    context: Any = None  # what every resolver of the operation shares: hardly any asks for more

    def __init__(self, declared: StrawberryField, state: State, field: Field, place: Place) -> None:
        self._field = declared
        self._at = state, field, place
        self.context = state.context

    def __getattr__(self, name: str) -> Any:
        if name != "_raw_info":  # the one thing Strawberry's own has, and this one has not yet
            raise AttributeError(name)
        self._raw_info = info_at(*self._at)
        return self._raw_info


def simplify(field: GraphQLField) -> Access | None:
    """The short way to this field's value; None where there is none, or none is known."""
    declared = field.extensions.get(_DEFINITION)
    resolve = field.resolve
    if not isinstance(declared, StrawberryField) or resolve is None:
        return None
    made_by = getattr(resolve, "__qualname__", "")
    if made_by == _BASIC and declared.default_resolver is read:
        return Read(declared.python_name)
    if made_by in _CALLING and not declared.extensions:
        names = {
            argument.out_name or name: _keyword(argument) for name, argument in field.args.items()
        }
        known = {name: keyword for name, keyword in names.items() if keyword is not None}
        return _call(declared, _closure(resolve), known) if known.keys() == names.keys() else None
    return None


def _keyword(argument: GraphQLArgument) -> str | None:
    """The resolver's own name of an argument it gets as it comes; None: Strawberry makes it over.

    A scalar or an enum comes as it is. Lists are copied, input objects and global ids made.
    """
    declared = argument.extensions.get(_DEFINITION)
    kind = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else argument.type
    if not isinstance(declared, StrawberryArgument) or not is_leaf_type(kind):
        return None
    told = declared.type
    if isinstance(told, StrawberryMaybe):
        return None
    if isinstance(told, StrawberryOptional):
        told = told.of_type
    return None if told is GlobalID or isinstance(told, StrawberryMaybe) else declared.python_name


def _call(declared: StrawberryField, around: dict[str, Any], names: dict[str, str]) -> Call | None:
    told: Callable[..., Any] | None = around.get("_strawberry_info_from_graphql")
    resolver = declared.base_resolver
    # A handler of exceptions is part of the wrappings, and may not be left out.
    if resolver is None or told is None or around.get("field_exception_handlers", True):
        return None
    function = resolver.wrapped_func
    if isinstance(function, staticmethod | classmethod):
        return None
    wanted = (resolver.parent_parameter, resolver.root_parameter)
    sources = {parameter.name for parameter in wanted if parameter is not None}
    if resolver.self_parameter is not None or len(sources) > 1:
        return None
    info = resolver.info_parameter
    return Call(
        function=function,
        source=sources.pop() if sources else None,
        info=info.name if info else None,
        told=_told(declared, told),
        names=names,
    )


def _told(declared: StrawberryField, made: Callable[[GraphQLResolveInfo[Any]], Any]) -> Told:
    """Strawberry's info at hand; a schema's own class of it is made as it is by Strawberry."""
    inside = _closure(made)
    config = getattr(inside.get("self"), "config", None)
    if inside.get("field") is declared and getattr(config, "info_class", None) is Info:
        return partial(InfoAtHand, declared)
    return lambda state, field, place: made(info_at(state, field, place))


def _closure(function: Callable[..., Any]) -> dict[str, Any]:
    """The names a function has from around it."""
    if not isinstance(function, FunctionType) or function.__closure__ is None:
        return {}
    cells = (cell.cell_contents for cell in function.__closure__)
    return dict(zip(function.__code__.co_freevars, cells, strict=True))
