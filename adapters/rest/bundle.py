"""An OpenAPI document with every file it refers to, as one tree with local references only."""

from pathlib import Path
from typing import Any

from adapters.documents import BadContract, Documents
from adapters.rest.reading import nodes, read_tree

FILES = "x-files"
MISSING = "missing:"


class Bundle:
    """The tree, and why some references lead nowhere: only who uses one of those is refused."""

    def __init__(self, documents: Documents, entry: Path) -> None:
        self._documents = documents
        self._keys: dict[Path, str] = {entry.resolve(): ""}
        self._waiting: list[tuple[dict[str, Any], Path, str]] = []
        self.missing: dict[str, str] = {}
        self.root = read_tree(documents, entry)
        self._files: dict[str, Any] = {}
        self._localise(self.root, entry.resolve(), "")
        while self._waiting:
            self._localise(*self._waiting.pop())
        self.root.pop(FILES, None)
        if self._files:
            self.root[FILES] = self._files

    def _localise(self, tree: dict[str, Any], path: Path, key: str) -> None:
        for node in nodes(tree):
            reference = node.get("$ref")
            if isinstance(reference, str):
                node["$ref"] = self._local(reference, path, key)

    def _local(self, reference: str, path: Path, key: str) -> str:
        place, _, fragment = reference.partition("#")
        try:
            if place:
                key = self._key(self._documents.locate(place, path))
        except BadContract as error:
            name = f"{MISSING}{len(self.missing)}"
            self.missing[name] = str(error)
            return name
        start = f"#/{FILES}/{key}" if key else "#"
        return f"{start}{fragment}" if fragment.startswith("/") or not fragment else reference

    def _key(self, path: Path) -> str:
        if path not in self._keys:
            tree = read_tree(self._documents, path)
            self._keys[path] = f"f{len(self._keys)}"
            self._files[self._keys[path]] = tree
            self._waiting.append((tree, path, self._keys[path]))
        return self._keys[path]
