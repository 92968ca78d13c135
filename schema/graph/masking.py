"""Personal data as others may see it: enough to recognise, not enough to use."""

from collections.abc import Mapping
from typing import Any, Protocol

from schema.domain.department import Register
from schema.domain.identifiers import mask_id_number, mask_name, mask_phone
from schema.graph.ports import Viewer


class Mask(Protocol):
    """Decides what of one personal value this viewer sees."""

    def __call__(
        self, viewer: Viewer, register: Register, record: Mapping[str, Any], kind: str, value: Any
    ) -> Any:
        """The value itself for its owner, else a masked form; never raises."""
        ...


_MASKS = {"id_number": mask_id_number, "phone": mask_phone, "name": mask_name}


def masked(kind: str, value: Any) -> Any:
    """The masked form of a personal value; a class without a mask of its own is hidden wholly."""
    if value is None:
        return None
    text = str(value)
    return _MASKS[kind](text) if kind in _MASKS else "*" * len(text)


def owns(viewer: Viewer, register: Register, record: Mapping[str, Any]) -> bool:
    """Whether a record is about the viewer: its key is theirs by subject or by login claim."""
    key = record.get(register.key)
    if not isinstance(key, str) or not key:
        return False
    subjects = {viewer.subject, viewer.acting_for}
    if f"person:{key}" in subjects and register.key.startswith("person"):
        return True
    return register.key == "uscc" and (
        f"enterprise:{key}" in subjects or viewer.claims.get("uscc") == key
    )


def mask_unless_owned(
    viewer: Viewer, register: Register, record: Mapping[str, Any], kind: str, value: Any
) -> Any:
    """The rule in force where nothing stricter is given: yours in full, others' masked."""
    return value if owns(viewer, register, record) else masked(kind, value)
