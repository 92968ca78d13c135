"""What departments counted, in the Prometheus text format 0.0.4."""

from collections.abc import Iterator, Mapping
from typing import Any

from mocks.journal.tally import BUCKETS_S

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ABOUT = {
    "mocks_department_up": ("gauge", "Whether a department answers its parent."),
    "mocks_requests_total": ("counter", "Requests, by what was asked and what came of it."),
    "mocks_request_duration_seconds": ("histogram", "From the first byte to the last answered."),
    "mocks_filings": ("gauge", "Filings on a desk, by where they stand."),
    "mocks_callbacks_total": ("counter", "Attempts to tell by callback, by what came of them."),
    "mocks_callbacks_waiting": ("gauge", "Changes to be told, tried in vain so far."),
    "mocks_faults_struck_total": ("counter", "Faults on order that struck, callbacks included."),
}
Measures = Mapping[str, Mapping[str, Any] | None]


def exposition(measures: Measures) -> str:
    """Every metric of every department; one that is down is only said to be so."""
    there = {name: told for name, told in measures.items() if told is not None}
    lines: dict[str, list[str]] = {
        "mocks_department_up": [
            _line("mocks_department_up", {"department": name}, int(told is not None))
            for name, told in measures.items()
        ],
        "mocks_requests_total": [x for n, told in there.items() for x in _requests(n, told)],
        "mocks_request_duration_seconds": [
            line
            for name, told in there.items()
            for operation, spread in told["durations"].items()
            for line in _durations({"department": name, "operation": operation}, spread)
        ],
        "mocks_filings": _by_label("mocks_filings", "status", "filings", there),
        "mocks_callbacks_total": [
            _line("mocks_callbacks_total", {"department": name, "outcome": outcome}, told[outcome])
            for name, told in _telling(there)
            for outcome in ("heard", "failed")
        ],
        "mocks_callbacks_waiting": [
            _line("mocks_callbacks_waiting", {"department": name}, told["waiting"])
            for name, told in _telling(there)
        ],
        "mocks_faults_struck_total": _by_label(
            "mocks_faults_struck_total", "fault", "struck", there
        ),
    }
    return "".join(f"{line}\n" for name, body in lines.items() for line in (*_head(name), *body))


def _telling(there: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Who tells anybody, and how that goes."""
    for name, told in there.items():
        if told["callbacks"]:
            yield name, told["callbacks"]


def _head(name: str) -> Iterator[str]:
    kind, about = _ABOUT[name]
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


def _requests(department: str, told: Mapping[str, Any]) -> Iterator[str]:
    for operation, status, fault, count in told["requests"]:
        labels = {
            "department": department,
            "operation": operation,
            "status": str(status or "none"),
            "fault": fault,
        }
        yield _line("mocks_requests_total", labels, count)


def _durations(labels: Mapping[str, str], spread: Mapping[str, Any]) -> Iterator[str]:
    name, reached = "mocks_request_duration_seconds", 0
    for bound, count in zip((*BUCKETS_S, "+Inf"), spread["counts"], strict=True):
        reached += count
        yield _line(f"{name}_bucket", {**labels, "le": str(bound)}, reached)
    yield _line(f"{name}_sum", labels, spread["total_s"])
    yield _line(f"{name}_count", labels, reached)


def _by_label(name: str, label: str, key: str, there: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        _line(name, {"department": department, label: value}, count)
        for department, told in there.items()
        for value, count in told[key].items()
    ]


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{told}}} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
