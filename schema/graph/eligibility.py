"""Whether answers may apply, with every rule that fails."""

import strawberry

from schema.domain.calendar import local_day
from schema.domain.eligibility import Judgement, judge
from schema.domain.one_thing import OneThing
from schema.graph.applying import RequiredAnswersArgument, answers_of
from schema.graph.fields import Info, plain
from schema.graph.problems import TroubleType


@strawberry.type(name="Eligibility", description="Whether these answers may apply.")
class EligibilityType:
    """Source: `schema.domain.eligibility.Judgement`."""

    eligible: bool = plain("Whether nothing stands against the application.")
    failing: list[TroubleType] = plain("Every rule that fails; a missing answer fails.")


def eligibility_of(
    parent: strawberry.Parent[OneThing], info: Info, answers: RequiredAnswersArgument
) -> Judgement:
    return judge(parent, answers_of(parent, answers), local_day(info.context.now))
