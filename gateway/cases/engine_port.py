"""What delivery asks of a durable engine: to run short commands, and to remember them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.engine import Connection

Deliver = Callable[[str, int], Awaitable[str]]
Entry = tuple[str, str, int, float]  # queue, reference, tick, delay


def queue_of(department: str) -> str:
    """The engine's queue for commands to this department."""
    return f"department-{department}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One command as the engine has it."""

    reference: str
    tick: int
    state: str  # queued | asleep | running
    executor: str | None  # who runs it
    version: str | None


class Engine(Protocol):
    """Runs `deliver(reference, tick)` at least once for everything enqueued."""

    def migrate(self) -> None:
        """Make or bring up the engine's own tables. Blocking; one process at a time."""
        ...

    async def launch(self, deliver: Deliver, queues: Mapping[str, int]) -> None:
        """Start; take up what an earlier process left. `queues`: name -> how many at once."""
        ...

    def connect(self) -> None:
        """Be able to enqueue, and run nothing: others do, or the next launch."""
        ...

    def enqueue_in(
        self, connection: Connection, queue: str, reference: str, tick: int, delay: float
    ) -> None:
        """Enqueue inside the caller's transaction: it exists exactly if that commits."""
        ...

    def wake(self, queues: Collection[str]) -> None:
        """What was enqueued to these queues is committed: it may begin. For any event loop.

        Who forgets to say so, or dies before, delays a command by a second.
        """
        ...

    async def waiting(self) -> int:
        """How many commands are queued, delayed or running."""
        ...

    async def running(self, *, executors: Sequence[str] | None = None) -> Sequence[Running]:
        """All commands not finished; with `executors`, those these processes are at."""
        ...

    def at_work(self) -> AbstractSet[tuple[str, int]]:
        """Reference and tick of all that this process is at just now. For any thread."""
        ...

    async def cancel(self, commands: Sequence[Running]) -> None:
        """Do not run these again; a call that is being made is not stopped."""
        ...

    async def purge(self, older_than: float) -> int:
        """Forget commands finished before that moment (Unix s); how many, at most a thousand."""
        ...

    async def shutdown(self) -> None:
        """Stop taking commands; what is unfinished is taken up by the next launch."""
        ...
