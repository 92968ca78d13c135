"""Who may see which case: the policy's scope as one condition, put into every query."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from gateway.cases import tables
from gateway.security.policy import applicant_ref, case_scope
from schema.domain.formats import UNWRITABLE
from schema.graph.ports import Viewer


def owner_of(viewer: Viewer) -> str:
    """On whose behalf the viewer acts."""
    return applicant_ref(viewer)


def owns_enterprise(viewer: Viewer, answers: Mapping[str, Any]) -> bool:
    """Whether the enterprise an application is about is the one the viewer is logged in for."""
    named = answers.get("uscc") or viewer.claims.get("uscc")
    return named is not None and owner_of(viewer) == f"enterprise:{named}"


def agent_of(viewer: Viewer) -> str | None:
    """Who acts, when it is not the applicant."""
    return viewer.subject if viewer.acting_for else None


def is_called(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """What has this name; nothing has one that cannot be written, which databases may refuse."""
    return sa.false() if UNWRITABLE.search(name) else column == name


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The cases within the viewer's scope; not yours is not there."""
    scope = case_scope(viewer)
    if scope.everything:
        return sa.true()
    return sa.or_(
        tables.case.c.applicant_ref.in_(scope.applicants),
        *(_handled_by(department) for department in scope.departments),
    )


def drafts_of(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Drafts are the applicant's alone."""
    return tables.draft.c.applicant_ref == owner_of(viewer)


def _handled_by(department: str) -> sa.ColumnElement[bool]:
    step = tables.step.c
    return (
        sa.select(sa.literal(1))
        .where(step.case_id == tables.case.c.id, step.department == department)
        .exists()
    )
