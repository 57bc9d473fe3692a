"""Links say how many messages one request may hold."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; links that are there take one message a request."""
    op.add_column("links", sa.Column("batch", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("links") as table:
        table.drop_column("batch")
