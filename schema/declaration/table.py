"""A TOML table read key by key: every wrong type, missing key and unknown key becomes a finding."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from schema.declaration.finding import Findings, did_you_mean
from schema.domain.one_thing import Scalar
from schema.domain.text import Text

E = TypeVar("E", bound=StrEnum)

_ABSENT = object()
UNKNOWN = "?"  # stands in for what could not be read, so that reading can go on
EPOCH = date(1970, 1, 1)


class Table:
    """One table of a declaration.

    Getters never raise: what is wrong is noted and a harmless value given, so that one reading
    finds every mistake.
    """

    def __init__(self, data: Mapping[str, Any], path: str, findings: Findings) -> None:
        self._data = data
        self._asked: dict[str, None] = {}
        self.path = path
        self.findings = findings

    def at(self, key: str) -> str:
        """The full path of a key of this table."""
        return f"{self.path}.{key}" if self.path else key

    def note(self, key: str, sentence: str) -> None:
        """Note a mistake at a key of this table."""
        self.findings.add(self.at(key), sentence)

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        self._asked[key] = None
        return key in self._data

    def string(self, key: str, default: str | None = None) -> str:
        """A non-empty string; required when there is no default."""
        value = self._get(key, required=default is None)
        if value is _ABSENT:
            return UNKNOWN if default is None else default
        if isinstance(value, str) and value.strip():
            return value
        self.note(key, f"must be a non-empty string, not {_show(value)}")
        return UNKNOWN

    def optional(self, key: str) -> str | None:
        """A non-empty string, or None when the key is not there."""
        return self.string(key) if self.has(key) else None

    def integer(self, key: str, default: int | None = None, least: int = 0) -> int:
        """An integer of at least `least`; required when there is no default."""
        value = self._get(key, required=default is None)
        if value is _ABSENT:
            return least if default is None else default
        if not isinstance(value, int) or isinstance(value, bool):
            self.note(key, f"must be an integer, not {_show(value)}")
            return least
        if value < least:
            self.note(key, f"must be at least {least}, not {value}")
            return least
        return value

    def decimal(self, key: str) -> Decimal | None:
        """A number, or None when the key is not there."""
        value = self._get(key, required=False)
        if value is _ABSENT:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and _is_scalar(value):
            return Decimal(value)
        self.note(key, f"must be a number, not {_show(value)}")
        return None

    def share(self, key: str) -> Fraction | None:
        """A share such as "2/3" between 0 and 1, or None when the key is not there."""
        value = self._get(key, required=False)
        if value is _ABSENT:
            return None
        try:
            share = Fraction(value) if isinstance(value, str) else None
        except (ValueError, ZeroDivisionError):
            share = None
        if share is None or not 0 < share <= 1:
            self.note(key, f'must be a share such as "2/3", not {_show(value)}')
            return None
        return share

    def boolean(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._get(key, required=False)
        if value is _ABSENT:
            return default
        if not isinstance(value, bool):
            self.note(key, f"must be true or false, not {_show(value)}")
            return default
        return value

    def day(self, key: str) -> date:
        """A date, required."""
        value = self._get(key, required=True)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not _ABSENT:
            self.note(key, f"must be a date such as 2026-01-31, not {_show(value)}")
        return EPOCH

    def choice(self, key: str, kind: type[E], default: E, *, required: bool = True) -> E:
        """A member of an enumeration; `default` when it is absent or not one."""
        value = self._get(key, required=required)
        if value is _ABSENT:
            return default
        names = [member.value for member in kind]
        if isinstance(value, str) and value in names:
            return kind(value)
        hint = did_you_mean(value, names) if isinstance(value, str) else ""
        self.note(key, f"{_show(value)} is not a known {_words(kind)}{hint}")
        return default

    def strings(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """An array of strings, each once."""
        value = self._get(key, required=required)
        if value is _ABSENT:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.note(key, f"must be an array of strings, not {_show(value)}")
            return ()
        for double in sorted({v for v in value if value.count(v) > 1}):
            self.note(key, f'names "{double}" more than once')
        return tuple(dict.fromkeys(value))

    def scalar(self, key: str) -> Scalar | tuple[Scalar, ...]:
        """A string, number, boolean or date, or an array of such; required."""
        value = self._get(key, required=True)
        if isinstance(value, list) and value and all(_is_scalar(v) for v in value):
            return tuple(value)
        if _is_scalar(value):
            result: Scalar = value
            return result
        if value is not _ABSENT:
            self.note(key, f"must be a value or an array of values, not {_show(value)}")
        return UNKNOWN

    def text(self, key: str | None = None) -> Text:
        """Both wordings: of the table at `key`, or of this table itself."""
        table = self if key is None else self.table(key)
        if table is None:
            return Text(zh=UNKNOWN, en=UNKNOWN)
        result = Text(zh=table.string("zh"), en=table.string("en"))
        if key is not None:
            table.close()
        return result

    def table(self, key: str, *, required: bool = True) -> "Table | None":
        """The table at `key`, or None when there is none."""
        value = self._get(key, required=required)
        if isinstance(value, dict):
            return Table(value, self.at(key), self.findings)
        if value is not _ABSENT:
            self.note(key, f"must be a table, not {_show(value)}")
        return None

    def rows(self, key: str, name: str, *, required: bool = False) -> "list[Table]":
        """The tables of an array, each with a path that names it; two of one name are noted."""
        value = self._get(key, required=required)
        if value is _ABSENT:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.note(key, f"must be an array of tables, not {_show(value)}")
            return []
        seen: set[str] = set()
        tables = []
        for index, row in enumerate(value):
            label = row.get(name)
            known = isinstance(label, str) and label.strip()
            path = f"{self.at(key)}.{label}" if known else f"{self.at(key)}[{index}]"
            if known and label in seen:
                self.findings.add(path, f'the {name} "{label}" is declared more than once')
            seen.update([label] if known else [])
            tables.append(Table(row, path, self.findings))
        return tables

    def numbers(self, key: str) -> dict[str, int]:
        """A table of names to integers of at least 0; empty when the key is not there."""
        table = self.table(key, required=False)
        return {} if table is None else {name: table.integer(name) for name in table.names()}

    def names(self) -> tuple[str, ...]:
        """The keys that are there."""
        return tuple(self._data)

    def close(self) -> None:
        """Note every key nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                self.note(key, f"unknown key{did_you_mean(key, self._asked)}")

    def _get(self, key: str, *, required: bool) -> Any:
        self._asked[key] = None
        if key not in self._data:
            if required:
                self.note(key, "is missing")
            return _ABSENT
        return self._data[key]


def _is_scalar(value: Any) -> bool:
    """TOML has nan and inf; nothing can be compared with them."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, str | bool | int | date) and not isinstance(value, datetime)


def _words(kind: type[StrEnum]) -> str:
    """ "RefusalPolicy" as "refusal policy"."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in kind.__name__).strip()


def _show(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)[:60]
