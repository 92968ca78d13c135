"""What a request says beside its body, held to the contract: its query and its headers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from mocks.core.contract import Contract, Fault, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation, of its query or of its headers."""

    name: str
    place: str
    required: bool
    schema: Any

    def sent(self, request: Request) -> str | None:
        """Its text; None when it was not sent."""
        held = request.query_params if self.place == "query" else request.headers
        return held.get(self.name)


def parameters(contract: Contract, operation: Operation) -> Sequence[Parameter]:
    """Those of the operation; what stands in the path has matched its route already."""
    declared = (contract.resolve(p) for p in operation.spec.get("parameters", []))
    return [
        Parameter(
            name=p["name"],
            place=p["in"],
            required=p.get("required", False),
            schema=p["schema"],
        )
        for p in declared
        if p["in"] in ("query", "header")
    ]


def parameter_faults(
    contract: Contract, operation: Operation, known: Sequence[Parameter], request: Request
) -> list[Fault]:
    """What is missing; when nothing is, what breaks its schema."""
    missing = [
        Fault(pointer=f"/{p.name}", message=f"{p.name} is a required parameter", missing=True)
        for p in known
        if p.required and p.sent(request) is None
    ]
    return missing or [
        Fault(pointer=f"/{p.name}", message=fault.message, missing=False)
        for p in known
        if (text := p.sent(request)) is not None
        for fault in contract.faults(f"{operation.id} {p.name}", p.schema, _read(contract, p, text))
    ]


def _read(contract: Contract, parameter: Parameter, text: str) -> Any:
    """The value its type makes of the text; the text itself where it makes none."""
    read = _READ.get(contract.resolve(parameter.schema).get("type"))
    try:
        return read(text) if read else text
    except (KeyError, ValueError):
        return text


_READ: dict[Any, Callable[[str], Any]] = {
    "array": lambda text: text.split(","),  # as `explode: false` writes it
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}
