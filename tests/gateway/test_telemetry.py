"""Logs, spans and counters: they say what happened and never to whom."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.metrics import MEDIA_TYPE, Metrics
from gateway.settings_read import SettingsInvalid
from gateway.telemetry import configure_logging, configure_tracing, redact_event, redacted, span
from schema.domain.identifiers import USCC_ALPHABET, case_number, resident_id_check, uscc_check

ID, PHONE = "31010419900101123" + resident_id_check("31010419900101123"), "13812345678"
USCC = "91310104MA1FR0001" + uscc_check("91310104MA1FR0001")


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(format="json", level="info", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_an_event_with_ids(out: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("gateway.x").info("filing.sent", case="c-1", attempt=2)
    (line,) = lines(out)
    line.pop("timestamp")
    assert line == {
        "event": "filing.sent",
        "case": "c-1",
        "attempt": 2,
        "request_id": "r-1",
        "level": "info",
        "logger": "gateway.x",
    }


def test_nobody_is_in_the_log_whoever_writes_it(out: io.StringIO) -> None:
    log = structlog.get_logger("gateway.x")
    log.info("a", note=f"applicant {ID}, phone {PHONE}, code {USCC}", number=int(PHONE))
    log.info("b", deep={"list": [{"x": ID}], "name": "沈若梅"}, bytes=ID.encode(), phone=1)
    log.info("c", token="eyJh", variables={"a": 1}, answers=[1])
    logging.getLogger("somebody.else").warning("person %s", ID)
    try:
        raise ValueError(f"no such person {ID}")
    except ValueError:
        log.exception("d")
    said = out.getvalue()
    assert len(lines(out)) == 5
    assert [s for s in (ID, PHONE, USCC, "沈若梅", "eyJh") if s in said] == []
    assert "ValueError" in said


def test_the_console_form_is_redacted_as_well() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(format="console", level="warning", stream=stream)
    structlog.get_logger("x").info("quiet")
    structlog.get_logger("x").warning("loud", note=ID)
    try:
        raise ValueError(ID)
    except ValueError:
        structlog.get_logger("x").exception("louder")
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    assert "loud" in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "quiet" not in stream.getvalue()
    assert ID not in stream.getvalue()


ORGANISATION = st.text(USCC_ALPHABET, min_size=9, max_size=9)
AROUND = st.text("姓名 :,;\"'[](){}=/|\n，。", max_size=4)


@given(organisation=ORGANISATION, before=AROUND, after=AROUND)
@settings(max_examples=50)
def test_every_credit_code_is_redacted(organisation: str, before: str, after: str) -> None:
    code = "91310104" + organisation
    code += uscc_check(code)
    assert code not in redacted(before + code + after)


@given(born=st.dates(), order=st.integers(0, 999), before=AROUND, after=AROUND)
@settings(max_examples=50)
def test_every_id_number_is_redacted(born: Any, order: int, before: str, after: str) -> None:
    if not 1800 <= born.year < 2100:
        born = born.replace(year=1990, day=1)
    body = f"310104{born:%Y%m%d}{order:03d}"
    number = body + resident_id_check(body)
    assert number not in redacted(before + number + after)


@pytest.mark.parametrize("phone", [PHONE, "+8613812345678", "86-13812345678", "86 13812345678"])
def test_mobile_numbers_are_redacted(phone: str) -> None:
    assert redacted(f"({phone})") == "(***)"


def test_our_own_numbers_stay_readable() -> None:
    number = case_number("310104", date(2026, 11, 23), "x")
    kept = {
        "case": number,
        "reference": f"{number}:fire_safety:file:1",
        "sha256": "0123456789abcdef" * 4,
        "at": "2026-11-23T10:00:00+08:00",
        "count": 12345,
        "ratio": 0.25,
        "up": True,
        "none": None,
    }
    assert redact_event(None, "info", dict(kept)) == kept


def test_depth_is_bounded() -> None:
    deep: Any = ID
    for _ in range(50):
        deep = [deep]
    assert ID not in str(redact_event(None, "info", {"event": "x", "deep": deep}))


def test_spans_carry_listed_attributes_only(spans: InMemorySpanExporter) -> None:
    with span("operation", operation="Case"), span("read", department="fire", name=ID, keys=2):
        pass
    inner, outer = spans.get_finished_spans()
    assert inner.attributes == {"department": "fire", "keys": 2}
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id


def test_a_failed_span_says_the_kind_and_not_the_message(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="person"), span("read", reference=ID):
        raise ValueError(f"person {ID}")
    (failed,) = spans.get_finished_spans()
    assert failed.attributes == {"reference": "***", "error.type": "ValueError"}
    assert ID not in failed.to_json()


def test_below_an_unsampled_root_there_are_no_spans() -> None:
    exporter = InMemorySpanExporter()
    provider = configure_tracing(exporter="off", to=exporter, sample_ratio=0.0)
    assert provider is not None
    with span("operation"), span("read") as inner:
        assert not inner.is_recording()
    provider.shutdown()
    configure_tracing(exporter="off")
    assert exporter.get_finished_spans() == ()


def test_a_share_of_the_roots_is_traced_each_with_all_that_is_in_it() -> None:
    exporter = InMemorySpanExporter()
    provider = configure_tracing(exporter="off", to=exporter, sample_ratio=0.3)
    assert provider is not None
    for _ in range(1000):
        with span("operation"), span("read"):
            pass
    provider.shutdown()
    configure_tracing(exporter="off")

    roots = [one for one in exporter.get_finished_spans() if one.parent is None]
    inside = [one for one in exporter.get_finished_spans() if one.parent is not None]
    assert {one.name for one in roots} == {"operation"}
    assert {one.name for one in inside} == {"read"}
    assert len(roots) == len(inside)
    assert 200 < len(roots) < 400  # six standard deviations and more


def test_what_fails_in_an_unsampled_root_leaves_the_next_root_its_chance() -> None:
    exporter = InMemorySpanExporter()
    provider = configure_tracing(exporter="off", to=exporter, sample_ratio=0.0)
    assert provider is not None
    with pytest.raises(KeyError), span("operation"):
        raise KeyError
    again = configure_tracing(exporter="off", to=exporter, sample_ratio=1.0)
    assert again is not None
    with span("operation"):
        pass
    again.shutdown()
    provider.shutdown()
    configure_tracing(exporter="off")

    assert [one.name for one in exporter.get_finished_spans()] == ["operation"]


def test_without_an_exporter_a_span_is_nothing() -> None:
    assert configure_tracing(exporter="off") is None
    with span("operation", case="x") as nothing:
        assert not nothing.is_recording()


def test_an_exporter_that_is_not_installed_is_a_settings_problem() -> None:
    with pytest.raises(SettingsInvalid, match=r"telemetry\.exporter"):
        configure_tracing(exporter="otlp", endpoint="http://127.0.0.1:4318/v1/traces")


def test_metrics_are_rendered_as_prometheus_reads_them() -> None:
    metrics = Metrics()
    metrics.count("onething_calls_total", department="fire", outcome="ok")
    metrics.count("onething_calls_total", 2, department="fire", outcome='a"b\\c\nd')
    metrics.gauge("onething_up", 1, department="fire")
    metrics.observe("onething_call_seconds", 0.03, department="fire")
    metrics.observe("onething_call_seconds", 9.0, department="fire")
    body, media_type = metrics.render()
    text = body.decode().splitlines()
    assert media_type == MEDIA_TYPE
    assert text[:5] == [
        "# TYPE onething_calls_total counter",
        r'onething_calls_total{department="fire",outcome="a\"b\\c\nd"} 2',
        'onething_calls_total{department="fire",outcome="ok"} 1',
        "# TYPE onething_up gauge",
        'onething_up{department="fire"} 1',
    ]
    assert 'onething_call_seconds_bucket{department="fire",le="0.05"} 1' in text
    assert 'onething_call_seconds_bucket{department="fire",le="+Inf"} 2' in text
    assert text[-2:] == [
        'onething_call_seconds_sum{department="fire"} 9.03',
        'onething_call_seconds_count{department="fire"} 2',
    ]


def test_a_counter_in_the_millions_is_told_to_the_last_one() -> None:
    metrics = Metrics()
    metrics.count("x_total", 12_345_678)
    metrics.observe("y_seconds", 1_234_567.25)
    text = metrics.render()[0].decode().splitlines()
    assert "x_total 12345678" in text
    assert "y_seconds_sum 1234567.25" in text


def test_metrics_stay_bounded_whatever_labels_come() -> None:
    metrics = Metrics()
    for i in range(3_000):
        metrics.count("x_total", label=str(i))
    body, _ = metrics.render()
    assert body.count(b"\n") <= 2_003
    assert b'x_total{overflow="true"} 1000' in body


def test_the_order_in_which_labels_are_told_makes_no_other_series() -> None:
    metrics = Metrics()
    metrics.count("x_total", department="fire", outcome="ok")
    metrics.count("x_total", outcome="ok", department="fire")

    assert b'x_total{department="fire",outcome="ok"} 2' in metrics.render()[0]


def test_a_span_on_the_console_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    provider = configure_tracing(exporter="console")
    with span("graphql", operation="Case"), span("inner"):
        pass
    assert provider is not None
    provider.shutdown()
    configure_tracing(exporter="off")

    inner, outer = map(json.loads, capsys.readouterr().err.splitlines())
    assert (outer["span"], outer["operation"], outer["parent_id"]) == ("graphql", "Case", None)
    assert (inner["trace_id"], inner["parent_id"]) == (outer["trace_id"], outer["span_id"])
    assert outer["ms"] >= inner["ms"] >= 0


def test_no_attribute_of_a_span_hides_what_the_line_says_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    provider = configure_tracing(exporter="console")
    with span("graphql") as one:
        for name in ("span", "trace_id", "ms", "attribute.span", "attribute.x", "x"):
            one.set_attribute(name, name)
    assert provider is not None
    provider.shutdown()
    configure_tracing(exporter="off")

    (told,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (told["span"], len(told["trace_id"]), type(told["ms"])) == ("graphql", 32, float)
    del (
        told["span"],
        told["trace_id"],
        told["span_id"],
        told["parent_id"],
        told["start"],
        told["ms"],
    )
    assert told == {
        "attribute.span": "span",
        "attribute.trace_id": "trace_id",
        "attribute.ms": "ms",
        "attribute.attribute.span": "attribute.span",
        "attribute.attribute.x": "attribute.x",
        "x": "x",
    }
