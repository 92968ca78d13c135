"""What an operation takes: its variables as shapes."""

from collections.abc import Mapping

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_input_type,
    type_from_ast,
)

from adapters.shape import Kind, Shape

SCALARS: Mapping[str, Kind] = {
    "String": Kind.TEXT,
    "ID": Kind.TEXT,
    "Int": Kind.INTEGER,
    "Float": Kind.DECIMAL,
    "Boolean": Kind.BOOLEAN,
}  # any other scalar is the department's own: what it holds its contract does not say


def variables(schema: GraphQLSchema, node: OperationDefinitionNode) -> Shape:
    """The group of an operation's variables; required are those without null and default."""
    members: dict[str, Shape] = {}
    for variable in node.variable_definitions or ():
        kind = type_from_ast(schema, variable.type)
        if is_input_type(kind):
            name = variable.variable.name.value
            members[name] = shape(name, kind, default=variable.default_value is not None)
    return Shape(name="the variables", tag="", kind=Kind.GROUP, members=lambda: members)


def shape(name: str, kind: GraphQLInputType, *, default: bool = False) -> Shape:
    """The shape of one input value."""
    required = isinstance(kind, GraphQLNonNull)
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    repeated = isinstance(inner, GraphQLList)
    named = _item(inner)
    made: dict[str, Shape] = {}

    def members() -> Mapping[str, Shape]:
        if not made and isinstance(named, GraphQLInputObjectType):
            made.update(_members(named))
        return made

    group = isinstance(named, GraphQLInputObjectType)
    plain = Kind.TEXT if isinstance(named, GraphQLEnumType) else _scalar(named)
    return Shape(
        name=name,
        tag=name,
        kind=Kind.GROUP if group else plain,
        required=required and not default,
        repeated=repeated,
        nillable=not required,
        enum=tuple(named.values) if isinstance(named, GraphQLEnumType) else (),
        open=not group and plain is Kind.ANY,
        members=members,
    )


def _item(kind: object) -> object:
    """What a list holds, or the type itself; lists in lists stay what they are: not said."""
    inner = kind.of_type if isinstance(kind, GraphQLList) else kind
    return inner.of_type if isinstance(inner, GraphQLNonNull) else inner


def _scalar(named: object) -> Kind:
    return SCALARS.get(getattr(named, "name", ""), Kind.ANY)


def _members(named: GraphQLInputObjectType) -> Mapping[str, Shape]:
    return {
        name: shape(
            name,
            field.type,
            default=field.default is not None or field.default_value is not Undefined,
        )
        for name, field in named.fields.items()
    }
