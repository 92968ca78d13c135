"""Spans that leave the process: recorded, handed to an exporter. What is sampled is drawn before.

Only a process that traces imports this, and the OpenTelemetry SDK with it.
"""

import importlib
import sys

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased

from gateway.settings_read import SettingsInvalid


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
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr)))
    else:
        provider.add_span_processor(BatchSpanProcessor(_otlp(endpoint)))
    return provider


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
