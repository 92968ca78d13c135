"""Executors, facts of the store, waits; events numbered per case; cases that came with a backup."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Events there are already, in the order they were recorded; when is not known: 1970.
_NUMBERED = """
UPDATE ot_event SET n = (
    SELECT count(*) FROM ot_event AS earlier
    WHERE earlier.case_id = ot_event.case_id AND earlier.seq <= ot_event.seq
)
"""


def upgrade() -> None:
    """Add what several processes and restored backups need."""
    op.create_table(
        "ot_executor",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("beats", sa.Integer, nullable=False),
    )
    op.create_table(
        "ot_fact",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(200), nullable=False),
    )
    op.create_table(
        "ot_wait",
        sa.Column("case_id", sa.String(40), primary_key=True),
        sa.Column("item", sa.String(80), primary_key=True),
        sa.Column("why", sa.String(32), primary_key=True),
        sa.Column("on", sa.String(16), nullable=False),
        sa.Column("department", sa.String(40)),
        sa.Column("since", sa.String(40), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
    )
    op.create_index("ot_wait_on", "ot_wait", ["on", "due_on"])
    op.create_index("ot_wait_due", "ot_wait", ["due_on"])
    restored = sa.Column("restored", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("ot_case", restored)
    op.add_column("ot_event", sa.Column("n", sa.Integer, nullable=False, server_default="0"))
    recorded = sa.Column("recorded_at", sa.Float, nullable=False, server_default="0")
    op.add_column("ot_event", recorded)
    op.execute(_NUMBERED)
    op.create_index("ot_event_n", "ot_event", ["case_id", "n"], unique=True)


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ot_event_n", "ot_event")
    op.drop_column("ot_event", "recorded_at")
    op.drop_column("ot_event", "n")
    op.drop_column("ot_case", "restored")
    for table in ("ot_wait", "ot_fact", "ot_executor"):
        op.drop_table(table)
