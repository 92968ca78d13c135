"""Cases, steps, events, deliveries, attempts, payloads, drafts, requests, cursors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "ot_case",
    "ot_step",
    "ot_event",
    "ot_delivery",
    "ot_attempt",
    "ot_payload",
    "ot_draft",
    "ot_request",
    "ot_cursor",
)
INDEXES = (
    ("ix_ot_case_applicant_ref", "ot_case", ("applicant_ref",)),
    ("ix_ot_case_agent_ref", "ot_case", ("agent_ref",)),
    ("ix_ot_case_state", "ot_case", ("state",)),
    ("ix_ot_case_issue_due_at", "ot_case", ("issue_due_at",)),
    (
        "ot_step_watched",
        "ot_step",
        (
            "department",
            "watched",
        ),
    ),
    (
        "ot_step_receipt",
        "ot_step",
        (
            "department",
            "receipt",
        ),
    ),
    ("ot_step_due", "ot_step", ("due_on",)),
    ("ix_ot_event_case_id", "ot_event", ("case_id",)),
    ("ix_ot_delivery_case_id", "ot_delivery", ("case_id",)),
    ("ix_ot_delivery_state", "ot_delivery", ("state",)),
    ("ix_ot_draft_applicant_ref", "ot_draft", ("applicant_ref",)),
)


def upgrade() -> None:
    """Create everything."""
    _cases()
    _deliveries()
    _people()
    for name, table, columns in INDEXES:
        op.create_index(name, table, list(columns))


def downgrade() -> None:
    """Drop everything."""
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    for table in TABLES:
        op.drop_table(table)


def _cases() -> None:
    op.create_table(
        "ot_case",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(40), nullable=False, unique=True),
        sa.Column("one_thing", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("district", sa.String(6)),
        sa.Column("applicant_ref", sa.String(80), nullable=False),
        sa.Column("agent_ref", sa.String(80)),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("submitted_at", sa.String(40), nullable=False),
        sa.Column("issue_due_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ot_step",
        sa.Column("case_id", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(80), primary_key=True),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("service", sa.String(80), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("receipt", sa.String(120)),
        sa.Column("watched", sa.Boolean, nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("statutory_due_on", sa.String(10)),
    )
    op.create_table(
        "ot_event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(300), nullable=False, unique=True),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("item", sa.String(80)),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _deliveries() -> None:
    op.create_table(
        "ot_delivery",
        sa.Column("reference", sa.String(200), primary_key=True),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("tick", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("due_after", sa.Integer, nullable=False),
    )
    op.create_table(
        "ot_attempt",
        sa.Column("reference", sa.String(200), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("act", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("claimed_at", sa.Float, nullable=False),
        sa.Column("executor", sa.String(80), nullable=False),
    )
    op.create_table(
        "ot_cursor",
        sa.Column("department", sa.String(40), primary_key=True),
        sa.Column("position", sa.Text, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "ot_payload",
        sa.Column("owner", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(80), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ot_draft",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("applicant_ref", sa.String(80), nullable=False),
        sa.Column("agent_ref", sa.String(80)),
        sa.Column("one_thing", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.String(40), nullable=False),
        sa.Column("submitted", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "ot_request",
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("request_id", sa.String(120), primary_key=True),
        sa.Column("operation", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
    )
