"""Signed bundles, by check code."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the bundles. Cases issued before have none."""
    op.create_table(
        "ot_bundle",
        sa.Column("code", sa.String(26), primary_key=True),
        sa.Column("case_id", sa.String(40), nullable=False, unique=True),
        sa.Column("signed", sa.Text, nullable=False),
        sa.Column("issued_at", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("ot_bundle")
