"""An OpenAPI document, 3.0 to 3.2 or Swagger 2.0, read into one dialect of JSON Schema."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from adapters.documents import Documents
from adapters.rest.bundle import FILES, Bundle
from adapters.rest.complaint import WHOLE
from adapters.rest.modern import modernise
from adapters.rest.operations import Found, found_in, is_json, json_schema
from adapters.rest.reach import reached, words_of
from adapters.rest.reading import BadDocument
from adapters.rest.security import Guard, guard_of
from adapters.rest.swagger import converted

__all__ = ["BadDocument", "Found", "OpenApi", "is_json", "load_openapi"]

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "query")
_VERSIONS = ("3.0", "3.1", "3.2")


def load_openapi(documents: Documents, entry: Path) -> "OpenApi":
    """The document in this file; BadContract says what is wrong."""
    return OpenApi(documents, entry)


class OpenApi:
    """The operations and schemas of one document.

    An operation that cannot be called is refused alone: `refused` has its name and why.
    """

    def __init__(self, documents: Documents, path: Path) -> None:
        self.name = path.name
        bundle = Bundle(documents, path)
        self._missing = bundle.missing
        self.root, version = _version(path.name, bundle.root)
        self.base = str(bundle.root.get("basePath", "")).rstrip("/")
        modernise(self.root, before_31=version == "3.0")
        self.operations: dict[str, Found] = {}
        self.refused: dict[str, str] = {}
        self.guards: dict[str, Guard] = {}  # what it demands of callers, by operation
        self._by_place: dict[tuple[str, str], str] = {}
        self._validators: dict[int, tuple[Any, jsonschema_rs.Draft202012Validator]] = {}
        self._read()
        if not (self.operations or self.refused or self._hooks()):
            raise BadDocument(f"{self.name} describes no operation")

    def find(self, name: str) -> Found | None:
        """By operationId, or by "METHOD /path"."""
        return self.operations.get(self._named(name))

    def refusal(self, name: str) -> str | None:
        """Why this operation cannot be called, None when it can or is not there."""
        return self.refused.get(self._named(name))

    def resolve(self, node: Any) -> Mapping[str, Any]:
        """The node itself, or what its local reference points at."""
        for _ in range(20):
            if isinstance(node, bool):
                return {} if node else {"not": {}}
            if not isinstance(node, Mapping):
                break
            reference = node.get("$ref")
            if reference is None:
                return node
            node = self._at(str(reference))
        raise BadDocument(
            "has references that go round in a circle, or no object where one belongs"
        )

    def validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """A compiled validator of this schema within the document; nothing is fetched for it."""
        known = self._validators.get(id(schema))
        if known is not None:
            return known[1]
        others = reached(schema, self._at)
        whole = {"allOf": [schema], **self._pieces(others)}
        try:
            for other in others.values():
                _SCHEMAS.validate(other)  # compiling does not look so closely
            made = jsonschema_rs.Draft202012Validator(
                whole, validate_formats=True, retriever=_never
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            what = str(error).strip().replace("\n", " ")[:300]
            raise BadDocument(f"a schema of {self.name} is not valid: {what}") from None
        self._validators[id(schema)] = (schema, made)
        return made

    def whole(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
        """As `validator`, where the schema demands what no single value shows; None elsewhere.

        None too where only the department says a part: that part is never in a request.
        """
        words = {
            w for part in (schema, *reached(schema, self._at).values()) for w in words_of(part)
        }
        return self.validator(schema) if words & WHOLE and "readOnly" not in words else None

    def check(self, found: Found) -> None:
        """Nothing when every schema of the operation is valid; BadDocument else."""
        given = (parameter.get("schema") for parameter in found.parameters)
        for schema in (*found.responses.values(), found.body, *given):
            if schema is not None:
                self.validator(schema)

    def webhook(self, event: str) -> Mapping[str, Any] | None:
        """The schema of a message the department sends, None when there is no such event."""
        hook = self._hooks().get(event)
        if hook is None:
            return None
        reached(hook, self._at)
        body = self.resolve(self.resolve(hook).get("post", {}).get("requestBody", {}))
        return json_schema(body)

    def webhooks(self) -> list[str]:
        """The names of the messages the department sends."""
        return list(self._hooks())

    def _hooks(self) -> Mapping[str, Any]:
        hooks = self.root.get("webhooks")
        return hooks if isinstance(hooks, Mapping) else {}

    def _named(self, name: str) -> str:
        method, _, path = name.partition(" ")
        return self._by_place.get((method.upper(), path), name)

    def _read(self) -> None:
        there = list(self._places())
        names = [node.get("operationId") for *_, node in there if isinstance(node, Mapping)]
        for path, method, item, node in there:
            place = f"{method.upper()} {path}"
            identifier = node.get("operationId") if isinstance(node, Mapping) else None
            twice = names.count(identifier) > 1
            if twice and identifier:
                self.refused[str(identifier)] = f'stands twice — name it "{place}" instead'
            name = str(identifier) if identifier and not twice else place
            self._by_place[method.upper(), path] = name
            try:
                reached([item.get("parameters"), node], self._at)
                self.operations[name] = found_in(name, method, path, item, node, self.resolve)
                guard = guard_of(self.root, node)
                if guard is not None:
                    self.guards[name] = guard
            except BadDocument as error:
                self.refused[name] = str(error)
            except (AttributeError, TypeError, KeyError, ValueError):
                # whatever stands where OpenAPI wants something else; the others still serve
                self.refused[name] = "is not written as OpenAPI says"

    def _places(self) -> Iterator[tuple[str, str, Any, Any]]:
        paths = self.root.get("paths") or {}
        for path, written in paths.items() if isinstance(paths, Mapping) else ():
            try:
                item = self.resolve(written)
            except BadDocument as error:
                self.refused[path] = str(error)
                continue
            more = item.get("additionalOperations")
            inside = {**item, **more} if isinstance(more, Mapping) else item
            for method in (*METHODS, *(more or ())):
                if isinstance(inside.get(method), Mapping):
                    yield path, method, item, inside[method]

    def _at(self, reference: str) -> Any:
        if reference in self._missing:
            raise BadDocument(self._missing[reference])
        if reference != "#" and not reference.startswith("#/"):
            raise BadDocument(f"{reference[:200]!r} is no reference within {self.name}")
        node: Any = self.root
        for step in reference[2:].split("/") if len(reference) > 1 else ():
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(node, list):
                node = node[int(name)] if name.isdecimal() and int(name) < len(node) else None
            else:
                node = node.get(name) if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping | bool):
            raise BadDocument(f"{reference[:200]} points at nothing")
        return node

    def _pieces(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parts of the document that these references point into."""
        made: dict[str, Any] = {}
        for reference in found:
            steps = [unquote(s) for s in reference[2:].split("/")]
            first = steps[0].replace("~1", "/").replace("~0", "~")
            if not reference[1:]:
                return {**self.root}
            depth = {"components": 3, FILES: 2}.get(first, 1)
            here, source = made, self.root
            names = [s.replace("~1", "/").replace("~0", "~") for s in steps[:depth]]
            for name in names[:-1]:
                here, source = here.setdefault(name, {}), source[name]
            here[names[-1]] = source[names[-1]]
        return made


def _version(name: str, root: dict[str, Any]) -> tuple[dict[str, Any], str]:
    swagger, version = str(root.get("swagger", "")), str(root.get("openapi", ""))
    if swagger.startswith("2"):
        try:
            return converted(root), "3.0"
        except (AttributeError, TypeError, KeyError):
            # whatever stands where Swagger wants something else
            raise BadDocument(f"{name} is not written as Swagger 2.0 says") from None
    if not version.startswith(_VERSIONS):
        known = "neither OpenAPI 3.0, 3.1, 3.2 nor Swagger 2.0"
        raise BadDocument(f"{name} is {known} but {version or swagger or 'nothing of the kind'!r}")
    return root, version[:3]


def _never(url: str) -> Any:
    raise ValueError(f"{url} is not fetched")


_SCHEMAS = jsonschema_rs.Draft202012Validator(
    {"$ref": "https://json-schema.org/draft/2020-12/schema"}, retriever=_never
)
