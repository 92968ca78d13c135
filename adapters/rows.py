"""Rows of a batch that failed one by one, where an answer tells them apart from the others."""

from collections.abc import Mapping
from typing import Any

from adapters.errors import AdapterError
from adapters.outcome import Settled


class FailedRow(dict[str, Any]):
    """A row that stands for one key's failure; what the department gave of it is still in it."""

    __slots__ = ("key", "verdict")

    def __init__(self, given: Mapping[str, Any], key: str, verdict: Settled | AdapterError) -> None:
        super().__init__(given)
        self.key = key
        self.verdict = verdict
