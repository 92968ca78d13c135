"""Fields that say what departments' records say: all they hang on besides is who asks.

Not on cases, not on the day, and only with what is public (`schema.graph.public`) on anything else.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.utils.str_converters import to_camel_case

from schema.domain.department import DepartmentInfo
from schema.graph.public import PUBLIC, PublicFields
from schema.graph.registers import query_name, type_names

_FRAME: Final = ("Provenance", "Trouble")  # around every record


def record_fields(schema: GraphQLSchema, departments: Iterable[DepartmentInfo]) -> PublicFields:
    """These fields of the graph over these departments and the public ones, with their arguments.

    What a type of `_FRAME` or of a register has, it has of the record and its reading alone.
    """
    registers = [register for info in departments for register in info.registers]
    looked_up = {
        to_camel_case(query_name(register, lookup)): frozenset({to_camel_case(lookup.name)})
        for register in registers
        for lookup in register.lookups
    }
    kinds = [*_FRAME, *(name for register in registers for name in type_names(register))]
    whole = {name: _whole(schema, name) for name in kinds}
    return {**PUBLIC, **whole, "Query": {**PUBLIC["Query"], **looked_up}}


def _whole(schema: GraphQLSchema, name: str) -> Mapping[str, frozenset[str]]:
    kind = schema.get_type(name)
    if not isinstance(kind, GraphQLObjectType):  # a reading of several that no look-up gives
        return {}
    return {name: frozenset(field.args) for name, field in kind.fields.items()}
