"""Expected failures in the graph: one interface, one type for values, one type per consequence."""

from datetime import datetime
from typing import Any

import strawberry

from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text
from schema.graph import enums as _published  # noqa: F401  # before any type names one of them
from schema.graph.fields import Info, computed, plain
from schema.graph.ports import Rejected
from schema.graph.texts import TextType


def message_of(parent: strawberry.Parent[Any], info: Info) -> str:
    text: Text = parent.text
    return text.in_(info.context.language)


@strawberry.interface(
    name="Problem",
    description="Something that failed in an expected way. Branch on `code`; show `message`.",
)
class ProblemInterface:
    """What every failure tells."""

    code: ProblemCode = plain("What kind of problem, for programs.")
    message: str = computed(message_of, "A sentence for people, in the request's language.")
    text: TextType = plain("The same sentence in both languages.")
    path: list[str] = plain("Where in the input or the answer the problem is; empty: everywhere.")


def of(kind: type) -> Any:
    """Tells the sources of one graph type from those of its siblings in a union."""
    return lambda value, _info: isinstance(value, kind)


@strawberry.type(
    name="Trouble",
    description="One problem with one value: of the input, of a read, of a source.",
)
class TroubleType(ProblemInterface):
    """Source: `schema.domain.problem.Problem`."""

    is_type_of = of(Problem)

    rule: str | None = plain("The rule that is not met, where there is one.")
    retry_at: datetime | None = plain("When trying again may help, where that is known.")


class Failure:
    """A mutation that changed nothing; the leading problem speaks for all."""

    __slots__ = ("leading", "rejected")

    def __init__(self, leading: Problem, rejected: Rejected) -> None:
        self.leading = leading
        self.rejected = rejected

    @property
    def code(self) -> ProblemCode:
        return self.leading.code

    @property
    def text(self) -> Text:
        return self.leading.text

    @property
    def path(self) -> tuple[str, ...]:
        return self.leading.path

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.rejected.problems

    @property
    def case_id(self) -> str | None:
        return self.rejected.case


class FormFailure(Failure):
    """The input does not satisfy the form."""


class EligibilityFailure(Failure):
    """The rules do not allow this application."""


class AbsentFailure(Failure):
    """Not there, or not the viewer's."""


class ConflictFailure(Failure):
    """Against something accepted earlier."""


class StateFailure(Failure):
    """Not in this state."""


class NotNowFailure(Failure):
    """Nothing wrong with the request; something cannot serve it now."""


_PROBLEMS = "Every problem found, not only the first."


@strawberry.type(
    name="FormInvalid",
    description="The input does not satisfy the form; nothing was filed, the draft is kept.",
)
class FormInvalidType(ProblemInterface):
    """Source: FormFailure."""

    is_type_of = of(FormFailure)

    problems: list[TroubleType] = plain(_PROBLEMS)


@strawberry.type(
    name="NotEligible",
    description="The rules do not allow this application; every failing rule is named.",
)
class NotEligibleType(ProblemInterface):
    """Source: EligibilityFailure."""

    is_type_of = of(EligibilityFailure)

    problems: list[TroubleType] = plain(_PROBLEMS)


@strawberry.type(
    name="NotAllowedOrAbsent",
    description="There is no such thing, or it is not yours; which of the two is not said.",
)
class NotAllowedOrAbsentType(ProblemInterface):
    """Source: AbsentFailure."""

    is_type_of = of(AbsentFailure)

    problems: list[TroubleType] = plain(_PROBLEMS)


@strawberry.type(
    name="Conflict",
    description="It contradicts something accepted earlier, e.g. the same request id with "
    "other content.",
)
class ConflictType(ProblemInterface):
    """Source: ConflictFailure."""

    is_type_of = of(ConflictFailure)

    problems: list[TroubleType] = plain(_PROBLEMS)
    case_id: strawberry.ID | None = plain("The case it conflicts with, where there is one.")


@strawberry.type(
    name="WrongState",
    description="The case is not in a state that allows this.",
)
class WrongStateType(ProblemInterface):
    """Source: StateFailure."""

    is_type_of = of(StateFailure)

    problems: list[TroubleType] = plain(_PROBLEMS)
    case_id: strawberry.ID | None = plain("The case in question.")


@strawberry.type(
    name="NotNow",
    description="The request is in order but cannot be served now; try again with the same "
    "`clientRequestId`.",
)
class NotNowType(ProblemInterface):
    """Source: NotNowFailure."""

    is_type_of = of(NotNowFailure)

    problems: list[TroubleType] = plain(_PROBLEMS)


# In order of what the applicant should hear first.
_KINDS: tuple[tuple[type[Failure], frozenset[ProblemCode]], ...] = (
    (
        AbsentFailure,
        frozenset({ProblemCode.NOT_ALLOWED_OR_ABSENT, ProblemCode.UNKNOWN_ONE_THING}),
    ),
    (ConflictFailure, frozenset({ProblemCode.CONFLICT})),
    (StateFailure, frozenset({ProblemCode.WRONG_STATE})),
    (
        NotNowFailure,
        frozenset({ProblemCode.STORE_UNAVAILABLE, ProblemCode.OUT_OF_TIME})
        | {code for code in ProblemCode if code.startswith("DEPARTMENT_")},
    ),
    (
        FormFailure,
        frozenset(
            {
                ProblemCode.REQUIRED,
                ProblemCode.WRONG_TYPE,
                ProblemCode.OUT_OF_RANGE,
                ProblemCode.NOT_A_CHOICE,
                ProblemCode.BAD_FORMAT,
                ProblemCode.UNKNOWN_FIELD,
                ProblemCode.MATERIAL_MISSING,
                ProblemCode.MATERIAL_UNKNOWN,
                ProblemCode.PLEDGE_MISSING,
                ProblemCode.PLEDGE_UNKNOWN,
                ProblemCode.MISMATCH,
            }
        ),
    ),
    (
        EligibilityFailure,
        frozenset(
            {
                ProblemCode.NOT_ELIGIBLE,
                ProblemCode.NOT_IN_DISTRICT,
                ProblemCode.UNKNOWN_VARIANT,
            }
        ),
    ),
)


def failure(rejected: Rejected) -> Failure:
    """The graph's name for a rejection; every problem code belongs to exactly one kind."""
    for kind, codes in _KINDS:
        for problem in rejected.problems:
            if problem.code in codes:
                return kind(problem, rejected)
    raise ValueError("a rejection without a problem")
