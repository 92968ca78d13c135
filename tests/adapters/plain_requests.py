"""REST requests made step by step from their nodes: what the compiled writers are held to."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from adapters.errors import Unsendable
from adapters.mapping.compile import Scope
from adapters.mapping.convert import MappingError, to_text
from adapters.mapping.request import Group
from adapters.mapping.sources import Ask
from adapters.rest.complaint import WHOLE, Validator, complaint
from adapters.rest.document import Found
from adapters.rest.operations import FORM
from adapters.rest.request import Made
from adapters.rest.tree import MISSING, Build, builder


def plainly(department: str, found: Found, node: Group, whole: Validator | None, ask: Ask) -> Made:
    """One request, made anew from what the manifest and the contract say."""
    places = {member.shape.name: builder(member) for member in node.members}
    scope, missing = Scope(ask), list[str]()
    try:
        path = "/base" + _path(found, places, scope, missing)
        given = _place(places, "header", scope, missing)
        headers = {k: _header(",".join(_texts(found, k, v))) for k, v in given.items()}
        body = _body(found, places, scope, missing, headers, whole)
    except MappingError as error:
        raise Unsendable(department, f"the request cannot be made: {error}") from None
    if missing:
        names = ", ".join(missing[:5])
        raise Unsendable(department, f"the request lacks values for {names}")
    return path, headers, body


def _place(
    places: Mapping[str, Build], place: str, scope: Scope, missing: list[str]
) -> Mapping[str, Any]:
    if place not in places:
        return {}
    made = places[place](scope, missing)[0]
    return {} if made is MISSING else {k: v for k, v in made.items() if v is not None}


def _path(found: Found, places: Mapping[str, Build], scope: Scope, missing: list[str]) -> str:
    values = _place(places, "path", scope, missing)
    path = ""
    for piece in found.path.split("{"):
        name, brace, rest = piece.partition("}")
        if brace:
            text = ",".join(_texts(found, name, values.get(name, "")))
            path += quote(text, safe="") + rest
        else:
            path += piece
    if {".", ".."} & set(path.split("/")):
        raise MappingError("a value of the path cannot be told from a step to another one")
    query: list[tuple[str, str]] = []
    for name, value in _place(places, "query", scope, missing).items():
        query.extend((name, text) for text in _texts(found, name, value))
    return path + (f"?{urlencode(query)}" if query else "")


def _texts(found: Found, name: str, value: Any) -> list[str]:
    if name in found.json_values:
        return [orjson.dumps(value).decode()]
    if not isinstance(value, list):
        return [to_text(value)]
    texts = [to_text(one) for one in value]
    separator = found.separators.get(name)
    return texts if separator is None else [separator.join(texts)]


def _header(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise MappingError("a header holds characters it cannot carry")
    return text


def _body(
    found: Found,
    places: Mapping[str, Build],
    scope: Scope,
    missing: list[str],
    headers: dict[str, str],
    whole: Validator | None,
) -> bytes | None:
    headers["Accept"] = "application/json, application/problem+json"
    build = places.get("body")
    made = MISSING if build is None else build(scope, missing)[0]
    if made is MISSING:
        return None
    wrong = whole and complaint(whole, made, WHOLE)
    if wrong and not missing:
        raise MappingError(f"the body breaks its contract {wrong}")
    headers["Content-Type"] = found.body_type
    return _form(made) if found.body_type == FORM else orjson.dumps(made)


def _form(made: Any) -> bytes:
    fields: list[tuple[str, str]] = []
    for name, value in made.items():
        many = value if isinstance(value, list) else [value]
        if any(isinstance(one, dict | list) for one in many):
            raise MappingError(f"a form carries plain values, {name} is none")
        fields.extend((name, to_text(one)) for one in many if one is not None)
    return urlencode(fields).encode()
