"""Errors as a client may see them: few, short, and never what went wrong inside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from gateway.execution.limits import TooMuch
from schema.domain.problem import Problem
from schema.domain.text import Language, Text
from schema.graph.entities import EntityError

MOST = 5
LONGEST = 300
_INTERNAL = Text(
    zh="内部错误，请凭追踪编号联系我们。",
    en="Something went wrong on our side; please tell us the trace id.",
)
_LATE = Text(
    zh="处理超时，请稍后重试。",
    en="This took too long and was ended; please try again later.",
)
_LATE_CHANGE = Text(
    zh="处理超时，是否成功尚不确定。请以同一 clientRequestId 重发，不会重复办理。",
    en="This takes too long; whether it succeeds is not known yet. Send it again with the same "
    "clientRequestId: nothing is done twice.",
)

Answer = dict[str, Any]
Report = Callable[[BaseException], None]


def refused(refusal: TooMuch, language: Language) -> Answer:
    """A request beyond the limits; nothing was executed."""
    text = refusal.text
    extensions: dict[str, Any] = {
        "code": "QUERY_TOO_COMPLEX",
        "limit": refusal.limit,
        "zh": text.zh,
        "en": text.en,
    }
    if refusal.allowed is not None:
        extensions["allowed"] = refusal.allowed
    return {"errors": [{"message": text.in_(language), "extensions": extensions}]}


def late(language: Language, trace_id: str, *, changes: bool) -> Answer:
    """An operation whose time was over; `changes`: it goes on, and may still succeed."""
    text = _LATE_CHANGE if changes else _LATE
    extensions = {"code": "OPERATION_TIMEOUT", "traceId": trace_id, "retryable": True}
    return {
        "data": None,
        "errors": [{"message": text.in_(language), "extensions": extensions}],
    }


def request_errors(code: str, errors: Iterable[GraphQLError]) -> Answer:
    """A request that is wrong in itself; nothing was executed."""
    return {"errors": [_spoken(error, code) for error in list(errors)[:MOST]]}


def told(
    errors: Sequence[GraphQLError], *, language: Language, trace_id: str, report: Report
) -> list[Mapping[str, Any]]:
    """The errors of an execution: deliberate ones and problems in words, every bug as one uniform
    sentence. An entity's error is never left out: null without it would mean "there is none".
    """
    others = [error for error in errors if not _of_entity(error)][:MOST]
    return [
        _told(error, language, trace_id, report)
        for error in errors
        if _of_entity(error) or error in others
    ]


def _of_entity(error: GraphQLError) -> bool:
    return isinstance(error.original_error, EntityError)


def _told(
    error: GraphQLError, language: Language, trace_id: str, report: Report
) -> Mapping[str, Any]:
    if _deliberate(error):
        return _spoken(error, "BAD_USER_INPUT")
    problem = getattr(error.original_error, "problem", None)
    if isinstance(problem, Problem):
        return _expected(error, problem, language, trace_id)
    return _masked(error, language, trace_id, report)


def _expected(
    error: GraphQLError, problem: Problem, language: Language, trace_id: str
) -> Mapping[str, Any]:
    """What was raised because a field has nothing to say it with: the store did not answer."""
    return {
        "message": problem.text.in_(language),
        "path": error.path,
        "extensions": {"code": problem.code.value, "traceId": trace_id, "retryable": True},
    }


def _deliberate(error: GraphQLError) -> bool:
    # Without a path it is about the request; raised as a GraphQLError it was meant to be read.
    return error.path is None or isinstance(error.original_error, GraphQLError)


def _spoken(error: GraphQLError, code: str) -> Mapping[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["message"] = _short(error.message)
    formatted["extensions"] = {"code": code, **(error.extensions or {})}
    if "locations" in formatted:
        formatted["locations"] = formatted["locations"][:MOST]
    return formatted


def _masked(
    error: GraphQLError, language: Language, trace_id: str, report: Report
) -> Mapping[str, Any]:
    report(error.original_error or error)
    return {
        "message": _INTERNAL.in_(language),
        "path": error.path,
        "extensions": {"code": "INTERNAL", "traceId": trace_id, "retryable": False},
    }


def _short(message: str) -> str:
    return message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"
