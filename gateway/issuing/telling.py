"""A verified bundle for programs: the same from the page as from the command line."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from gateway.issuing.signing import Verified


def told(found: Verified, today: date) -> Mapping[str, Any]:
    """What was signed, word for word, and what of it is past its last day."""
    return {
        "verdict": "key_retired" if found.retired else "valid",
        "signature": {"valid": True, "kid": found.kid, "retired": found.retired},
        "bundle": msgspec.to_builtins(found.bundle),
        "expired": found.bundle.expired(today),
        "checked_on": today.isoformat(),
    }
