"""A second opinion on replies: lxml's XML Schema and `jsonschema`, no code of the adapters'.

A reply it takes for invalid must not have given a value. Of a valid one it reads the leaves,
plainly: what an adapter gives anew must stand among them.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from decimal import Decimal, InvalidOperation, Overflow
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import yaml
from lxml import etree

from adapters.wire import WireReply
from mocks.core.clock import SHANGHAI
from mocks.core.contract import _with_nulls
from mocks.soap.wsdl import load
from tests.faults.mutations import charset_of

Leaves = list[tuple[str, str]]
_CODE = re.compile(r"[A-Za-z0-9_]{1,12}")
_BODY = "{*}Body"


class Invalid(ValueError):
    """The reply breaks its contract."""


class Oracle:
    """One department's contract folder, read by others."""

    def __init__(self, folder: Path) -> None:
        self._wsdl = next(iter(folder.glob("*.wsdl")), None)
        if self._wsdl is not None:
            self._schema = load(self._wsdl).schema
            self._inner = [
                etree.XMLSchema(etree.parse(file)) for file in folder.glob("inner-*.xsd")
                if file.name != "inner-common.xsd"
            ]  # fmt: skip
        else:
            (file,) = folder.glob("*.yaml")
            self._document = _with_nulls(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader))

    def leaves(
        self, reply: WireReply, true: WireReply, method: str, path: str, *, left_out: int = 0
    ) -> Leaves:
        """What the reply says, leaf by leaf; Invalid when it breaks the contract.

        `left_out`: so many of its rows were said to be no good, and the others have to be sound.
        """
        if self._wsdl is not None:
            return list(self._of_xml(reply, true, left_out))
        return list(_of_json(self._valid(reply, method, path), ""))

    # SOAP

    def _of_xml(
        self, reply: WireReply, true: WireReply, left_out: int
    ) -> Iterator[tuple[str, str]]:
        root, own = _parsed(reply.body, charset_of(reply)), etree.fromstring(true.body)
        bodies = root.findall(_BODY)
        if root.tag != own.tag or len(bodies) != 1 or len(bodies[0]) != 1:
            raise Invalid("envelope")
        element: Any = bodies[0][0]
        alone = self._sound(etree.fromstring(etree.tostring(element, with_tail=False)), left_out)
        if alone is None or alone.tag != own.find(_BODY)[0].tag:  # type: ignore[index]
            raise Invalid("body")
        for place, text in _texts(alone):
            yield place, text
            if text.lstrip().startswith("<"):
                yield from _texts(self._inside(text))

    def _sound(self, body: Any, left_out: int) -> Any:
        """The body, or what is sound of it without so many rows of a list; None when nothing is."""
        bodies = _without_rows(body, left_out) if left_out else [body]
        return next((one for one in bodies if self._schema.validate(one)), None)

    def _inside(self, text: str) -> Any:
        bare = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
        root = _parsed(bare.encode(), "utf-8")
        if not any(schema.validate(root) for schema in self._inner):
            raise Invalid("inner document")
        return root

    # REST

    def _valid(self, reply: WireReply, method: str, path: str) -> Any:
        declared = self._operation(method, path)["responses"].get(str(reply.status))
        if declared is None:
            raise Invalid("status")
        content = self._resolved(declared).get("content", {})
        media = reply.headers.get("content-type", "").partition(";")[0]
        if media not in content:
            raise Invalid("media type")
        try:
            body = json.loads(reply.body.decode("utf-8"), object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise Invalid("JSON") from None
        schema = {"allOf": [content[media]["schema"]], "components": self._document["components"]}
        if not jsonschema.Draft202012Validator(schema).is_valid(body):
            raise Invalid("schema")
        return body

    def _operation(self, method: str, path: str) -> Any:
        asked = path.partition("?")[0]
        for template, item in self._document["paths"].items():
            if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), asked):
                return item[method.lower()]
        raise LookupError(path)

    def _resolved(self, node: Any) -> Any:
        while "$ref" in node:
            steps, target = node["$ref"].removeprefix("#/").split("/"), self._document
            for step in steps:
                target = target[step]
            node = target
        return node


def _parsed(content: bytes, charset: str) -> Any:
    try:
        parser = etree.XMLParser(encoding=charset, resolve_entities=False, no_network=True)
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        raise Invalid("XML") from None
    document: Any = root.getroottree()
    if document.docinfo.doctype:
        raise Invalid("DTD")
    return root


def _without_rows(body: Any, count: int) -> Iterator[Any]:
    """The body without so many groups that stand beside one another under one name, every way."""
    for at, parent in enumerate(body.iter("*")):
        for tag in dict.fromkeys(row.tag for row in parent if len(row)):
            places = [n for n, row in enumerate(parent) if row.tag == tag]
            for gone in combinations(places, count):
                copied = deepcopy(body)
                its = next(islice(copied.iter("*"), at, None))
                for place in reversed(gone):
                    del its[place]
                yield copied


def _texts(root: Any) -> Iterator[tuple[str, str]]:
    tree = root.getroottree()
    for element in root.iter("*"):
        for name, text in element.attrib.items():
            yield f"{tree.getpath(element)}@{name}", str(text)
        if not len(element):
            yield tree.getpath(element), element.text or ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def _of_json(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _of_json(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _of_json(inner, f"{place}/{number}")
    else:
        yield place, value if isinstance(value, str) else json.dumps(value)


# what an adapter gives, against what stands there


def unfounded(gives: Any, recorded: Any, now: Leaves, was: Leaves) -> str | None:
    """A value an adapter gives that the reply does not say; None when all of it stands there."""
    if now == was:
        return None if gives == recorded else "another value from the same leaves"
    known = set(_values(recorded))
    said = {form for _, text in now for form in _forms(text)}
    coded = any(_CODE.fullmatch(text.strip()) for _, text in set(now) - set(was))
    for kind, text in set(_values(gives)) - known:
        whole = text.split("/") if kind == "text" else [text]  # a number may be put together
        forms = {form for form in _forms(text) if kind != "datetime" or form[:4] != "day "}
        there = said & forms or all(part.strip() in said for part in whole)
        if not there and not (kind == "text" and coded):
            return f"{kind} that stands nowhere"
    return None


def _values(value: Any, kind: str = "text") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value.keys() == {"fails"}:
        return  # a row without a value: its error is typed, or it would have been raised
    if isinstance(value, dict):
        for name, inner in value.items():
            tagged = len(value) == 1 and name in ("date", "datetime", "decimal")
            yield from _values(inner, name if tagged else "text")
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    elif value is not None and not isinstance(value, bool):  # yes and no are conclusions
        yield kind, value if isinstance(value, str) else json.dumps(value)


def _forms(text: str) -> Iterator[str]:
    """A text as it may be written: as it is, as a number, as the digits of a day or a moment."""
    bare = " ".join(text.split())
    yield text
    yield bare
    with suppress(InvalidOperation, Overflow):
        yield f"number {Decimal(bare).normalize()}"
    digits = re.sub(r"\D", "", bare)
    if len(digits) >= 8:
        yield f"day {digits[:8]}"
        yield f"moment {digits[:14].ljust(14, '0')}"
    if re.fullmatch(r"-?\d{1,15}(\.\d+)?", bare):
        with suppress(ValueError, OverflowError):  # after the year 9999, of which nothing is known
            moment = datetime.fromtimestamp(float(bare) / 1000, SHANGHAI)
            yield from (f"day {moment:%Y%m%d}", f"moment {moment:%Y%m%d%H%M%S}")
