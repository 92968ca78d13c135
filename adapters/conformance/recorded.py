"""A department that answers from its examples, and remembers what was filed."""

import asyncio
from dataclasses import dataclass, field

from adapters.conformance.bench import answered_ones, is_token, last_reply, token_reply
from adapters.conformance.examples import Json
from adapters.conformance.replay import charset_of
from adapters.conformance.standin import Heard, say
from adapters.conformance.subject import Subject
from adapters.wire import WireReply

_KEY = "idempotency-key"
_A_NAME = 6  # shorter values are words, not names of filings
_NO_REPLY = WireReply(status=404, headers={"content-type": "text/plain"}, body=b"")


def recorded_request(example: Json) -> Heard:
    """An example's request as if it had just arrived."""
    told = example["exchanges"][-1]["request"]
    body = told.get("body", "").encode(charset_of(told["headers"]))
    return Heard(
        method=told["method"], path=told["path"], headers=told["headers"], body=body, at=0.0
    )


@dataclass
class Recorded:
    """Answers each request as the nearest recorded one was answered; filings are kept by reference.

    `lose`: how many filings are taken whose reply is then lost.
    """

    subject: Subject
    lose: int = 0
    filed: dict[str, Json] = field(default_factory=dict)  # by key or reference: its example
    filings: int = 0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._token = token_reply(self.subject)
        self._known = [
            (recorded_request(example), example) for _, example in answered_ones(self.subject)
        ]

    async def behave(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        if self._token is not None and is_token(self.subject, heard.path):
            say(writer, self._token)
            return
        example = self._nearest(heard)
        self.asked.append(example["call"] if example else "?")
        if example is not None and example["call"] == "file" and self._takes(heard, example):
            writer.transport.abort()
            raise ConnectionResetError
        say(writer, self.reply(heard, example))

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        """What is said to this request."""
        if example is None:
            return _NO_REPLY
        if example["call"] != "find_filing":
            return self._repeating(heard, example)
        number = self._number(heard)
        if not number and example["arguments"]["reference"] in heard.values():
            return last_reply(example)  # filed when it was recorded
        found = (e for _, e in self._known if e["call"] == "find_filing")
        fitting = (e for e in found if [one["number"] for one in e["gives"]] == number)
        return self._repeating(heard, next(fitting, example))

    def _takes(self, heard: Heard, example: Json) -> bool:
        """Keep a filing, once per key; whether its reply is to be lost."""
        names = [heard.headers[_KEY]] if _KEY in heard.headers else self._references(heard, example)
        if not any(name in self.filed for name in names):
            self.filings += 1
        self.filed.update(dict.fromkeys(names, example))
        self.lose -= 1
        return self.lose >= 0

    def _references(self, heard: Heard, example: Json) -> list[str]:
        """The values that stand where the recorded request had its reference."""
        recorded, wanted = recorded_request(example).values(), example["arguments"]["reference"]
        pairs = zip(recorded, heard.values(), strict=False)
        return [now for before, now in pairs if before == wanted] or ["no reference"]

    def _repeating(self, heard: Heard, example: Json) -> WireReply:
        """The recorded reply, of what is asked now where it repeats what was asked."""
        reply, recorded = last_reply(example), recorded_request(example).values()
        body = reply.body
        for before, now in zip(recorded, heard.values(), strict=False):
            if before != now and len(before) >= _A_NAME:
                body = body.replace(before.encode(), now.encode())
        return reply._replace(body=body)

    def _number(self, heard: Heard) -> list[str]:
        known = [self.filed[value] for value in heard.values() if value in self.filed]
        return [known[0]["gives"]["number"]] if known else []

    def _nearest(self, heard: Heard) -> Json | None:
        """The example whose request shares most with this one."""
        values, best, most = set(heard.values()), None, -1
        for request, example in self._known:
            if _operation(request) != _operation(heard):
                continue
            shared = len(values & set(request.values()))
            if shared > most:
                best, most = example, shared
        return best


def _operation(heard: Heard) -> tuple[str, int, str, str]:
    """What tells operations apart without the contract: method, depth of the path, action."""
    path = heard.path.partition("?")[0].strip("/").split("/")
    action = heard.headers.get("soapaction", "")
    kind = heard.headers.get("content-type", "").partition("action=")[2]
    last = path[-1] if path[-1].isalpha() else ""
    return heard.method, len(path), last, action + kind
