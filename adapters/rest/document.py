"""An OpenAPI document, 3.0 or 3.1, read into one dialect of JSON Schema."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


class BadDocument(ValueError):
    """An OpenAPI document that cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """One operation as the document has it."""

    name: str
    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None  # schema of the JSON body
    body_required: bool
    responses: Mapping[str, Mapping[str, Any] | None]  # status -> schema of the JSON body


class OpenApi:
    """The operations and schemas of one document."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.root = _load(path)
        version = str(self.root.get("openapi", ""))
        if not version.startswith(("3.0", "3.1")):
            raise BadDocument(f"{path.name} is not OpenAPI 3.0 or 3.1 but {version or 'neither'}")
        if version.startswith("3.0"):
            _modernise(self.root)
        self.operations = {found.name: found for found in self._operations()}

    def find(self, name: str) -> Found | None:
        """By operationId, or by "METHOD /path"."""
        found = self.operations.get(name)
        if found is None and " " in name:
            method, _, path = name.partition(" ")
            wanted = (method.upper(), path)
            found = next(
                (f for f in self.operations.values() if (f.method, f.path) == wanted), None
            )
        return found

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The node itself, or what its local reference points at."""
        for _ in range(20):
            reference = node.get("$ref")
            if reference is None:
                return node
            node = self._at(str(reference))
        raise BadDocument("references go round in a circle")

    def validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """A compiled validator of this schema within the document."""
        whole = {"allOf": [schema], "components": self.root.get("components", {})}
        try:
            return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise BadDocument(f"a schema of {self.name} is not valid: {error}") from None

    def webhook(self, event: str) -> Mapping[str, Any] | None:
        """The schema of a message the department sends, None when there is no such event."""
        hook = self.root.get("webhooks", {}).get(event)
        if hook is None:
            return None
        body = self.resolve(self.resolve(hook).get("post", {}).get("requestBody", {}))
        return _json_schema(body)

    def webhooks(self) -> list[str]:
        """The names of the messages the department sends."""
        return list(self.root.get("webhooks", {}))

    def _at(self, reference: str) -> Mapping[str, Any]:
        if not reference.startswith("#/"):
            raise BadDocument(
                f"{reference} is not within {self.name}; only local references are read"
            )
        node: Any = self.root
        for step in reference[2:].split("/"):
            node = node.get(step.replace("~1", "/").replace("~0", "~")) if node else None
        if not isinstance(node, Mapping):
            raise BadDocument(f"{reference} points at nothing")
        return node

    def _operations(self) -> Iterator[Found]:
        for path, item in self.root.get("paths", {}).items():
            shared = item.get("parameters", [])
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item[method], shared)

    def _operation(
        self, path: str, method: str, node: Mapping[str, Any], shared: list[Any]
    ) -> Found:
        own = [self.resolve(p) for p in [*shared, *node.get("parameters", [])]]
        body = self.resolve(node.get("requestBody", {}))
        responses = {}
        for status, response in node.get("responses", {}).items():
            responses[str(status)] = _json_schema(self.resolve(response))
        return Found(
            name=node.get("operationId") or f"{method.upper()} {path}",
            method=method.upper(),
            path=path,
            parameters=tuple({(p["in"], p["name"]): p for p in own}.values()),
            body=_json_schema(body),
            body_required=bool(body.get("required")),
            responses=responses,
        )


def is_json(kind: str) -> bool:
    """Whether a media type is JSON."""
    kind = kind.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


_ANY_KIND = ("*/*", "application/*")


def _json_schema(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for kind, media in node.get("content", {}).items():
        if is_json(kind) or kind in _ANY_KIND:
            schema = media.get("schema", {})
            return schema if isinstance(schema, Mapping) else {}
    return None


def _load(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        root = _parse(text, json_text=path.suffix == ".json")
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadDocument(f"{path.name} cannot be read: {error}") from None
    if not isinstance(root, dict):
        raise BadDocument(f"{path.name} is no object")
    return root


def _parse(text: str, *, json_text: bool) -> Any:
    return json.loads(text) if json_text else yaml.load(text, Loader=_Plain)  # noqa: S506 — safe


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where built
    """YAML as OpenAPI means it: dates stay texts, and only true and false are truth values."""


_TAGS = (":timestamp", ":bool")
_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(_TAGS)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


def _modernise(node: Any) -> None:
    """Turn 3.0's `nullable` and boolean exclusive bounds into JSON Schema 2020-12, in place."""
    if isinstance(node, list):
        for item in node:
            _modernise(item)
    if not isinstance(node, dict):
        return
    for value in node.values():
        _modernise(value)
    if node.pop("nullable", False) is True:
        _nullable(node)
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(node.get(exclusive), bool) and node.pop(exclusive) and bound in node:
            node[exclusive] = node.pop(bound)


def _nullable(node: dict[str, Any]) -> None:
    if isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
        if "enum" in node and None not in node["enum"]:
            node["enum"] = [*node["enum"], None]
        return
    inner = dict(node)
    node.clear()
    node["anyOf"] = [inner, {"type": "null"}]
