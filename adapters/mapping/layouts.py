"""Layouts of dates against the contract's forms: moments are written beforehand, and held to it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from adapters.findings import Findings
from adapters.mapping.convert import MappingError
from adapters.mapping.fits import Complaint, own, unfit
from adapters.mapping.foresee import computed
from adapters.mapping.parse import Expression, Literal, Path, Stage
from adapters.mapping.stage import Environment
from adapters.rules import Rule
from adapters.shape import Kind, Shape

_MOMENTS = ("2026-11-23T10:41:57+08:00", "2024-02-05T08:03:09+08:00", "2025-07-31T23:59:00+08:00")
_DAYS = tuple(("date", day) for day in ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"))
_TIMES = tuple(
    ("datetime", time)
    for time in ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S")
)
_OBVIOUS = {"date": (*_DAYS, *_TIMES), "datetime": (*_TIMES, *_DAYS)}
_KEEPS = ("trim", "blank", "default")  # the text itself
_OF_TEXTS = ("text", "upper", "lower", "prefix", "suffix", "replace", "part", "slice")
_FOLLOWS = (*_KEEPS, *_OF_TEXTS, "else_nil", "else_empty")
_EXACT = re.compile(r"epoch_m?s|(?=.*%)(?:%[YmdHMS]|[^%])*")


def written(
    findings: Findings, expression: Expression, made: Kind, shape: Shape, key: str, env: Environment
) -> None:
    """Note a line whose dates, as they are written, never have the form the contract wants."""
    if made is Kind.DATETIME and not expression.stages:
        _held(findings, (Stage("datetime"),), shape, key, env)  # as it comes
        return
    at = max((n for n, stage in enumerate(expression.stages) if stage.name in _OBVIOUS), default=-1)
    stages = expression.stages[at:]
    if at >= 0 and all(stage.name in _FOLLOWS for stage in stages[1:]):
        _held(findings, stages, shape, key, env)


def read(
    findings: Findings, expression: Expression, shape: Shape, key: str, env: Environment
) -> None:
    """Note a line that reads dates in a layout the contract's texts never have."""
    stages = expression.stages
    at = next((n for n, stage in enumerate(stages) if stage.name in _OBVIOUS), None)
    if at is None or not isinstance(expression.start, Path):
        return
    kept = all(stage.name in _KEEPS for stage in stages[:at])
    if kept and _exact(stages[at]):  # what else is read has more forms than the one written
        _held(findings, (stages[at],), shape, key, replace(env, replying=False))


def usual(shape: Shape) -> str:
    """The stage that writes a moment as the contract wants it, as far as it says so."""
    name, layout = _TIMES[0]
    stages = (Stage(name, (Literal(layout),)),)
    fitting = _fitting(stages, _plain(shape), Environment(replying=False))
    return next(fitting, f"{name} '{layout}'")


def _exact(stage: Stage) -> bool:
    """Whether the stage reads nothing but what it would write."""
    layout = stage.args[0] if stage.args else None
    return isinstance(layout, Literal) and bool(_EXACT.fullmatch(str(layout.value)))


def _held(
    findings: Findings, stages: tuple[Stage, ...], shape: Shape, key: str, env: Environment
) -> None:
    plain = _plain(shape)
    complaint = _misfit(stages, plain, env)
    if complaint is not None:
        layout = stages[0].args[0] if stages[0].args else "ISO 8601"
        said = f"{layout.value!r}" if isinstance(layout, Literal) else layout
        sentence = f"in the layout {said}, {complaint.sentence}"
        better = next(_fitting(stages, plain, env), None)
        remedy = complaint.remedy if better is None else f"write | {better}"
        findings.add(key, sentence, remedy, Rule.STAGE_LAYOUT)


def _plain(shape: Shape) -> Shape:
    """The same without its list of values, of which no moment tried here need be one."""
    shape = own(shape)
    return replace(shape, enum=(), facets=replace(shape.facets, fixed=None))


def _misfit(stages: tuple[Stage, ...], shape: Shape, env: Environment) -> Complaint | None:
    """Why the first moment does not fit, where none does."""
    found: list[Complaint] = []
    for moment in _MOMENTS:
        try:
            texts = computed(Expression(Literal(moment), stages), env)
        except MappingError:
            return None
        complaints = [unfit(shape, text) for text in texts]
        if None in complaints:
            return None
        found += [one for one in complaints if one is not None]
    return found[0] if found else None


def _fitting(stages: tuple[Stage, ...], shape: Shape, env: Environment) -> Iterator[str]:
    """Stages: the usual layouts in which these dates fit."""
    first, *rest = stages
    for name, layout in _OBVIOUS[first.name]:
        zone = first.args[1:] if name == "datetime" else ()
        other = Stage(name, (Literal(layout), *zone))
        if _misfit((other, *rest), shape, env) is None:
            yield f"{name} '{layout}'"
