"""Whom a line trusts: the machine's authorities, TLS 1.2 and later; and what it shows of itself."""

import ssl
from collections.abc import Iterator

from adapters.wire import ClientCertificate

# Alerts of who looked at our certificate; none is sent once a request has been read.
_ABOUT_US = (
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
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if shown is not None:  # a password always: without one, OpenSSL would ask at the terminal
        context.load_cert_chain(shown.certificate, shown.key, shown.password or "")
    return context


def untrusted(error: BaseException | None) -> bool:
    """Whether its certificate was the cause."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error))


def refused(error: BaseException | None) -> bool:
    """Whether our certificate was the cause, or that we have none: nothing was read then."""
    said = (one.reason or "" for one in _causes(error) if isinstance(one, ssl.SSLError))
    return any("_ALERT_" in reason and reason.endswith(_ABOUT_US) for reason in said)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
