"""Departments as they publish themselves, and how they are today."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from schema.domain.department import ProgressMode, Register, Repeats
from schema.domain.text import Text
from schema.graph.fields import Info, computed, plain
from schema.graph.ports import DepartmentView
from schema.graph.texts import TextType


@strawberry.type(name="RegisterField", description="One field of a register's record.")
class RegisterFieldType:
    """Source: `schema.domain.department.RegisterField`."""

    name: str = plain("Its name in the register.")
    kind: str = plain("text, integer, decimal, boolean, date or datetime.")
    title: TextType = plain("What it means.")
    required: bool = plain("Whether every record has it.")
    personal: str | None = plain("Its class of personal data: id_number, phone, name; or none.")


@strawberry.type(name="RegisterLink", description="A field that leads to another register.")
class LinkType:
    """Source: `schema.domain.department.Link`."""

    name: str = plain("The link's name.")
    field: str = plain("The field that holds the key.")
    department: strawberry.ID = plain("The department the link leads to.")
    register: str = plain("The register the link leads to.")
    title: TextType = plain("What it leads to.")


@strawberry.type(name="RegisterLookup", description="One way to find records.")
class LookupType:
    """Source: `schema.domain.department.Lookup`."""

    name: str = plain("By which value.")
    batch: int = plain("How many values one call to the department may carry.")
    many: bool = plain("Whether one value may have several records.")


@strawberry.type(name="Register", description="What a department knows: a kind of record.")
class RegisterType:
    """Source: `schema.domain.department.Register`."""

    id: strawberry.ID = plain("Its id, unique within the department.")
    title: TextType = plain("What it is.")
    key: str = plain("The field that identifies a record.")
    fields: list[RegisterFieldType] = plain("Its fields.")
    lookups: list[LookupType] = plain("The ways to find records.", size=2)
    links: list[LinkType] = plain("Where its records lead.", size=2)


@strawberry.type(name="DepartmentHealth", description="Whether a department answered lately.")
class HealthType:
    """Source: `schema.graph.ports.DepartmentHealth`."""

    up: bool | None = plain("Whether it answered; absent: not asked yet.")
    since: datetime | None = plain("Since when.")
    reason: TextType | None = plain("What is the matter, where something is.")


def _info_id(parent: strawberry.Parent[DepartmentView]) -> str:
    return parent.info.id


def _info_name(parent: strawberry.Parent[DepartmentView]) -> Text:
    return parent.info.name


def _owner(parent: strawberry.Parent[DepartmentView]) -> str:
    return parent.info.owner


def _protocol(parent: strawberry.Parent[DepartmentView]) -> str:
    return parent.info.protocol


def _services(parent: strawberry.Parent[DepartmentView]) -> Sequence[str]:
    return parent.info.services


def _registers(parent: strawberry.Parent[DepartmentView]) -> Sequence[Register]:
    return parent.info.registers


def _verifications(parent: strawberry.Parent[DepartmentView]) -> Sequence[str]:
    return parent.info.verifications


def _repeats(parent: strawberry.Parent[DepartmentView]) -> Repeats:
    return parent.info.repeats


def _progress(parent: strawberry.Parent[DepartmentView]) -> ProgressMode:
    return parent.info.progress


@strawberry.type(name="Department", description="A department as it publishes itself.")
class DepartmentType:
    """Source: `schema.graph.ports.DepartmentView`."""

    id: strawberry.ID = computed(_info_id, "Its id.")
    name: TextType = computed(_info_name, "Its name.")
    owner: str = computed(_owner, "Who answers for its adapter.")
    protocol: str = computed(_protocol, "What its system speaks.")
    services: list[strawberry.ID] = computed(_services, "The items it decides.")
    registers: list[RegisterType] = computed(_registers, "What it knows.", size=2)
    verifications: list[str] = computed(_verifications, "What it can verify.", size=2)
    repeats: Repeats = computed(_repeats, "How it treats the same filing sent twice.")
    progress: ProgressMode = computed(_progress, "How its decisions reach the gateway.")
    health: HealthType = plain("How it is today.")


def all_departments(info: Info) -> Sequence[DepartmentView]:
    return info.context.departments.all()


def one_department(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
) -> DepartmentView | None:
    return next((view for view in info.context.departments.all() if view.info.id == id), None)
