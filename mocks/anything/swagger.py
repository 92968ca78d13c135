"""Swagger 2.0 said in the words of OpenAPI 3.0; references inside the document stay right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_STYLES = {"multi": ("form", True), "csv": ("form", False), "ssv": ("spaceDelimited", False),
           "pipes": ("pipeDelimited", False)}  # fmt: skip
_SECURITY = {"basic": "http", "apiKey": "apiKey", "oauth2": "oauth2"}
_BESIDE = ("name", "in", "required", "description", "collectionFormat", "allowEmptyValue")


@dataclass(slots=True)
class Swagger:
    """One document."""

    document: Mapping[str, Any]

    def as_openapi(self) -> dict[str, Any]:
        """The document with `paths` as OpenAPI 3.0 has them; definitions stay where they are."""
        made = dict(self.document)
        made["openapi"] = "3.0.3"
        paths = self.document.get("paths") or {}
        made["paths"] = {path: self._item(item) for path, item in paths.items()}
        schemes = self.document.get("securityDefinitions") or {}
        made["components"] = {
            "securitySchemes": {
                name: {**scheme, "type": _SECURITY.get(scheme.get("type"), "http")}
                for name, scheme in schemes.items()
            }
        }
        made["responses"] = {
            name: self._response(one, self._produces({}))
            for name, one in (self.document.get("responses") or {}).items()
        }
        return made

    def _item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(item)
        shared = item.get("parameters") or []
        made.pop("parameters", None)
        for method in _METHODS:
            if isinstance(item.get(method), dict):
                made[method] = self._operation(item[method], shared)
        return made

    def _operation(self, said: Mapping[str, Any], shared: list[Any]) -> dict[str, Any]:
        named = {}
        for one in (*shared, *(said.get("parameters") or ())):
            known = self._known(one)
            named[known.get("name"), known.get("in")] = known
        parameters = list(named.values())
        made = dict(said)
        made["parameters"] = [
            self._parameter(p) for p in parameters if p.get("in") not in ("body", "formData")
        ]
        body = self._body(said, parameters)
        if body is not None:
            made["requestBody"] = body
        made["responses"] = {
            status: self._response(one, self._produces(said))
            for status, one in (said.get("responses") or {}).items()
        }
        return made

    def _known(self, node: Any) -> Mapping[str, Any]:
        reference = node.get("$ref", "") if isinstance(node, dict) else ""
        if reference.startswith("#/parameters/"):
            found = (self.document.get("parameters") or {}).get(reference.rpartition("/")[2], {})
            return found if isinstance(found, dict) else {}
        return node if isinstance(node, dict) else {}

    def _produces(self, said: Mapping[str, Any]) -> list[str]:
        return said.get("produces") or self.document.get("produces") or ["application/json"]

    def _parameter(self, said: Mapping[str, Any]) -> dict[str, Any]:
        made = {key: said[key] for key in ("name", "in", "required") if key in said}
        made["schema"] = {key: value for key, value in said.items() if key not in _BESIDE}
        if said.get("type") == "array":
            style, explode = _STYLES.get(said.get("collectionFormat", "csv"), ("form", False))
            simple = said.get("in") in ("path", "header")
            made |= {"style": "simple" if simple else style, "explode": explode}
        return made

    def _body(
        self, said: Mapping[str, Any], parameters: list[Mapping[str, Any]]
    ) -> dict[str, Any] | None:
        consumes = said.get("consumes") or self.document.get("consumes") or ["application/json"]
        for one in parameters:
            if one.get("in") == "body":
                schema = one.get("schema", {})
                content = {kind: {"schema": schema} for kind in consumes}
                return {"required": one.get("required") is True, "content": content}
        fields = [one for one in parameters if one.get("in") == "formData"]
        if not fields:
            return None
        form = {
            "type": "object",
            "properties": dict(self._fields(fields)),
            "required": [one.get("name") for one in fields if one.get("required") is True],
        }
        kinds = [kind for kind in consumes if kind in _FORMS] or [_FORMS[1]]
        return {"required": bool(form["required"]), "content": {k: {"schema": form} for k in kinds}}

    def _fields(self, fields: list[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
        for one in fields:
            yield str(one.get("name")), {k: v for k, v in one.items() if k not in _BESIDE}

    def _response(self, said: Any, produces: list[str]) -> dict[str, Any]:
        if not isinstance(said, dict) or "$ref" in said:
            return dict(said or {})
        headers = {
            name: {"schema": {k: v for k, v in (one or {}).items() if k not in _BESIDE}}
            for name, one in (said.get("headers") or {}).items()
        }
        if "schema" not in said:
            return {"headers": headers}
        examples = said.get("examples") or {}
        content: dict[str, Any] = {}
        for kind in produces:
            content[kind] = {"schema": said["schema"]}
            if kind in examples:
                content[kind]["example"] = examples[kind]
        return {"headers": headers, "content": content}
