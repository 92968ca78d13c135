"""The controls' OpenAPI document: what is published is what requests are held to."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from starlette.requests import Request

from mocks.admin.kinds import fault_kinds
from mocks.admin.refusal import Finding, Refusal
from mocks.anything.exchange import asking, did_you_mean
from mocks.core.kit import DEPARTMENTS
from mocks.faults.schemas import fault_rule, pace_rule

FILE = Path(__file__).with_name("openapi.yaml")
_METHODS = ("get", "post", "put", "delete")
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_BODY_CAP = 4 * 1024 * 1024
_LONGEST = 300
_SEE = "see /__admin/openapi.json"
_UNEXPECTED = re.compile(r"\('([^']*)' was unexpected\)")
_ELSEWHERE = {"advance": ": 'advance' goes with a rate, not with now"}
_NO_COUNT = "says no number — add exactly, at_least or at_most"
_NO_MOMENT, _NO_DATE = " does not match ", 'is not a "date-time"'
_MOMENT = "2026-09-21T09:00:00+08:00, a moment of this century with its offset"
_SHANGHAI = "2026-09-21T09:00:00, a moment of this century (Shanghai's, or with another offset)"


@cache
def document() -> dict[str, Any]:
    """The whole document: what a rule may say is told by the tables that read it."""
    whole = _file()
    schemas = {**whole["components"]["schemas"], "FaultRule": fault_rule(), "PaceRule": pace_rule()}
    return {**whole, "components": {**whole["components"], "schemas": schemas}}


@cache
def _file() -> dict[str, Any]:
    """The document as requests are held to it first.

    Of a rule it wants an object, and a kind there is; whoever reads rules says the rest better.
    """
    read: dict[str, Any] = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)
    schemas = read["components"]["schemas"]
    schemas["DepartmentId"]["enum"] = list(DEPARTMENTS)
    schemas["FaultRule"]["properties"]["kind"]["enum"] = _kind_names()
    return read


@cache
def operations() -> Mapping[str, Mapping[str, Any]]:
    """Every operation by its id."""
    return {
        item[method]["operationId"]: item[method]
        for item in _file()["paths"].values()
        for method in _METHODS
        if method in item
    }


async def body_of(request: Request, operation: str) -> Any:
    """The body, as the document wants it; {} where it may be left out. Refusal with all faults."""
    declared = operations()[operation]["requestBody"]
    media = declared["content"]["application/json"]
    example = json.dumps(media.get("example", {}), ensure_ascii=False)
    see = operations()[operation].get("x-see", _SEE)
    wrong = partial(
        Refusal,
        mend=f"send for example {example}; {see}",
        command=command_of(operation),
        status=400,
    )
    raw = await _read(request, wrong)
    if not raw and not declared.get("required"):
        return {}
    try:
        value = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        said = Finding(where="", what=f"not JSON: {error}")
        raise wrong("BODY_NOT_JSON", [said]) from None
    if findings := _findings(f"{operation} body", value):
        raise wrong("BODY_WRONG", findings)
    return value


def command_of(operation: str) -> str:
    """What somebody types who means this operation; "" where there is no command for it."""
    return str(operations()[operation].get("x-command", ""))


async def _read(request: Request, wrong: Callable[[str, list[Finding]], Refusal]) -> bytes:
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > _BODY_CAP:
            raise wrong("BODY_WRONG", [Finding(where="", what=f"more than {_BODY_CAP} bytes")])
    return raw


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def parameters_of(request: Request, operation: str) -> dict[str, Any]:
    """The query parameters by name, those left out by their default or not at all."""
    declared = {p["name"]: p for p in operations()[operation]["parameters"] if p["in"] == "query"}
    given: dict[str, Any] = {
        n: p["schema"]["default"] for n, p in declared.items() if "default" in p["schema"]
    }
    findings: list[Finding] = []
    for name, text in request.query_params.multi_items():
        if name not in declared:
            near = asking(did_you_mean(name, list(declared)))
            findings.append(Finding(where=name, what=f"no such parameter{near}"))
            continue
        given[name] = int(text) if _is_number(declared[name], text) else text
        found = _findings(f"{operation} {name}", given[name])
        findings += (Finding(where=name, what=one.what) for one in found)
    missing = [n for n, p in declared.items() if p.get("required") and n not in given]
    findings += (Finding(where=name, what="is missing") for name in missing)
    if findings:
        mend = f"parameters are {', '.join(declared)}; {_SEE}"
        raise Refusal("PARAMETER_WRONG", findings, mend, status=400, command=command_of(operation))
    return given


def _is_number(parameter: Mapping[str, Any], text: str) -> bool:
    return parameter["schema"].get("type") == "integer" and text.isascii() and text.isdigit()


def _findings(place: str, value: object) -> list[Finding]:
    """Everything that is wrong; of a moment that is none, that alone."""
    errors = list(_validator(place).iter_errors(value))
    formless = {str(e.instance_path) for e in errors if _NO_MOMENT in e.message}
    return [
        Finding(where="".join(f"/{step}" for step in error.instance_path), what=_said(error))
        for error in errors
        if _NO_DATE not in error.message or str(error.instance_path) not in formless
    ]


def _said(error: Any) -> str:
    """The validator's words; of a long list of names, the one that was meant."""
    said: str = error.message
    if " is not one of " in said and isinstance(error.instance, str):
        near = asking(did_you_mean(error.instance, [*DEPARTMENTS, *_kind_names()]))
        if near or "other candidates" in said:
            said = f"{error.instance[:80]!r} is not known{near}"
    if " has less than 2 properties" in said:  # which only an assertion needs
        said = _NO_COUNT
    if _NO_MOMENT in said:  # the document has patterns for moments only
        optional = str(error.instance_path) == str(["now"])  # alone of all moments
        moment = _SHANGHAI if optional else _MOMENT
        said = f"{str(error.instance)[:80]!r} is no moment — write {moment}"
    if unexpected := _UNEXPECTED.search(said):
        name = unexpected[1]
        known = name in _names()
        said += _ELSEWHERE.get(name, "") if known else asking(did_you_mean(name, _names()))
    return said[:_LONGEST]


@cache
def _names() -> list[str]:
    """Every name a body may have at any place."""
    every = [_file()["components"]["schemas"]]
    found: dict[str, None] = {}
    while every:
        node = every.pop()
        if isinstance(node, dict):
            found |= dict.fromkeys(node.get("properties", {}))
        every += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return list(found)


def _kind_names() -> list[str]:
    return [kind["name"] for kind in fault_kinds()]


@cache
def _validator(place: str) -> Any:
    operation, _, part = place.partition(" ")
    declared = operations()[operation]
    if part == "body":
        schema = declared["requestBody"]["content"]["application/json"]["schema"]
    else:
        schema = next(p["schema"] for p in declared["parameters"] if p["name"] == part)
    whole = {"$schema": _DRAFT, "components": _file()["components"], "allOf": [schema]}
    return jsonschema_rs.validator_for(whole, validate_formats=True)
