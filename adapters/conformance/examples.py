"""Examples beside each contract: one call of a department, the bytes it took, what it gave."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, Refused
from schema.domain.filing import (
    Applicant,
    Certificate,
    Filing,
    MaterialRef,
    Supplement,
    Withdrawal,
)

BUDGET = 5.0
Json = Any  # what json.loads gives


def recorded_outcome(example: Json) -> dict[str, Json]:
    """What an example says the call gave: `{"gives": …}` or `{"fails": …}`."""
    return {key: example[key] for key in ("gives", "fails") if key in example}


# values as JSON and back

TAGGED: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (Decimal, "decimal", str),
    (datetime, "datetime", datetime.isoformat),  # before date: every datetime is one
    (date, "date", date.isoformat),
)
FROM_TAG: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def plain(value: Any) -> Json:
    """A value as JSON: decimals and dates say that they are; what a value lacks is left out."""
    for kind, tag, told in TAGGED:
        if isinstance(value, kind):
            return {tag: told(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if is_dataclass(value):
        known = {f.name: getattr(value, f.name) for f in fields(value)}
        return {name: plain(one) for name, one in known.items() if one is not None}
    return {"fails": failure(value)} if isinstance(value, AdapterError) else value


def failure(error: AdapterError) -> str:
    """An error by its class and code, with the department's sentence when it said one."""
    if isinstance(error, Refused):
        return f"Refused {error.fault} {error.reason}"
    return f"{type(error).__name__} {error.code.value}"


def valued(told: Json) -> Any:
    """The value that `plain` showed, dataclasses as mappings."""
    if isinstance(told, list):
        return tuple(valued(one) for one in told)
    if not isinstance(told, dict):
        return told
    if len(told) == 1 and (tag := next(iter(told))) in FROM_TAG:
        return FROM_TAG[tag](told[tag])
    return {key: valued(one) for key, one in told.items()}


def filing_from(arguments: Mapping[str, Any]) -> Filing:
    """The filing an example tells."""
    whole = dict(arguments)
    whole["applicant"] = Applicant(**whole["applicant"])
    whole["materials"] = tuple(MaterialRef(**one) for one in whole["materials"])
    whole["outputs"] = {key: Certificate(**one) for key, one in whole["outputs"].items()}
    return Filing(**whole)


def supplement_from(arguments: Mapping[str, Any]) -> Supplement:
    """The supplement an example tells."""
    whole = dict(arguments)
    whole["materials"] = tuple(MaterialRef(**one) for one in whole["materials"])
    return Supplement(**whole)


# calls


async def outcome(
    adapter: DeclaredDepartment, call: str, arguments: Json, budget: float = BUDGET
) -> dict[str, Json]:
    """`{"gives": …}` or `{"fails": …}` of one call; what is no AdapterError is raised."""
    try:
        return {"gives": plain(await called(adapter, call, valued(arguments), budget))}
    except AdapterError as error:
        return {"fails": failure(error)}


async def called(
    adapter: DeclaredDepartment, call: str, told: Mapping[str, Any], budget: float = BUDGET
) -> Any:
    """The value of one call with the arguments an example tells."""
    match call:
        case "file":
            return await adapter.file(filing_from(told), budget=budget)
        case "supplement":
            return await adapter.supplement(supplement_from(told), budget=budget)
        case "find_supplement":
            return await adapter.find_supplement(supplement_from(told), budget=budget)
        case "withdraw":
            return await adapter.withdraw(Withdrawal(**told), budget=budget)
        case "callback":
            return adapter.callback(**{**told, "body": told["body"].encode()})
        case _:
            return await getattr(adapter, call)(**told, budget=budget)
