"""A TOML table under examination: every access notes what is wrong and goes on."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.findings import Findings, did_you_mean
from schema.domain.text import Text

_NAMES: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
}


class Table:
    """One table of a manifest and its place in the file."""

    def __init__(self, data: Mapping[str, Any], key: str, findings: Findings) -> None:
        self.data = data
        self.key = key
        self.findings = findings

    def at(self, name: str) -> str:
        """The full key of a member."""
        return f"{self.key}.{name}" if self.key else name

    def only(self, *known: str) -> None:
        """Note every key that is not one of `known`."""
        for name in self.data:
            if name not in known:
                self.findings.add(self.at(name), "is no known key", did_you_mean(name, known))

    def text(self, name: str, default: str | None = None) -> str:
        """A text; missing without a default is a finding."""
        value = self._typed(name, str, default)
        return value if isinstance(value, str) else ""

    def maybe(self, name: str) -> str | None:
        """A text or nothing."""
        return self.text(name) if name in self.data else None

    def flag(self, name: str) -> bool:
        """True or false; false when not given."""
        return bool(self._typed(name, bool, False))

    def number(self, name: str, default: float | None = None) -> float:
        """A number above or at zero."""
        value = self.data.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            sentence = "is missing" if value is None else "must be a number, 0 or more"
            self.findings.add(self.at(name), sentence, "give a number")
            return 0.0
        return float(value)

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """One of `allowed`; the first of them stands in for a wrong one."""
        names = list(allowed)
        value = self.text(name)
        if value in names:
            return value
        if name in self.data and value:
            self.findings.add(
                self.at(name), f"{value!r} is not allowed", did_you_mean(value, names)
            )
        return names[0]

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._typed(name, list, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.findings.add(self.at(name), "must be a list of texts", 'write ["…"]')
            return ()
        return tuple(value)

    def label(self, name: str | None = None) -> Text:
        """A text in both languages, under `name` or in this table itself."""
        table = self if name is None else self.table(name, required=True)
        if name is not None:
            table.only("zh", "en")
        return Text(zh=table.text("zh") or "?", en=table.text("en") or "?")

    def table(self, name: str, *, required: bool = False) -> "Table":
        """A table below this one; an empty one when there is none."""
        value = self.data.get(name)
        if value is None and required:
            self.findings.add(self.at(name), "is missing", f"add [{self.at(name)}]")
        if value is not None and not isinstance(value, Mapping):
            self.findings.add(self.at(name), "must be a table", f"write [{self.at(name)}]")
        return Table(value if isinstance(value, Mapping) else {}, self.at(name), self.findings)

    def tables(self, name: str) -> Iterator[tuple[str, "Table"]]:
        """The named tables below a table of this one."""
        outer = self.table(name)
        for key in outer.data:
            yield key, outer.table(key)

    def _typed(self, name: str, kind: type, default: Any) -> Any:
        value = self.data.get(name, default)
        if value is None:
            self.findings.add(self.at(name), "is missing", f"give {_NAMES[kind]}")
        elif not isinstance(value, kind):
            self.findings.add(self.at(name), f"must be {_NAMES[kind]}", "mind the quotes")
            return default
        return value


def merged(base: Any, over: Any) -> Any:
    """Two trees as one; where both say something the second stands."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    both = dict(base)
    for key, value in over.items():
        both[key] = merged(base[key], value) if key in base else value
    return both
