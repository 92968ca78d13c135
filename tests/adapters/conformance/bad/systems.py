"""Real systems that do otherwise than they declare."""

import asyncio
from dataclasses import dataclass

from adapters.conformance.bench import last_reply
from adapters.conformance.examples import Json
from adapters.conformance.recorded import Recorded
from adapters.conformance.standin import Heard
from adapters.wire import WireReply

_PAGE = WireReply(status=200, headers={"content-type": "text/html"}, body=b"<html></html>")
_ABSENT = WireReply(status=404, headers={"content-type": "text/html"}, body=b"")


class LogsUsOut(Recorded):
    """Look-ups are answered with a page."""

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        return _PAGE if example and example["call"] == "read" else super().reply(heard, example)


@dataclass
class Slow(Recorded):
    """Now and then, but not at first, an answer takes nearly all the time it may."""

    after: int = 8
    count: int = 0

    async def behave(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        if self.count == self.after + 1:
            await asyncio.sleep(0.9 * self.subject.manifest.limits.timeout_s)
        await super().behave(heard, writer)


class ForgetsFilings(Recorded):
    """What was filed cannot be found."""

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        if example is not None and example["call"] == "find_filing":
            return last_reply(self.subject.examples["find_filing-absent"])
        return super().reply(heard, example)


class ForgetsProgress(Recorded):
    """Where a filing stands is not known."""

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        if example is not None and example["call"] in ("progress", "certificate"):
            return _ABSENT
        return super().reply(heard, example)


@dataclass
class KeepsFilings(Recorded):
    """The second withdrawal is refused."""

    withdrawn: int = 0

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        if example is not None and example["call"] == "withdraw":
            self.withdrawn += 1
            if self.withdrawn > 1:
                return last_reply(self.subject.examples["refused"])
        return super().reply(heard, example)
