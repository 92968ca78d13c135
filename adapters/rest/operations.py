"""One operation of an OpenAPI document as it can be called, or why it cannot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from adapters.rest.reading import BadDocument

FORM = "application/x-www-form-urlencoded"
_SEPARATORS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_PLACES = ("path", "query", "header")

Schema = Mapping[str, Any]
Resolve = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One operation as the document has it."""

    name: str
    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Schema | None  # schema of the body
    body_required: bool
    responses: Mapping[str, Schema | None]  # status -> schema of the JSON body
    body_type: str = "application/json"
    separators: Mapping[str, str] = field(default_factory=dict)  # of lists written as one value
    json_values: frozenset[str] = frozenset()  # parameters written as JSON

    def promised(self, status: int) -> str | None:
        """The answer this status is, as the document calls it; None when it has none."""
        names = (str(status), f"{status // 100}XX", "default")
        return next((name for name in names if name in self.responses), None)

    def successes(self) -> list[Schema]:
        """The bodies of success: those of 2xx, else that of `default`."""
        named = [s for status, s in self.responses.items() if status.startswith("2")]
        bodies = named or [self.responses.get("default")]
        return [schema for schema in bodies if schema is not None]


def found_in(name: str, method: str, path: str, item: Any, node: Any, resolve: Resolve) -> Found:
    """The operation; BadDocument says why it cannot be called."""
    given = [resolve(p) for p in [*item.get("parameters", ()), *node.get("parameters", ())]]
    known = {(p.get("in"), p.get("name")): _valued(p) for p in given}
    parameters = tuple(p for p in known.values() if _written(p))
    _templated(path, parameters)
    body = resolve(node.get("requestBody") or {})
    kind, schema = _request(body)
    return Found(
        name=name,
        method=method.upper(),
        path=path,
        parameters=parameters,
        body=schema,
        body_required=bool(body.get("required")),
        responses=_responses(node, resolve),
        body_type=kind,
        separators=_separators(parameters),
        json_values=frozenset(str(p["name"]) for p in parameters if p.get("content")),
    )


@lru_cache(64)  # replies say it each in the same few ways
def is_json(kind: str) -> bool:
    """Whether a media type is JSON."""
    kind = kind.partition(";")[0].strip().lower()
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def json_schema(node: Mapping[str, Any]) -> Schema | None:
    """The schema of the JSON body of a request or response; None when there is none."""
    content = node.get("content")
    for kind, media in content.items() if isinstance(content, Mapping) else ():
        if is_json(kind) or kind.strip() in ("*/*", "application/*"):
            schema = media.get("schema", {}) if isinstance(media, Mapping) else {}
            return schema if isinstance(schema, Mapping) else {}
    return None


def _valued(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameter with a schema, wherever the document says it."""
    if "schema" in parameter or not parameter.get("content"):
        return parameter
    return {**parameter, "schema": json_schema(parameter) or {"type": "string"}}


def _written(parameter: Mapping[str, Any]) -> bool:
    """Whether the parameter can be written; BadDocument when it must be and cannot."""
    place, name = parameter.get("in"), parameter.get("name")
    if not isinstance(name, str) or not isinstance(place, str):
        raise BadDocument("has a parameter without a name or a place")
    style = parameter.get("style", "form" if place == "query" else "simple")
    if place in _PLACES and style in _SEPARATORS:
        return True
    if parameter.get("required"):
        how = f"in {place}" if place not in _PLACES else f"in the style {style}"
        raise BadDocument(f"needs the parameter {name!r} {how}, which is not written")
    return False


def _templated(path: str, parameters: tuple[Mapping[str, Any], ...]) -> None:
    known = {p["name"] for p in parameters if p["in"] == "path"}
    for piece in path.split("{")[1:]:
        if piece.partition("}")[0] not in known:
            name = piece.partition("}")[0]
            raise BadDocument(f"has {{{name}}} in its path and no parameter that describes it")


def _request(body: Mapping[str, Any]) -> tuple[str, Schema | None]:
    content = body.get("content") or {}
    schema = json_schema(body)
    if schema is not None:
        kind = next((k for k in content if is_json(k)), "application/json")
        return kind, schema
    for kind, media in content.items():
        if kind.partition(";")[0].strip().lower() == FORM:
            return FORM, media.get("schema", {})
    if content and body.get("required"):
        raise BadDocument(f"takes {', '.join(content)}; only JSON and plain forms are written")
    return "application/json", None


def _responses(node: Mapping[str, Any], resolve: Resolve) -> Mapping[str, Schema | None]:
    responses: dict[str, Schema | None] = {}
    for status, response in (node.get("responses") or {}).items():
        whole = resolve(response)
        responses[str(status).upper() if status != "default" else status] = json_schema(whole)
        kinds = list(whole.get("content") or {})
        if str(status).startswith("2") and kinds and json_schema(whole) is None:
            raise BadDocument(f"answers {status} in {', '.join(kinds)[:100]}; only JSON is read")
    return responses


def _separators(parameters: tuple[Mapping[str, Any], ...]) -> Mapping[str, str]:
    found = {}
    for parameter in parameters:
        form = parameter["in"] == "query"
        style = parameter.get("style", "form" if form else "simple")
        exploded = parameter.get("explode", style == "form")
        if not form or not exploded:
            found[str(parameter["name"])] = _SEPARATORS[style]
    return found
