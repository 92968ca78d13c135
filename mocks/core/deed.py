"""What answers a whole request without waiting for anything."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

Deed = Callable[[Scope, bytes], Response]
"""The response to a request and its body; made now, and sent as it is."""

FindDeed = Callable[[Scope], Deed | None]
"""The deed for a request whose head is read; None: it is not answered at once."""


class NotOurs(Exception):
    """What only the process may do that takes filings in; nothing was done."""
