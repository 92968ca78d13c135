"""What an OpenAPI document says besides its schemas: summaries, servers, security, descriptions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from adapters.drafting.files import ContractFiles, mappings, plain
from adapters.drafting.wording import Words, clean

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_MEANINGS = ("x-enum-descriptions", "x-enumDescriptions", "x-enum-varnames", "x-enumNames")


class OpenApiWords:
    """The words of all files of one OpenAPI document."""

    def __init__(self, files: ContractFiles) -> None:
        self._root = _mapping(plain(files.entry))
        self._all = [plain(path) for path in files.files]

    def title(self) -> str:
        """The document's title."""
        return clean(str(_mapping(self._root.get("info")).get("title") or ""))

    def operations(self) -> dict[str, str]:
        """What is said about each operation, by operationId or "METHOD /path"."""
        said = {}
        for path, item in _mapping(self._root.get("paths")).items():
            for method in _METHODS:
                node = _mapping(_mapping(item).get(method))
                name = str(node.get("operationId") or f"{method.upper()} {path}")
                text = clean(str(node.get("summary") or node.get("description") or ""))
                if text:
                    said[name] = text
        return said

    def address(self) -> tuple[str, str]:
        """Host and path of the first server; the path is empty where it is a template."""
        servers = self._root.get("servers")
        first = _mapping(servers[0]) if isinstance(servers, list) and servers else {}
        url = str(first.get("url") or "")
        if "{" in url:
            return "", ""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        return host, parts.path.rstrip("/")

    def security(self) -> list[str]:
        """The ways to show who one is, each in a few words."""
        schemes = _mapping(_mapping(self._root.get("components")).get("securitySchemes"))
        return [_scheme(str(name), _mapping(node)) for name, node in schemes.items()]

    def elements(self) -> Words:
        """What is said about properties and parameters, and how many items a list takes."""
        words = Words()
        for root in self._all:
            _collect(root, words)
        return words


def _collect(root: Any, words: Words) -> None:
    for node in mappings(root):
        if isinstance(node.get("in"), str) and isinstance(node.get("name"), str):
            _note(node["name"], node, words)
            _note(node["name"], _mapping(node.get("schema")), words)
        properties = _mapping(node.get("properties"))
        for name, schema in properties.items():
            _note(str(name), _mapping(schema), words, beside=[str(other) for other in properties])


def _note(name: str, node: Mapping[str, Any], words: Words, beside: Sequence[str] = ()) -> None:
    said = node.get("title") or node.get("description")
    words.note(name, said if isinstance(said, str) else None, beside)
    for value, text in _enumerated(node):
        words.code(name, value, text)
    most = node.get("maxItems")
    if isinstance(most, int) and most > 1:
        words.most[name] = most


def _enumerated(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is said about the listed values, in the ways that are usual though no standard's."""
    values, said = node.get("enum"), next((node[w] for w in _MEANINGS if w in node), None)
    if isinstance(said, Mapping):
        yield from ((str(value), str(text)) for value, text in said.items())
    elif isinstance(said, list) and isinstance(values, list):
        yield from ((str(value), str(text)) for value, text in zip(values, said, strict=False))


def _scheme(name: str, node: Mapping[str, Any]) -> str:
    kind = node.get("type")
    if kind == "http":
        prefix = str(node.get("scheme", "")).capitalize()
        return f'{name}: kind = "header", name = "Authorization", prefix = "{prefix} "'
    if kind == "apiKey" and node.get("in") == "header":
        return f'{name}: kind = "header", name = "{clean(str(node.get("name")))}"'
    if kind == "oauth2":
        return f'{name}: kind = "oauth2" with token_path, client_id, client_secret'
    return f"{name}: {clean(str(kind))}"


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
