"""Offices know their hours: competences by role and mode, weekly periods, dated holidays."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COLUMNS = ("competences", "hours", "holidays")


def upgrade() -> None:
    """Add the columns; of offices that are there nothing of the kind is known."""
    for name in COLUMNS:
        op.add_column("offices", sa.Column(name, TEXT, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("offices") as table:
        for name in COLUMNS:
            table.drop_column(name)
