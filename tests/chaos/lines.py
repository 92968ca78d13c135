"""An append-only file of JSON lines, each on the disk before `add` returns."""

import os
from pathlib import Path
from typing import Any

import orjson


class Lines:
    """One writer's lines."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)

    def add(self, value: dict[str, Any]) -> None:
        """Write one line down."""
        os.write(self._file, orjson.dumps(value) + b"\n")
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
