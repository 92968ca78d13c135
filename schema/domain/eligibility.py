"""Whether this one thing is for this applicant: every rule that fails is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schema.domain.condition import Answers, holds
from schema.domain.consent import judge_answers
from schema.domain.one_thing import District, OneThing
from schema.domain.problem import Problem, ProblemCode
from schema.domain.selection import find_variant, variant_of
from schema.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Every rule that fails; none means eligible."""

    failing: tuple[Problem, ...]

    @property
    def eligible(self) -> bool:
        """Whether nothing stands against the application."""
        return not self.failing


def judge(one_thing: OneThing, answers: Answers, on: date) -> Judgement:
    """Judge typed answers on this day; what is not answered does not pass."""
    return Judgement(
        failing=(
            *_variant(one_thing, answers),
            *_district(one_thing, answers, on),
            *_rules(one_thing, answers),
            *_consent(one_thing, answers),
        )
    )


def _variant(one_thing: OneThing, answers: Answers) -> Iterator[Problem]:
    key = one_thing.variant_field
    if key is None:
        return
    named = variant_of(one_thing, answers)
    if find_variant(one_thing, named) is None:
        zh, en = (f"“{named}”", f'"{named}"') if named else ("未说明的类型", "An unnamed kind")
        text = Text(zh=f"{zh}不在办理范围内", en=f"{en} is not a kind this service knows")
        yield Problem(code=ProblemCode.UNKNOWN_VARIANT, text=text, rule="variant", path=(key,))


def _district(one_thing: OneThing, answers: Answers, on: date) -> Iterator[Problem]:
    key = one_thing.district_field
    if key is None:
        return
    code = answers.get(key)
    district = next((d for d in one_thing.districts if d.code == code), None)
    if district is None or on < district.since:
        yield Problem(
            code=ProblemCode.NOT_IN_DISTRICT,
            text=_not_here(district, code if isinstance(code, str) else None),
            rule="district",
            path=(key,),
        )


def _not_here(district: District | None, code: str | None) -> Text:
    if district is not None:
        return Text(
            zh=f"{district.name.zh}自{district.since}起办理",
            en=f"Offered in {district.name.en} from {district.since} on",
        )
    if code is None:
        return Text(zh="未说明所在区", en="The district is not told")
    return Text(zh=f"{code}所在区尚未开通", en=f"Not yet offered in district {code}")


def _rules(one_thing: OneThing, answers: Answers) -> Iterator[Problem]:
    for rule in one_thing.rules:
        if not holds(rule.condition, answers):
            yield Problem(
                code=ProblemCode.NOT_ELIGIBLE,
                text=rule.text,
                rule=rule.id,
                path=(rule.condition.field,),
            )


def _consent(one_thing: OneThing, answers: Answers) -> tuple[Problem, ...]:
    if one_thing.vote is None:
        return ()
    return judge_answers(one_thing.consent, one_thing.vote, answers).problems
