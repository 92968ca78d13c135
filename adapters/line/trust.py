"""Whom a line trusts: the machine's authorities, TLS 1.2 and later."""

import ssl


def trusting(url: str) -> ssl.SSLContext | None:
    """How to speak to this address; None where it is plain http."""
    if not url.lower().startswith("https:"):
        return None
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def untrusted(error: BaseException | None) -> bool:
    """Whether a certificate was the cause."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
