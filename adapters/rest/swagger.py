"""Swagger 2.0 turned into OpenAPI 3, in memory: bodies, forms, responses, definitions."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.rest.reading import BadDocument, nodes

_MOVED = {"definitions": "schemas", "parameters": "parameters", "responses": "responses"}
_KEPT = ("info", "security")
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_JSON = ["application/json"]
_FORM = "application/x-www-form-urlencoded"
_OF_A_PARAMETER = ("name", "in", "required", "description", "collectionFormat", "allowEmptyValue")
_STYLES = {"ssv": "spaceDelimited", "pipes": "pipeDelimited"}


def converted(root: dict[str, Any]) -> dict[str, Any]:
    """The same contract as OpenAPI 3.0."""
    made = _Conversion(root).made()
    for node in nodes(made):
        reference = node.get("$ref")
        if isinstance(reference, str):
            node["$ref"] = _moved(reference)
    return made


def _moved(reference: str) -> str:
    for old, new in _MOVED.items():
        if reference.startswith(f"#/{old}/"):
            return f"#/components/{new}/{reference.removeprefix(f'#/{old}/')}"
    return reference


class _Conversion:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root

    def made(self) -> dict[str, Any]:
        root, produces = self._root, _texts(self._root.get("produces"))
        parameters = _objects(root.get("parameters"))
        components = {
            "schemas": root.get("definitions", {}),
            "securitySchemes": root.get("securityDefinitions", {}),
            "parameters": {k: _parameter(p) for k, p in parameters.items()},
            "responses": {
                k: _response(r, produces) for k, r in _objects(root.get("responses")).items()
            },
        }
        paths = {path: self._item(item) for path, item in _objects(root.get("paths")).items()}
        kept = {k: v for k, v in root.items() if k.startswith("x-") or k in _KEPT}
        return {"openapi": "3.0.3", **kept, "components": components, "paths": paths}

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        item = self._resolved(item)
        shared = item.get("parameters", [])
        return {
            method: self._operation(item[method], shared)
            for method in _METHODS
            if isinstance(item.get(method), dict)
        }

    def _operation(self, node: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
        given = [self._resolved(p) for p in [*shared, *node.get("parameters", [])]]
        known = {(p.get("in"), p.get("name")): p for p in given}
        plain = [p for (place, _), p in known.items() if place not in ("body", "formData")]
        produces = _texts(node.get("produces")) or _texts(self._root.get("produces"))
        consumes = _texts(node.get("consumes")) or _texts(self._root.get("consumes"))
        responses = _objects(node.get("responses"))
        made = {
            "parameters": [_parameter(p) for p in plain],
            "responses": {
                status: _response(self._resolved(r), produces) for status, r in responses.items()
            },
        }
        body = _body(known.values(), consumes or _JSON)
        kept = {key: node[key] for key in ("operationId", "security") if node.get(key) is not None}
        return {**kept, **made, **({"requestBody": body} if body else {})}

    def _resolved(self, node: Any) -> dict[str, Any]:
        for _ in range(20):
            if not isinstance(node, dict):
                break
            reference = node.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return node
            node = self._root
            for step in reference[2:].split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, dict) else None
        raise BadDocument("a reference of a path, parameter or response leads nowhere")


def _body(parameters: Iterable[Mapping[str, Any]], consumes: list[str]) -> dict[str, Any] | None:
    body = next((p for p in parameters if p.get("in") == "body"), None)
    if body is not None:
        content = {kind: {"schema": body.get("schema", {})} for kind in consumes}
        return {"required": bool(body.get("required")), "content": content}
    fields = [p for p in parameters if p.get("in") == "formData"]
    if not fields:
        return None
    required = [str(p["name"]) for p in fields if p.get("required")]
    properties = {str(p["name"]): _value(p) for p in fields}
    schema = {"type": "object", "properties": properties, "required": required}
    files = any(p.get("type") == "file" for p in fields)
    kind = "multipart/form-data" if files else _FORM
    return {"required": bool(required), "content": {kind: {"schema": schema}}}


def _parameter(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node or node.get("in") in ("body", "formData"):
        return node
    made: dict[str, Any] = {k: node[k] for k in ("name", "in", "required") if k in node}
    form = node.get("collectionFormat", "csv")
    if node.get("type") == "array" and node.get("in") == "query":
        made["explode"] = form == "multi"
        made["style"] = _STYLES.get(form, "form")
    return {**made, "schema": _value(node)}


def _value(node: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in node.items() if k not in _OF_A_PARAMETER}


def _response(node: dict[str, Any], produces: list[str]) -> dict[str, Any]:
    schema = node.get("schema")
    if not isinstance(schema, dict):
        return {"description": ""}
    kinds = ["application/octet-stream"] if schema.get("type") == "file" else produces or _JSON
    return {"content": {kind: {"schema": schema} for kind in kinds}}


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _objects(value: Any) -> dict[str, dict[str, Any]]:
    there = value if isinstance(value, dict) else {}
    return {k: v for k, v in there.items() if isinstance(v, dict)}
