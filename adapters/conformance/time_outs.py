"""Silver: a department that is silent, slow, gone or endless costs no more than its time."""

import asyncio

from adapters.conformance.bench import first_call, is_token, last_reply, token_reply, tried
from adapters.conformance.examples import Json
from adapters.conformance.standin import Behave, Heard, head_of, say, standing
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, failed, not_applicable, passed, skipped
from adapters.wire import WireReply

GRACE_S = 0.1  # how much later than its time-out a call may end
TRIES = 3  # this machine may be slow as well: only what is late each time is late
_LONG_S = 60.0
_NO_END = "no end"
_DRIP_S = 0.05
_NO_CALL = "no example shows a filing or a look-up that succeeds"


def behaving(subject: Subject, behave: Behave) -> Behave:
    """Misbehave, but only once it is known who calls: tokens are given out as recorded."""
    token = token_reply(subject)

    async def act(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if token is not None and is_token(subject, heard.path):
            say(writer, token)
        else:
            await behave(heard, writer)

    return act


async def _hang(_: Heard, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(_LONG_S)


def _drip(reply: WireReply) -> Behave:
    async def behave(_: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(reply, 1_000_000))
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(_DRIP_S)

    return behave


async def _reset(_: Heard, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    raise ConnectionResetError


def _cut(reply: WireReply) -> Behave:
    """The department has acted; of its reply only a part arrives."""

    async def behave(_: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(reply, len(reply.body) + 10_000) + reply.body[:20])
        await writer.drain()
        writer.close()
        raise ConnectionResetError

    return behave


async def _timed(subject: Subject, example: Json, behave: Behave) -> tuple[str, float]:
    """How the call ended, and after how many seconds."""
    timeout = subject.manifest.limits.timeout_s
    loop = asyncio.get_running_loop()
    async with standing(behaving(subject, behave)) as standin, subject.on(standin.url) as made:
        # The budget is what a filing has: more than the declared time-out.
        task = asyncio.ensure_future(tried(made, example))
        began = loop.time()
        done, _ = await asyncio.wait({task}, timeout=timeout + 2.0)
        took = loop.time() - began
        if not done:
            task.cancel()
            await asyncio.wait({task})
            return _NO_END, took
        found = task.result()
    return str(found.get("fails", "a value")).split(" ")[0], took


async def _ends(subject: Subject, wanted: str, behave: Behave | None = None, **how: bool) -> Result:
    """Passed when the call ends as `wanted` within the declared time."""
    example = first_call(subject)
    if example is None:
        return skipped(_NO_CALL)
    act = behave or (_drip if how.get("drip") else _cut)(last_reply(example))
    limit = subject.manifest.limits.timeout_s + GRACE_S
    kind, took = "", 0.0
    for _ in range(TRIES):
        kind, took = await _timed(subject, example, act)
        if kind not in (wanted, _NO_END) or took <= limit:
            break
    said = f"{example['call']} ends as {kind} after {took:.2f} s (declared {limit - GRACE_S:g} s)"
    if kind != wanted:
        return failed(f"{said}, not as {wanted}")
    return passed(said) if took <= limit else failed(f"{said}: too late, {TRIES} times")


async def silent_department(subject: Subject) -> Result:
    """It accepts and never answers."""
    return await _ends(subject, "OutcomeUnknown", _hang)


async def dripping_department(subject: Subject) -> Result:
    """It answers byte by byte, for ever."""
    return await _ends(subject, "OutcomeUnknown", drip=True)


async def reset(subject: Subject) -> Result:
    """It resets the connection once it has the request."""
    return await _ends(subject, "OutcomeUnknown", _reset)


async def lost_reply(subject: Subject) -> Result:
    """It has acted, and the reply is lost on the way."""
    if not subject.manifest.services:
        return not_applicable("it takes no filings")
    return await _ends(subject, "OutcomeUnknown")


async def refused_connection(subject: Subject) -> Result:
    """Nobody listens."""
    example = first_call(subject)
    if example is None:
        return skipped(_NO_CALL)
    async with standing(_hang) as standin:
        url = standin.url
    async with subject.on(url) as department:
        found = await tried(department, example)
    kind = str(found.get("fails", "a value")).split(" ")[0]
    said = f"{example['call']} with nobody listening becomes {kind}"
    return passed(said) if kind == "NotDelivered" else failed(f"{said}, not NotDelivered")


async def endless_reply(subject: Subject) -> Result:
    """Its reply is larger than it may be."""
    example = first_call(subject)
    if example is None:
        return skipped(_NO_CALL)
    cap = subject.manifest.limits.reply_bytes
    whole, sent = last_reply(example), 0

    async def behave(_: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(head_of(whole._replace(body=b""), 3 * cap + len(whole.body)))
        writer.write(whole.body)
        for _part in range(3 * 16):
            writer.write(b" " * (cap // 16))
            sent += cap // 16
            await writer.drain()
        writer.write(b" " * (3 * cap - sent))

    async with standing(behaving(subject, behave)) as standin, subject.on(standin.url) as made:
        found = await tried(made, example)
    kind = str(found.get("fails", "a value")).split(" ")[0]
    said = f"a reply three times as large as {cap} bytes becomes {kind}"
    return passed(said) if kind in ("ContractBroken", "OutcomeUnknown") else failed(said)
