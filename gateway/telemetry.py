"""What the service says about itself: log lines, spans, counters. Ids yes; people never.

Log lines and span attributes pass a last filter that blanks personal data, whoever wrote them.
"""

import logging
import random
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog
from opentelemetry.trace import INVALID_SPAN, Span, Tracer, get_current_span

from schema.domain.identifiers import is_uscc

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

HIDDEN = "***"
# Keys whose values are personal or secret whatever they hold.
PERSONAL_KEYS = frozenset(
    {
        "agent_id_number",
        "agent_name",
        "answers",
        "arguments",
        "authorization",
        "claims",
        "credentials",
        "id_number",
        "name",
        "password",
        "phone",
        "query",
        "secret",
        "token",
        "uscc",
        "variables",
    }
)
# Attributes a span may carry; all are ids of things, kinds and counts.
SPAN_ATTRIBUTES = frozenset(
    {
        "attempt",
        "cache",
        "case",
        "department",
        "document",
        "item",
        "keys",
        "lookup",
        "operation",
        "outcome",
        "protocol",
        "reference",
        "register",
        "service",
        "status",
        "verb",
        "wave",
    }
)

_RESIDENT = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)")
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RT-UW-Y]{18}(?![0-9A-Za-z])")
_DEPTH = 6

_tracer: Tracer | None = None
_ratio = 1.0
_left_out: ContextVar[bool] = ContextVar("left_out", default=False)  # within an unsampled root


def redacted(text: str) -> str:
    """The text without id numbers, mobile numbers and credit codes."""
    if len(text) < 11:
        return text
    text = _CODE.sub(lambda m: HIDDEN if is_uscc(m[0]) else m[0], text)
    return _PHONE.sub(HIDDEN, _RESIDENT.sub(HIDDEN, text))


def redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that keeps people out of the log; the last before rendering."""
    return {key: _clean(key, value, _DEPTH) for key, value in event.items()}


def configure_logging(*, format: str, level: str, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records through one pipe to `stream`."""
    out = sys.stderr if stream is None else stream
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(format, shared, colours=out.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "httpx",
        "httpcore",
        "zeep",
        "uvicorn.access",
        "alembic",
        "dbos",
    ):  # addresses and bodies
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _formatter(
    format: str, shared: Sequence[structlog.typing.Processor], *, colours: bool
) -> structlog.stdlib.ProcessorFormatter:
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=colours)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact_event,
            renderer,
        ],
    )


def configure_tracing(
    *,
    exporter: str,
    endpoint: str | None = None,
    sample_ratio: float = 1.0,
    to: "SpanExporter | None" = None,
) -> "TracerProvider | None":
    """Trace from now on, to `exporter` (off, console, otlp) or to `to`; shut the provider down."""
    # one tracer for the process, so that span() costs nothing
    global _tracer, _ratio  # noqa: PLW0603
    _ratio = sample_ratio
    if exporter == "off" and to is None:
        _tracer = None
        return None
    from gateway.tracing import provider_to  # brings the SDK, which only who traces needs

    provider = provider_to(exporter, endpoint, to)
    _tracer = provider.get_tracer("onething")
    return provider


def span(name: str, /, **attributes: str | int | float | bool) -> AbstractContextManager[Span]:
    """A span around the block where the operation is traced; nothing at all where it is not.

    Whether it is traced is drawn at its root, before anything is made for it. Attributes that are
    not on the list are left out.
    """
    if _tracer is None or _left_out.get():
        return _NO_SPAN
    if not get_current_span().is_recording() and not _drawn():
        return _LeftOut()
    return _recorded(_tracer, name, attributes)


_NO_SPAN: Final = nullcontext(INVALID_SPAN)


class _LeftOut:
    """A root that was not drawn: what is within it is left out as well."""

    __slots__ = ("_token",)

    def __enter__(self) -> Span:
        self._token = _left_out.set(True)
        return INVALID_SPAN

    def __exit__(self, *_: object) -> None:
        _left_out.reset(self._token)


@contextmanager
def _recorded(tracer: Tracer, name: str, attributes: Mapping[str, Any]) -> Iterator[Span]:
    with tracer.start_as_current_span(
        name, attributes=_allowed(attributes), record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            # The kind of failure, not its message: messages carry data.
            current.set_attribute("error.type", type(error).__name__)
            raise


def _drawn() -> bool:
    """Whether a root is among the share that is traced; 0 is none, 1 is all."""
    return random.random() < _ratio  # noqa: S311 — a sample, no secret


def _allowed(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: redacted(value) if isinstance(value, str) else value
        for key, value in attributes.items()
        if key in SPAN_ATTRIBUTES
    }


def _clean(key: str, value: Any, depth: int) -> Any:
    if key.lower() in PERSONAL_KEYS or depth == 0:
        return HIDDEN
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {redacted(str(k)): _clean(str(k), v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", v, depth - 1) for v in value]
    text = str(value)
    if isinstance(value, bool | int | float | None) and redacted(text) == text:
        return value
    return redacted(text)
