"""Whom a line trusts: the machine's authorities, TLS 1.2 and later; and what it shows of itself."""

import ssl
from collections.abc import Iterator
from functools import lru_cache

from adapters.wire import ClientCertificate

# Alerts of who looked at what we are, or at that we show nothing. None is sent once a request has
# been read.
_REFUSALS = (
    "HANDSHAKE_FAILURE",
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
)


def trusting(url: str, shown: ClientCertificate | None = None) -> ssl.SSLContext | None:
    """How to speak to this address; None where it is plain http.

    OSError when the client certificate cannot be read, SSLError when it is none.
    """
    if not url.lower().startswith("https:"):
        return None
    return _speaking(shown, ssl.get_default_verify_paths())


@lru_cache(64)  # the authorities take 60 ms to read and a megabyte to keep: once is enough
def _speaking(
    shown: ClientCertificate | None, authorities: ssl.DefaultVerifyPaths
) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if shown is not None:  # a password always: without one, OpenSSL would ask at the terminal
        context.load_cert_chain(shown.certificate, shown.key, shown.password or "")
    return context


def untrusted(error: BaseException | None) -> bool:
    """Whether its certificate was the cause."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error))


def refusal(error: BaseException | None) -> str | None:
    """Why it would not speak TLS with us, in its own word; it has read nothing then."""
    for one in _causes(error):
        reason = (isinstance(one, ssl.SSLError) and one.reason) or ""
        _, alert, word = reason.partition("_ALERT_")
        if alert and word in _REFUSALS:
            return word.lower().replace("_", " ")
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
