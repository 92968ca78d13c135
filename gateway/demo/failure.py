"""Why a demo did not end well."""

from collections.abc import Sequence


class DemoFailed(Exception):
    """What is missing, a line each, and what to do next."""

    def __init__(self, missing: Sequence[str], next_step: str) -> None:
        super().__init__("; ".join(missing))
        self.missing = tuple(missing)
        self.next_step = next_step
