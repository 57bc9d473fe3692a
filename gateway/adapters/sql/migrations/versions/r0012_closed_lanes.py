"""Closures name a lane, and whether they count."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; closures that are there are of whole offices and count."""
    op.add_column("closures", sa.Column("lane", TEXT, nullable=False, server_default=""))
    op.add_column("closures", sa.Column("state", TEXT, nullable=False, server_default="standing"))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("closures") as table:
        table.drop_column("state")
        table.drop_column("lane")
