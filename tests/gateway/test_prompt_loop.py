"""The server's loop does what one request makes ready before it reads the next."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any

import pytest
from uvicorn import Config

from gateway.cli.serving import loop_of_server
from gateway.prompt_loop import PromptLoop
from tests.gateway.two_ways import Served, post

STEPS = 4


class Time:
    """A clock and the CPU used, as a test wants them."""

    def __init__(self) -> None:
        self.now = self.used = 0.0

    def passes(self, seconds: float, *, share: float) -> None:
        self.now += seconds
        self.used += seconds * share


class Desk(asyncio.Protocol):
    """Each message begins a task of some steps; what came and what was done is written down."""

    def __init__(self, loop: PromptLoop, told: list[str], *, settles: bool = True) -> None:
        self._loop, self._told, self._settles = loop, told, settles
        self.done = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._told.append(f"{data.decode()} came")
        if self._settles:
            self._loop.promptly(self._begin, data.decode())
        else:
            self._begin(data.decode())

    def _begin(self, name: str) -> None:
        self._task = self._loop.create_task(self._work(name))

    async def _work(self, name: str) -> None:
        for _ in range(STEPS):
            await asyncio.sleep(0)
        self._told.append(f"{name} done")
        self.done.set()


async def as_a_message(loop: PromptLoop, begin: Callable[..., object], *args: Any) -> None:
    """Begun outside of a task, as messages are."""
    came = asyncio.Event()
    loop.call_after_messages(loop.promptly, begin, *args)
    loop.call_after_messages(came.set)
    await came.wait()


def _same(desk: Desk) -> Desk:
    return desk


def run(main: Callable[[PromptLoop], Coroutine[Any, Any, None]], time: Time | None = None) -> None:
    at = time or Time()
    loop = PromptLoop(lambda: at.now, lambda: at.used)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main(loop))


async def two_at_once(loop: PromptLoop, told: list[str], *, settles: bool = True) -> None:
    """Both messages are there before the loop looks."""
    ends = [socket.socketpair() for _ in range(2)]
    desks = [Desk(loop, told, settles=settles) for _ in ends]
    for (here, _), desk in zip(ends, desks, strict=True):
        await loop.create_connection(partial(_same, desk), sock=here)
    for name, (_, there) in zip("ab", ends, strict=True):
        there.send(name.encode())
    async with asyncio.timeout(5):
        for desk in desks:
            await desk.done.wait()
    for desk, (_, there) in zip(desks, ends, strict=True):
        desk.transport.close()
        there.close()


def test_a_request_is_done_before_the_next_is_read() -> None:
    told: list[str] = []

    run(lambda loop: two_at_once(loop, told))

    first, second = told[0][0], told[2][0]
    assert told == [f"{first} came", f"{first} done", f"{second} came", f"{second} done"]


def test_without_settling_all_that_came_goes_on_together() -> None:
    told: list[str] = []

    run(lambda loop: two_at_once(loop, told, settles=False))

    assert sorted(told[:2]) == ["a came", "b came"]


def test_who_has_no_time_to_spare_settles_nothing_until_half_of_it_is_spare() -> None:
    together: list[bool] = []

    async def main(loop: PromptLoop) -> None:
        for share in (0.7, 0.9, 0.6, 0.4):
            told: list[str] = []
            time.passes(0.15, share=share)
            await two_at_once(loop, told)
            together.append(told[1].endswith("came"))

    time = Time()
    run(main, time)

    assert together == [False, True, True, False]


def test_what_never_waits_lets_others_have_their_turn() -> None:
    async def main(loop: PromptLoop) -> None:
        def again() -> None:
            called.append(True)
            loop.call_soon(again)

        def as_a_message() -> None:
            loop.promptly(again)
            loop.call_after_messages(ended.set)

        ended = asyncio.Event()
        loop.call_after_messages(as_a_message)  # outside of a step
        await ended.wait()

    called: list[bool] = []
    run(main)

    assert len(called) < 100


def test_inside_of_a_task_nothing_is_taken_further() -> None:
    told: list[str] = []

    async def main(loop: PromptLoop) -> None:
        loop.promptly(loop.call_soon, told.append, "later")
        told.append("now")
        await asyncio.sleep(0)

    run(main)

    assert told == ["now", "later"]


def test_calls_come_in_their_order_in_their_context_and_not_when_cancelled() -> None:
    seen: list[tuple[str, str]] = []
    name: ContextVar[str] = ContextVar("name", default="nobody")

    def say(word: str) -> None:
        seen.append((word, name.get()))

    def begin(loop: asyncio.AbstractEventLoop) -> None:
        other = copy_context()
        other.run(name.set, "other")
        loop.call_soon(say, "first")
        handle = loop.call_soon(say, "cancelled")
        loop.call_soon(say, "second", context=other)
        handle.cancel()
        assert handle.cancelled()

    run(lambda loop: as_a_message(loop, begin, loop))

    assert seen == [("first", "nobody"), ("second", "other")]


def test_a_call_that_fails_is_told_to_the_handler_and_the_next_is_made() -> None:
    told: list[object] = []
    error = ValueError("a bug")

    def fail() -> None:
        raise error

    def begin(loop: asyncio.AbstractEventLoop) -> None:
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        loop.call_soon(fail)
        loop.call_soon(told.append, "next")

    run(lambda loop: as_a_message(loop, begin, loop))

    assert told == [error, "next"]


def test_an_exit_ends_the_loop_also_while_a_request_is_begun() -> None:
    def leave() -> None:
        raise SystemExit(3)

    async def main(loop: PromptLoop) -> None:
        await as_a_message(loop, loop.call_soon, leave)
        await asyncio.sleep(5)

    with pytest.raises(SystemExit) as end:
        run(main)

    assert end.value.code == 3


def test_a_closed_loop_takes_no_calls() -> None:
    loop = PromptLoop()
    loop.close()

    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon(print, "never")


def test_a_request_that_waits_for_nothing_is_answered_before_the_next_is_read() -> None:
    answers: list[bytes] = []

    async def main(loop: PromptLoop) -> None:
        served = Served(fast=True)

        def come() -> None:
            answers.append(served.at_once(post(b'{"query":"executed"}')))
            came.set()

        came = asyncio.Event()
        loop.call_after_messages(come)
        await came.wait()
        served.wire.closed = True

    run(main)

    [answer] = answers
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_the_gateway_is_served_on_it() -> None:
    assert Config("app", loop=loop_of_server()).get_loop_factory() is PromptLoop


def test_what_came_at_once_has_so_much_time_together_and_then_all_have_their_turn() -> None:
    told: list[str] = []
    time = Time()

    def work(name: str) -> None:
        time.passes(0.002, share=0)
        told.append(name)

    def begin(loop: PromptLoop, name: str) -> None:
        loop.call_soon(work, name)

    async def main(loop: PromptLoop) -> None:
        def messages() -> None:
            loop.call_soon(told.append, "an earlier reply's waiter")
            for name in "abcd":
                loop.promptly(begin, loop, name)

        loop.call_after_messages(messages)
        await asyncio.sleep(0.01)

    run(main, time)

    assert told == ["a", "b", "an earlier reply's waiter", "c", "d"]


def test_one_request_does_not_do_what_another_left_over() -> None:
    told: list[str] = []
    time = Time()

    def work(name: str) -> None:
        time.passes(0.001, share=0)
        told.append(name)

    def many(loop: PromptLoop) -> None:
        for n in range(10):
            loop.call_soon(work, f"child {n}")

    async def main(loop: PromptLoop) -> None:
        def messages() -> None:
            loop.promptly(many, loop)
            told.append("begun")

        loop.call_after_messages(messages)
        await asyncio.sleep(0.01)

    run(main, time)

    assert told.index("begun") <= 4
    assert [one for one in told if one != "begun"] == [f"child {n}" for n in range(10)]
