"""The last replies a department gave, so that one of them can be given to the wrong caller."""

from collections import deque

from starlette.responses import Response

from mocks.faults.reply import Reply
from mocks.faults.values import tree_of

_KEPT = 4


class Remembered:
    """A few replies of each operation, newest last; in memory only."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[Response]] = {}

    def note(self, operation: str, response: Response) -> None:
        """Keep a good reply."""
        if response.status_code < 300:
            kept = self._kept.get(operation)
            if kept is None:
                kept = self._kept[operation] = deque(maxlen=_KEPT)
            kept.append(response)

    def others(self, operation: str) -> dict[str, Reply]:
        """The last reply of every other operation."""
        return {n: Reply.of(kept[-1]) for n, kept in self._kept.items() if n != operation}

    def elsewhere(self, operation: str, own: Reply, asked: frozenset[str]) -> Reply | None:
        """A reply of the same operation to a request for something else; None when none is kept."""
        tree = tree_of(own)
        echoed = {leaf.text for leaf in tree.leaves() if leaf.text in asked} if tree else set()
        wanted = [text.encode(own.charset, "replace") for text in echoed if len(text) > 3]
        for response in reversed(self._kept.get(operation, ())):
            body = bytes(response.body)
            if body != own.body and (not wanted or any(w not in body for w in wanted)):
                return Reply.of(response)
        return None
