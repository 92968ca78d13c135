"""Whether the owners have agreed: the rule in force on the day of the vote decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from schema.domain.condition import Answers
from schema.domain.one_thing import ConsentRule, TallyFields, VoteFields
from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text

Number = int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """One way of counting a vote: of all, who took part, who agreed; None is not known."""

    total: Number | None = None
    participating: Number | None = None
    agreed: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A vote counted by area and by persons."""

    area: Votes = field(default_factory=Votes)
    persons: Votes = field(default_factory=Votes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The owners' vote: of the building, and of the whole estate where that was asked."""

    building: Tally = field(default_factory=Tally)
    estate: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The verdict on a vote: the rules in force that day, and every share that fell short."""

    rules: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def given(self) -> bool:
        """Whether the owners have agreed as the rules of that day demand."""
        return not self.problems


def consents(rules: Sequence[ConsentRule], vote: Vote, on: date) -> Consent:
    """Judge a vote taken on this day; a count that is not known never suffices."""
    in_force = rules_on(rules, on)
    if not in_force:
        return Consent(rules=(), problems=(_problem(_NO_RULE, None),))
    return Consent(
        rules=tuple(rule.id for rule in in_force),
        problems=tuple(problem for rule in in_force for problem in _shortfalls(rule, vote)),
    )


def rules_on(rules: Sequence[ConsentRule], on: date) -> tuple[ConsentRule, ...]:
    """The rules in force on this day: all those of the latest date that has come."""
    latest = max((rule.since for rule in rules if rule.since <= on), default=None)
    return tuple(rule for rule in rules if rule.since == latest)


def vote_of(fields: VoteFields, answers: Answers) -> tuple[Vote, date | None]:
    """The vote the answers tell, and the day it was taken."""
    taken_on = answers.get(fields.taken_on)
    vote = Vote(building=_tally(fields.building, answers), estate=_tally(fields.estate, answers))
    return vote, taken_on if isinstance(taken_on, date) else None


def judge_answers(rules: Sequence[ConsentRule], fields: VoteFields, answers: Answers) -> Consent:
    """Judge the vote the answers tell; a vote without a day was never taken."""
    vote, taken_on = vote_of(fields, answers)
    if taken_on is None:
        return Consent(rules=(), problems=(_problem(_NO_DAY, None, (fields.taken_on,)),))
    return consents(rules, vote, taken_on)


def _shortfalls(rule: ConsentRule, vote: Vote) -> Iterator[Problem]:
    tally = vote.estate if rule.scope == "estate" else vote.building
    for name, count, participation, agreement in (
        ("area", tally.area, rule.participation_area, rule.agreement_area),
        ("persons", tally.persons, rule.participation_persons, rule.agreement_persons),
    ):
        if participation is not None and not _reaches(
            count.participating, count.total, participation
        ):
            yield _short(rule, name, "participation", participation)
        whole = count.participating if rule.of_participants else count.total
        if agreement is not None and not _reaches(count.agreed, whole, agreement):
            yield _short(rule, name, "agreement", agreement)


def _reaches(part: Number | None, whole: Number | None, share: Fraction) -> bool:
    """Whether part is at least this share of whole, exactly.

    More than the whole is a miscount, not consent.
    """
    if part is None or whole is None or whole <= 0 or part > whole:
        return False
    return Fraction(part) >= share * Fraction(whole)


def _tally(fields: TallyFields, answers: Answers) -> Tally:
    return Tally(
        area=Votes(
            total=_count(fields.area_total, answers),
            participating=_count(fields.area_participating, answers),
            agreed=_count(fields.area_agreed, answers),
        ),
        persons=Votes(
            total=_count(fields.persons_total, answers),
            participating=_count(fields.persons_participating, answers),
            agreed=_count(fields.persons_agreed, answers),
        ),
    )


def _count(key: str | None, answers: Answers) -> Number | None:
    value = answers.get(key) if key else None
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


_NO_RULE = Text(zh="表决之日尚无适用的规则", en="No rule was in force on the day of the vote")
_NO_DAY = Text(zh="未说明表决日期", en="The day of the vote is not told")
_WORDS = {
    "building": Text(zh="本楼幢", en="the building"),
    "estate": Text(zh="本小区", en="the estate"),
    "area": Text(zh="面积", en="by area"),
    "persons": Text(zh="人数", en="by persons"),
    "participation": Text(zh="参与表决", en="take part"),
    "agreement": Text(zh="同意", en="agree"),
}


def _short(rule: ConsentRule, name: str, what: str, share: Fraction) -> Problem:
    scope, by, act = _WORDS[rule.scope], _WORDS[name], _WORDS[what]
    of_zh, of_en = ("参与者", "those taking part") if _of_part(rule, what) else (scope.zh, scope.en)
    text = Text(
        zh=f"{of_zh}{by.zh}{act.zh}不足{share}（{rule.basis.zh}）",
        en=f"Less than {share} of {of_en} {by.en} {act.en} ({rule.basis.en})",
    )
    return _problem(text, f"consent.{rule.id}.{what}_{name}")


def _of_part(rule: ConsentRule, what: str) -> bool:
    return rule.of_participants and what == "agreement"


def _problem(text: Text, rule: str | None, path: tuple[str, ...] = ()) -> Problem:
    return Problem(code=ProblemCode.NOT_ELIGIBLE, text=text, rule=rule or "consent", path=path)
