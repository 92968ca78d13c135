"""How a SOAP request says it is sent: in its headers, before anything of it is read."""

from email.message import Message
from functools import lru_cache
from typing import NamedTuple

from starlette.types import Scope

from mocks.soap.envelope import Version


class Sent(NamedTuple):
    """How a request says it is sent."""

    media_type: str
    charset: str | None
    action: str | None


def sent_as(scope: Scope, version: Version) -> Sent:
    """What the headers of a request say."""
    content_type, action = b"", None
    for name, value in reversed(scope["headers"]):  # of those that come twice the first
        if name == b"content-type":
            content_type = value
        elif name == b"soapaction":
            action = value
    return _read_headers(content_type[:1024], action, version)  # parsing takes the square of it


@lru_cache(maxsize=256)  # a client says the same with every call
def _read_headers(content_type: bytes, soap_action: bytes | None, version: Version) -> Sent:
    header, action = Message(), None if soap_action is None else soap_action.decode("latin-1")
    header["Content-Type"] = content_type.decode("latin-1")
    if version is Version.SOAP12:
        found = header.get_param("action")
        action = found if isinstance(found, str) else None
    charset = header.get_content_charset()
    return Sent(
        media_type=header.get_content_type(),
        charset=charset,
        action=action.strip().strip('"') if action is not None else None,
    )
