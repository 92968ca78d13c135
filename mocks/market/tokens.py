"""Tokens that say themselves until when they hold: whoever has the key can tell."""

import hmac
import secrets

_MOST = 256


class Tokens:
    """Bearer tokens under one key; with another, nobody's hold any more."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, float] = {}  # ours, and until when they hold

    def issued(self, *, until: float) -> str:
        """A new one, good until that moment."""
        told = f"{until:.3f}.{secrets.token_urlsafe(9)}"
        return f"mkt_{told}.{self._mark(told)}"

    def hold(self, token: str, *, now: float) -> bool:
        """Whether it is one of ours and still good."""
        if (until := self._known.get(token)) is not None:
            return now < until
        told, _, mark = token.removeprefix("mkt_").rpartition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(told).encode()):
            return False
        if len(self._known) >= _MOST:
            self._known.clear()
        until = self._known[token] = float(told.rpartition(".")[0])
        return now < until

    def holds_until(self, token: str) -> float:
        """Up to when one that holds does; 0 for one that was not looked at lately."""
        return self._known.get(token, 0.0)

    def _mark(self, told: str) -> str:
        return hmac.digest(self._key, told.encode(), "sha256").hex()[:32]
