"""An office's answer that names a vehicle or train is owed to every movement on it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; what was told so far the enterprise told."""
    op.add_column("trip_reports", sa.Column("answer", TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("trip_reports") as table:
        table.drop_column("answer")
