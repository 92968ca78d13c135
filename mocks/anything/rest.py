"""An OpenAPI document that answers."""

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from mocks.anything.echo import Keys, Steps, leaves
from mocks.anything.exchange import BROKEN, Answer, Asked, Options, asking, did_you_mean
from mocks.anything.expected import Expected
from mocks.anything.json_flat import Flattened
from mocks.anything.openapi import OpenApi, Operation, Reply
from mocks.anything.rest_reply import Replies, good, said_wrong, status_of
from mocks.anything.rest_request import Reading
from mocks.anything.rest_routes import Routes
from mocks.anything.spots import json_spots


@dataclass(slots=True)
class RestMock:
    """Operations are known by method and path."""

    contract: OpenApi
    options: Options
    recorded: dict[object, Answer] = field(default_factory=dict)
    routes: Routes = field(init=False)
    flattened: Flattened = field(init=False)
    replies: Replies = field(init=False)

    def __post_init__(self) -> None:
        self.routes = Routes(self.contract, self.options.path)
        self.flattened = Flattened(self.contract.bundle)
        self.replies = Replies(self.contract, self.flattened, self.options)

    def operations(self) -> list[dict[str, Any]]:
        """Name, method, path and the statuses it may answer with."""
        return [
            {
                "name": operation.id,
                "method": operation.method,
                "path": f"{self.routes.prefixes[0]}{operation.path}",
                "statuses": [reply.status for reply in operation.replies],
            }
            for operation in self.contract.operations
        ]

    def _found(self, asked: Asked) -> tuple[Operation, dict[str, str]] | None:
        for path, slots in self.routes.found(asked.path):
            operation = self.routes.operation(asked.method, path)
            if operation is not None:
                return operation, slots
        return None

    def identity(self, asked: Asked) -> object | None:
        """The operation, its slots, the query and the body as a value."""
        found = self._found(asked)
        if found is None:
            return None
        operation, slots = found
        passing = self._expected(operation, asked).passing
        return (
            operation.id,
            tuple(sorted(slots.items())),
            tuple(sorted(pair for pair in asked.query if f"query.{pair[0]}" not in passing)),
            _structure(asked.body, passing),
        )

    def keeps(self, asked: Asked, answer: Answer) -> list[str]:
        """Status, media type and body against the contract."""
        found = self._found(asked)
        return [] if found is None else self.replies.keeps(found[0], answer)

    def answer(self, asked: Asked) -> Answer:
        """A recorded reply, an example, or one that is made; a problem for what is not asked so."""
        found = self._found(asked)
        if found is None:
            return self._unknown(asked)
        operation, slots = found
        if self.options.require_auth and not _has_credentials(operation, asked):
            return _problem(401, operation.id, ["credentials are missing"])
        kept = self.recorded.get(self.identity(asked)) if self.recorded else None
        if kept is not None:
            return replace(kept, operation=operation.id)
        reading = Reading(operation, self.flattened).read(asked, slots)
        if reading.mistakes:
            return _problem(reading.status, operation.id, reading.mistakes)
        return self._answered(operation, asked, reading, self._expected(operation, asked))

    def _expected(self, operation: Operation, asked: Asked) -> Expected:
        paths = (f"{operation.method} {path}" for path in (operation.path, asked.path))
        return self.options.expecting(operation.id, *paths)

    @property
    def _declared(self) -> set[str]:
        """What the codes of a manifest say."""
        return {kind for one in self.options.expected.values() for kind in one.failures}

    def _answered(
        self, operation: Operation, asked: Asked, reading: Reading, expected: Expected
    ) -> Answer:
        keys = Keys.of(chain.from_iterable(_said(reading)), unnamed=("header", "cookie"))
        keys = keys.echoing(expected.echoes)
        text = json.dumps(reading.said, sort_keys=True, ensure_ascii=False)
        seed = f"{self.options.seed}|{operation.id}|{text}"
        reply = good(operation)
        accept = asked.headers.get("accept", "")
        made = self.replies.made(operation, reply, seed, keys, accept, expected)
        etag = made.headers.get("etag")
        if etag and asked.headers.get("if-none-match") == etag and "304" in _statuses(operation):
            return Answer(status=304, headers={"etag": etag}, operation=operation.id)
        return made

    def _unknown(self, asked: Asked) -> Answer:
        paths = [path for path, _ in self.routes.found(asked.path)]
        if paths:
            allowed = ", ".join(method for path in paths for method in self.routes.methods(path))
            said = f"{asked.method} is not declared for {paths[0]}, only {allowed}"
            return _problem(405, None, [said], allow=allowed, near=paths[0])
        near = did_you_mean(asked.path, self.routes.known())
        return _problem(404, None, [f"there is no path {asked.path}{asking(near)}"], near=near)

    def at_will(self, asked: Asked, kind: str) -> Answer:
        """The department's own code for this, else a declared reply that is not the good one.

        500 when there is none.
        """
        found = self._found(asked)
        if found is None:
            return _problem(500, None, ["a fault on order"], source="fault")
        operation, slots = found
        expected = self._expected(operation, asked)
        if not expected.failures.get(kind) and kind in self._declared:
            return self.answer(asked)  # a token, or what the manifest does not call
        failing = expected.failing(kind)
        if failing is not None:
            reading = Reading(operation, self.flattened).read(asked, slots)
            made = self._answered(operation, asked, reading, failing)
            if expected.told(kind, leaves(_read(made.body), ())):
                return said_wrong(made)
        codes, statuses = expected.codes_of(kind), expected.statuses_of(kind)
        bad = _bad(operation, () if codes else statuses)
        if bad is None:
            status = next(iter(statuses), 500)
            return _problem(status, operation.id, ["a fault on order"], source="fault")
        said = Expected(success={expected.fault: codes} if codes else {})
        seed = f"{self.options.seed}|{kind}"
        return said_wrong(self.replies.made(operation, bad, seed, Keys(), "", said))


def _said(reading: Reading) -> Iterator[Iterator[tuple[Steps, Any]]]:
    """The values of a request: the path's first, for those are what is asked for."""
    order = ("path", "query", "body", "header", "cookie")
    for where, value in sorted(reading.said.items(), key=lambda p: order.index(p[0].split(".")[0])):
        yield leaves(value, tuple(where.split(".", 1)))


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _structure(body: bytes, passing: Container[str]) -> object:
    try:
        value = json.loads(body) if body else ""
    except ValueError:
        return body
    for spot in json_spots(value, "body"):
        if spot.place in passing:
            spot.put(None)
    return json.dumps(value, sort_keys=True) if body else ""


def _statuses(operation: Operation) -> list[str]:
    return [reply.status for reply in operation.replies]


def _bad(operation: Operation, statuses: Sequence[int]) -> Reply | None:
    """The likeliest of the replies that are not good: the server's own trouble first.

    Where `statuses` are named, one of these or none.
    """
    declared = [reply for reply in operation.replies if status_of(reply) >= 400]
    if statuses:
        return next((reply for reply in declared if status_of(reply) in statuses), None)
    worst = sorted(declared, key=lambda reply: (status_of(reply) < 500, status_of(reply)))
    return next(iter(worst), None)


def _has_credentials(operation: Operation, asked: Asked) -> bool:
    if not operation.security:
        return True
    query = {name for name, _ in asked.query}
    cookies = asked.headers.get("cookie", "")
    return any(
        (where == "header" and name.lower() in asked.headers)
        or (where == "query" and name in query)
        or (where == "cookie" and f"{name}=" in cookies)
        for where, name in operation.security
    )


def _problem(
    status: int,
    operation: str | None,
    mistakes: list[str],
    *,
    allow: str = "",
    near: str | None = None,
    source: str = "refused",
) -> Answer:
    body = {
        "type": "about:blank",
        "title": BROKEN if source == "refused" else "按要求返回的错误 a fault on order",
        "status": status,
        "detail": "; ".join(mistakes[:5]),
        "errors": [dict(zip(("path", "detail"), _split(one), strict=True)) for one in mistakes],
    }
    headers = {"content-type": "application/problem+json"}
    return Answer(
        status=status,
        headers={**headers, "allow": allow} if allow else headers,
        body=json.dumps(body, ensure_ascii=False).encode(),
        operation=operation,
        source=source,
        mistakes=tuple(mistakes),
        near=near,
    )


def _split(mistake: str) -> tuple[str, str]:
    path, colon, said = mistake.partition(": ")
    return (path, said) if colon and " " not in path else ("", mistake)
