"""A published OpenAPI document, as far as a mock needs it: routes, and what bodies must satisfy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

_BITS = {"int32": 32, "int64": 64}
_METHODS = ("get", "post", "put", "patch", "delete")
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One place where a body breaks its schema."""

    pointer: str
    message: str
    missing: bool  # a required member is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    spec: Mapping[str, Any]
    takes: frozenset[str]  # media types of a request's body; none where none is declared


class Contract:
    """The operations of one OpenAPI 3.0 or 3.1 document by id; schemas are compiled once."""

    def __init__(self, path: Path) -> None:
        document = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        self.document: dict[str, Any] = _with_bounds(_with_nulls(document))
        self.operations = {op.id: op for op in self._operations()}
        self._compiled: dict[str, Any] = {}
        self._valid_requests: dict[str, Callable[[object], bool]] = {}

    @classmethod
    def of(cls, folder: Path) -> "Contract":
        """The one YAML document of a contract folder."""
        (path,) = folder.glob("*.yaml")
        return cls(path)

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in _METHODS:
                if method in item:
                    spec = item[method]
                    takes = frozenset(spec.get("requestBody", {}).get("content", ()))
                    yield Operation(
                        id=spec["operationId"], method=method.upper(), path=path, spec=spec,
                        takes=takes,
                    )  # fmt: skip

    def request_faults(self, operation: str, body: object) -> list[Fault]:
        """What is wrong with a request body; empty when it is right or none is expected."""
        if (valid := self._valid_requests.get(operation)) is not None and valid(body):
            return []
        declared = self.operations[operation].spec.get("requestBody")
        if declared is None:
            return []
        (media,) = declared["content"].values()
        key = f"{operation} request"
        found = self.faults(key, media["schema"], body)
        self._valid_requests[operation] = self._compiled[key].is_valid
        return found

    def reply_faults(self, operation: str, status: int, media_type: str, body: object) -> list[str]:
        """What is wrong with a reply: status, media type, or body against the schema."""
        declared = self.operations[operation].spec["responses"].get(str(status))
        if declared is None:
            return [f"status {status} is not declared"]
        content = self.resolve(declared).get("content", {})
        if not content and body is None:
            return []
        if media_type not in content:
            return [f"{media_type} is not declared for {status}"]
        schema = content[media_type]["schema"]
        return [
            f"{f.pointer}: {f.message}"
            for f in self.faults(f"{operation} {status} {media_type}", schema, body)
        ]

    def resolve(self, node: Any) -> Any:
        """The node itself, or what its $ref points at."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def schema_faults(self, name: str, body: object) -> list[Fault]:
        """What is wrong with a value against a named schema."""
        return self.faults(name, {"$ref": f"#/components/schemas/{name}"}, body)

    def faults(self, key: str, schema: Any, body: object) -> list[Fault]:
        """What is wrong with a value against a schema, which is compiled once for its `key`."""
        if key not in self._compiled:
            whole = {
                "$schema": _DRAFT,
                "components": self.document["components"],
                "allOf": [schema],
            }
            self._compiled[key] = jsonschema_rs.validator_for(whole)
        if self._compiled[key].is_valid(body):  # which says no more than that, and costs little
            return []
        return [
            Fault(
                pointer="".join(f"/{step}" for step in error.instance_path),
                message=error.message,
                missing="is a required property" in error.message,
            )
            for error in self._compiled[key].iter_errors(body)
        ]


def _with_nulls(node: Any) -> Any:
    """OpenAPI 3.0's `nullable: true` said the way JSON Schema says it."""
    if isinstance(node, list):
        return [_with_nulls(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {key: _with_nulls(value) for key, value in node.items()}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def _with_bounds(node: Any) -> Any:
    """The bounds of OpenAPI's `format: int32` and `int64` said the way JSON Schema says them."""
    if isinstance(node, list):
        return [_with_bounds(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {key: _with_bounds(value) for key, value in node.items()}
    if (bits := _BITS.get(str(made.get("format")))) is not None:
        most = 2 ** (bits - 1)
        made["minimum"] = max(made.get("minimum", -most), -most)
        made["maximum"] = min(made.get("maximum", most - 1), most - 1)
    return made
