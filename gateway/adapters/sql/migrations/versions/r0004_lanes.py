"""Smart lanes: the lanes, their passages, and the keys by which they look trips up."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _needed(name: str, kind: Any = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_needed(name) for name in names]


def _optional(name: str, kind: Any = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    """Add the tables; trips that are there have no keys yet (``fullroute lane index``)."""
    op.add_column("trips", sa.Column("keyed_by", TEXT, nullable=False, server_default=""))
    op.create_index("trips_by_batch", "trips", ["tenant", "batch"])
    op.create_index("trips_by_keying", "trips", ["keyed_by"])
    op.create_table(
        "trip_keys",
        *(sa.Column(name, TEXT, primary_key=True) for name in ("tenant", "key", "trip")),
    )
    op.create_table(
        "lanes",
        sa.Column("id", TEXT, primary_key=True),
        *_texts("tenant", "office", "role"),
        _optional("tolerance_percent"),
        _optional("declaration_hours", sa.Integer()),
    )
    op.create_index("lanes_by_tenant", "lanes", ["tenant"])
    op.create_table(
        "passages",
        sa.Column("id", TEXT, primary_key=True),
        *_texts("lane", "tenant", "at", "received_at", "caller", "reading", "says", "code"),
        *_texts("value", "wanted"),
        _needed("confidence", sa.Integer()),
        *_texts("trips", "movements", "facts_at", "acted", "acted_code"),
        _optional("acted_facts_at"),
        *_texts("override_says", "override_reason", "override_by", "confirmed_by"),
    )
    op.create_index("passages_by_lane", "passages", ["lane", "received_at", "id"])


def downgrade() -> None:
    """Forget them."""
    for name in ("passages", "lanes", "trip_keys"):
        op.drop_table(name)
    for name in ("trips_by_batch", "trips_by_keying"):
        op.drop_index(name, "trips")
    with op.batch_alter_table("trips") as table:
        table.drop_column("keyed_by")
