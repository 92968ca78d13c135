"""Five ways a department call can fail, named by what the caller must do.

AdapterError
├── NotDelivered    nothing reached the department; sending again is safe
│   └── NotCalled   nothing was sent at all: our own guard kept it back; says nothing about them
├── OutcomeUnknown  it may have arrived; ask before sending again
├── Refused         the department said no; final, with its code and sentence, where it is proven
├── ContractBroken  the reply is not what the contract promises; tell the owner. On a write: unknown
└── Misconfigured   ours to mend: credentials, address, certificate; stop and tell operations
    └── Unsendable  the contract does not allow the request; sending it again does not help
"""

from collections.abc import Sequence

from schema.domain.filing import Progress
from schema.domain.problem import ProblemCode


class AdapterError(Exception):
    """A department call that gave no value.

    The message is for operators: no payload, no personal data. `retry_after_s` is what the
    department itself said about when to come again.
    """

    code: ProblemCode = ProblemCode.DEPARTMENT_FAULT
    retry_after_s: float | None = None

    def __init__(self, department: str, message: str, *, code: ProblemCode | None = None) -> None:
        super().__init__(f"{department}: {message}")
        self.department = department
        self.message = message
        if code is not None:
            self.code = code


class NotDelivered(AdapterError):
    """Not one byte was acted on.

    DNS, refused connection, or a fault the contract declares unprocessed.
    """

    code = ProblemCode.DEPARTMENT_UNREACHABLE


class NotCalled(NotDelivered):
    """Kept back here: a limit of ours was reached. `retry_in_s`: when a call may leave again."""

    code = ProblemCode.DEPARTMENT_BUSY

    def __init__(
        self,
        department: str,
        message: str,
        *,
        code: ProblemCode | None = None,
        retry_in_s: float | None = None,
    ) -> None:
        super().__init__(department, message, code=code)
        self.retry_in_s = retry_in_s


class OutcomeUnknown(AdapterError):
    """Sent, and no trustworthy answer: read time-out, reset, 5xx, unreadable reply.

    `unheard`: over a kept connection that was closed before one byte of an answer came, perhaps
    before it was asked; what only asks may leave anew at once.
    """

    code = ProblemCode.DEPARTMENT_TIMEOUT
    unheard = False


class Refused(AdapterError):
    """The department understood and said no. `reason` is its own sentence, for the applicant.

    Not `proven`: said in words that name neither the call nor the filing, so that it may be the
    answer to another. Who wrote something asks before it believes that nothing was done.
    """

    def __init__(self, department: str, fault: str, reason: str, *, proven: bool = True) -> None:
        super().__init__(department, f"refused with {fault}")
        self.fault = fault
        self.reason = reason
        self.proven = proven


class ContractBroken(AdapterError):
    """The reply does not satisfy the contract; `where` is a path or a rule, never the content.

    `foreign`: it is not even of the protocol, as the page of a proxy in maintenance is.
    `unread`: it does, and our manifest has no meaning or no place for what it says: ours to mend.
    `understood`: what the other rows of a department's own message say; `numbers`: of which filings
    those are that could not be read, None where not even that could be.
    """

    code = ProblemCode.DEPARTMENT_BROKE_CONTRACT
    understood: Sequence[Progress] = ()
    numbers: Sequence[str | None] = ()

    def __init__(
        self, department: str, where: str, *, foreign: bool = False, unread: bool = False
    ) -> None:
        super().__init__(department, where)
        self.foreign, self.unread = foreign, unread


class Misconfigured(AdapterError):
    """Our own settings are at fault: credentials rejected, wrong address, untrusted certificate."""

    code = ProblemCode.DEPARTMENT_MISCONFIGURED


class Unsendable(Misconfigured):
    """The contract does not allow what was to be sent: not one byte left, nor will again."""
