"""An OpenAPI 3 or Swagger 2 document: operations, their parameters, bodies and replies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mocks.anything.documents import Place, Tree
from mocks.anything.json_schemas import Bundle, Schema
from mocks.anything.refusal import Refused
from mocks.anything.swagger import Swagger

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Where a value stands in a request, and what it may be."""

    name: str
    where: str  # path, query, header, cookie
    required: bool
    schema: Schema
    style: str
    explode: bool
    content: bool = False  # JSON inside of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A body of one media type; examples by name."""

    type: str
    schema: Schema
    examples: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one status brings."""

    status: str
    media: tuple[Media, ...] = ()
    headers: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation; `security`: the header or query names any one of which is enough."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: tuple[Media, ...] = ()
    body_required: bool = False
    replies: tuple[Reply, ...] = ()
    security: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class OpenApi:
    """The operations of a document; schemas are in the bundle."""

    tree: Tree
    name: str
    bundle: Bundle
    document: Mapping[str, Any]
    operations: tuple[Operation, ...] = ()

    @classmethod
    def of(cls, tree: Tree, name: str) -> "OpenApi":
        """The document of that name; Refused if it is none, or refers to what is not there."""
        document = tree.document(name)
        if not isinstance(document, dict):
            raise Refused(f"{name}: is not an OpenAPI document — name one")
        version = str(document.get("openapi", document.get("swagger", "")))
        if not version.startswith(("3.0", "3.1", "2.0")):
            raise Refused(
                f"{name}: is neither OpenAPI 3.0, 3.1 nor Swagger 2.0 — convert it to one of them"
            )
        if version.startswith("2.0"):
            document = tree.read[name] = Swagger(document).as_openapi()
        made = cls(tree, name, Bundle(tree, version.startswith("3.1")), document)
        made.operations = tuple(made._operations())
        made.bundle.registry()
        return made

    def _operations(self) -> Iterator[Operation]:
        root = Place(self.name, ("paths",))
        for path, said in (self.document.get("paths") or {}).items():
            item, place = self.tree.resolved(said, root.below(path))
            for method in METHODS:
                if isinstance(item, dict) and isinstance(item.get(method), dict):
                    yield self._operation(path, method, item, place)

    def _operation(
        self, path: str, method: str, item: Mapping[str, Any], place: Place
    ) -> Operation:
        said, here = item[method], place.below(method)
        shared = self._parameters(item, place)
        own = self._parameters(said, here)
        body, body_place = self.tree.resolved(
            said.get("requestBody") or {}, here.below("requestBody")
        )
        return Operation(
            id=str(said.get("operationId") or f"{method.upper()} {path}"),
            method=method.upper(),
            path=path,
            parameters=tuple({**shared, **own}.values()),
            body=tuple(self._media(body, body_place, asked=True)),
            body_required=body.get("required") is True,
            replies=tuple(self._replies(said, here)),
            security=tuple(self._security(said)),
        )

    def _parameters(
        self, node: Mapping[str, Any], place: Place
    ) -> dict[tuple[str, str], Parameter]:
        found = {}
        for number, one in enumerate(node.get("parameters") or ()):
            said, here = self.tree.resolved(one, place.below("parameters").below(number))
            made = self._parameter(said, here)
            found[made.where, made.name] = made
        return found

    def _parameter(self, said: Mapping[str, Any], place: Place) -> Parameter:
        where = str(said.get("in", "query"))
        style = str(said.get("style") or ("form" if where in ("query", "cookie") else "simple"))
        media = next(iter((said.get("content") or {}).items()), None)
        node, here = said.get("schema", {}), place.below("schema")
        if media is not None:
            node, here = media[1].get("schema", {}), place.below("content").below(media[0])
        return Parameter(
            name=str(said.get("name", "")),
            where=where,
            required=said.get("required") is True or where == "path",
            schema=self.bundle.add(node, here, asked=True),
            style=style,
            explode=bool(said.get("explode", style == "form")),
            content=media is not None,
        )

    def _media(self, node: Mapping[str, Any], place: Place, *, asked: bool) -> Iterator[Media]:
        for kind, said in (node.get("content") or {}).items():
            here = place.below("content").below(kind)
            schema = self.bundle.add(
                (said or {}).get("schema", {}), here.below("schema"), asked=asked
            )
            yield Media(type=kind, schema=schema, examples=tuple(self._examples(said or {}, here)))

    def _examples(self, said: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Any]]:
        """Those of the media type; a schema has its own with it."""
        if "example" in said:
            yield "example", said["example"]
        for name, one in (said.get("examples") or {}).items():
            example, _ = self.tree.resolved(one, place.below("examples").below(name))
            if isinstance(example, dict) and "value" in example:
                yield str(name), example["value"]

    def _replies(self, said: Mapping[str, Any], place: Place) -> Iterator[Reply]:
        for status, one in (said.get("responses") or {}).items():
            node, here = self.tree.resolved(one, place.below("responses").below(status))
            headers = {}
            for name, header in (node.get("headers") or {}).items():
                told, where = self.tree.resolved(header, here.below("headers").below(name))
                headers[name] = self.bundle.add(told.get("schema", {}), where.below("schema"))
            media = tuple(self._media(node, here, asked=False))
            yield Reply(status=str(status), media=media, headers=headers)

    def _security(self, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Where credentials may stand; nothing when an alternative asks for none."""
        wanted = said.get("security", self.document.get("security")) or []
        if not all(wanted):
            return
        schemes = (self.document.get("components") or {}).get("securitySchemes") or {}
        for name in (name for alternative in wanted for name in alternative):
            scheme, _ = self.tree.resolved(schemes.get(name) or {}, Place(self.name))
            if scheme.get("type") == "apiKey":
                yield str(scheme.get("in")), str(scheme.get("name"))
            elif scheme.get("type") != "mutualTLS":
                yield "header", "Authorization"
