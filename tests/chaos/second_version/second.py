"""What the second version of the program needs: a column the first one need not know of."""

import sqlalchemy as sa
from alembic import op

from gateway.cases.upgrade import newest

revision = "second"
down_revision = newest()
branch_labels = None
depends_on = None
bearable_since = newest()


def upgrade() -> None:
    """Add it, empty."""
    op.add_column("ot_case", sa.Column("second_version", sa.String(8)))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("ot_case", "second_version")
