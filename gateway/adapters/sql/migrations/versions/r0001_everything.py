"""Everything: the first revision creates all tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = sa.MetaData()

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


sa.Table(
    "answers",
    TABLES,
    sa.Column("link", TEXT, nullable=False),
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("movement", TEXT, nullable=False),
    sa.Column("message", TEXT, nullable=False),
    sa.Column("type", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("body", TEXT, nullable=False),
    sa.Column("seal", TEXT, nullable=False),
    sa.Column("acknowledgement", TEXT, nullable=False),
    sa.Column("received_at", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("link", "id"),
    sa.Index("answers_by_movement", "movement", "received_at", "id"),
)
sa.Table(
    "attempts",
    TABLES,
    sa.Column("id", SERIAL, autoincrement=True, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("message", TEXT, nullable=False),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("outcome", TEXT, nullable=False),
    sa.Column("detail", TEXT, nullable=False),
    sa.Column("receipt", sa.LargeBinary(), nullable=True),
    sa.Column("retry_after_seconds", sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.Index("attempts_by_message", "message", "id"),
)
sa.Table(
    "bodies",
    TABLES,
    sa.Column("digest", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("media_type", TEXT, nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("salt", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("digest"),
)
sa.Table(
    "certificates",
    TABLES,
    sa.Column("fingerprint", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("party", TEXT, nullable=False),
    sa.Column("certificate", sa.LargeBinary(), nullable=False),
    sa.Column("valid_from", TEXT, nullable=False),
    sa.Column("valid_to", TEXT, nullable=False),
    sa.Column("revoked_at", TEXT, nullable=True),
    sa.PrimaryKeyConstraint("fingerprint"),
    sa.Index("certificates_by_tenant", "tenant"),
)
sa.Table(
    "counters",
    TABLES,
    sa.Column("name", TEXT, nullable=False),
    sa.Column("value", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("name"),
)
sa.Table(
    "events",
    TABLES,
    sa.Column("movement", TEXT, nullable=False),
    sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("office", TEXT, nullable=False),
    sa.Column("procedure", TEXT, nullable=False),
    sa.Column("message", TEXT, nullable=False),
    sa.Column("facts", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("movement", "sequence"),
)
sa.Table(
    "idempotency",
    TABLES,
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("principal", TEXT, nullable=False),
    sa.Column("key", TEXT, nullable=False),
    sa.Column("body", TEXT, nullable=False),
    sa.Column("status", sa.Integer(), nullable=False),
    sa.Column("response", sa.LargeBinary(), nullable=False),
    sa.Column("created_at", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("tenant", "principal", "key"),
)
sa.Table(
    "links",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("administration", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("endpoint", TEXT, nullable=False),
    sa.Column("key", sa.LargeBinary(), nullable=False),
    sa.Column("offices", TEXT, nullable=False),
    sa.Column("paused", sa.Boolean(), nullable=False),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("opened_at", TEXT, nullable=True),
    sa.Column("probe_at", TEXT, nullable=True),
    sa.Column("fence", sa.BigInteger(), nullable=False),
    sa.Column("lease_owner", TEXT, nullable=True),
    sa.Column("lease_until", sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
)
sa.Table(
    "log",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("movement", TEXT, nullable=False),
    sa.Column("link", TEXT, nullable=False),
    sa.Column("entry", sa.LargeBinary(), nullable=False),
    sa.Column("leaf", sa.LargeBinary(), nullable=False),
    sa.Column("index", sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.Index("log_by_index", "index", unique=True, **_where('"index" IS NOT NULL')),
    sa.Index("log_by_movement", "movement", "index", **_where('"index" IS NOT NULL')),
    sa.Index("log_unsequenced", "at", "id", **_where('"index" IS NULL')),
)
sa.Table(
    "mandates",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("party", TEXT, nullable=False),
    sa.Column("signatory", TEXT, nullable=False),
    sa.Column("key", TEXT, nullable=False),
    sa.Column("basis", TEXT, nullable=False),
    sa.Column("valid_from", TEXT, nullable=False),
    sa.Column("valid_to", TEXT, nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.Index("mandates_by_tenant", "tenant"),
)
sa.Table(
    "messages",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("movement", TEXT, nullable=False),
    sa.Column("trip", TEXT, nullable=True),
    sa.Column("link", TEXT, nullable=False),
    sa.Column("office", TEXT, nullable=False),
    sa.Column("pack", TEXT, nullable=False),
    sa.Column("type", TEXT, nullable=False),
    sa.Column("procedure", TEXT, nullable=False),
    sa.Column("signatory", TEXT, nullable=False),
    sa.Column("suite", TEXT, nullable=False),
    sa.Column("media_type", TEXT, nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("waits_for", TEXT, nullable=False),
    sa.Column("created_at", TEXT, nullable=False),
    sa.Column("stream", TEXT, nullable=False),
    sa.Column("place", sa.Integer(), nullable=True),
    sa.Column("unsigned", TEXT, nullable=True),
    sa.Column("wire", TEXT, nullable=True),
    sa.Column("signed_by", TEXT, nullable=True),
    sa.Column("envelope", sa.LargeBinary(), nullable=True),
    sa.Column("seal", TEXT, nullable=True),
    sa.Column("deadline", TEXT, nullable=True),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("next_at", TEXT, nullable=True),
    sa.Column("feed_sequence", sa.BigInteger(), nullable=True),
    sa.Column("receipt", TEXT, nullable=True),
    sa.Column("receipt_kind", TEXT, nullable=True),
    sa.Column("acknowledged_at", TEXT, nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.Index("messages_by_feed", "link", "feed_sequence", unique=True, **_where("feed_sequence IS NOT NULL")),
    sa.Index("messages_by_movement", "movement", "created_at", "id"),
    sa.Index("messages_by_place", "stream", "place", unique=True, **_where("place IS NOT NULL")),
    sa.Index("messages_by_state", "state", "created_at", "id"),
    sa.Index("messages_due", "link", "created_at", "id", **_where("state = 'due'")),
    sa.Index("messages_in_turn", "stream", "place", **_where("state IN ('due', 'parked')")),
    sa.Index("messages_open", "link", "state", "created_at", "id", **_where("state IN ('waiting', 'awaiting-signature', 'due', 'parked')")),
    sa.Index("messages_unsequenced", "place", "created_at", "id", **_where("feed_sequence IS NULL AND place IS NOT NULL AND state <> 'dropped'")),
)
sa.Table(
    "movements",
    TABLES,
    sa.Column("reference", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("declarant", TEXT, nullable=False),
    sa.Column("lrn", TEXT, nullable=False),
    sa.Column("prelodged", sa.Boolean(), nullable=False),
    sa.Column("declaration", TEXT, nullable=False),
    sa.Column("original", TEXT, nullable=False),
    sa.Column("content", TEXT, nullable=False),
    sa.Column("trip", TEXT, nullable=False),
    sa.Column("stops", TEXT, nullable=False),
    sa.Column("procedures", TEXT, nullable=False),
    sa.Column("packs", TEXT, nullable=False),
    sa.Column("created_at", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("reference"),
    sa.Index("movements_by_age", "tenant", "created_at", "reference"),
    sa.Index("movements_by_lrn", "tenant", "declarant", "lrn", unique=True),
    sa.Index("movements_by_state", "tenant", "state", "created_at", "reference"),
)
sa.Table(
    "numbers",
    TABLES,
    sa.Column("administration", TEXT, nullable=False),
    sa.Column("number", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("movement", TEXT, nullable=False),
    sa.Column("procedure", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("administration", "number", "kind"),
    sa.Index("numbers_by_movement", "movement"),
)
sa.Table(
    "offices",
    TABLES,
    sa.Column("code", TEXT, nullable=False),
    sa.Column("national_code", TEXT, nullable=False),
    sa.Column("country", TEXT, nullable=False),
    sa.Column("administration", TEXT, nullable=False),
    sa.Column("zone", TEXT, nullable=False),
    sa.Column("names", TEXT, nullable=False),
    sa.Column("roles", TEXT, nullable=False),
    sa.Column("modes", TEXT, nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sa.Column("source", TEXT, nullable=False),
    sa.Column("valid_from", TEXT, nullable=True),
    sa.Column("valid_to", TEXT, nullable=True),
    sa.PrimaryKeyConstraint("code"),
)
sa.Table(
    "principals",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("scopes", TEXT, nullable=False),
    sa.Column("secret_digest", TEXT, nullable=False),
    sa.Column("party", TEXT, nullable=False),
    sa.Column("link", TEXT, nullable=False),
    sa.Column("revoked_at", TEXT, nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.Index("principals_by_tenant", "tenant"),
)
sa.Table(
    "tenants",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("accepts_unsigned", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("id"),
)
sa.Table(
    "trip_plates",
    TABLES,
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("plate", TEXT, nullable=False),
    sa.Column("trip", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("tenant", "plate", "trip"),
)
sa.Table(
    "trip_shares",
    TABLES,
    sa.Column("trip", TEXT, nullable=False),
    sa.Column("movement", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("trip", "movement"),
    sa.Index("trip_shares_by_movement", "movement"),
)
sa.Table(
    "trips",
    TABLES,
    sa.Column("id", TEXT, nullable=False),
    sa.Column("tenant", TEXT, nullable=False),
    sa.Column("batch", TEXT, nullable=False),
    sa.Column("plates", TEXT, nullable=False),
    sa.Column("seals", TEXT, nullable=False),
    sa.Column("shares", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("id"),
)


def upgrade() -> None:
    """Create every table, and the counter that numbers the log."""
    for table in TABLES.tables.values():
        op.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            op.execute(CreateIndex(index))
    op.bulk_insert(TABLES.tables["counters"], [{"name": "log", "value": 0}])


def downgrade() -> None:
    """Drop every table."""
    for table in reversed(TABLES.tables.values()):
        op.execute(DropTable(table))
