"""Silver and gold: the line goes where it is told, and no faster or wider than declared."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.conformance.bench import first_call, last_reply, tried
from adapters.conformance.standin import Heard, StandIn, say, standing
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, failed, passed, skipped
from adapters.conformance.time_outs import TRIES, behaving
from adapters.wire import WireReply

_NO_CALL = "no example shows a filing or a look-up that succeeds"
_HOLD_S = 0.03
_WINDOW_S = 1.0
_TOLERANCE = 1.25  # what left evenly may arrive unevenly
_MOST = 200
_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


async def no_redirects(subject: Subject) -> Result:
    """A redirect is an error; nobody is sent where the settings do not say."""
    example = first_call(subject)
    if example is None:
        return skipped(_NO_CALL)
    whole = last_reply(example)

    async def elsewhere(_: Heard, writer: asyncio.StreamWriter) -> None:
        say(writer, whole)

    async with standing(elsewhere) as other:

        async def away(heard: Heard, writer: asyncio.StreamWriter) -> None:
            headers = {"location": f"{other.url}{heard.path}"}
            say(writer, WireReply(status=307, headers=headers, body=b""))

        async with standing(behaving(subject, away)) as standin, subject.on(standin.url) as made:
            found = await tried(made, example)
    if other.heard or "gives" in found:
        return failed("a redirect was followed: the request went to another address")
    return passed(f"HTTP 307 becomes {str(found['fails']).split(' ')[0]}; nothing went elsewhere")


@contextmanager
def _proxied(url: str) -> Iterator[None]:
    """An environment that names a proxy, for as long as a client is made."""
    environment = os.environ  # noqa: TID251 - the very thing a line must not read
    before = {name: environment.get(name) for name in (*_PROXIES, "NO_PROXY", "no_proxy")}
    environment.update(dict.fromkeys(_PROXIES, url))
    for name in ("NO_PROXY", "no_proxy"):
        environment.pop(name, None)
    try:
        yield
    finally:
        for name, value in before.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value


async def no_proxy(subject: Subject) -> Result:
    """What the environment says of proxies does not change where requests go."""
    example = first_call(subject)
    if example is None:
        return skipped(_NO_CALL)
    whole = last_reply(example)

    async def answer(_: Heard, writer: asyncio.StreamWriter) -> None:
        say(writer, whole)

    act = behaving(subject, answer)
    async with standing(act) as proxy, standing(act) as standin:
        entered = subject.on(standin.url)
        with _proxied(proxy.url):
            department = await entered.__aenter__()
        try:
            await tried(department, example)
        finally:
            await entered.__aexit__(None, None, None)
    if proxy.heard:
        return failed("the request went through a proxy the environment names")
    return passed(f"{len(standin.heard)} request(s) went straight to the department")


async def _burst(
    subject: Subject, calls: int, hold_s: float, rate_per_s: float = 0.0, *, beyond: int = 0
) -> StandIn | None:
    """So many calls at once, each held for a while; the stand-in as it was left.

    The first are held for as long as others come, until more than `beyond` have come: a busy
    machine lets them in late.
    """
    example = first_call(subject)
    if example is None:
        return None
    whole = last_reply(example)

    async def answer(_: Heard, writer: asyncio.StreamWriter) -> None:
        seen = len(standin.heard)
        await asyncio.sleep(hold_s)
        while seen < len(standin.heard) <= beyond:
            seen = len(standin.heard)
            await asyncio.sleep(hold_s)
        say(writer, whole)

    async with (
        standing(behaving(subject, answer)) as standin,
        subject.on(standin.url, rate_per_s=rate_per_s) as made,
    ):
        await asyncio.gather(*(tried(made, example) for _ in range(calls)))
    return standin


async def concurrency(subject: Subject) -> Result:
    """Never more calls at once than declared."""
    limit = subject.manifest.limits.concurrency
    calls = min(_MOST, 4 * limit)
    standin = await _burst(subject, calls, _HOLD_S, beyond=limit)
    if standin is None:
        return skipped(_NO_CALL)
    said = f"of {calls} calls at once {standin.most_inside} were inside (declared {limit})"
    return passed(said) if standin.most_inside <= limit else failed(said)


async def rate(subject: Subject) -> Result:
    """Never more calls in a second than declared."""
    limit = subject.manifest.limits.rate_per_s
    if limit <= 0:
        return failed("limits.rate_per_s is not above 0")
    calls = min(_MOST, int(limit * 1.5) + 1)
    busiest, most = 0, max(1, limit * _TOLERANCE)
    for _ in range(TRIES):
        standin = await _burst(subject, calls, 0.0, limit)
        if standin is None:
            return skipped(_NO_CALL)
        busiest = _busiest([heard.at for heard in standin.heard])
        if busiest <= most:
            break
    said = f"of {calls} calls at once {busiest} left within a second (declared {limit:g})"
    if calls <= limit:
        return skipped(f"{_MOST} calls are too few to reach {limit:g} a second")
    return passed(said) if busiest <= most else failed(said)


def _busiest(times: list[float]) -> int:
    return max((sum(at <= t < at + _WINDOW_S for t in times) for at in times), default=0)
