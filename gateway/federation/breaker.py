"""When to stop asking a department that does not answer: a state machine without a clock."""

from dataclasses import dataclass

_LONG = 3  # rests without any news: what was seen then says little about now


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Opens after `threshold` failures in a row; lets one probe through after `rest_s`.

    closed --failures--> open --rest--> half-open (one probe) --answered--> closed
                                                              --failed----> open

    Who is admitted is given the era it was admitted in; a verdict from an era that is over counts
    for nothing: a call that was under way when it opened neither closes it nor lets a second probe
    out.
    """

    threshold: int = 5
    rest_s: float = 5.0
    failures: int = 0
    opened_at: float | None = None
    probing: bool = False
    era: int = 0

    def shut(self, now: float) -> bool:
        """Whether a call would be turned away now."""
        return self.opened_at is not None and (self.probing or now < self.opened_at + self.rest_s)

    def doubtful(self, now: float) -> bool:
        """Whether the next call is a probe that will most likely fail: it failed a moment ago."""
        return self.opened_at is not None and now < self.opened_at + _LONG * self.rest_s

    def admit(self, now: float) -> int | None:
        """The era of a call that may leave now (half-open, as the probe), None when none may."""
        if self.opened_at is None:
            return self.era
        if self.shut(now):
            return None
        self.probing = True
        self.era += 1
        return self.era

    def answered(self, era: int) -> None:
        """The department answered, whatever it said."""
        if era == self.era:
            self.failures = 0
            self.opened_at = None
            self.probing = False

    def failed(self, era: int, now: float) -> bool:
        """The department did not answer; whether this opened it."""
        if era != self.era:
            return False
        self.failures += 1
        if not self.probing and self.failures < self.threshold:
            return False
        self.opened_at = now
        self.probing = False
        self.era += 1
        return True

    def abandoned(self, era: int) -> None:
        """An admitted call ended without a verdict; a probe may be tried again."""
        if era == self.era:
            self.probing = False

    def opens_in(self, now: float) -> float:
        """Seconds until a call may be tried again; 0 when one may leave now."""
        if self.opened_at is None:
            return 0.0
        return max(0.0, self.opened_at + self.rest_s - now)
