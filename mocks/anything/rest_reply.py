"""Replies of REST operations: an example of the contract, or a value that is made; both checked."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import orjson

from mocks.anything.echo import Keys, with_keys
from mocks.anything.exchange import Answer, Options, log
from mocks.anything.expected import NOTHING, Expected
from mocks.anything.json_flat import Flattened
from mocks.anything.json_schemas import EXAMPLES, Schema
from mocks.anything.json_values import Making
from mocks.anything.openapi import Media, OpenApi, Operation, Reply
from mocks.anything.refusal import Unmakeable
from mocks.anything.rest_request import chosen, is_json
from mocks.anything.rest_xml import as_xml
from mocks.anything.spots import json_spots

ATTEMPTS = 8


def status_of(reply: Reply) -> int:
    """A declared status as a number; `2XX` and `default` are their plainest."""
    if reply.status.isdecimal():
        return int(reply.status)
    return int(reply.status[0]) * 100 if reply.status[:1].isdecimal() else 500


def good(operation: Operation) -> Reply:
    """The reply when all is well: the least 2xx, else the default one, as 200."""
    fine = [reply for reply in operation.replies if 200 <= status_of(reply) < 300]
    if fine:
        return min(fine, key=status_of)
    default = [reply for reply in operation.replies if reply.status == "default"]
    return replace(default[0], status="200") if default else Reply(status="200")


def said_wrong(answer: Answer) -> Answer:
    """An answer that was given as a fault on order."""
    return replace(answer, source="fault")


@dataclass(slots=True)
class Replies:
    """The replies of one contract; its examples are checked once, when the mock starts."""

    contract: OpenApi
    flattened: Flattened
    options: Options
    examples: dict[int, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for operation in self.contract.operations:
            for reply in operation.replies:
                for media in reply.media:
                    where = f"{operation.id} {reply.status} {media.type}"
                    self.examples[id(media)] = list(self._valid(media, where))
        self._note_schemas()

    def _valid(self, media: Media, where: str) -> list[Any]:
        fine = []
        for name, value in media.examples:
            wrong = self.contract.bundle.mistakes(media.schema, value, "")
            if wrong:
                log.warning("%s: its %s is not used: %s", where, name, "; ".join(wrong[:3]))
            else:
                fine.append(value)
        return fine

    def _note_schemas(self) -> None:
        bundle = self.contract.bundle
        for name, schema in bundle.defs.items():
            for example in schema.get(EXAMPLES, ()) if isinstance(schema, dict) else ():
                if not bundle.allows(schema, example):
                    log.warning("%s: its example is not used: it is not valid", bundle.origin[name])

    def made(
        self,
        operation: Operation,
        reply: Reply,
        seed: str,
        keys: Keys,
        accept: str,
        expected: Expected = NOTHING,
    ) -> Answer:
        """The reply; 500 with a sentence when no valid one can be made."""
        status = status_of(reply)
        try:
            headers = self._headers(reply, seed, keys)
            media = _wanted(reply, accept)
            if media is None or status in (204, 304):
                return Answer(status=status, headers=headers, operation=operation.id)
            value, source = self._value(media, seed, keys, expected)
            content, kind = _written(media, value)
        except Unmakeable as reason:
            said = f"no valid reply could be made for {operation.id} {reply.status}: {reason}"
            log.error(said)
            return _failed(operation.id, said)
        headers["content-type"] = kind
        return Answer(
            status=status, headers=headers, body=content, operation=operation.id, source=source
        )

    def _value(self, media: Media, seed: str, keys: Keys, expected: Expected) -> tuple[Any, str]:
        examples = self.examples[id(media)]
        if examples:
            example = examples[Random(seed).randrange(len(examples))]
            told = with_keys(example, keys)
            fits = self.contract.bundle.allows(media.schema, told)
            value, source = deepcopy(told if fits else example), "example"
        else:
            made = self.generated(media.schema, seed, keys, wanted=expected.names)
            value, source = deepcopy(made), "generated"
        self._settle(media.schema, value, expected, keys, seed)
        return value, source

    def _settle(
        self, schema: Schema, value: Any, expected: Expected, keys: Keys, seed: str
    ) -> None:
        draw, today = Random(f"{seed}|expected"), self.options.today
        allows = self.contract.bundle.allows
        expected.settle(json_spots(value), keys, draw, today, lambda: allows(schema, value))

    def generated(
        self,
        schema: Schema,
        seed: str,
        keys: Keys,
        name: str = "",
        wanted: frozenset[str] = frozenset(),
    ) -> Any:
        """A value that holds; the last attempts make only what must be."""
        reason = Unmakeable("nothing")
        for attempt in range(ATTEMPTS):
            making = Making(
                flattened=self.flattened,
                draw=Random(f"{seed}|{attempt}"),
                today=self.options.today,
                keys=keys,
                attempt=attempt,
                wanted=wanted,
            )
            try:
                value = making.value(schema, name)
            except Unmakeable as why:
                reason = why
                continue
            if self.contract.bundle.allows(schema, value):
                return value
        raise reason

    def _headers(self, reply: Reply, seed: str, keys: Keys) -> dict[str, str]:
        made: dict[str, str] = {}
        for name, schema in reply.headers.items():
            if name.lower() == "content-type":
                continue
            text = _header_text(self.generated(schema, f"{seed}|{name}", keys, name))
            if not text.isascii():
                text = "sample" if self.contract.bundle.allows(schema, "sample") else ""
            made[name.lower()] = f'"{text}"' if name.lower() == "etag" else text
        return {name: text for name, text in made.items() if text}

    def keeps(self, operation: Operation, answer: Answer) -> list[str]:
        """What is wrong with a reply somebody recorded."""
        reply = _declared(operation, answer.status)
        if reply is None:
            return [f"status {answer.status} is not declared"]
        if not reply.media or not answer.body:
            return []
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        media = chosen(reply.media, kind)
        if media is None:
            return [f"{kind} is not declared for {answer.status}"]
        if not is_json(kind):
            return []
        try:
            value = orjson.loads(answer.body)
        except ValueError as wrong:
            return [f"is not JSON: {wrong}"]
        return self.contract.bundle.mistakes(media.schema, value, "")


def _declared(operation: Operation, status: int) -> Reply | None:
    for wanted in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
        for reply in operation.replies:
            if reply.status == wanted:
                return reply
    return None


def _wanted(reply: Reply, accept: str) -> Media | None:
    """The media type that was asked for; JSON when that is not said."""
    wanted = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for one in (one for one in wanted if one and one != "*/*"):
        for media in reply.media:
            declared = media.type.partition(";")[0].strip().lower()
            if one == declared or (one.endswith("/*") and declared.startswith(one[:-1])):
                return media
    ordered = sorted(reply.media, key=lambda media: not is_json(media.type))
    return next(iter(ordered), None)


def _written(media: Media, value: Any) -> tuple[bytes, str]:
    kind = media.type if "*" not in media.type else "application/json"
    bare = kind.partition(";")[0].strip().lower()
    if is_json(bare):
        return orjson.dumps(value), kind
    if bare.endswith(("/xml", "+xml")):
        return as_xml(value), kind
    if isinstance(value, str):
        text = bare.startswith("text/") and "charset" not in kind
        return value.encode(), f"{kind}; charset=utf-8" if text else kind
    return orjson.dumps(value), kind


def _header_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(_header_text(one) for one in value)
    if isinstance(value, Mapping):
        return ",".join(f"{key}={_header_text(one)}" for key, one in value.items())
    return "" if value is None else str(value)


def _failed(operation: str, said: str) -> Answer:
    body = {"title": "模拟系统造不出合规应答", "status": 500, "detail": said}
    return Answer(
        status=500,
        headers={"content-type": "application/problem+json"},
        body=orjson.dumps(body),
        operation=operation,
        source="failed",
        mistakes=(said,),
    )
