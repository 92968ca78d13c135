"""What stands in for a contract that cannot be used, so that all that needs none is still told."""

from dataclasses import replace
from typing import Any

from adapters.calls import Operation
from adapters.findings import Findings
from adapters.manifest.model import CallSpec
from adapters.mapping.sources import Ask
from adapters.rest.tree import JsonTree
from adapters.shape import hidden

MEND = "put a contract there that can be read"


async def never(ask: Ask, deadline: float) -> Any:
    """Raises: nothing is ever sent by a department with findings."""
    raise RuntimeError("a department with findings is not started")


UNREAD = Operation(
    request=replace(hidden(), required=True),
    reply=hidden(),
    tree=JsonTree(),
    inner=hidden,
    sender=lambda node, outcome: never,
)
"""An operation nothing is known of; what hides it is told elsewhere."""


class UnreadDialect:
    """Of a contract that cannot be read every operation may be anything."""

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """Nothing is known of it, and nothing is found wrong with it."""
        return None
