"""Where a value came from, and why it is not there: the frame around every answer."""

from datetime import datetime

import strawberry

from schema.domain.department import DepartmentInfo
from schema.domain.reading import Provenance
from schema.domain.text import Text
from schema.graph.fields import Info, computed, plain
from schema.graph.texts import TextType


def department_name(department: str, info: Info) -> Text:
    """The published name of a department; its id where none of that id is plugged in."""
    for view in info.context.departments.all():
        published: DepartmentInfo = view.info
        if published.id == department:
            return published.name
    return Text(zh=department, en=department)


def _name(parent: strawberry.Parent[Provenance], info: Info) -> Text:
    return department_name(parent.department, info)


@strawberry.type(
    name="Provenance", description="Which department said so, from which source, and when."
)
class ProvenanceType:
    """Source: `schema.domain.reading.Provenance`."""

    department: strawberry.ID = plain("The department's id.")
    department_name: TextType = computed(_name, "The department's name.")
    source: str = plain("The register or service that answered.")
    as_of: datetime = plain("When the department said so.")
    stale: bool = plain("True: the last known value, because the department gave no new one.")
    record_id: str | None = plain("The key of the record at the department.")


VALUE = "The value; absent with a problem: not known; absent without one: there is none."
PROVENANCE = "Where the value came from and how old it is."
PROBLEM = "Why there is no value, or why it is stale."
