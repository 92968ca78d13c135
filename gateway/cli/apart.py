"""What is looked into once, at the start, by a child: what it loads for it ends with it."""

import asyncio
import ctypes
import multiprocessing
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final, TypeAlias, TypeVar

T = TypeVar("T")
Look: TypeAlias = Callable[[], Coroutine[Any, Any, T]]
_DIES_WITH_ITS_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


def found_apart(look: Look[T]) -> T:
    """What `look` finds, in a child forked from this process; here, where the child comes to no
    end: whatever goes wrong in it does so here as well, and is told as it always is.

    Nothing else may run in this process yet: of its threads a child has but one.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return asyncio.run(look())
    context = multiprocessing.get_context("fork")
    said, saying = context.Pipe(duplex=False)
    child = context.Process(target=_say, args=(look, saying), daemon=True)
    child.start()
    saying.close()
    try:
        finding: T = said.recv()
    except EOFError:
        return asyncio.run(look())
    finally:
        said.close()
        child.kill()  # it has ended, unless this process was told to stop meanwhile
        child.join()
    return finding


def _say(look: Look[T], saying: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its parent is interrupted, and ends it
    # Killed alone, the parent would leave a store behind that somebody works with.
    with suppress(OSError, AttributeError):  # another system than Linux
        ctypes.CDLL(None).prctl(_DIES_WITH_ITS_PARENT, signal.SIGKILL)
    with suppress(Exception), saying:
        saying.send(asyncio.run(look()))
