"""Links keep the keys that they sealed by before, and until when each counted."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; the key a link has is the first it had."""
    op.add_column("links", sa.Column("former_keys", TEXT, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("links") as table:
        table.drop_column("former_keys")
