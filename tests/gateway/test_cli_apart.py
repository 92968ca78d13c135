"""A child looks, and its parent is told."""

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from gateway.cli.apart import found_apart

_LOOKS_FOR_EVER = """
import asyncio, os
from gateway.cli.apart import found_apart

async def look():
    print(os.getpid(), flush=True)
    await asyncio.Event().wait()

found_apart(look)
"""


def test_what_a_child_finds_is_told_and_what_it_loaded_is_not_here() -> None:
    async def look() -> tuple[int, bool]:
        import tabnanny  # noqa: F401 - a module nobody else imports

        return os.getpid(), "tabnanny" in sys.modules

    pid, loaded = found_apart(look)

    assert loaded
    assert pid != os.getpid()
    assert "tabnanny" not in sys.modules


def test_the_child_has_ended() -> None:
    async def look() -> int:
        return os.getpid()

    pid = found_apart(look)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_found_is_told_as_well() -> None:
    async def look() -> None:
        return None

    assert found_apart(look) is None


def test_what_fails_in_the_child_fails_here() -> None:
    async def look() -> None:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        found_apart(look)


def test_where_the_child_dies_its_parent_looks() -> None:
    here = os.getpid()

    async def look() -> str:
        if os.getpid() != here:
            os._exit(9)
        return "here"

    assert found_apart(look) == "here"


@pytest.mark.skipif(sys.platform != "linux", reason="where a child is not told of its parent's end")
def test_a_child_dies_with_its_parent() -> None:
    parent = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _LOOKS_FOR_EVER], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = os.pidfd_open(int(parent.stdout.readline()))
    try:
        parent.kill()
        ended, _, _ = select.select([child], [], [], 30)
        assert ended == [child]
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(child, signal.SIGKILL)
        os.close(child)
        parent.communicate()
