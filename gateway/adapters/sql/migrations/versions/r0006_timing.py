"""Deadlines of movements; those that are there get theirs with their next change."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, "deadlines", columns, sqlite_where=condition, postgresql_where=condition
    )


def upgrade() -> None:
    """Add the table."""
    needed = (
        *("tenant", "movement", "kind", "subject", "office", "due_at", "remind_at", "state"),
        "ended_by",
    )
    op.create_table(
        "deadlines",
        sa.Column("id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in needed),
        sa.Column("next_at", TEXT, nullable=True),
    )
    op.create_index("deadlines_by_movement", "deadlines", ["movement"])
    _index("deadlines_due", ["next_at"], "next_at IS NOT NULL")
    _index("deadlines_near", ["tenant", "remind_at"], "state <> 'ended'")


def downgrade() -> None:
    """Forget them."""
    op.drop_table("deadlines")
