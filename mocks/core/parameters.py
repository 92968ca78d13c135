"""What a request says beside its body, held to the contract: its query and its headers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mocks.core.contract import Contract, Fault, Operation
from mocks.core.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation, of its query or of its headers."""

    name: str
    of_query: bool
    required: bool
    header: bytes  # its name in lower case
    key: str  # under which its schema is compiled
    schema: Any
    read: Callable[[str], Any]

    def sent(self, question: Question) -> str | None:
        """Its text; None when it was not sent."""
        if self.of_query:
            return question.parameter(self.name)
        return question.header(self.header)


def parameters(contract: Contract, operation: Operation) -> Sequence[Parameter]:
    """Those of the operation; what stands in the path has matched its route already."""
    declared = (contract.resolve(p) for p in operation.spec.get("parameters", []))
    return [
        Parameter(
            name=p["name"],
            of_query=p["in"] == "query",
            required=p.get("required", False),
            header=p["name"].lower().encode(),
            key=f"{operation.id} {p['name']}",
            schema=p["schema"],
            read=_READ.get(contract.resolve(p["schema"]).get("type"), str),
        )
        for p in declared
        if p["in"] in ("query", "header")
    ]


def parameter_faults(
    contract: Contract, known: Sequence[Parameter], question: Question
) -> list[Fault]:
    """What is missing; when nothing is, what breaks its schema."""
    missing: list[Fault] = []
    wrong: list[Fault] = []
    for one in known:
        if (text := one.sent(question)) is not None:
            found = contract.faults(one.key, one.schema, _read(one, text))
            wrong += (_fault(one, fault.message) for fault in found)
        elif one.required:
            missing.append(_fault(one, f"{one.name} is a required parameter", missing=True))
    return missing or wrong


def _fault(parameter: Parameter, message: str, *, missing: bool = False) -> Fault:
    return Fault(pointer=f"/{parameter.name}", message=message, missing=missing)


def _read(parameter: Parameter, text: str) -> Any:
    """The value its type makes of the text; the text itself where it makes none."""
    try:
        return parameter.read(text)
    except (KeyError, ValueError):
        return text


_READ: dict[Any, Callable[[str], Any]] = {
    "array": lambda text: text.split(","),  # as `explode: false` writes it
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}
