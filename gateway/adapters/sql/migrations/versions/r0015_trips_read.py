"""A reading of one of several trips of a movement is about that one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; what was read so far was read of the whole."""
    op.add_column("positions", sa.Column("trip", TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("positions") as table:
        table.drop_column("trip")
