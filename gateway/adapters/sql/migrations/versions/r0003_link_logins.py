"""Links may log in as a user, and say what their receipts prove."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; links that are there need no user, and their receipts are signed."""
    for name, before in (("login", ""), ("receipt", "signed")):
        op.add_column("links", sa.Column(name, TEXT, nullable=False, server_default=before))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("links") as table:
        table.drop_column("receipt")
        table.drop_column("login")
