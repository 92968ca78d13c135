"""The last replies a department gave, so that one of them can be given to the wrong caller."""

from collections import deque
from collections.abc import Callable

from starlette.responses import Response

from mocks.core.ready import Ready
from mocks.faults.reply import Reply
from mocks.faults.values import tree_of

_KEPT = 4


class Remembered:
    """A few replies of each operation, newest last; in memory only."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[Response | bytes]] = {}
        self._media: dict[str, str] = {}

    def note(self, operation: str, response: Response) -> None:
        """Keep a good reply."""
        if response.status_code < 300:
            self._of(operation).append(response)

    def bare(self, operation: str, media_type: str) -> Callable[[bytes], None]:
        """Keeps good replies of this media type, of which only the bodies are given."""
        self._media[operation] = media_type
        return self._of(operation).append

    def _of(self, operation: str) -> deque[Response | bytes]:
        kept = self._kept.get(operation)
        if kept is None:
            kept = self._kept[operation] = deque(maxlen=_KEPT)
        return kept

    def others(self, operation: str) -> dict[str, Reply]:
        """The last reply of every other operation."""
        others = [(n, kept) for n, kept in self._kept.items() if kept and n != operation]
        return {n: self._reply(n, kept[-1]) for n, kept in others}

    def elsewhere(self, operation: str, own: Reply, asked: frozenset[str]) -> Reply | None:
        """A reply of the same operation to a request for something else; None when none is kept."""
        tree = tree_of(own)
        echoed = {leaf.text for leaf in tree.leaves() if leaf.text in asked} if tree else set()
        wanted = [text.encode(own.charset, "replace") for text in echoed if len(text) > 3]
        for kept in reversed(self._kept.get(operation, ())):
            body = (reply := self._reply(operation, kept)).body
            if body != own.body and (not wanted or any(w not in body for w in wanted)):
                return reply
        return None

    def _reply(self, operation: str, kept: Response | bytes) -> Reply:
        if isinstance(kept, bytes):
            kept = Ready(kept, 200, self._media[operation])
        return Reply.of(kept)
