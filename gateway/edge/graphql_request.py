"""A GraphQL request as it came over HTTP, read strictly: a wrong shape is never guessed at."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from starlette.datastructures import QueryParams

from gateway.edge.refusal import Refusal
from schema.domain.text import Text

DEEPEST = 24
_MEMBERS: Final = frozenset({"query", "operationName", "variables", "extensions"})
_EXACT: Final = 2.0**53  # RFC 8259, 6: whole numbers beyond it are not what was written
_SIMPLE: Final = frozenset({str, int, bool, type(None)})  # neither deep nor out of range


class Operation(NamedTuple):
    """What to execute. `queries_only`: the client sent it by GET.

    `bare`: nothing else was sent with it, so that all there is to it stands here.
    """

    query: str
    variables: Mapping[str, Any]
    name: str | None = None
    queries_only: bool = False
    bare: bool = True


def as_sent(method: str, sent: bytes | bytearray) -> bytes:
    """What memories know a request by: a query of a URL is no body."""
    return b"%s %s" % (method.encode(), sent)


def from_json(body: bytes) -> Operation:
    """The operation of a POST body: strict JSON, one object, each member of its own type."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _bad(
            "BAD_JSON", "请求内容不是有效的 UTF-8 JSON。", "The body is not valid UTF-8 JSON."
        ) from error
    if isinstance(document, list):
        raise _bad("BATCH_NOT_SUPPORTED", "不支持批量请求。", "Batches are not supported.")
    if not isinstance(document, dict):
        raise _bad("BAD_REQUEST", "请求内容须为 JSON 对象。", "The body must be a JSON object.")
    _refuse_depth(document)
    return _operation(document, queries_only=False)


def from_url(parameters: QueryParams) -> Operation:
    """The operation of a GET request; variables and extensions are JSON texts."""
    document: dict[str, Any] = dict(parameters)
    for key in ("variables", "extensions"):
        if given := document.pop(key, None):
            document[key] = _json_parameter(key, given)
    _refuse_depth(document)
    return _operation(document, queries_only=True)


def _operation(document: Mapping[str, Any], *, queries_only: bool) -> Operation:
    query = document.get("query")
    if not isinstance(query, str) or not query or query.isspace():
        raise _member("query", "字符串", "a string")
    name = document.get("operationName")
    if name is not None and not isinstance(name, str):
        raise _member("operationName", "字符串", "a string")
    variables = document.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _member("variables", "对象", "an object")
    extensions = document.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise _member("extensions", "对象", "an object")
    # An empty name is what several clients send for "none".
    bare = not extensions and document.keys() <= _MEMBERS
    return Operation(query, variables or {}, name or None, queries_only, bare)


def _json_parameter(key: str, text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _member(key, "JSON 对象", "a JSON object") from error


def _refuse_depth(document: dict[str, Any]) -> None:
    level = _filled(document)
    for _ in range(DEEPEST - 2):
        if not level:
            return
        level = [child for value in level for child in _filled(value)]
    if level:
        raise _bad("TOO_DEEP", "请求内容嵌套过深。", "The body is nested too deeply.")


def _filled(value: Any) -> list[Any]:
    """The objects and lists in one of them, without those that are empty."""
    inside = value.values() if isinstance(value, dict) else value
    if _SIMPLE.issuperset(map(type, inside)):
        return []
    found = []
    for child in inside:
        if child.__class__ in _SIMPLE:
            continue
        if isinstance(child, float):
            if not abs(child) < _EXACT:  # nor anything else that is not finite
                raise _bad(
                    "BAD_JSON",
                    "请求内容含过大的数值，请以字符串形式发送。",
                    "The body holds a number that loses digits as JSON; send it as a string.",
                )
        elif child:
            found.append(child)
    return found


def _member(key: str, zh: str, en: str) -> Refusal:
    return _bad("BAD_REQUEST", f"“{key}”须为{zh}。", f'"{key}" must be {en}.')


def _bad(code: str, zh: str, en: str) -> Refusal:
    return Refusal(400, code, Text(zh=zh, en=en))
