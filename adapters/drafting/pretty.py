"""Messages as people read them: indented, without secrets, and cut where they are long."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from adapters.soap.envelope import content_type
from adapters.soap.xml import BadXml, Element, escape, local, parse

SHOWN = 64 * 1024  # characters of one message that are shown
_HIDDEN = "***"
_MARKS = [chr(code) for code in range(0xE000, 0xF900)]  # nobody's characters
_SECRET_HEADERS = ("authorization", "cookie", "key", "token", "secret", "signature", "password")
_SECRET_PARTS = (
    re.compile(r'("(?:access|refresh|id)_token"\s*:\s*")[^"]*'),
    re.compile(r"(<(?:\w+:)?Password\b[^>]*>)[^<]*"),
    re.compile(r"((?:client_secret|password)=)[^&\s]*"),
)


class Mask:
    """Hides a department's credentials wherever they stand."""

    def __init__(self, credentials: Mapping[str, str], header: str = "") -> None:
        plain = {value for value in credentials.values() if value}
        spelt = {form for value in plain for form in (value, quote_plus(value), _escaped(value))}
        self._values = sorted(spelt, key=len, reverse=True)
        self._header = header.lower()

    def text(self, text: str) -> str:
        """The text without any credential."""
        for value in self._values:
            text = text.replace(value, _HIDDEN)
        for part in _SECRET_PARTS:
            text = part.sub(rf"\1{_HIDDEN}", text)
        return text

    def value(self, value: Any) -> Any:
        """Plain data without any credential in its texts."""
        if isinstance(value, Mapping):
            return {key: self.value(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers, those that show who we are without their value."""
        return {
            name: _HIDDEN if self._hides(name.lower()) else self.text(value)
            for name, value in headers.items()
        }

    def _hides(self, name: str) -> bool:
        return name == self._header or any(word in name for word in _SECRET_HEADERS)


def _escaped(value: str) -> str:
    try:
        return escape(value)
    except ValueError:
        return value


def message(body: bytes | None, headers: Mapping[str, str], encoding: str | None) -> str:
    """A body as text: XML and JSON indented, anything else as it is."""
    if not body:
        return ""
    kind, charset = content_type({k.lower(): v for k, v in headers.items()}.get("content-type", ""))
    if "xml" in kind:
        try:
            return "\n".join(_markup(parse(body, encoding or charset), 0, {}))
        except BadXml:
            return _decoded(body, encoding or charset)
    text = _decoded(body, encoding or charset)
    if "json" in kind:
        try:
            return _json(text)
        except (ValueError, RecursionError):
            return text
    return text


def _json(text: str) -> str:
    """Indented; numbers keep the digits they came with, marked while they are texts."""
    spelt = text.lower()
    mark = next(c for c in _MARKS if c not in text and f"\\u{ord(c):04x}" not in spelt)
    held = json.loads(text, parse_float=lambda digits: f"{mark}{digits}")
    return re.sub(f'"{mark}([^"]*)"', r"\1", json.dumps(held, ensure_ascii=False, indent=2))


def cut(text: str) -> tuple[str, bool]:
    """As much of the text as is shown, and whether that is all."""
    return text[:SHOWN], len(text) <= SHOWN


def _decoded(body: bytes, encoding: str | None) -> str:
    try:
        return body.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")


def _markup(node: Element, depth: int, known: Mapping[str | None, str]) -> Iterator[str]:
    tab = "  " * depth
    name = f"{node.prefix}:{local(node.tag)}" if node.prefix else local(node.tag)
    spaces = {prefix: uri for prefix, uri in node.nsmap.items() if known.get(prefix) != uri}
    head = name + "".join(
        f' xmlns{":" + prefix if prefix else ""}="{uri}"' for prefix, uri in spaces.items()
    )
    head += "".join(f' {_attribute(node, key)}="{escape(v)}"' for key, v in node.attrib.items())
    children = list(node)
    text = (node.text or "") if not children else (node.text or "").strip()
    if not children:
        yield f"{tab}<{head}>{_content(text)}</{name}>" if text else f"{tab}<{head}/>"
        return
    yield f"{tab}<{head}>{_content(text)}"
    for child in children:
        yield from _markup(child, depth + 1, {**known, **spaces})
    yield f"{tab}</{name}>"


def _content(text: str) -> str:
    return escape(text).replace("&quot;", '"')


def _attribute(node: Element, key: str) -> str:
    space, _, name = key[1:].partition("}") if key.startswith("{") else ("", "", key)
    prefix = next((p for p, uri in node.nsmap.items() if p and uri == space), None)
    return f"{prefix}:{name}" if prefix else name


def plain(root: Any) -> Any:
    """A validated reply as plain values: JSON as it is, an element as its members by name."""
    if root is None or isinstance(root, dict | list | str | int | float):
        return root
    children = [child for child in root if isinstance(child.tag, str)]
    held: dict[str, Any] = {f"@{local(name)}": value for name, value in root.attrib.items()}
    for child in children:
        name, value = local(child.tag), plain(child)
        if name not in held:
            held[name] = value
        else:
            held[name] = (
                [*held[name], value]
                if isinstance(held[name], list)
                else [
                    held[name],
                    value,
                ]
            )
    if not held:
        return root.text or ""
    return held if children else {**held, ".": root.text or ""}
