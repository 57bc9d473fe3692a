"""What was told of a vehicle or train and some movement could not take is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; it holds only what was refused."""
    refused = sa.text("refused <> '[]'")
    op.create_index(
        "trip_reports_refused",
        "trip_reports",
        ["tenant", "created_at"],
        sqlite_where=refused,
        postgresql_where=refused,
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_index("trip_reports_refused", "trip_reports")
