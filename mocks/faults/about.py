"""What a call is about, as far as draws hang on it: the same for the same question, each time."""

from hashlib import sha256
from urllib.parse import parse_qsl

from mocks.faults.words import text_of
from mocks.journal.entry import REFERENCES, leaves_of

_OF_THIS_CALL = frozenset({"JYLSH", "FSSJ"})  # the number of a call, and when it was sent
_LEFT_OUT = "/Precondition"


def about(operation: str, path: str, content: bytes) -> str:
    """The operation with the sender's reference, or with all that is asked where none is told.

    Of a SOAP envelope its body counts: what stands in a header is said anew with every call, as is
    what only numbers and dates the call itself.
    """
    leaves = [
        (name, value)
        for name, value in leaves_of(text_of(content))
        if name.rpartition("/")[2] not in _OF_THIS_CALL
    ]
    told = [(name.rpartition("/")[2], value) for name, value in leaves if _LEFT_OUT not in name]
    told += parse_qsl(path.partition("?")[2])
    reference = next((value for name, value in told if name in REFERENCES and value), None)
    if reference is not None:
        return f"{operation} {reference}"
    if not leaves:
        return f"{operation} {path} {sha256(content).hexdigest()}"
    return "\n".join([operation, path, *(f"{name}={value}" for name, value in leaves)])
