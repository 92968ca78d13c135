"""Calls of the examples made again and again, each time answered otherwise."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from adapters.conformance.examples import Json, outcome
from adapters.conformance.replay import reply_of
from adapters.conformance.standin import Heard, StandIn, say, standing
from adapters.conformance.subject import Subject
from adapters.department import DeclaredDepartment
from adapters.manifest.model import CallSpec, Manifest
from adapters.wire import WireReply, WireRequest

_RAW = "raw "


def token_reply(subject: Subject) -> WireReply | None:
    """The recorded answer to "who are you", of a department that gives out tokens."""
    path = subject.manifest.auth.options.get("token_path")
    exchanges = (one for e in subject.examples.values() for one in e.get("exchanges", ()))
    told = (one["reply"] for one in exchanges if path and one["request"]["path"] == path)
    return next((reply_of(one) for one in told if one["status"] == 200), None)


def is_token(subject: Subject, path: str) -> bool:
    """Whether a request asks for a token."""
    return bool(path) and path == subject.manifest.auth.options.get("token_path")


def last_reply(example: Json) -> WireReply:
    """What the department said to the call itself."""
    return reply_of(example["exchanges"][-1]["reply"])


def rewritten(reply: WireReply, body: str, example: Json) -> WireReply:
    """The reply with another text, in the charset of the example."""
    charset = example["exchanges"][-1]["reply"].get("charset", "utf-8")
    return reply._replace(body=body.encode(charset))


def body_of(example: Json) -> str:
    """The text of the last reply."""
    body: str = example["exchanges"][-1]["reply"].get("body", "")
    return body


def answered_ones(subject: Subject) -> Iterator[tuple[str, Json]]:
    """Examples that gave a value from a reply with a body."""
    for name, example in subject.examples.items():
        if "gives" not in example or example.get("credentials") or not example["exchanges"]:
            continue
        if body_of(example) and 200 <= last_reply(example).status < 300:
            yield name, example


def keys_asked(example: Json) -> Collection[str]:
    """The keys a look-up or a question for progress names."""
    told = example["arguments"]
    keys: Collection[str] = told.get("keys") or told.get("receipts") or ()
    return keys


def first_call(subject: Subject) -> Json | None:
    """The example a failing line is tried with: a filing where there is one, else a look-up."""
    known = [example for _, example in answered_ones(subject)]
    wanted = ("file", "read", "verify")
    return next((e for call in wanted for e in known if e["call"] == call), None)


def spec_of(manifest: Manifest, example: Json) -> CallSpec | None:
    """The declared call an example makes."""
    told = example["arguments"]
    match example["call"]:
        case "read":
            return manifest.lookups.get((told["register"], told["lookup"]))
        case "verify":
            return manifest.verifications.get(told["kind"])
        case "changes":
            return manifest.feed
        case "callback":
            return None
        case verb:
            return manifest.services.get(told["service"], {}).get(verb)


@dataclass
class Switched:
    """A line within this process that gives the answer it is set to."""

    subject: Subject
    reply: WireReply
    token: WireReply | None

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """A token to who asks for one, the answer to all else."""
        if self.token is not None and is_token(self.subject, request.path):
            return self.token
        return self.reply

    async def aclose(self) -> None:
        """Nothing to give back."""


@dataclass
class Bench:
    """A department, built once, whose answers we choose."""

    subject: Subject
    department: DeclaredDepartment
    wire: Switched

    async def tried(self, example: Json, reply: WireReply) -> dict[str, Json]:
        """What the example's call gives when this is the answer."""
        self.wire.reply = reply
        return await tried(self.department, example)


async def tried(department: DeclaredDepartment, example: Json, **more: Any) -> dict[str, Json]:
    """The outcome of an example's call; an exception that is no AdapterError shows as `raw`."""
    try:
        return await outcome(department, example["call"], {**example["arguments"], **more})
    except Exception as error:  # what may come out of an adapter is the very thing examined
        return {"fails": f"{_RAW}{type(error).__name__}"}


def is_raw(found: dict[str, Json]) -> bool:
    """Whether an outcome is an exception no caller is prepared for."""
    return str(found.get("fails", "")).startswith(_RAW)


def bench(subject: Subject) -> Bench:
    """The department on a line within this process."""
    token = token_reply(subject)
    wire = Switched(subject, WireReply(status=500, headers={}, body=b""), token)
    return Bench(subject, subject.replaying(wire), wire)


@asynccontextmanager
async def counter(subject: Subject) -> AsyncIterator[tuple[StandIn, Switched]]:
    """A stand-in that gives the answer it is set to, over the line that ships."""
    wire = Switched(subject, WireReply(status=500, headers={}, body=b""), token_reply(subject))

    async def behave(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if wire.token is not None and is_token(subject, heard.path):
            say(writer, wire.token)
        else:
            say(writer, wire.reply)

    async with standing(behave) as standin:
        yield standin, wire
