"""SOAP requests of a form known already, answered whole (`mocks.core.deed.Brief`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mocks.core.deed import Say
from mocks.soap.envelope import SoapFault
from mocks.soap.wsdl import Operation


def saying(
    operation: Operation,
    find: Callable[[bytes], tuple[Operation, Any] | None],
    admit: Callable[[Any], None],
    act: Callable[[Any, datetime], bytes],
) -> Say:
    """Answers what asks for this operation in a form that is found, once it is let in."""

    def say(query: bytes, content: bytes, at: datetime) -> bytes | None:
        known = find(content)
        if known is None or known[0] is not operation:
            return None
        shown, said = known[1]
        try:
            admit(shown)
        except SoapFault:  # which leaves nothing behind: it is met again the long way
            return None
        return act(said, at)

    return say
