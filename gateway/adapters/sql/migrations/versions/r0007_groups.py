"""Declarations handed in together: groups and their members."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "groups",
        sa.Column("id", TEXT, primary_key=True),
        *_texts("tenant", "caller", "mode", "digest"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        *_texts("staged_at", "touched_at"),
    )
    op.create_index("groups_by_tenant", "groups", ["tenant", "staged_at", "id"])
    left = sa.text("open")
    op.create_index(
        "groups_open",
        "groups",
        ["touched_at", "id"],
        sqlite_where=left,
        postgresql_where=left,
    )
    op.create_table(
        "group_members",
        sa.Column("id", TEXT, primary_key=True),
        *_texts("group"),
        sa.Column("place", sa.Integer(), nullable=False),
        *_texts("name", "body", "state", "movement", "codes"),
    )
    op.create_index("group_members_by_group", "group_members", ["group", "place"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("group_members")
    op.drop_table("groups")
