"""Which operation a method and a path mean; the most literal path first."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from mocks.anything.openapi import OpenApi, Operation

_SLOT = re.compile(r"\{([^}/]+)\}")


class Routes:
    """The paths of a contract, with or without what its servers put before them."""

    def __init__(self, contract: OpenApi, prefix: str) -> None:
        paths = dict.fromkeys(operation.path for operation in contract.operations)
        order = sorted(paths, key=lambda path: (len(_SLOT.findall(path)), path))
        self._patterns = [(path, _pattern(path)) for path in order]
        self._operations = {(o.method, o.path): o for o in contract.operations}
        self.prefixes = [prefix.rstrip("/")] if prefix.strip("/") else list(_bases(contract))

    def known(self) -> list[str]:
        """All paths, as they are asked for."""
        return [f"{self.prefixes[0]}{path}" for path, _ in self._patterns]

    def methods(self, path: str) -> list[str]:
        """The methods of a path."""
        return [method for method, other in self._operations if other == path]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of a declared path."""
        return self._operations.get((method, path))

    def found(self, asked: str) -> Iterator[tuple[str, dict[str, str]]]:
        """The declared paths an asked one may be, with the values of their slots."""
        for rest in self._without_prefix(asked):
            for path, pattern in self._patterns:
                match = pattern.fullmatch(rest)
                if match:
                    yield path, dict(zip(_SLOT.findall(path), match.groups(), strict=True))

    def _without_prefix(self, asked: str) -> Sequence[str]:
        for prefix in self.prefixes:
            if asked.startswith(prefix + "/") or asked == prefix:
                return [asked[len(prefix) :] or "/"]
        return ()


def _pattern(path: str) -> re.Pattern[str]:
    pieces = _SLOT.split(path)
    return re.compile(
        "".join(re.escape(p) if n % 2 == 0 else "([^/]+)" for n, p in enumerate(pieces))
    )


def _bases(contract: OpenApi) -> Iterator[str]:
    document = contract.document
    for server in document.get("servers") or ():
        url = str(server.get("url", "")) if isinstance(server, dict) else ""
        path = (
            urlsplit(url).path.rstrip("/") if url.startswith(("http://", "https://", "/")) else ""
        )
        if path and "{" not in path:
            yield path
    base = str(document.get("basePath") or "").rstrip("/")
    if base:
        yield base
    yield ""
