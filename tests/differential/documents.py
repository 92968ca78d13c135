"""Random documents for a schema: merged fields, fragments, conditions, variables, literals."""

from collections.abc import Mapping
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_required_input_field,
)

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


class Author:
    """Writes one document, with values for its variables."""

    def __init__(self, schema: GraphQLSchema, chance: Random) -> None:
        self.schema = schema
        self.chance = chance
        self.variables: dict[str, str] = {}  # name -> declaration
        self.values: dict[str, Any] = {}
        self.fragments: dict[str, str] = {}
        self._left = 45  # selections, so that documents end

    def document(self) -> str:
        """The text of a document with one operation."""
        mutation = self.schema.mutation_type
        kind = mutation if mutation and self.chance.random() < 0.25 else self.schema.query_type
        assert kind is not None
        word = "mutation" if kind is mutation else "query"
        body = self.selection(kind, 0)
        declared = f"({', '.join(self.variables.values())})" if self.variables else ""
        name = f"Operation{declared}" if declared else ""
        return "\n".join([f"{word} {name} {body}", *self.fragments.values()])

    def selection(self, kind: Composite, depth: int) -> str:
        """What is selected on a type."""
        count = self.chance.randint(1, 5 if depth < 2 else 3)
        return "{ " + " ".join(self._one(kind, depth) for _ in range(count)) + " }"

    def _one(self, kind: Composite, depth: int) -> str:
        self._left -= 1
        roll = self.chance.random()
        if roll < 0.08 or self._left < 0 or (isinstance(kind, GraphQLUnionType) and roll < 0.2):
            return self.chance.choice(("__typename", "t: __typename")) + self._condition()
        if isinstance(kind, GraphQLUnionType) or roll < 0.22:
            return self._inline(kind, depth)
        if roll < 0.32:
            return self._spread(kind, depth)
        return self._field(kind, depth)

    def _field(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        usable = {
            name: field
            for name, field in kind.fields.items()
            if depth < 5 or not is_composite_type(get_named_type(field.type))
        }
        if not usable:
            return "__typename"
        name = self.chance.choice(list(usable))
        field = usable[name]
        inner = get_named_type(field.type)
        below = ""
        if isinstance(inner, Composite):
            below = " " + self.selection(inner, depth + 1)
        # One name for one field mostly, so that fields merge; another where arguments differ.
        alias = (
            f"x{self.chance.randint(0, 99)}: " if field.args or self.chance.random() < 0.15 else ""
        )
        return f"{alias}{name}{self._arguments(field)}{self._condition()}{below}"

    def _inline(self, kind: Composite, depth: int) -> str:
        on = self._narrowed(kind)
        named = "" if on is kind and self.chance.random() < 0.3 else f" on {on.name}"
        return f"...{named}{self._condition()} {self.selection(on, depth + (depth > 3))}"

    def _spread(self, kind: Composite, depth: int) -> str:
        known = [name for name in self.fragments if name.endswith(f"_{kind.name}")]
        if known and self.chance.random() < 0.6:
            return f"...{self.chance.choice(known)}{self._condition()}"
        on = self._narrowed(kind)
        body = self.selection(on, depth + 1)
        name = f"F{len(self.fragments)}_{on.name}"
        self.fragments[name] = f"fragment {name} on {on.name} {body}"
        return f"...{name}{self._condition()}"

    def _narrowed(self, kind: Composite) -> Composite:
        """A type that may be of this one: itself, one of its objects, or an interface of its."""
        if isinstance(kind, GraphQLObjectType):
            return self._either(kind, *kind.interfaces)
        return self._either(kind, *self.schema.get_possible_types(kind))

    def _either(self, *kinds: Composite) -> Composite:
        return self.chance.choice(kinds)

    def _condition(self) -> str:
        roll = self.chance.random()
        if roll > 0.2:
            return ""
        word = self.chance.choice(("skip", "include"))
        return f" @{word}(if: {self._boolean()})" + (
            f" @{'include' if word == 'skip' else 'skip'}(if: {self._boolean()})"
            if roll < 0.03
            else ""
        )

    def _boolean(self) -> str:
        if self.chance.random() < 0.3:
            return self.chance.choice(("true", "false"))
        number = self.chance.randint(0, 2)
        name = f"c{number}"
        kind = "Boolean = true" if number == 2 else "Boolean!"
        self.variables[name] = f"${name}: {kind}"
        if number == 2 and self.chance.random() < 0.3:
            self.values.pop(name, None)
        elif number == 2 and self.chance.random() < 0.1:
            self.values[name] = None
        else:
            self.values.setdefault(name, self.chance.random() < 0.6)
        return f"${name}"

    def _arguments(self, field: GraphQLField) -> str:
        given = []
        for name, argument in field.args.items():
            needed = isinstance(argument.type, GraphQLNonNull) and argument.default is None
            if needed or self.chance.random() < 0.6:
                given.append(f"{name}: {self._input(argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def _input(self, kind: Any) -> str:
        if self.chance.random() < 0.35:
            return self._variable(kind)
        return self._literal(kind, 0)

    def _variable(self, kind: Any) -> str:
        name = f"v{len(self.variables)}"
        default = ""
        if not isinstance(kind, GraphQLNonNull) and self.chance.random() < 0.3:
            default = f" = {self._literal(kind, 9)}"
        self.variables[name] = f"${name}: {kind}{default}"
        if isinstance(kind, GraphQLNonNull) or self.chance.random() < 0.7:
            wrong = self.chance.random() < 0.03
            self.values[name] = {"wrong": 1} if wrong else self._value(kind, 0)
        return f"${name}"

    def _literal(self, kind: Any, depth: int) -> str:
        """A literal; variables inside lists and objects, too."""
        if isinstance(kind, GraphQLNonNull):
            return self._literal(kind.of_type, depth)
        if depth < 5 and self.chance.random() < 0.05:
            return "null" if depth == 0 else self._literal(kind, 9)
        if isinstance(kind, GraphQLList):
            if self.chance.random() < 0.2:
                return self._literal(kind.of_type, max(depth, 1))
            inner = [self._part(kind.of_type, depth) for _ in range(self.chance.randint(0, 3))]
            return f"[{', '.join(inner)}]"
        if isinstance(kind, GraphQLInputObjectType):
            parts = [f"{name}: {self._part(one, depth)}" for name, one in self._chosen(kind, depth)]
            return f"{{{', '.join(parts)}}}"
        return self._scalar(kind)

    def _part(self, kind: Any, depth: int) -> str:
        if depth < 2 and self.chance.random() < 0.15:
            return self._variable(kind)
        return self._literal(kind, depth + 1)

    def _chosen(self, kind: GraphQLInputObjectType, depth: int) -> list[tuple[str, Any]]:
        """The fields of an input object that are given."""
        if kind.is_one_of:
            name = self.chance.choice(list(kind.fields))
            return [(name, GraphQLNonNull(kind.fields[name].type))]
        return [
            (name, one.type)
            for name, one in kind.fields.items()
            if is_required_input_field(one) or (depth < 2 and self.chance.random() < 0.4)
        ]

    def _scalar(self, kind: Any) -> str:
        if isinstance(kind, GraphQLEnumType):
            name: str = self.chance.choice(list(kind.values))
            return name
        return self.chance.choice(_LITERALS.get(kind.name, ('"text"',)))

    def _value(self, kind: Any, depth: int) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, depth)
        if depth == 0 and self.chance.random() < 0.06:
            return None
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type, depth + 1) for _ in range(self.chance.randint(0, 3))]
        if isinstance(kind, GraphQLInputObjectType):
            return {name: self._value(one, depth + 1) for name, one in self._chosen(kind, depth)}
        if isinstance(kind, GraphQLEnumType):
            return self.chance.choice(list(kind.values))
        return _VALUES.get(kind.name, "value")


_LITERALS: Mapping[str, tuple[str, ...]] = {
    "String": ('"text"', '"schön\\n"', '""'),
    "Int": ("0", "-3", "2147483647"),
    "Float": ("1.5", "2", "-1e3"),
    "Boolean": ("true", "false"),
    "ID": ('"id"', "12"),
    "Odd": ('"x"', "3", "[1, {a: true}]", '"bad"'),
    "Decimal": ('"1.5"',),
    "Date": ('"2026-11-26"',),
    "DateTime": ('"2026-11-26T07:00:00+00:00"',),
    "JSON": ("{a: [1, null]}", '"text"'),
    "_Any": ('{__typename: "BusinessLicence", uscc: "1"}',),
}
_VALUES: Mapping[str, Any] = {
    "String": "value", "Int": 4, "Float": 2.5, "Boolean": False, "ID": 8, "Odd": [1],
    "Decimal": "2.5", "Date": "2026-11-27", "DateTime": "2026-11-26T08:00:00+00:00",
    "JSON": {"b": 2}, "_Any": {"__typename": "Person"},
}  # fmt: skip
