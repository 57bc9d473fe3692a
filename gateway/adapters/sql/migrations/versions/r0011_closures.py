"""Closures of offices, and the diversions planned round them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "closures",
        sa.Column("id", TEXT, primary_key=True),
        *_texts("tenant", "office", "from_at", "reason", "by", "created_at"),
        sa.Column("until_at", TEXT, nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=False),
    )
    op.create_index("closures_by_tenant", "closures", ["tenant", "from_at", "id"])
    op.create_table(
        "diversions",
        sa.Column("id", TEXT, primary_key=True),
        *_texts("tenant", "closure", "movement", "swaps", "told", "later", "dropped", "codes"),
        *_texts("declaration", "state", "by"),
        sa.Column("due_at", TEXT, nullable=True),
    )
    op.create_index("diversions_by_closure", "diversions", ["closure", "id"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "diversions_due", "diversions", ["due_at"], sqlite_where=due, postgresql_where=due
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("diversions")
    op.drop_table("closures")
