"""What an OpenAPI document demands, to know who calls, as `[auth]` declares it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A way to show who one is."""

    name: str  # of the scheme
    kind: str  # of `[auth]`
    options: Mapping[str, str]  # its texts, as far as the document says them
    roles: tuple[str, ...]  # of its credentials

    def __str__(self) -> str:
        given = {"kind": self.kind, **self.options, **dict.fromkeys(self.roles, "<credential>")}
        return ", ".join(f'{key} = "{value}"' for key, value in given.items())


def guard_of(root: Mapping[str, Any], operation: Mapping[str, Any]) -> Guard | None:
    """What is demanded of every caller of an operation; None where `[auth]` has no say in it."""
    asked = operation.get("security", root.get("security"))
    schemes = _mapping(_mapping(root.get("components")).get("securitySchemes"))
    ways = [
        [_guard(str(name), _mapping(schemes.get(name))) for name in _mapping(way)]
        for way in (asked if isinstance(asked, list) else ())
    ]
    shown = [next((guard for guard in way if guard is not None), None) for way in ways]
    return None if not shown or None in shown else shown[0]


def _guard(name: str, scheme: Mapping[str, Any]) -> Guard | None:
    kind, said = scheme.get("type"), str(scheme.get("name"))
    if kind == "apiKey" and scheme.get("in") == "header":
        return Guard(name=name, kind="header", options={"name": said}, roles=("value",))
    if kind in ("http", "openIdConnect", "basic"):
        word = scheme.get("scheme") or ("basic" if kind == "basic" else "bearer")
        options = {"name": "Authorization", "prefix": f"{str(word).capitalize()} "}
        return Guard(name=name, kind="header", options=options, roles=("value",))
    if kind == "oauth2":
        roles = ("client_id", "client_secret")
        return Guard(name=name, kind="oauth2", options=_token(scheme), roles=roles)
    return None


def _token(scheme: Mapping[str, Any]) -> Mapping[str, str]:
    flow = _mapping(_mapping(scheme.get("flows")).get("clientCredentials"))
    path = urlsplit(str(flow.get("tokenUrl") or scheme.get("tokenUrl") or "")).path
    return {"token_path": path} if path.startswith("/") else {}


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
