"""Checking a paper: its code leads to what was issued, and the keys say whether to believe it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog

from gateway.issuing.bundle import code_as_typed
from gateway.issuing.keys import CheckKeys
from gateway.issuing.signing import BundleRefused, Reason, Verified, verify

log = structlog.get_logger(__name__)

_REMEMBERED = 1_000


class Kept(Protocol):
    """Where signed bundles are kept."""

    async def find(self, code: str) -> str | None:
        """The signed bundle with this check code; None when none was issued under it."""
        ...


class Verdict(StrEnum):
    """What a check found."""

    VALID = "valid"
    KEY_RETIRED = "key_retired"  # valid; the key that signed it signs no more
    UNKNOWN = "unknown"
    BROKEN = "broken"  # something is kept under the code, and its signature does not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A verdict; what was found only when it may be believed."""

    verdict: Verdict
    found: Verified | None = None
    signed: str = ""


class Checker:
    """Answers for codes. Believes the keys alone, not the store it finds bundles in.

    What was found good stays good as long as the keys are the same, which is as long as this
    process runs: the last thousand are answered from memory.
    """

    def __init__(self, kept: Kept, keys: CheckKeys) -> None:
        self._kept = kept
        self._keys = keys
        self._good: dict[str, Checked] = {}

    async def check(self, typed: str) -> Checked:
        """What is known about this code. A code that cannot be one is as unknown as any other."""
        code = code_as_typed(typed)
        if code is None:
            return _UNKNOWN
        known = self._good.get(code)
        if known is not None:
            return known
        signed = await self._kept.find(code)
        checked = _UNKNOWN if signed is None else self._judged(code, signed)
        if checked.found is not None:
            self._remember(code, checked)
        return checked

    def _judged(self, code: str, signed: str) -> Checked:
        try:
            found = verify(signed, self._keys)
            if found.bundle.jti != code:
                raise BundleRefused(Reason.CONTENT)
        except BundleRefused as refused:
            log.error("bundle.broken", reason=refused.reason.name)
            return Checked(verdict=Verdict.BROKEN)
        verdict = Verdict.KEY_RETIRED if found.retired else Verdict.VALID
        return Checked(verdict=verdict, found=found, signed=signed)

    def _remember(self, code: str, checked: Checked) -> None:
        if len(self._good) >= _REMEMBERED:
            del self._good[next(iter(self._good))]
        self._good[code] = checked


_UNKNOWN = Checked(verdict=Verdict.UNKNOWN)
