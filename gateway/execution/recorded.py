"""Recorded operations: parsed, limited, validated and compiled before anybody asks for them.

They are `.graphql` files. One that cannot be read, or may not run, is named in the log with the
reason; the others are made ready all the same.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import structlog

from gateway.execution.bugs import where
from gateway.execution.documents import NotRunnable
from gateway.execution.executor import Executor
from gateway.execution.limits import TooMuch
from schema.domain.text import Language

log = structlog.get_logger(__name__)

_TOLD_EVERY_S: Final = 1.0  # while it goes on
_LOG_LANGUAGE: Final[Language] = "en"


def recorded_in(places: Iterable[Path]) -> Iterator[Path]:
    """The files of these places: a file is itself, a folder has some; others have none."""
    for place in places:
        try:
            found = sorted(one for one in place.iterdir() if one.suffix == ".graphql")
        except OSError:  # a file; or what cannot be read, which is told when it is read
            found = [place]
        yield from found


class WarmUp:
    """Makes an executor ready for what was recorded; `left` says what is still to be done."""

    def __init__(self, executor: Executor, files: Sequence[Path]) -> None:
        self._executor = executor
        self._files = files
        self._done = 0
        self._compiled = 0
        self._broken = 0

    @property
    def left(self) -> str | None:
        """What to wait for; None when there is nothing."""
        if self._done == len(self._files):
            return None
        return f"{self._done} of {len(self._files)} recorded operations are ready"

    async def run(self) -> None:
        """Go through all files, and let others run between any two."""
        began = told = time.monotonic()
        for file in self._files:
            await asyncio.sleep(0)
            self._prepare(file)
            self._done += 1
            if time.monotonic() - told > _TOLD_EVERY_S:
                told = time.monotonic()
                log.info("recorded.going_on", files=self._done, of=len(self._files))
        log.info(
            "recorded.ready",
            files=self._done,
            compiled=self._compiled,
            broken=self._broken,
            ms=round((time.monotonic() - began) * 1000),
        )

    def _prepare(self, file: Path) -> None:
        try:
            self._compiled += self._executor.prepare(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            self._refuse(file, str(error))
        except TooMuch as refusal:
            self._refuse(file, refusal.text.in_(_LOG_LANGUAGE))
        except NotRunnable as errors:
            self._refuse(file, "; ".join(error.message for error in errors.errors))
        except Exception as bug:
            # The rim: a bug about one recorded operation must not keep the gateway from starting.
            log.error("recorded.bug", file=str(file), **where(bug))
            self._broken += 1

    def _refuse(self, file: Path, reason: str) -> None:
        log.warning("recorded.broken", file=str(file), reason=reason)
        self._broken += 1
