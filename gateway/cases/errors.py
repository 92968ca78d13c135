"""What can go wrong in the store itself; everything else is a Problem."""

from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text


class StoreError(Exception):
    """The store gave no answer."""


class StoreUnavailable(StoreError):
    """The store did not answer in time or at all; nothing was promised, asking again is safe."""

    problem = Problem(
        code=ProblemCode.STORE_UNAVAILABLE,
        text=Text(
            zh="系统暂时无法读取或保存，请稍后再试。",
            en="The service cannot read or save now. Please try again in a moment.",
        ),
    )


class StatementRefused(StoreError):
    """The database answered, and would not have a statement: a bug; asking again is no use.

    Says only which kind of refusal it was, for the database's own words hold what was to be saved.
    """


class NothingFollows(StoreError, ValueError):
    """An event says what no case can become; nothing of it was kept."""


class StoreInUse(StoreError):
    """Another process holds this SQLite file; one file serves one gateway process."""


class StoreTooNew(StoreError):
    """A newer gateway has changed the tables beyond what this one can work with."""


class StoreMoved(StoreUnavailable):
    """The cases of this store go on in another one."""


class StoreChanged(StoreError):
    """Under a running gateway the store became an older one: a failover, or a restore."""


class NotCopied(StoreError):
    """A store was not copied; the target is as it was before."""


class CopyInDoubt(NotCopied):
    """The target may have everything: made again, the copy is compared, and ends."""


class VersionsMissing(StoreError):
    """Open cases were filed under versions of the catalogue that are not declared any more."""


class DraftMoved(StoreError):
    """Somebody else changed the draft between reading and writing it: read it again."""


class RequestUnreadable(StoreError):
    """The request id is not text that can be kept."""

    problem = Problem(
        code=ProblemCode.BAD_FORMAT,
        text=Text(
            zh="请求编号含有无法书写的控制字符。",
            en="The request id contains control characters.",
        ),
        path=("clientRequestId",),
    )


class RequestConflict(StoreError):
    """The request id was used before, with another content; `case` is what it led to."""

    def __init__(self, case: str) -> None:
        super().__init__(f"this request id belongs to {case}")
        self.case = case
