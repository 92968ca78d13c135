"""One way to read a register: the rows of an answer become its records, each under its key."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from adapters.compile import Call
from adapters.errors import AdapterError, ContractBroken
from adapters.mapping.cast import OUTCOME, Cast, Column, Columns, Marked, columns
from adapters.mapping.compile import Scope
from adapters.mapping.convert import LONGEST_TEXT, MappingError, to_text, within_reason
from adapters.mapping.sources import Ask
from adapters.outcome import Settled
from adapters.rows import FailedRow
from adapters.shape import Kind
from adapters.values import Keyed, of_the_asked
from schema.domain.department import Register
from schema.domain.reading import Record

_PLANS = 8  # for so many moulds of a call
Found = Mapping[str, list[Record] | AdapterError]
Answers = Mapping[str, Record | Sequence[Record] | AdapterError | None]


class Look:
    """A look-up of a register, ready; what does not change from call to call is found once."""

    def __init__(self, department: str, register: Register, lookup: str, call: Call) -> None:
        self.call, fields = call, call.fields
        self._department, self._key, self._lookup = department, register.key, lookup
        self._keyed = Keyed(department, call)
        self._whole = fields.rows is None  # the answer is the row
        self._told = None if self._keyed.match is None else _told_by(register, call)
        self._simple = self._keyed.match is None or self._told is not None
        self._success = fields.each_outcome.success if fields.each_outcome.code else None
        self._at = f"{call.spec.key}.reply"
        self._compared = lookup == register.key and self._told != register.key
        self._unmapped = {f.name: None for f in register.fields if f.name not in fields.lines}
        self._required = [f.name for f in register.fields if f.required]
        self._texts = [f.name for f in register.fields if f.kind == Kind.TEXT]
        self._needed = {*self._required, *([self._key] if self._whole else [])}
        self._told_texts = [name for name in self._texts if name in fields.lines]
        self._plans: Mapping[Marked, Columns | None] = {}

    def read(self, keys: Sequence[str], ask: Ask, root: Any) -> Found:
        """Every key with its records, or its own error. The only key's error is raised."""
        if isinstance(root, Cast):
            told = self._by_columns(keys, root)
            if told is not None:
                return told
            root = root.carefully()
        found = self._at_once(keys, ask, root) if self._simple else None
        return self._keyed.read(keys, ask, root, self._record) if found is None else found

    def _at_once(self, keys: Sequence[str], ask: Ask, root: Any) -> Found | None:
        """The same, each row read once; None where anything is wrong with a row or a key."""
        found: dict[str, list[Record]] = {key: [] for key in keys}
        rows = [] if isinstance(root, Settled) else self.call.fields.scopes(ask, root)
        fitting = not rows
        try:
            for scope in rows:
                values = self._values(scope)
                if values is None:
                    return None
                key = keys[0] if self._told is None else values[self._told]
                held = found.get("" if key is None else str(key))
                if held is None and key and self.call.spec.many:
                    return None
                if held is not None:
                    fitting = True
                    one = self._checked(values, key)
                    held += [] if one is None else [one]
        except MappingError:
            return None
        return found if fitting else None

    def _by_columns(self, keys: Sequence[str], cast: Cast) -> Found | None:
        """The same of a reply whose markup is known, all its rows at once; None as above."""
        plan = self._plan(cast.mould)
        values = None if plan is None else plan.values(cast)
        if plan is None or values is None or not self._fit(values):
            return None
        told = [keys[0]] * cast.height if self._told is None else values[self._told]
        found: dict[str, list[Record]] = {key: [] for key in keys}
        if not found.keys() >= set(told) or not self._of_these(values, told):
            return None
        records = plan.records(zip(*values.values(), strict=True))
        if len(found) == 1:
            found[keys[0]] += records
            return found
        for key, record in zip(told, records, strict=True):
            found[key].append(record)
        return found

    def _plan(self, mould: Marked) -> Columns | None:
        if mould not in self._plans:
            fields = self.call.fields
            sure = self._simple and self._needed <= fields.lines.keys()
            parts = fields.judged.parts if sure else None
            made = columns(parts, tuple(self._unmapped), fields.rows, mould)
            self._plans = {**dict(list(self._plans.items())[-_PLANS:]), mould: made}
        return self._plans[mould]

    def _fit(self, values: dict[str, Column]) -> bool:
        """Whether no row says that it is none, lacks what it needs, or holds what is no text."""
        if self._success is not None:
            codes = values.pop(OUTCOME)
            if not {None if code is None else to_text(code) for code in codes} <= self._success:
                return False
        if None in chain.from_iterable(map(values.__getitem__, self._needed)):
            return False
        texts = filter(None, chain.from_iterable(map(values.__getitem__, self._told_texts)))
        there = list(texts)
        whole = "".join(there)
        short = len(whole) <= LONGEST_TEXT or max(map(len, there)) <= LONGEST_TEXT
        return short and whole.isprintable()

    def _of_these(self, values: Mapping[str, Column], keys: Sequence[str]) -> bool:
        """Whether each row is of the key it was asked by, as far as it says."""
        said = values.get(self._lookup) if self._compared else None
        if said is None:
            return True
        return all(one is None or str(one) == key for one, key in zip(said, keys, strict=True))

    def _values(self, scope: Scope) -> dict[str, Any] | None:
        """What a row holds; None where it says that it is none, or may."""
        if isinstance(scope.row, FailedRow):
            return None
        values = self.call.fields.judged(scope)
        if self._success is not None:
            code = values.pop(OUTCOME)
            if code is None or to_text(code) not in self._success:
                return None
        return values

    def _record(self, scope: Scope, key: str) -> Record | None:
        return self._checked(self.call.fields.read(scope), key)

    def _checked(self, values: dict[str, Any], key: str) -> Record | None:
        """A register's record; a required field without a value is a MappingError.

        So is another's record, where the register's own key was asked for. None: the answer as a
        whole holds none, not even its key.
        """
        if self._whole and values.get(self._key) is None:
            return None
        if self._compared:
            of_the_asked(values.get(self._lookup), key, f"{self._at}.{self._lookup}")
        if self._unmapped:
            values |= self._unmapped
        if None in map(values.get, self._required):
            name = next(name for name in self._required if values.get(name) is None)
            raise MappingError(f"{self._at}.{name} has no value")
        whole = "".join(filter(None, map(values.get, self._texts)))
        if len(whole) > LONGEST_TEXT or not whole.isprintable():
            self._examine(values)
        return values

    def _examine(self, values: dict[str, Any]) -> None:
        """Nothing when each text is one of a field; all of them at once are quickly looked over."""
        for name in self._texts:
            if values[name] is not None:
                within_reason(values[name], f"{self._at}.{name}")

    def told(self, keys: Sequence[str], found: Found) -> Answers:
        """What the look-up gives for each of these keys."""
        told: dict[str, Record | Sequence[Record] | AdapterError | None] = {}
        many = self.call.spec.many
        for key in keys:
            rows = found.get(key)
            if rows.__class__ is list and len(rows) == 1 and not many:
                told[key] = rows[0]
            else:
                told[key] = self.shaped(rows or [])
        return told

    def shaped(
        self, rows: list[Record] | AdapterError
    ) -> Record | Sequence[Record] | AdapterError | None:
        """One key's records as the look-up gives them: all of them, or the one there may be."""
        if isinstance(rows, AdapterError) or self.call.spec.many:
            return rows
        if len(rows) > 1:
            told = f"{self.call.spec.key}: several records for one key"
            return ContractBroken(self._department, told)
        return rows[0] if rows else None


def _told_by(register: Register, call: Call) -> str | None:
    """The field that holds what a row's key is read from; None where no field is read so."""
    fields, spec = call.fields, call.spec
    texts = {field.name for field in register.fields if field.kind == Kind.TEXT}
    for name, line in fields.lines.items():
        if line is fields.match or (name in texts and spec.reply.get(name) == spec.match):
            return name
    return None
