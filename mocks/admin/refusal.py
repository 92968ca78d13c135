"""What the controls say when they will not: what is wrong, where, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong: a JSON pointer into the body, a parameter's name, or the path."""

    where: str
    what: str


class Refusal(Exception):
    """A wish that is not granted; nothing was changed.

    `mend` says what to send instead, `command` what to type: "" where that is the same.
    """

    def __init__(
        self, code: str, findings: Sequence[Finding], mend: str, *, status: int, command: str = ""
    ) -> None:
        self.code, self.findings, self.mend, self.status = code, tuple(findings), mend, status
        self.command = command
        super().__init__("; ".join(f"{one.where or '/'}: {one.what}" for one in findings))

    @property
    def response(self) -> Response:
        """As JSON."""
        told = {
            "code": self.code,
            "error": str(self),
            "findings": [{"where": one.where, "what": one.what} for one in self.findings],
            "mend": self.mend,
            **({"command": self.command} if self.command else {}),
        }
        return JSONResponse(told, self.status)


def refused(
    code: str, where: str, what: str, mend: str, *, status: int = 400, command: str = ""
) -> Refusal:
    """A refusal with one finding."""
    found = [Finding(where=where, what=what)]
    return Refusal(code, found, mend, status=status, command=command)


async def answer_refusal(_: Request, refusal: Exception) -> Response:
    """The response to a refused wish."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for nothing else
    return refusal.response


async def answer_disk(_: Request, wrong: Exception) -> Response:
    """The response when the state folder cannot be read or written."""
    assert isinstance(wrong, OSError)  # noqa: S101 - registered for nothing else
    where = str(wrong.filename or "state folder")
    mend = "make room, or let this user write there; nothing more than was said was changed"
    if isinstance(wrong, FileNotFoundError):
        mend = (
            "the state folder is gone: stop the fleet and start it again, it makes the folder anew"
        )
    return refused("DISK", where, wrong.strerror or str(wrong), mend, status=503).response


async def answer_http(request: Request, wrong: Exception) -> Response:
    """The response to a wrong path or method, in the form every refusal has."""
    assert isinstance(wrong, HTTPException)  # noqa: S101 - registered for nothing else
    code = {404: "UNKNOWN", 405: "METHOD_WRONG"}.get(wrong.status_code, "UNKNOWN")
    what = f"{request.method} is not among what can be done here: {wrong.detail}"
    refusal = refused(
        code, request.url.path, what, "see /__admin/openapi.json", status=wrong.status_code
    )
    response = refusal.response
    response.headers.update(wrong.headers or {})
    return response
