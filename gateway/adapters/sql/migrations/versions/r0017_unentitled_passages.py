"""What a lane let through and nobody was entitled to is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; it holds only what waits for two persons' word."""
    waiting = sa.text("acted = 'go' AND says <> 'go' AND confirmed_by = ''")
    op.create_index(
        "passages_unentitled",
        "passages",
        ["tenant", "received_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_index("passages_unentitled", "passages")
