"""Reads the form's part of a declaration: groups, fields, conditions and prefill sources."""

from schema.declaration.finding import did_you_mean
from schema.declaration.table import UNKNOWN, Table
from schema.domain.one_thing import (
    Choice,
    Condition,
    FieldGroup,
    FieldKind,
    FormField,
    Operator,
    Prefill,
    PrefillSource,
)
from schema.domain.text import Text

_OPERATORS = tuple(Operator)


def read_groups(root: Table) -> tuple[FieldGroup, ...]:
    """The headings of the form."""
    return tuple(_group(row) for row in root.rows("groups", "id"))


def read_fields(root: Table) -> tuple[FormField, ...]:
    """The questions of the form."""
    return tuple(_field(row) for row in root.rows("fields", "key", required=True))


def read_sources(root: Table) -> tuple[PrefillSource, ...]:
    """The registers read at the start."""
    return tuple(_source(row) for row in root.rows("sources", "name"))


def read_condition(row: Table) -> Condition:
    """`field` and exactly one operator with its value; does not close the table."""
    field = row.string("field")
    given = [operator for operator in _OPERATORS if row.has(operator.value)]
    if len(given) != 1:
        names = ", ".join(operator.value for operator in _OPERATORS)
        row.note("field", f"needs exactly one comparison of: {names}")
        return Condition(field=field, operator=Operator.EQUALS, value=UNKNOWN)
    return Condition(field=field, operator=given[0], value=row.scalar(given[0].value))


def read_when(row: Table) -> tuple[Condition, ...]:
    """The conditions under `when`, all of which must hold."""
    conditions = []
    for table in row.rows("when", "field"):
        conditions.append(read_condition(table))
        table.close()
    return tuple(conditions)


def _group(row: Table) -> FieldGroup:
    group = FieldGroup(id=row.string("id"), name=row.text())
    row.close()
    return group


def _field(row: Table) -> FormField:
    field = FormField(
        key=row.string("key"),
        label=row.text(),
        kind=row.choice("kind", FieldKind, FieldKind.TEXT),
        group=row.string("group"),
        required=row.boolean("required", default=True),
        choices=tuple(_choice(choice) for choice in row.rows("choices", "value")),
        minimum=row.decimal("minimum"),
        maximum=row.decimal("maximum"),
        max_length=row.integer("max_length", least=1) if row.has("max_length") else None,
        pattern=row.optional("pattern"),
        unit=row.optional("unit"),
        prefill=_prefill(row),
        personal=_personal(row),
        when=read_when(row),
    )
    row.close()
    return field


def _choice(row: Table) -> Choice:
    choice = Choice(value=row.string("value"), label=row.text())
    row.close()
    return choice


def _prefill(row: Table) -> Prefill | None:
    table = row.table("prefill", required=False)
    if table is None:
        return None
    prefill = Prefill(
        source=table.string("source"),
        field=table.string("field"),
        authority=Text(zh=table.string("zh"), en=table.string("en")),
    )
    table.close()
    return prefill


def _personal(row: Table) -> str | None:
    value = row.optional("personal")
    known = ("id_number", "phone", "name")
    if value is not None and value not in known:
        row.note("personal", f'"{value}" is no class of personal data{did_you_mean(value, known)}')
    return value


def _source(row: Table) -> PrefillSource:
    source = PrefillSource(
        name=row.string("name"),
        department=row.string("department"),
        register=row.string("register"),
        lookup=row.string("lookup"),
        key=row.string("key"),
    )
    row.close()
    return source
