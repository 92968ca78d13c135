"""A call that was just made, kept as an example: no credential of ours stands in it.

What differs from run to run is told as the adapter makes it in replay: the requests of an example
are those of a replay, with made-up credentials and a clock that stands still.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.conformance.declared import replayed
from adapters.conformance.examples import Json, plain, recorded_outcome
from adapters.conformance.replay import answered, charset_of, reply_of, structure
from adapters.conformance.subject import Subject
from adapters.drafting.recording import Exchange
from adapters.wire import WireReply

SHORTEST_SECRET = 6  # characters; what is shorter may stand anywhere by chance
_TOKEN = "example-token"  # noqa: S105 - what stands in the place of one


class NotKept(ValueError):
    """A call that makes no example; `remedy` is what to do about it."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One call as it was made: `outcome` is `{"gives": …}` or `{"fails": …}`."""

    about: str
    call: str
    arguments: Mapping[str, Any]
    exchanges: Sequence[Exchange]
    outcome: Mapping[str, Json]


async def example_of(subject: Subject, made: Made) -> Json:
    """The call as an example that replays exactly; NotKept when there can be none."""
    replies = _without_token(subject, made.exchanges)
    shown = [_without_secrets(subject, reply) for reply in replies]
    told = {
        "about": made.about,
        "call": made.call,
        "arguments": plain(made.arguments),
        "exchanges": [{"request": {}, "reply": _told(reply)} for reply in shown],
        **made.outcome,
    }
    heard = await _replayed(subject, told)
    pairs = zip(heard, told["exchanges"], strict=True)
    told["exchanges"] = [{"request": ask, "reply": one["reply"]} for ask, one in pairs]
    again = await _replayed(subject, told)
    if [structure(one) for one in again] != [structure(one) for one in heard]:
        raise NotKept("it asks otherwise each time", "let nothing but its arguments decide")
    _free_of_secrets(subject, told)
    return told


async def _replayed(subject: Subject, told: Json) -> list[Json]:
    """What the adapter asks when it is answered so; NotKept when it does not give the same."""
    heard, found = await replayed(subject, told)
    if found != recorded_outcome(told):
        shown = found.get("fails", "another value")
        raise NotKept(
            f"answered as recorded it gives {shown}",
            "read nothing from the reply that differs from run to run; then call it again",
        )
    return heard


def _told(reply: WireReply) -> Json:
    """The reply as an example tells it; NotKept when it would not be the same bytes again."""
    charset = charset_of({name.lower(): text for name, text in reply.headers.items()})
    try:
        told = answered(reply)
        if reply_of(told).body == reply.body:
            return told
    except (UnicodeError, LookupError):
        pass  # told below
    raise NotKept(
        f"the reply is not in the charset it says ({charset})",
        "an example holds text; show the reply to the department",
    )


def _without_token(subject: Subject, exchanges: Sequence[Exchange]) -> list[WireReply]:
    """The replies, with another token in the place of the one that was given out."""
    path = subject.manifest.auth.options.get("token_path")
    replies = []
    for exchange in exchanges:
        if exchange.reply is None:
            remedy = "an example holds what a department said; see that it answers"
            raise NotKept("nothing was answered", remedy)
        asked_for_one = bool(path) and exchange.request.path == path
        replies.append(_renamed(exchange.reply) if asked_for_one else exchange.reply)
    return replies


def _renamed(reply: WireReply) -> WireReply:
    try:
        given = json.loads(reply.body)
    except ValueError:
        return reply
    if not isinstance(given, dict) or "access_token" not in given:
        return reply
    kept = {name: given[name] for name in ("token_type", "expires_in") if name in given}
    body = json.dumps({"access_token": _TOKEN, **kept}).encode()
    return reply._replace(body=body)


def _secrets(subject: Subject) -> dict[str, tuple[str, str]]:
    """By name: each credential nobody may read, and what stands in its place."""
    shown = subject.endpoint("http://nowhere.invalid").credentials
    return {
        name: (value, shown.get(name, f"made-up-{name}"))
        for name, value in subject.secrets.items()
        if len(value) >= SHORTEST_SECRET and shown.get(name) != value
    }


def _without_secrets(subject: Subject, reply: WireReply) -> WireReply:
    """The reply of a department that repeats what it knows us by."""
    body = reply.body
    for secret, instead in _secrets(subject).values():
        body = body.replace(secret.encode(), instead.encode())
    return reply._replace(body=body)


def _free_of_secrets(subject: Subject, told: Json) -> None:
    text = json.dumps(told, ensure_ascii=False)
    for name, (secret, _) in _secrets(subject).items():
        if secret in text or json.dumps(secret)[1:-1] in text:
            raise NotKept(f"the credential {name!r} would stand in it", "call it without that")
