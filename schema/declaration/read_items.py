"""Reads the items of a declaration: edges, materials, days."""

from schema.declaration.read_form import read_when
from schema.declaration.table import Table
from schema.domain.one_thing import Edge, EdgeKind, Fate, Item, Material

_PLAIN_EDGES = (EdgeKind.PRE, EdgeKind.PARALLEL, EdgeKind.CROSS)


def read_items(root: Table) -> tuple[Item, ...]:
    """The approvals of the one thing, in the order they are declared."""
    return tuple(_item(row) for row in root.rows("items", "id", required=True))


def _item(row: Table) -> Item:
    item = Item(
        id=row.string("id"),
        name=row.text("name"),
        department=row.string("department"),
        service=row.string("service"),
        visits_before=row.integer("visits_before"),
        statutory_days=row.integer("statutory_days"),
        promised_days=row.integer("promised_days"),
        basis=row.text("basis"),
        edges=_edges(row),
        fields=row.strings("fields", required=True),
        materials=tuple(_material(table) for table in row.rows("materials", "code")),
        when=read_when(row),
        with_departments=row.strings("with_departments"),
        clock_stopped=row.boolean("clock_stopped", default=False),
        calendar_days=row.integer("calendar_days", default=0),
        after_event=row.optional("after_event"),
        mandatory=row.boolean("mandatory", default=True),
        suspending_event=row.optional("suspending_event"),
        supplement_days=(
            row.integer("supplement_days", least=1) if row.has("supplement_days") else None
        ),
    )
    row.close()
    return item


def _edges(row: Table) -> tuple[Edge, ...]:
    plain = [Edge(kind=kind, item=item) for kind in _PLAIN_EDGES for item in row.strings(kind)]
    return (*plain, *(_duty(table) for table in row.rows("post", "item")))


def _duty(row: Table) -> Edge:
    edge = Edge(
        kind=EdgeKind.POST,
        item=row.string("item"),
        within_days=row.integer("within_days", least=1),
    )
    row.close()
    return edge


def _material(row: Table) -> Material:
    material = Material(
        code=row.string("code"),
        name=row.text(),
        copies=row.integer("copies", least=1),
        fate=row.choice("fate", Fate, Fate.SUBMIT),
        of=row.optional("of"),
        through=row.optional("through"),
        pledge=row.text("pledge") if row.has("pledge") else None,
        later_days=row.integer("later_days", least=1) if row.has("later_days") else None,
        when=read_when(row),
    )
    row.close()
    return material
