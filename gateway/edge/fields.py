"""A request's header fields as the server gave them: names in lower case, nothing decoded."""

from collections.abc import Mapping
from typing import TypeAlias

from starlette.types import Scope

Fields: TypeAlias = Mapping[bytes, bytes]


def fields_of(scope: Scope) -> Fields:
    """Every field by its name, looked through once; of one that is sent twice, the first."""
    return dict(reversed(scope["headers"]))


def text(fields: Fields, name: bytes) -> str | None:
    """A field's value; None where it was not sent."""
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")
