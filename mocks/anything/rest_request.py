"""What a REST request says, read by its contract, and what is wrong with it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from mocks.anything.exchange import Asked, did_you_mean
from mocks.anything.json_flat import Flattened
from mocks.anything.json_schemas import Schema
from mocks.anything.openapi import Media, Operation, Parameter
from mocks.anything.refusal import Unmakeable

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_WORDS = (("true", True), ("false", False), ("null", None))
_ELSEWHERE = frozenset({"accept", "authorization", "content-type"})
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass(slots=True)
class Reading:
    """One request, read; `said` is all it says, by place and name."""

    operation: Operation
    flattened: Flattened
    said: dict[str, Any] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    status: int = 400

    def read(self, asked: Asked, in_path: dict[str, str]) -> "Reading":
        """Read parameters and body; what is wrong is in `mistakes`."""
        for parameter in self.operation.parameters:
            if parameter.where == "header" and parameter.name.lower() in _ELSEWHERE:
                continue  # OpenAPI says these in other places
            texts = _texts(parameter, asked, in_path)
            where = f"{parameter.where}.{parameter.name}"
            if texts:
                self._parameter(parameter, texts, where)
            elif parameter.required:
                self.mistakes.append(f"{where}: is missing{self._nearest(parameter, asked)}")
        self._body(asked)
        return self

    def _nearest(self, parameter: Parameter, asked: Asked) -> str:
        known = {p.name for p in self.operation.parameters}
        given = [n for n, _ in asked.query] if parameter.where == "query" else list(asked.headers)
        near = did_you_mean(parameter.name, [n for n in given if n not in known])
        return f" — is {near} meant for it?" if near else ""

    def _parameter(self, parameter: Parameter, texts: list[str], where: str) -> None:
        value = self._value(parameter, texts)
        self.said[where] = value
        self.mistakes += self.flattened.bundle.mistakes(parameter.schema, value, where)

    def _value(self, parameter: Parameter, texts: list[str]) -> Any:
        if parameter.content:
            try:
                return json.loads(texts[0])
            except ValueError:
                return texts[0]
        kinds = _kinds(self.flattened, parameter.schema)
        if parameter.style == "deepObject" or texts[0].startswith("\0"):
            fields = dict(text[1:].split("\0", 1) for text in texts)
            return fielded(self.flattened, parameter.schema, list(fields.items()))
        if "array" not in kinds:
            return valued(self.flattened, parameter.schema, texts[0])
        if not parameter.explode or parameter.where in ("path", "header"):
            texts = texts[0].split(_SEPARATORS.get(parameter.style, ","))
        items: Schema = self.flattened.of(parameter.schema).get("items", True)
        return [valued(self.flattened, items, text) for text in texts]

    def _body(self, asked: Asked) -> None:
        if not self.operation.body:
            return
        if not asked.body:
            if self.operation.body_required:
                self.mistakes.append("body: is missing")
            return
        given = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        media = chosen(self.operation.body, given)
        if media is None:
            there = ", ".join(one.type for one in self.operation.body)
            self.mistakes.append(f"body: {given} is not declared, only {there}")
            self.status = 415
            return
        try:
            value = self._content(media, given or media.type, asked)
        except ValueError as wrong:
            self.mistakes.append(f"body: cannot be read as {given or media.type}: {wrong}")
            return
        if value is not None:
            self.said["body"] = value
            self.mistakes += self.flattened.bundle.mistakes(media.schema, value, "body")

    def _content(self, media: Media, kind: str, asked: Asked) -> Any:
        """The value; None for what is not looked into."""
        if is_json(kind):
            return json.loads(asked.body)
        if kind == "application/x-www-form-urlencoded":
            pairs = parse_qsl(asked.body.decode(), keep_blank_values=True)
            return fielded(self.flattened, media.schema, pairs)
        if kind == "multipart/form-data":
            return fielded(self.flattened, media.schema, list(_parts(asked)))
        return asked.body.decode() if kind.startswith("text/") else None


def is_json(kind: str) -> bool:
    """Whether a media type is JSON, or can be."""
    bare = kind.partition(";")[0].strip().lower()
    return bare in ("application/json", "*/*", "application/*", "") or bare.endswith("+json")


def chosen(media: Sequence[Media], given: str) -> Media | None:
    """The declared media type a given one falls under; the first when none is given."""
    if not given:
        return media[0]
    for one in media:
        declared = one.type.partition(";")[0].strip().lower()
        if declared == given or declared == "*/*":
            return one
        if declared.endswith("/*") and given.startswith(declared[:-1]):
            return one
    return None


def _texts(parameter: Parameter, asked: Asked, in_path: dict[str, str]) -> list[str]:
    name = parameter.name
    if parameter.where == "path":
        return [in_path[name]] if name in in_path else []
    if parameter.where == "header":
        value = asked.headers.get(name.lower())
        return [] if value is None else [value]
    if parameter.where == "cookie":
        pairs = (one.strip().partition("=") for one in asked.headers.get("cookie", "").split(";"))
        return [value for key, _, value in pairs if key == name]
    found = [value for key, value in asked.query if key in (name, f"{name}[]")]
    deep = re.compile(re.escape(name) + r"\[([^\]]+)\]")
    inner = [(deep.fullmatch(key), value) for key, value in asked.query]
    return found or [f"\0{match.group(1)}\0{value}" for match, value in inner if match]


def _kinds(flattened: Flattened, schema: Schema) -> list[str]:
    try:
        flat = flattened.of(schema)
    except Unmakeable:
        return []
    kinds = flat.get("type") or ("array" if "items" in flat else [])
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else [str(kinds)]


def valued(flattened: Flattened, schema: Schema, text: str) -> Any:
    """A text as the value it is meant for: the first reading the schema allows."""
    readings: list[Any] = [text]
    if _NUMBER.fullmatch(text):
        readings.append(json.loads(text))
    readings += [value for word, value in _WORDS if word == text]
    for reading in readings:
        if flattened.bundle.allows(schema, reading):
            return reading
    typed = {"integer", "number"} & {*_kinds(flattened, schema)}
    return readings[-1] if typed else text


def fielded(flattened: Flattened, schema: Schema, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """A form as an object: fields that may repeat are lists."""
    declared = flattened.of(schema).get("properties", {})
    made: dict[str, Any] = {}
    for name, text in pairs:
        inner: Schema = declared.get(name, True)
        if "array" in _kinds(flattened, inner):
            items: Schema = flattened.of(inner).get("items", True)
            made.setdefault(name, []).append(valued(flattened, items, text))
        else:
            made[name] = valued(flattened, inner, text)
    return made


def _parts(asked: Asked) -> Iterator[tuple[str, str]]:
    head = f"Content-Type: {asked.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + asked.body)
    for part in message.get_payload() if message.is_multipart() else ():
        if isinstance(part, str):
            continue
        name = part.get_param("name", "", "content-disposition")
        content = part.get_payload(decode=True)
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        yield str(name), text if part.get_filename() is None else ""
