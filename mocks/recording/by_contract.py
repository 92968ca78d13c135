"""A recording played by a contract: it answers what was recorded, the contract all else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mocks.anything.exchange import Answer, Asked, Mock, Options
from mocks.anything.opened import opened
from mocks.anything.server import Served
from mocks.core.clock import SHANGHAI, real_now
from mocks.recording.redaction import Redaction
from mocks.recording.replay import Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class ByContract:
    """A mock: recorded replies that keep the contract, and made ones."""

    replay: Replay
    mock: Mock

    def answer(self, asked: Asked) -> Answer:
        """The recorded reply to a request, else a made one."""
        kept = self.replay.answer(asked)
        if kept is None:
            return self.mock.answer(asked)
        identity = self.mock.identity(asked)
        return replace(kept, operation=identity[0] if isinstance(identity, tuple) else None)

    def at_will(self, asked: Asked, kind: str) -> Answer:
        """The fault the contract declares for what is asked, or the plain kind of it."""
        return self.mock.at_will(asked, kind)

    def identity(self, asked: Asked) -> object | None:
        """What makes two requests the same; None for one that is none of the contract's."""
        return self.mock.identity(asked)

    def keeps(self, asked: Asked, answer: Answer) -> list[str]:
        """What is wrong with a recorded reply; empty when the contract allows it."""
        return self.mock.keeps(asked, answer)

    def operations(self) -> list[dict[str, Any]]:
        """What can be asked."""
        return self.mock.operations()


def played(
    contract: Path, folder: Path, redaction: Redaction, *, near: bool = False
) -> tuple[Served, Replay]:
    """What is served, and the recording in it; Refused for a contract that is not served."""
    today = datetime.fromtimestamp(real_now(), SHANGHAI).date()
    served = opened(contract, Options(today=today))
    replay = Replay(folder, redaction, near=near, keeps=_keeping(served.mock))
    served.mock = ByContract(replay=replay, mock=served.mock)
    return served, replay


def _keeping(mock: Mock) -> Callable[[Asked, Answer], list[str]]:
    def keeps(asked: Asked, answer: Answer) -> list[str]:
        if mock.identity(asked) is None:
            return [f"{asked.method} {asked.path} is not of this contract"]
        return mock.keeps(asked, answer)

    return keeps
