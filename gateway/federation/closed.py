"""Reads for a viewer on whose behalf no department is asked."""

import asyncio
from collections.abc import Awaitable

from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Text

_CLOSED = Reading(
    value=None,
    problem=Problem(
        code=ProblemCode.NOT_ALLOWED_OR_ABSENT,
        text=Text(
            zh="请先登录：登记信息不向未登录者提供。",
            en="Log in first: registers are not shown to strangers.",
        ),
    ),
)


class ClosedReads:
    """Implements `schema.graph.ports.Reads`: every reading says why it is closed."""

    def record(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        """Closed."""
        return _told()

    def look_up(self, department: str, register: str, lookup: str, key: str) -> Reading:
        """Closed."""
        return _CLOSED

    def progress(self, department: str, service: str, receipt: str) -> Awaitable[Reading]:
        """Closed."""
        return _told()


def _told() -> Awaitable[Reading]:
    future: asyncio.Future[Reading] = asyncio.get_running_loop().create_future()
    future.set_result(_CLOSED)
    return future
