"""What a rule may say, as JSON Schema: made of the readers that take it in."""

from itertools import groupby
from typing import Any

from mocks.faults import pace
from mocks.faults.rule import CONDITIONS, not_for
from mocks.faults.table import KINDS, Kind

Schema = dict[str, Any]


def fault_rule() -> Schema:
    """A rule of faults.json: a form for the kinds of which the same may be said."""
    kinds = sorted(KINDS.values(), key=_alike)
    forms = [_form(list(some)) for _, some in groupby(kinds, key=_alike)]
    return {"type": "object", "required": ["kind"], "anyOf": forms}


def parameters_of(kind: Kind) -> Schema:
    """What each parameter of the kind may be, and what it is when nothing is told."""
    return {
        name: {**reader.schema, "default": kind.parameters[name]}
        for name, reader in kind.readers.items()
    }


def _alike(kind: Kind) -> str:
    return str((sorted(parameters_of(kind).items()), kind.drawn, sorted(not_for(kind))))


def _form(alike: list[Kind]) -> Schema:
    one = alike[0]
    useless = not_for(one) if one.drawn else {"place", *not_for(one)}
    conditions = {n: dict(r.schema) for n, r in CONDITIONS.items() if n not in useless}
    kind = {"type": "string", "enum": sorted(kind.name for kind in alike)}
    return {
        "type": "object",
        "required": ["kind"],
        "additionalProperties": False,
        "properties": {**conditions, **parameters_of(one), "kind": kind},
        **({} if one.drawn else {"dependentRequired": {"seed": ["probability"]}}),
    }


def pace_rule() -> Schema:
    """A rule of latency.json: a form for each way to tell a latency, and one for limits alone."""
    forms = [_paced([latency], [latency]) for latency in pace.SPANS]
    return {"type": "object", "anyOf": [*forms, _paced([], pace.LIMITS)]}


def _paced(latencies: list[str], one_of: list[str] | tuple[str, ...]) -> Schema:
    """`latencies` may be told and no others; one of those in `one_of` must be."""
    others = set(pace.SPANS) - set(latencies)
    useless = {key for key, needed in pace.WITH.items() if others.issuperset(needed)}
    told = {n: dict(r.schema) for n, r in pace.READERS.items() if n not in others | useless}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": told,
        "anyOf": [{"required": [name]} for name in one_of],
        "dependentSchemas": {
            key: {"anyOf": [{"required": [name]} for name in needed]}
            for key, needed in pace.WITH.items()
            if key in told and not set(pace.SPANS) & set(needed)
        },
    }
