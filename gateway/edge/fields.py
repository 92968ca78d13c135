"""A request's header fields as the server gave them: names in lower case, nothing decoded."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from starlette.types import Scope

Fields: TypeAlias = Mapping[bytes, bytes]

REQUEST_ID = b"x-request-id"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def fields_of(scope: Scope) -> Fields:
    """Every field by its name, looked through once; of one that is sent twice, the first."""
    return dict(reversed(scope["headers"]))


def text(fields: Fields, name: bytes) -> str | None:
    """A field's value; None where it was not sent."""
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")


def given_id(fields: Fields) -> str | None:
    """The id a request brought; None where it brought none, or none of ours."""
    given = text(fields, REQUEST_ID)
    return given if given is not None and _ID.fullmatch(given) else None
