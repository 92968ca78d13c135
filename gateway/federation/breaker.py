"""When to stop asking a department that does not answer: a state machine without a clock."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Opens after `threshold` failures in a row; lets one probe through after `rest_s`.

    closed --failures--> open --rest--> half-open (one probe) --answered--> closed
                                                              --failed----> open
    """

    threshold: int = 5
    rest_s: float = 5.0
    failures: int = 0
    opened_at: float | None = None
    probing: bool = False

    def admits(self, now: float) -> bool:
        """Whether a call may leave now; the caller it admits while half-open is the probe."""
        if self.opened_at is None:
            return True
        if self.probing or now < self.opened_at + self.rest_s:
            return False
        self.probing = True
        return True

    def answered(self) -> None:
        """The department answered, whatever it said."""
        self.failures = 0
        self.opened_at = None
        self.probing = False

    def failed(self, now: float) -> None:
        """The department did not answer."""
        self.failures += 1
        if self.probing or self.failures >= self.threshold:
            self.opened_at = now
        self.probing = False

    def abandoned(self) -> None:
        """An admitted call ended without a verdict; a probe may be tried again."""
        self.probing = False

    def opens_in(self, now: float) -> float:
        """Seconds until a call may be tried again; 0 when one may leave now."""
        if self.opened_at is None:
            return 0.0
        return max(0.0, self.opened_at + self.rest_s - now)
