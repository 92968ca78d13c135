"""Personal data for those it does not concern: enough to recognise, not enough to use."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gateway.security.policy import may_see_personal
from schema.domain.department import Register
from schema.domain.identifiers import mask_id_number, mask_name, mask_phone
from schema.graph.ports import Viewer

MASKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"id_number": mask_id_number, "phone": mask_phone, "name": mask_name}
)
_OWNERS = MappingProxyType({"uscc": "enterprise", "person_ref": "person"})


def masked(kind: str, value: object) -> str | None:
    """The masked form; a class of personal data without a mask of its own is hidden wholly."""
    if value is None:
        return None
    text = str(value)
    mask = MASKS.get(kind)
    return "*" * len(text) if mask is None else mask(text)


def personal_mask(
    viewer: Viewer, register: Register, record: Mapping[str, Any], kind: str, value: Any
) -> Any:
    """A personal value of a register's record as this viewer may see it; never raises."""
    kind_of_owner = _OWNERS.get(register.key)
    if kind_of_owner is not None:
        key = record.get(register.key)  # of whom it is about, as a viewer's subject names them
        if isinstance(key, str) and key and may_see_personal(viewer, f"{kind_of_owner}:{key}"):
            return value
    return masked(kind, value)
