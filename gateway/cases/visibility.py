"""Who may see which case: one condition, put into every query. Not yours is not there."""

import sqlalchemy as sa

from gateway.cases import tables
from schema.graph.ports import Viewer

EVERYTHING = frozenset({"clerk", "auditor"})


def owner_of(viewer: Viewer) -> str:
    """On whose behalf the viewer acts."""
    return viewer.acting_for or viewer.subject


def agent_of(viewer: Viewer) -> str | None:
    """Who acts, when it is not the applicant."""
    return viewer.subject if viewer.acting_for else None


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Cases of the applicant, of whom an agent acts for, of an officer's department; or all."""
    if viewer.roles & EVERYTHING:
        return sa.true()
    mine = tables.case.c.applicant_ref == owner_of(viewer)
    if "officer" in viewer.roles and viewer.department:
        return sa.or_(mine, _handled_by(viewer.department))
    return mine


def drafts_of(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Drafts are the applicant's alone."""
    return tables.draft.c.applicant_ref == owner_of(viewer)


def may_act(viewer: Viewer, applicant_ref: str) -> bool:
    """Whether the viewer is the applicant, or acts for them: seeing a case is not acting in it."""
    return applicant_ref == owner_of(viewer)


def _handled_by(department: str) -> sa.ColumnElement[bool]:
    step = tables.step.c
    return (
        sa.select(sa.literal(1))
        .where(step.case_id == tables.case.c.id, step.department == department)
        .exists()
    )
