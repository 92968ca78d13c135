"""Answering one call as its fault demands: not at all, late, wrongly, or twice.

    late          never answered; done later          LATER
    undone        nothing is done                      UNDONE, INSTEAD, own words, TOKENS_DOWN
    done          done once (or twice), and then       AFTER, CARRIED, REMADE, TOLD, WRAPPED, TOKENS

Every kind the table draws at a call is done here, and nothing else: checked when this is imported.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from mocks.core.late import LateDeeds
from mocks.faults import carried, envelope, instead
from mocks.faults.about import about
from mocks.faults.carried import CARRIED, UNDONE, Carried, Silence
from mocks.faults.envelope import WRAPPED
from mocks.faults.line import line_of
from mocks.faults.remade import REMADE
from mocks.faults.remembered import Remembered
from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault
from mocks.faults.table import KINDS, Point, require
from mocks.faults.tokens import TOKENS, TOKENS_DOWN
from mocks.faults.values import TOLD, Told
from mocks.faults.words import words_of

Act = Callable[[], Awaitable[Response]]
Say = Callable[[], Response]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One call, as far as a fault must know it."""

    operation: str
    content: bytes
    scope: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Path and query."""
        query = self.scope.get("query_string", b"").decode("latin-1")
        return f"{self.scope['path']}?{query}" if query else str(self.scope["path"])

    @property
    def words(self) -> frozenset[str]:
        """What the call speaks of."""
        return words_of(self.path, self.content)

    def about(self) -> str:
        """What draws hang on."""
        return about(self.operation, self.path, self.content)


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A department's own words. `envelope`: its SOAP namespace, None where it speaks REST."""

    busy: Say
    stranger: Say | None = None
    envelope: str | None = None


MADE: dict[str, Told] = {**REMADE, **TOLD, **WRAPPED, **TOKENS}
_OWN = frozenset({"hang", "busy", "expired_token", *envelope.INSTEAD})
_DEEDS = frozenset({"delay", "late_accept", "late_reply", "processed_twice", "stale_keep_alive"})

require(
    Point.CALL,
    [*UNDONE, *instead.INSTEAD, *TOKENS_DOWN, *_OWN, *_DEEDS],
    [*carried.AFTER, *instead.AFTER, *CARRIED, *MADE],
)


async def met(
    fault: Fault, asked: Asked, act: Act, own: Own, late: LateDeeds, before: Remembered
) -> Response:
    """The answer of a call that meets this fault."""
    if fault.kind == "late_accept":
        late.after(fault.delay_s, act)
        return Silence()
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if (said := _undone(fault, asked, own)) is not None:
        return said
    if fault.kind == "processed_twice":
        await act()
    return _done(fault, asked, await act(), before)


def _undone(fault: Fault, asked: Asked, own: Own) -> Response | None:
    """What is said although nothing is done; None for a fault that lets it be done."""
    kind = fault.kind
    if kind in _OWN:
        return _in_own_words(kind, own)
    if kind in UNDONE:
        return Carried(UNDONE[kind], Reply(status=200), fault)
    made = instead.INSTEAD.get(kind) or TOKENS_DOWN.get(kind)
    if made is None:
        return None
    reply = made(fault, Context(path=asked.path))
    how = carried.INSTEAD.get(kind)
    return Carried(how, reply, fault) if how else reply.response()


def _in_own_words(kind: str, own: Own) -> Response:
    """The department's own, or those of its protocol where it has none; or none at all."""
    if kind == "hang":
        return Silence()
    if kind == "busy":
        return own.busy()
    if kind == "expired_token":
        return own.stranger() if own.stranger else instead.unauthorized().response()
    return envelope.INSTEAD[kind](own.envelope or envelope.ENV11).response()


def _done(fault: Fault, asked: Asked, response: Response, before: Remembered) -> Response:
    """What leaves after the deed."""
    kind = fault.kind
    if kind == "stale_keep_alive":
        line_of(dict(asked.scope)).cut_next = True
    if kind == "late_reply":
        return Silence()
    how = carried.AFTER.get(kind) or CARRIED.get(kind)
    if how is not None:
        return Carried(how, Reply.of(response), fault)
    if (said := instead.AFTER.get(kind)) is not None:
        return said(fault, Context(path=asked.path)).response()
    if (make := MADE.get(kind)) is not None:
        own = Reply.of(response)
        wrong = made_wrong(make, own, fault, asked, before)
        if wrong == own and not KINDS[kind].drawn:  # those say themselves what they found
            fault.among(0)
        return wrong.response()
    before.note(asked.operation, response)
    return response


def made_wrong(make: Told, reply: Reply, fault: Fault, asked: Asked, before: Remembered) -> Reply:
    """The true reply, changed as a fault of its content or size demands."""
    words = asked.words
    context = Context(
        operation=asked.operation,
        asked=words,
        path=asked.path,
        others=before.others(asked.operation),
        elsewhere=before.elsewhere(asked.operation, reply, words),
    )
    return make(reply, fault, context)
