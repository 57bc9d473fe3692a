"""Readings of position and temperature on the way."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table."""
    needed = ("tenant", "movement", "source", "at", "received_at", "place", "body")
    op.create_table(
        "positions",
        sa.Column("id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in needed),
        *(
            sa.Column(name, TEXT, nullable=True)
            for name in ("latitude", "longitude", "temperature_c")
        ),
    )
    op.create_index("positions_by_movement", "positions", ["movement", "at", "id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("positions")
