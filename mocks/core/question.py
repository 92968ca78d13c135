"""A request as a department's desk reads it: one header, one parameter at a time."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.types import Scope


@dataclass(slots=True)
class Question:
    """One request; what nobody asks for is not decoded."""

    scope: Scope
    _parameters: dict[str, str] | None = field(default=None, init=False)

    def header(self, name: bytes) -> str | None:
        """The first header of this name, which is in lower case; None without one."""
        for key, value in self.scope["headers"]:
            if key == name:
                return str(value, "latin-1")
        return None

    def parameter(self, name: str) -> str | None:
        """The last parameter of this name in the query; None without one."""
        if self._parameters is None:
            self._parameters = _pairs(self.scope["query_string"].decode("latin-1"))
        return self._parameters.get(name)


def _pairs(query: str) -> dict[str, str]:
    if "%" in query or "+" in query:
        return dict(parse_qsl(query, keep_blank_values=True))
    told = (pair.partition("=") for pair in query.split("&") if pair)
    return {name: value for name, _, value in told}
