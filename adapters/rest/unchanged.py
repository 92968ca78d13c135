"""What a department said last, and under which tag: it need only say that this has not changed."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from adapters.rest.answer import Answers
from adapters.wire import WireReply

MOST: Final = 2_000  # answers of one call
MOST_BYTES: Final = 2_000_000  # of these, as they came; read, they take four to seven times that
OLDEST_S: Final = 300.0  # however often confirmed: one wrong answer under a right tag does not stay


class Held(NamedTuple):
    """An answer that may be confirmed."""

    tag: str
    answer: Any
    came_at: float
    bytes: int


class Unchanged:
    """Answers of one call by path: so many, so many bytes, the longest unused forgotten first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._by_path: OrderedDict[str, Held] = OrderedDict()
        self.bytes = 0

    def held(self, path: str) -> Held | None:
        """What need only be confirmed; None where the whole answer is to be asked for."""
        held = self._by_path.get(path)
        if held is None or not 0 <= self._now() - held.came_at < OLDEST_S:
            return None
        self._by_path.move_to_end(path)  # others that are answered first do not push it out
        return held

    def answer(self, path: str, held: Held | None, reply: WireReply, answers: Answers) -> Any:
        """The reply's answer, or the one it confirms, `held` when it was asked for."""
        if reply.status == 304 and held is not None:
            return held.answer
        found, tag = answers.open(reply), reply.headers.get("etag")
        if tag:
            self._remember(path, tag, found, len(path) + len(tag) + len(reply.body))
        return found

    def _remember(self, path: str, tag: str, found: Any, size: int) -> None:
        before = self._by_path.pop(path, None)
        if before is not None:
            self.bytes -= before.bytes
        if size > MOST_BYTES // 8:
            return
        self._by_path[path] = Held(tag, found, self._now(), size)
        self.bytes += size
        while len(self._by_path) > MOST or self.bytes > MOST_BYTES:
            self.bytes -= self._by_path.popitem(last=False)[1].bytes
