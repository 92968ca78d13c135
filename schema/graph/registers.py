"""The registers of the departments as graph types, made from what the departments publish.

A record is a mapping and stays one: its type reads from it by field name. Every read answers with a
reading: the value, where it came from, and why it is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry
from strawberry.utils.str_converters import to_camel_case

from schema.domain.department import DepartmentInfo, Link, Lookup, Register, RegisterField
from schema.domain.reading import Reading
from schema.graph.fields import Info, computed, plain
from schema.graph.masking import Mask
from schema.graph.problems import TroubleType
from schema.graph.readings import PROBLEM, PROVENANCE, VALUE, ProvenanceType

DEPARTMENT_CALL: Final = 10  # what asking a department costs, in fields
NOTHING: Final = Reading(value=None)

KINDS: Final[Mapping[str, type]] = {
    "text": str,
    "integer": int,
    "decimal": Decimal,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
}


def pascal(name: str) -> str:
    """`business_licence` -> `BusinessLicence`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def type_names(register: Register) -> tuple[str, str, str]:
    """Its types in the graph: a record, a reading of one, a reading of several."""
    name = pascal(register.id)
    return name, f"{name}Reading", f"{name}ListReading"


def query_name(register: Register, lookup: Lookup) -> str:
    """The query field of a look-up, as Python names it."""
    own = lookup.name == register.key
    return register.id if own else f"{register.id}_by_{lookup.name}"


class RegisterTypes:
    """The graph types of every register of these departments, and the query fields to reach them.

    Raises ValueError naming every register that has the name of another.
    """

    def __init__(self, departments: Sequence[DepartmentInfo], mask: Mask) -> None:
        self._mask = mask
        self._registers = {
            (info.id, register.id): register for info in departments for register in info.registers
        }
        _refuse_doubles(self._registers)
        self._records, self._one, self._many = {}, {}, {}
        for key, register in self._registers.items():
            self._records[key], self._one[key], self._many[key] = map(_bare, type_names(register))
        for key, register in self._registers.items():
            self._fill(key, register)

    def query_fields(self) -> Mapping[str, tuple[type, Any]]:
        """Python name -> (graph type, field) for every look-up of every register."""
        return {
            name: field
            for register in self._registers.values()
            for lookup in register.lookups
            for name, field in [self._root(register, lookup)]
        }

    def _fill(self, key: tuple[str, str], register: Register) -> None:
        record = self._records[key]
        fields = {f.name: self._leaf(register, f) for f in register.fields}
        fields |= {link.name: self._link(link) for link in self._known(register.links)}
        _declare(record, register.title.en + f" ({register.title.zh}).", fields)
        frame = {
            "provenance": (ProvenanceType | None, plain(PROVENANCE)),
            "problem": (TroubleType | None, plain(PROBLEM)),
        }
        text = f"One read of {register.title.en} ({register.title.zh})."
        _declare(self._one[key], text, {"value": (record | None, plain(VALUE)), **frame})
        values = (list[record] | None, computed(_values, VALUE, name="values"))  # type: ignore[valid-type]  # made at run time
        _declare(self._many[key], text, {"values": values, **frame})

    def _leaf(self, register: Register, field: RegisterField) -> tuple[Any, Any]:
        kind: Any = KINDS[field.kind]
        annotation = kind if field.required else kind | None
        text = f"{field.title.en} ({field.title.zh})."
        if field.personal is None:
            return annotation, plain(text)
        personal, name, mask = field.personal, field.name, self._mask

        def show(parent: strawberry.Parent[Any], info: Info) -> Any:
            value = parent.get(name)
            return mask(info.context.viewer, register, parent, personal, value)

        return annotation, computed(show, f"{text} Masked unless it is yours.")

    def _link(self, link: Link) -> tuple[Any, Any]:
        reading = self._reading(link.department, link.register, link.lookup)
        field, department, register, lookup = (
            link.field,
            link.department,
            link.register,
            link.lookup,
        )

        def follow(parent: strawberry.Parent[Any], info: Info) -> Any:
            key = parent.get(field)
            if key is None:
                return NOTHING
            return info.context.reads.look_up(department, register, lookup, str(key))

        text = f"{link.title.en} ({link.title.zh})."
        return reading, computed(follow, text, weight=DEPARTMENT_CALL)

    def _root(self, register: Register, lookup: Lookup) -> tuple[str, tuple[type, Any]]:
        argument = to_camel_case(lookup.name)
        department, register_id, lookup_name = register.department, register.id, lookup.name
        text = f"By {lookup_name.replace('_', ' ')}."

        def find(
            info: Info, key: Annotated[str, strawberry.argument(name=argument, description=text)]
        ) -> Any:
            return info.context.reads.look_up(department, register_id, lookup_name, key)

        about = f"{register.title.en} ({register.title.zh}) by {lookup_name.replace('_', ' ')}."
        field = computed(find, about, weight=DEPARTMENT_CALL)
        reading = self._reading(department, register_id, lookup_name)
        return query_name(register, lookup), (reading, field)

    def _reading(self, department: str, register: str, lookup: str) -> type:
        key = (department, register)
        many = any(way.many for way in self._registers[key].lookups if way.name == lookup)
        return self._many[key] if many else self._one[key]

    def _known(self, links: Iterable[Link]) -> list[Link]:
        """Links whose register is plugged in; the others lead nowhere and are left out."""
        return [link for link in links if (link.department, link.register) in self._registers]


def _values(parent: strawberry.Parent[Reading]) -> Any:
    return parent.value


def _bare(name: str) -> type:
    return type(name, (), {"__module__": __name__, "__doc__": "A register's graph type."})


def _declare(cls: type, description: str, fields: Mapping[str, tuple[Any, Any]]) -> None:
    cls.__annotations__ = {name: annotation for name, (annotation, _) in fields.items()}
    for name, (_, field) in fields.items():
        setattr(cls, name, field)
    strawberry.type(cls, description=description)


def _refuse_doubles(registers: Mapping[tuple[str, str], Register]) -> None:
    seen: dict[str, str] = {}
    doubles = []
    for (department, name), register in registers.items():
        own = f"{department}.{name}"
        others = {seen[kind] for kind in type_names(register) if kind in seen}
        doubles += [f"{own} has the name of {other}" for other in sorted(others)]
        seen |= dict.fromkeys(type_names(register), own)
    if doubles:
        raise ValueError("; ".join(doubles))
