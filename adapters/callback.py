"""Messages a department sends by itself: authentic, fresh and within the contract, or nothing."""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from adapters.errors import Misconfigured
from adapters.manifest.model import CallbackSpec


def verify(
    department: str,
    spec: CallbackSpec,
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float,
) -> None:
    """Nothing when the message is signed by the department and fresh; Misconfigured otherwise."""
    known = {name.lower(): value for name, value in headers.items()}
    timestamp = known.get(spec.timestamp.lower(), "")
    signature = known.get(spec.signature.lower(), "")
    if not secret:
        raise Misconfigured(department, f"the credential {spec.secret!r} is not set")
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(), (spec.prefix + expected).encode()):
        raise Misconfigured(department, "a callback's signature does not fit")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Misconfigured(department, "a callback's time is no Unix time")
    if abs(now - int(timestamp)) > spec.max_age_s:
        raise Misconfigured(department, "a callback is too old or from the future")
