"""Who may do what. A table; what is not in it is refused.

One function per decision. "Not yours" and "not there" are the same answer, so lists are narrowed
by `case_scope` before they are read, never checked afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from schema.domain.case import Case
from schema.graph.ports import Viewer


class Action(StrEnum):
    """What somebody may want to do."""

    APPLY = "apply"
    SEE_CASE = "see_case"
    CHANGE_CASE = "change_case"  # supplement, withdraw, report
    RESOLVE_FILING = "resolve_filing"
    READ_REGISTER = "read_register"
    SEE_PERSONAL = "see_personal"  # unmasked
    SEE_OPERATIONS = "see_operations"


class Reach(StrEnum):
    """How far a role's permission goes."""

    OWN = "own"  # what concerns the viewer, or whom they act for
    DEPARTMENT = "department"  # what the viewer's department takes part in
    ALL = "all"


_OWNER = {
    Action.APPLY: Reach.OWN,
    Action.SEE_CASE: Reach.OWN,
    Action.CHANGE_CASE: Reach.OWN,
    Action.READ_REGISTER: Reach.ALL,
    Action.SEE_PERSONAL: Reach.OWN,
}
TABLE: Mapping[str, Mapping[Action, Reach]] = MappingProxyType(
    {
        "citizen": _OWNER,
        "enterprise": _OWNER,
        "agent": _OWNER,
        "clerk": {
            Action.SEE_CASE: Reach.ALL,
            Action.RESOLVE_FILING: Reach.ALL,
            Action.READ_REGISTER: Reach.ALL,
        },
        "officer": {
            Action.SEE_CASE: Reach.DEPARTMENT,
            Action.READ_REGISTER: Reach.ALL,
        },
        "auditor": {Action.SEE_CASE: Reach.ALL},
        "operator": {Action.SEE_OPERATIONS: Reach.ALL},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScope:
    """Which cases a viewer may be shown; a store turns it into its `where`. Empty: none."""

    everything: bool = False
    applicants: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def covers(self, case: Case) -> bool:
        """Whether this case is within the scope."""
        return (
            self.everything
            or case.applicant_ref in self.applicants
            or any(step.department in self.departments for step in case.steps)
        )


def may_apply(viewer: Viewer) -> bool:
    """Whether the viewer may start, save and submit applications."""
    return bool(_reaches(viewer, Action.APPLY))


def applicant_ref(viewer: Viewer) -> str:
    """In whose name the viewer applies: their own, or that of whom they act for."""
    return viewer.acting_for or viewer.subject


def case_scope(viewer: Viewer) -> CaseScope:
    """Which cases the viewer may see."""
    return _scope(viewer, Action.SEE_CASE)


def may_see_case(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may see this case."""
    return case_scope(viewer).covers(case)


def may_change_case(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may supplement, withdraw, or report on this case."""
    return _scope(viewer, Action.CHANGE_CASE).covers(case)


def may_see_step(viewer: Viewer, case: Case, department: str) -> bool:
    """Whether more than the status of a department's step may be shown; officers see their own."""
    scope = case_scope(viewer)
    if scope.everything or case.applicant_ref in scope.applicants:
        return True
    return scope.covers(case) and department in scope.departments


def may_resolve_filing(viewer: Viewer) -> bool:
    """Whether the viewer may say what became of a parked filing."""
    return Reach.ALL in _reaches(viewer, Action.RESOLVE_FILING)


def may_read_registers(viewer: Viewer) -> bool:
    """Whether departments are asked on the viewer's behalf; what is personal is masked anyway."""
    return Reach.ALL in _reaches(viewer, Action.READ_REGISTER)


def may_see_personal(viewer: Viewer, owner: str) -> bool:
    """Whether personal data of `owner` (a subject) is shown unmasked."""
    return Reach.OWN in _reaches(viewer, Action.SEE_PERSONAL) and owner in _names(viewer)


def may_see_operations(viewer: Viewer) -> bool:
    """Whether the viewer may see how the service runs."""
    return Reach.ALL in _reaches(viewer, Action.SEE_OPERATIONS)


def _reaches(viewer: Viewer, action: Action) -> frozenset[Reach]:
    return _granted(viewer.roles, action)


@lru_cache(maxsize=1_000)
def _granted(roles: frozenset[str], action: Action) -> frozenset[Reach]:
    granted = (TABLE.get(role, {}).get(action) for role in roles)
    return frozenset(reach for reach in granted if reach is not None)


def _scope(viewer: Viewer, action: Action) -> CaseScope:
    reaches = _reaches(viewer, action)
    department = viewer.department if Reach.DEPARTMENT in reaches else None
    return CaseScope(
        everything=Reach.ALL in reaches,
        applicants=_names(viewer) if Reach.OWN in reaches else frozenset(),
        departments=frozenset({department} if department else ()),
    )


def _names(viewer: Viewer) -> frozenset[str]:
    """An agent sees what they handle for this principal, not their other clients' affairs."""
    name = viewer.acting_for if "agent" in viewer.roles else viewer.subject
    return frozenset({name} if name else ())
