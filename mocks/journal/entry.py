"""A request as the journal shows it: without credentials, its body also as leaves by their path."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import orjson
from lxml import etree

from mocks.core.clock import SHANGHAI
from mocks.journal import plain
from mocks.journal.entry_xml import local, parsed
from mocks.journal.record import Outcome, Received
from mocks.recording.redaction import CREDENTIALS_ONLY

REFERENCES = ("reference", "remark", "bizRef", "YWLSH", "WBLSH", "CaseRef", "refNo", "SQLSH")
KEYS = ("idempotency-key",)
_DEEPEST = 40
Leaves = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One request to one department. `id` grows with time within the process that noted it."""

    id: int
    department: str
    received: Received
    outcome: Outcome
    worker: str = ""  # the process; the department's own when not told

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers, credentials masked."""
        pairs = self.received.headers
        return CREDENTIALS_ONLY.header_lines(
            {k.decode("latin-1"): v.decode("latin-1") for k, v in pairs}
        )

    @cached_property
    def path(self) -> str:
        """The path, credentials in it masked."""
        return CREDENTIALS_ONLY.address(self.received.path)

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters of the address, credentials masked."""
        target = CREDENTIALS_ONLY.address("?" + self.received.query.decode("latin-1"))
        return dict(parse_qsl(target[1:], keep_blank_values=True))

    @cached_property
    def body(self) -> str:
        """The body as text, credentials masked."""
        body, size = self.received.body, self.received.size
        return CREDENTIALS_ONLY.body(body, self._content_type, cut=size > len(body))[0]

    @property
    def _content_type(self) -> str:
        return self.headers.get("content-type", "")

    @cached_property
    def leaves(self) -> Leaves:
        """Every value of the body by its path: `/form/uscc`, `/SubmitCase/Material[2]/Code`."""
        return dict(leaves_of(self.body, self._content_type))

    def says(self, path: str, expected: str) -> bool | None:
        """Whether it says so there; None where only `leaves` tell."""
        found = self.as_it_came(path, expected)
        return None if found is plain.UNSURE else found is not None and expected in ("*", found)

    def as_it_came(self, path: str, expected: str) -> str | plain.Unsure | None:
        """What it says there as it came, not to be shown; UNSURE where only `leaves` tell."""
        steps = plain.steps_of(path, expected)
        return plain.UNSURE if steps is None else plain.value_at(self._plain, steps)

    @cached_property
    def _plain(self) -> Any:
        body, kind = self.received.body, dict(self.received.headers).get(b"content-type", b"")
        if self.received.size > len(body):
            return plain.UNSURE
        return plain.read(body, kind.decode("latin-1"))

    @cached_property
    def reference(self) -> str | None:
        """The sender's reference, where one is told."""
        told = (
            value
            for path, value in self.leaves.items()
            if path.rpartition("/")[2] in REFERENCES and "/Precondition" not in path
        )
        named = (self.query[name] for name in REFERENCES if name in self.query)
        return next(told, None) or next(named, None)

    @property
    def key(self) -> str | None:
        """The idempotency key, where one is told."""
        return next((self.headers[name] for name in KEYS if name in self.headers), None)

    @property
    def at(self) -> str:
        """The city's time, Shanghai's."""
        return self.received.virtual_at.astimezone(SHANGHAI).isoformat()

    @property
    def real_at(self) -> datetime:
        """Real time."""
        return datetime.fromtimestamp(self.received.real_at, UTC)

    def line(self) -> dict[str, Any]:
        """As JSON, without what may be long."""
        outcome, received = self.outcome, self.received
        duration = outcome.duration_s
        return {
            "id": f"{self.worker or self.department}-{self.id}",
            "department": self.department,
            "at": self.at,
            "realAt": self.real_at.isoformat(timespec="milliseconds"),
            "operation": outcome.operation or None,
            "reference": self.reference,
            "key": self.key,
            "method": received.method,
            "path": self.path,
            "size": received.size,
            "status": outcome.status or None,
            "fault": outcome.fault or None,
            "durationMs": None if duration is None else round(duration * 1000, 3),
        }

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.line(), "query": self.query, "headers": self.headers, "body": self.body}


def leaves_of(text: str, content_type: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every leaf; nothing for what is neither JSON, XML nor a form."""
    text = text.removeprefix("\ufeff")  # the mark of an encoding
    start = text.lstrip()[:1]
    if start == "<":
        yield from _leaves_of_xml(text)
    elif start in ("{", "["):
        try:
            yield from leaves_of_value(orjson.loads(text))
        except ValueError:
            return
    elif "form-urlencoded" in content_type:
        yield from (("/" + name, value) for name, value in parse_qsl(text, keep_blank_values=True))


def leaves_of_value(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Path and text of every leaf of a JSON value; an item after the first is `name[2]`."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves_of_value(inner, f"{path}/{name}", depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from leaves_of_value(
                inner, path if number == 1 else f"{path}[{number}]", depth + 1
            )
    else:
        yield path, value if isinstance(value, str) else orjson.dumps(value).decode()


def _leaves_of_xml(text: str) -> Iterator[tuple[str, str]]:
    root = parsed(text)
    if root is None:
        return
    body = next((e for e in root if isinstance(e.tag, str) and local(e) == "Body"), None)
    found = body if local(root) == "Envelope" and body is not None else [root]
    for element in found:
        yield from _leaves_of_element(element, f"/{local(element)}", 0)


def _leaves_of_element(element: etree._Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    inner = [child for child in element if isinstance(child.tag, str)]
    text = (element.text or "").strip()
    if depth > _DEEPEST:
        return
    if not inner and text.startswith("<"):
        yield from ((path + at, value) for at, value in _leaves_of_xml(text))
        return
    if not inner:
        yield path, text
    seen: dict[str, int] = {}
    for child in inner:
        name = local(child)
        seen[name] = seen.get(name, 0) + 1
        at = f"{path}/{name}" if seen[name] == 1 else f"{path}/{name}[{seen[name]}]"
        yield from _leaves_of_element(child, at, depth + 1)
