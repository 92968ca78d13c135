"""Expected failures as values.

A closed set of codes, a sentence for people, a path to what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schema.domain.text import Text


class ProblemCode(StrEnum):
    """Every way a request can fail that is not a bug. Clients branch on these, never on wording."""

    # what the applicant sent
    REQUIRED = "REQUIRED"
    WRONG_TYPE = "WRONG_TYPE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_A_CHOICE = "NOT_A_CHOICE"
    BAD_FORMAT = "BAD_FORMAT"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MATERIAL_MISSING = "MATERIAL_MISSING"
    MATERIAL_UNKNOWN = "MATERIAL_UNKNOWN"
    PLEDGE_MISSING = "PLEDGE_MISSING"
    PLEDGE_UNKNOWN = "PLEDGE_UNKNOWN"
    MISMATCH = "MISMATCH"
    # what the rules say
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    NOT_IN_DISTRICT = "NOT_IN_DISTRICT"
    UNKNOWN_VARIANT = "UNKNOWN_VARIANT"
    UNKNOWN_ONE_THING = "UNKNOWN_ONE_THING"
    # what the state allows
    NOT_ALLOWED_OR_ABSENT = "NOT_ALLOWED_OR_ABSENT"
    CONFLICT = "CONFLICT"
    WRONG_STATE = "WRONG_STATE"
    # what departments did
    DEPARTMENT_UNREACHABLE = "DEPARTMENT_UNREACHABLE"
    DEPARTMENT_TIMEOUT = "DEPARTMENT_TIMEOUT"
    DEPARTMENT_BUSY = "DEPARTMENT_BUSY"
    DEPARTMENT_FAULT = "DEPARTMENT_FAULT"
    DEPARTMENT_BROKE_CONTRACT = "DEPARTMENT_BROKE_CONTRACT"
    DEPARTMENT_MISCONFIGURED = "DEPARTMENT_MISCONFIGURED"
    DEPARTMENT_REFUSAL_DOUBTED = "DEPARTMENT_REFUSAL_DOUBTED"
    DEPARTMENT_RECEIPT_TAKEN = "DEPARTMENT_RECEIPT_TAKEN"
    # what the gateway could not do just now
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    OUT_OF_TIME = "OUT_OF_TIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Code for programs, text for people, path to the value, when to try again.
    """

    code: ProblemCode
    text: Text
    path: tuple[str, ...] = ()
    rule: str | None = None
    retry_at: datetime | None = None


Problems = Sequence[Problem]
