"""A TOML table whose keys were examined: reading it gives values, never findings."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.findings import Findings
from adapters.rules import Rule
from schema.domain.text import Text


class Table:
    """One table of a manifest and its place in the file."""

    def __init__(self, data: Mapping[str, Any], key: str, findings: Findings) -> None:
        self.data = data
        self.key = key
        self.findings = findings

    def at(self, name: str) -> str:
        """The full key of a member."""
        return f"{self.key}.{name}" if self.key else name

    def wrong(self, name: str, rule: Rule, sentence: str, remedy: str = "") -> None:
        """Note that a member breaks a rule, unless its key is told to be wrong already."""
        if not self.findings.told(self.at(name)):
            self.findings.add(self.at(name), sentence, remedy, rule)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.data.get(name, default)
        return value if isinstance(value, str) else default

    def maybe(self, name: str) -> str | None:
        """A text or nothing."""
        return self.text(name) if name in self.data else None

    def flag(self, name: str) -> bool:
        """True or false; false when not given."""
        return self.data.get(name) is True

    def number(self, name: str, default: float = 0.0) -> float:
        """A number."""
        value = self.data.get(name, default)
        return float(value) if isinstance(value, int | float) else default

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.data.get(name, ()))

    def label(self, name: str | None = None) -> Text:
        """A text in both languages, under `name` or in this table itself."""
        table = self if name is None else self.table(name)
        return Text(zh=table.text("zh") or "?", en=table.text("en") or "?")

    def table(self, name: str) -> "Table":
        """A table below this one; an empty one when there is none."""
        value = self.data.get(name)
        return Table(value if isinstance(value, Mapping) else {}, self.at(name), self.findings)

    def tables(self, name: str) -> Iterator[tuple[str, "Table"]]:
        """The named tables below a table of this one."""
        outer = self.table(name)
        for key in outer.data:
            yield key, outer.table(key)


def merged(base: Any, over: Any) -> Any:
    """Two trees as one; where both say something the second stands."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    both = dict(base)
    for key, value in over.items():
        both[key] = merged(base[key], value) if key in base else value
    return both
