"""Counters and timings in this process, as Prometheus reads them."""

from bisect import bisect_left
from collections.abc import Callable, Iterator

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_MOST_SERIES = 2_000

_Labels = tuple[tuple[str, str], ...]
_Series = tuple[str, _Labels]
Told = tuple[str, dict[str, str]]
"""A name and its labels, as whoever counts tells them."""


class Metrics:
    """A registry. Labels are ids of departments, verbs and outcomes, never of people or cases.

    Beyond two thousand series new label sets are counted together, so memory stays bounded.
    """

    def __init__(self) -> None:
        self._counts: dict[_Series, list[float]] = {}  # one cell
        self._gauges: dict[_Series, float] = {}
        self._timings: dict[_Series, list[float]] = {}  # one count a bucket, +Inf, sum
        self._known: dict[tuple[object, ...], _Series] = {}  # by name and labels as they are told

    def count(self, name: str, by: float = 1, **labels: str) -> None:
        """Add to a counter; its name ends in `_total`."""
        self._cell(name, labels)[0] += by

    def counter(self, name: str, **labels: str) -> Callable[[], None]:
        """What adds one to this counter, for who counts at every request."""
        cell = self._cell(name, labels)

        def one_more() -> None:
            cell[0] += 1

        return one_more

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        self._gauges[self._series(name, labels)] = value

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add one timing to a histogram; its name ends in `_seconds`."""
        self.timer(name, **labels)(seconds)

    def timer(self, name: str, **labels: str) -> Callable[[float], None]:
        """What adds a timing to this histogram, for who does at every request."""
        return self._timer((name, labels), [0.0])

    def counting_timer(self, counter: Told, histogram: Told) -> Callable[[float], None]:
        """What adds one to the counter and a timing to the histogram, in one step."""
        return self._timer(histogram, self._cell(*counter))

    def _timer(self, histogram: Told, count: list[float]) -> Callable[[float], None]:
        series = self._series(*histogram)
        cells = self._timings.setdefault(series, [0.0] * (len(_BUCKETS) + 2))

        def one_more(seconds: float) -> None:
            count[0] += 1
            cells[bisect_left(_BUCKETS, seconds)] += 1
            cells[-1] += seconds

        return one_more

    def _cell(self, name: str, labels: dict[str, str]) -> list[float]:
        return self._counts.setdefault(self._series(name, labels), [0.0])

    def render(self) -> tuple[bytes, str]:
        """Everything, in Prometheus' text format, and its media type."""
        lines = [*self._simple("counter"), *self._simple("gauge"), *self._histograms()]
        return "".join(f"{line}\n" for line in lines).encode(), MEDIA_TYPE

    def _series(self, name: str, labels: dict[str, str]) -> _Series:
        given = (name, *labels.items())
        series = self._known.get(given)
        if series is None:
            if len(self._known) >= _MOST_SERIES:
                return (name, (("overflow", "true"),))
            series = self._known[given] = (name, tuple(sorted(labels.items())))
        return series

    def _simple(self, kind: str) -> Iterator[str]:
        counted = {series: cell[0] for series, cell in self._counts.items() if cell[0]}
        values = counted if kind == "counter" else self._gauges
        told = ""
        for (name, labels), value in sorted(values.items()):
            if name != told:
                yield f"# TYPE {name} {kind}"
                told = name
            yield f"{name}{_braces(labels)} {_number(value)}"

    def _histograms(self) -> Iterator[str]:
        told = ""
        for (name, labels), cells in sorted(self._timings.items()):
            if name != told:
                yield f"# TYPE {name} histogram"
                told = name
            total = 0.0
            for bound, cell in zip((*map(str, _BUCKETS), "+Inf"), cells[:-1], strict=True):
                total += cell
                yield f"{name}_bucket{_braces((*labels, ('le', bound)))} {_number(total)}"
            yield f"{name}_sum{_braces(labels)} {_number(cells[-1])}"
            yield f"{name}_count{_braces(labels)} {_number(total)}"


def _number(value: float) -> str:
    """All its digits: a counter in the millions that is rounded stands still, then leaps."""
    return str(int(value)) if value == value // 1 else repr(value)


def _braces(labels: _Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{k}="{_escaped(v)}"' for k, v in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
