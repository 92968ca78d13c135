"""What is said in place of a system that did not answer: why, and what helps."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from starlette.responses import JSONResponse, Response


def unanswered(to: str, broken: BaseException, within_s: float) -> Response:
    """A 502 that is told from any of the system's own."""
    why, mend = _why(broken, within_s)
    told = {
        "title": f"{urlsplit(to).netloc} did not answer: {type(broken).__name__}",
        "status": 502,
        "detail": f"{why} — the recording proxy has nothing to pass on",
        "mend": mend,
    }
    return JSONResponse(told, 502, media_type="application/problem+json")


def _why(broken: BaseException, within_s: float) -> tuple[str, str]:
    for cause in _causes(broken):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"证书不受信任 its certificate is not trusted here: {cause.verify_message}",
                "add its authority to this machine's, or name it: SSL_CERT_FILE=authority.pem",
            )
        if isinstance(cause, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout):
            return f"超时 no answer within {within_s:g} s", "wait longer: --within"
    if isinstance(broken, httpx.ConnectError | httpx.ConnectTimeout):
        return f"无法连接 it cannot be reached: {broken}", "see that it is up and --to is right"
    return f"连接中断 the line broke: {broken}", "ask again; see whether it speaks HTTP at --to"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
