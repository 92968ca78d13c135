"""What operators are told of calls that failed: each kind of it once a minute, with how often."""

from dataclasses import dataclass
from typing import Final

import structlog

from adapters.errors import AdapterError, ContractBroken, Misconfigured
from schema.domain.problem import ProblemCode

log = structlog.get_logger(__name__)

EVERY_S: Final = 60.0
_REASON: Final = 300  # characters; what is wrong stands at its beginning
_TO_MEND: Final = (ContractBroken, Misconfigured)  # goes on until somebody does something


@dataclass(slots=True)
class _Told:
    until: float
    times: int = 0  # since it was told


class Operators:
    """Tells of failed calls in the log; what somebody has to mend as a warning."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, ProblemCode], _Told] = {}

    def tell(self, source: str, code: ProblemCode, error: AdapterError, now: float) -> None:
        """Tell why a call to a source of a department failed, unless it was told just now.

        `now` is the loop's time.
        """
        kind = (error.department, source, code)
        told = self._told.get(kind)
        if told is not None and now < told.until:
            told.times += 1
            return
        self._told[kind] = _Told(until=now + EVERY_S)
        say = log.warning if isinstance(error, _TO_MEND) else log.info
        say(
            "federation.call_failed",
            department=error.department,
            source=source,
            code=code.value,
            kind=type(error).__name__,
            reason=error.message[:_REASON],
            times=1 + (told.times if told is not None else 0),
        )
