"""The requests of one operation: the functions that write them, made once, at start."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus, urlencode

import orjson

from adapters.errors import Unsendable
from adapters.mapping.compile import Scope
from adapters.mapping.convert import MappingError, to_text
from adapters.mapping.request import Group, Leaf, Node
from adapters.mapping.sources import Ask
from adapters.rest.complaint import WHOLE, Validator, complaint
from adapters.rest.document import Found
from adapters.rest.operations import FORM
from adapters.rest.tree import MISSING, builder, valued
from adapters.shape import Kind

T = TypeVar("T")
Made = tuple[str, Mapping[str, str], bytes | None]
"""Path, headers and body of a request that does not say yet who we are."""
Texts = Sequence[str]
"""A parameter as it is written: once, once an entry, or not at all."""
_NOTHING: Texts = ()
Say = Callable[[Scope, list[str]], tuple[Texts, bool]]
"""One parameter, and whether something besides constants was there; notes what is missing."""

_ACCEPT = {"Accept": "application/json, application/problem+json"}
_IN_PATH = {code: quote(chr(code), safe="") for code in range(128)}
_IN_QUERY = {**_IN_PATH, ord(" "): "+"}
_CONVERTED = (Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN)  # a text of another kind stays as it is


def requests(
    department: str, found: Found, node: Node, prefix: str, whole: Validator | None
) -> Callable[[Ask], Made]:
    """What writes this operation's requests; `whole` judges what a body must be besides its values.

    Unsendable when a value is missing, or has no place in the request.
    """
    places = {m.shape.name: m for m in node.members} if isinstance(node, Group) else {}
    path, query = _path(found, places.get("path")), _query(found, places.get("query"))
    headers, body = _headers(found, places.get("header")), _body(found, places.get("body"), whole)
    bare, typed = _ACCEPT, {**_ACCEPT, "Content-Type": found.body_type}

    def make(ask: Ask) -> Made:
        scope, missing = Scope(ask), list[str]()
        try:
            where = prefix + path(scope, missing) + query(scope, missing)
            given = headers(scope, missing)
            content = body(scope, missing)
        except MappingError as error:
            raise Unsendable(department, f"the request cannot be made: {error}") from None
        if missing:
            names = ", ".join(missing[:5])
            raise Unsendable(department, f"the request lacks values for {names}")
        said = bare if content is None else typed
        return where, {**given, **said} if given else said, content

    return make


def _path(found: Found, node: Node | None) -> Callable[[Scope, list[str]], str]:
    """The path, what stands in it one step each."""
    template: list[str] = []
    for piece in found.path.split("{"):
        name, brace, rest = piece.partition("}")
        template.extend((name, rest) if brace else (name,))
    names, say = _place(found, node)
    asked = list(enumerate(template))[1::2]
    places = [(at, names.index(name)) for at, name in asked if name in names]
    template[1::2] = [""] * len(asked)
    fixed = "".join(template)
    if not names and "." not in fixed:
        return _always(fixed)

    def write(scope: Scope, missing: list[str]) -> str:
        said, pieces = say(scope, missing), template.copy()
        for at, which in places:
            pieces[at] = _quoted(",".join(said[which]))
        return _checked("".join(pieces))

    return write


def _checked(path: str) -> str:
    if "." in path and {".", ".."} & set(path.split("/")):  # whoever reads it takes another path
        raise MappingError("a value of the path cannot be told from a step to another one")
    return path


def _always(said: T) -> Callable[[Scope, list[str]], T]:
    """What stands in a place without parameters."""
    return lambda scope, missing: said


def _query(found: Found, node: Node | None) -> Callable[[Scope, list[str]], str]:
    names, say = _place(found, node)
    if not names:
        return _always("")
    begins = [f"{quote_plus(name)}=" for name in names]

    def write(scope: Scope, missing: list[str]) -> str:
        pairs = [
            begin + _quoted(text, _IN_QUERY)
            for begin, texts in zip(begins, say(scope, missing), strict=True)
            for text in texts
        ]
        return "?" + "&".join(pairs) if pairs else ""

    return write


def _headers(found: Found, node: Node | None) -> Callable[[Scope, list[str]], Mapping[str, str]]:
    names, say = _place(found, node)
    if not names:
        return _always({})

    def write(scope: Scope, missing: list[str]) -> Mapping[str, str]:
        said = say(scope, missing)
        return {  # a list without entries is said, as empty; what is not there is not
            name: _header(",".join(texts))
            for name, texts in zip(names, said, strict=True)
            if texts is not _NOTHING
        }

    return write


def _header(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise MappingError("a header holds characters it cannot carry")
    return text


def _body(
    found: Found, node: Node | None, whole: Validator | None
) -> Callable[[Scope, list[str]], bytes | None]:
    if node is None:
        return _always(None)
    build, encode = builder(node), _form if found.body_type == FORM else orjson.dumps

    def write(scope: Scope, missing: list[str]) -> bytes | None:
        made = build(scope, missing)[0]
        if made is MISSING:
            return None
        wrong = whole and complaint(whole, made, WHOLE)
        if wrong and not missing:
            raise MappingError(f"the body breaks its contract {wrong}")
        return encode(made)

    return write


def _form(made: Any) -> bytes:
    """A flat object as a plain form; lists stand as repeated fields."""
    fields: list[tuple[str, str]] = []
    for name, value in made.items():
        many = value if isinstance(value, list) else [value]
        if any(isinstance(one, dict | list) for one in many):
            raise MappingError(f"a form carries plain values, {name} is none")
        fields.extend((name, to_text(one)) for one in many if one is not None)
    return urlencode(fields).encode()


def _place(
    found: Found, node: Node | None
) -> tuple[Sequence[str], Callable[[Scope, list[str]], Sequence[Texts]]]:
    """The names of the parameters that stand in one place, and what says them all."""
    if not isinstance(node, Group):
        return (), lambda scope, missing: ()
    says, when = [_parameter(found, member) for member in node.members], node.when
    droppable, nothing = not node.shape.required and not node.constant, [_NOTHING] * len(says)

    def say(scope: Scope, missing: list[str]) -> Sequence[Texts]:
        if when is not None and when(scope) in (None, False):
            return nothing
        said, lost, kept = [], len(missing), not droppable
        for one in says:
            texts, there = one(scope, missing)
            said.append(texts)
            kept |= there
        if not kept:
            del missing[lost:]
            return nothing
        return said

    return [member.shape.tag for member in node.members], say


def _parameter(found: Found, node: Node) -> Say:
    texts = _texts(found, node.shape.tag)
    if not isinstance(node, Leaf):
        build = builder(node)

        def say(scope: Scope, missing: list[str]) -> tuple[Texts, bool]:
            made, there = build(scope, missing)
            return texts(made), there

        return say

    compute, value_of, varies = node.compute, valued(node), not node.constant
    as_it_is = node.shape.kind not in _CONVERTED and node.shape.tag not in found.json_values

    def say_leaf(scope: Scope, missing: list[str]) -> tuple[Texts, bool]:
        value = compute(scope)
        if as_it_is and value.__class__ is str:
            return (value,), varies
        made, there = value_of(value, missing)
        return texts(made), there

    return say_leaf


def _texts(found: Found, name: str) -> Callable[[Any], Texts]:
    """How the values of one parameter are written."""
    separator = found.separators.get(name)

    def write(value: Any) -> Texts:
        if value is MISSING or value is None:
            return _NOTHING
        if name in found.json_values:
            return (orjson.dumps(value).decode(),)
        if not isinstance(value, list):
            return (to_text(value),)
        texts = [to_text(one) for one in value]
        return texts if separator is None else (separator.join(texts),)

    return write


def _quoted(text: str, table: Mapping[int, str] = _IN_PATH) -> str:
    """One value of a path or query, with nothing in it that means something there."""
    if not text.isascii():
        return quote(text, safe="") if table is _IN_PATH else quote_plus(text)
    return text if text.isalnum() else text.translate(table)
