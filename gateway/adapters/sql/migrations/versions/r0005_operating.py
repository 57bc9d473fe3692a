"""Links keep since when they are paused and how fast they go; a dropped message leaves its place."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
PLACE = "place IS NOT NULL"
PLACED = "place IS NOT NULL AND state <> 'dropped'"
TURN = "state IN ('due', 'parked')"
IN_TURN = "state IN ('due', 'parked', 'awaiting-signature')"
TOLD = "kind IN ('refused', 'act')"


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _messages(placed: str, in_turn: str) -> None:
    for name in ("messages_by_place", "messages_in_turn"):
        op.drop_index(name, "messages")
    _index("messages_by_place", "messages", ["stream", "place"], placed, unique=True)
    _index("messages_in_turn", "messages", ["stream", "place"], in_turn)


def upgrade() -> None:
    """Add the columns; links that are there keep no rate and no cap of their own."""
    op.add_column("links", sa.Column("paused_at", TEXT, nullable=True))
    op.add_column("links", sa.Column("rate", sa.Double(), nullable=False, server_default="0"))
    op.add_column(
        "links", sa.Column("concurrency", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("links", sa.Column("tokens", sa.Double(), nullable=False, server_default="0"))
    op.add_column("links", sa.Column("filled_at", TEXT, nullable=True))
    _index("log_by_kind", "log", ["kind", "at", "id"], TOLD)
    _messages(PLACED, IN_TURN)


def downgrade() -> None:
    """Forget them; impossible once a place was given twice."""
    _messages(PLACE, TURN)
    op.drop_index("log_by_kind", "log")
    with op.batch_alter_table("links") as table:
        for name in ("filled_at", "tokens", "concurrency", "rate", "paused_at"):
            table.drop_column(name)
