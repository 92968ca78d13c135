"""Drafts that came with a backup."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
bearable_since = "0003"

# Which drafts a store brought back earlier is not known: what is open now may be among them.
_DOUBTED = """
UPDATE ot_draft SET restored = true
WHERE submitted = false AND EXISTS (SELECT 1 FROM ot_case WHERE restored = true)
"""


def upgrade() -> None:
    """Add the mark; it is set where cases came with a backup already."""
    restored = sa.Column("restored", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("ot_draft", restored)
    op.execute(_DOUBTED)


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("ot_draft", "restored")
