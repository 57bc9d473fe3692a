"""What was told of a vehicle, owed to every movement on it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table."""
    needed = ("tenant", "batch", "caller", "kind", "at", "office", "facts", "created_at", "refused")
    op.create_table(
        "trip_reports",
        sa.Column("id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in needed),
        sa.Column("next_at", TEXT, nullable=True),
    )
    op.create_index("trip_reports_by_batch", "trip_reports", ["tenant", "batch"])
    owed = sa.text("next_at IS NOT NULL")
    op.create_index(
        "trip_reports_owed", "trip_reports", ["next_at"], sqlite_where=owed, postgresql_where=owed
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("trip_reports")
