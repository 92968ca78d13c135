"""How answers of each kind are written: patterns that hold in Python and in JSON Schema alike."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from schema.domain.identifiers import is_document_number, is_resident_id, is_uscc
from schema.domain.one_thing import FieldKind

# What neither XML 1.0 nor a printed form can carry: controls other than tab and line ends.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
BEYOND = 10**20  # what no number reaches: twenty digits before the point
DECIMAL = r"^-?[0-9]{1,20}(\.[0-9]{1,6})?$"

# Text kinds whose form a pattern tells.
PATTERNS: Mapping[FieldKind, str] = MappingProxyType(
    {
        FieldKind.PHONE: r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})$",
        FieldKind.POSTAL_CODE: r"^[0-9]{6}$",
        FieldKind.DISTRICT: r"^[0-9]{6}$",
        FieldKind.RESIDENT_ID: r"^[0-9]{17}[0-9X]$",
        FieldKind.DOCUMENT_NUMBER: r"^[0-9A-Z]{6,20}$",
        FieldKind.USCC: r"^[0-9A-HJ-NPQRTUWXY]{18}$",
    }
)

# Text kinds with a check character, which no pattern can tell. The names are JSON Schema formats.
FORMATS: Mapping[FieldKind, str] = MappingProxyType(
    {
        FieldKind.RESIDENT_ID: "cn-resident-id",
        FieldKind.DOCUMENT_NUMBER: "person-document",
        FieldKind.USCC: "cn-uscc",
    }
)
CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"cn-resident-id": is_resident_id, "person-document": is_document_number, "cn-uscc": is_uscc}
)
