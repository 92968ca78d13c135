"""Spans that leave the process: recorded, handed to an exporter. What is sampled is drawn before.

Only a process that traces imports this, and the OpenTelemetry SDK with it.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import orjson
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased

from gateway.settings_read import SettingsInvalid

_APART: Final = "attribute."


def provider_to(exporter: str, endpoint: str | None, to: SpanExporter | None) -> TracerProvider:
    """A provider of tracers whose spans go to `to`, or else to `exporter` (console, otlp).

    SettingsInvalid when the exporter's package is not installed.
    """
    provider = TracerProvider(
        sampler=ParentBased(ALWAYS_ON),
        resource=Resource({"service.name": "onething"}),
    )
    if to is not None:
        provider.add_span_processor(SimpleSpanProcessor(to))
    elif exporter == "console":
        told = ConsoleSpanExporter(out=sys.stderr, formatter=_line)
        provider.add_span_processor(SimpleSpanProcessor(told))
    else:
        provider.add_span_processor(BatchSpanProcessor(_otlp(endpoint)))
    return provider


def _line(span: ReadableSpan) -> str:
    """A span as one line of JSON; the SDK's own form takes twenty, and ten times as long."""
    context, parent, began, ended = span.context, span.parent, span.start_time, span.end_time
    frame = {
        "span": span.name,
        "trace_id": context and f"{context.trace_id:032x}",
        "span_id": context and f"{context.span_id:016x}",
        "parent_id": parent and f"{parent.span_id:016x}",
        "start": began and datetime.fromtimestamp(began / 1e9, UTC),
        "ms": None if began is None or ended is None else round((ended - began) / 1e6, 3),
    }
    told = frame | {_beside(frame, key): value for key, value in (span.attributes or {}).items()}
    try:
        return orjson.dumps(told, default=str, option=orjson.OPT_APPEND_NEWLINE).decode()
    except TypeError:  # an attribute that is no text of UTF-8, or a number without bounds
        return f"{json.dumps(told, default=str)}\n"


def _beside(frame: Mapping[str, object], key: str) -> str:
    """The attribute's own name, unless the line says something else under it."""
    return f"{_APART}{key}" if key in frame or key.startswith(_APART) else key


def _otlp(endpoint: str | None) -> SpanExporter:
    try:
        module = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError as e:
        raise SettingsInvalid(
            [
                "telemetry.exporter: otlp needs a package that is not installed"
                " — pip install opentelemetry-exporter-otlp-proto-http, or choose console or off"
            ]
        ) from e
    made: SpanExporter = module.OTLPSpanExporter(endpoint=endpoint)
    return made
