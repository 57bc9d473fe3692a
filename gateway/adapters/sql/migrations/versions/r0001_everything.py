"""Everything: the first revision creates all tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Create every table, and the counter that numbers the log."""
    op.create_table(
        "answers",
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
    )
    op.create_index("answers_by_movement", "answers", ["movement", "received_at", "id"])
    op.create_table(
        "attempts",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("retry_after_seconds", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attempts_by_message", "attempts", ["message", "id"])
    op.create_table(
        "bodies",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "certificates",
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", TEXT, nullable=False),
        sa.Column("valid_to", TEXT, nullable=False),
        sa.Column("revoked_at", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("certificates_by_tenant", "certificates", ["tenant"])
    op.create_table(
        "counters",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "events",
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
    op.create_table(
        "idempotency",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("principal", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "principal", "key"),
    )
    op.create_table(
        "links",
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
    op.create_table(
        "log",
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
    )
    op.create_index("log_by_index", "log", ["index"], unique=True, **_where('"index" IS NOT NULL'))
    op.create_index(
        "log_by_movement", "log", ["movement", "index"], **_where('"index" IS NOT NULL')
    )
    op.create_index("log_unsequenced", "log", ["at", "id"], **_where('"index" IS NULL'))
    op.create_table(
        "mandates",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("signatory", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("valid_from", TEXT, nullable=False),
        sa.Column("valid_to", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mandates_by_tenant", "mandates", ["tenant"])
    op.create_table(
        "messages",
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
    )
    op.create_index(
        "messages_by_feed",
        "messages",
        ["link", "feed_sequence"],
        unique=True,
        **_where("feed_sequence IS NOT NULL"),
    )
    op.create_index("messages_by_movement", "messages", ["movement", "created_at", "id"])
    op.create_index(
        "messages_by_place",
        "messages",
        ["stream", "place"],
        unique=True,
        **_where("place IS NOT NULL"),
    )
    op.create_index("messages_by_state", "messages", ["state", "created_at", "id"])
    op.create_index(
        "messages_due", "messages", ["link", "created_at", "id"], **_where("state = 'due'")
    )
    op.create_index(
        "messages_in_turn", "messages", ["stream", "place"], **_where("state IN ('due', 'parked')")
    )
    op.create_index(
        "messages_open",
        "messages",
        ["link", "state", "created_at", "id"],
        **_where("state IN ('waiting', 'awaiting-signature', 'due', 'parked')"),
    )
    op.create_index(
        "messages_unsequenced",
        "messages",
        ["place", "created_at", "id"],
        **_where("feed_sequence IS NULL AND place IS NOT NULL AND state <> 'dropped'"),
    )
    op.create_table(
        "movements",
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
    )
    op.create_index("movements_by_age", "movements", ["tenant", "created_at", "reference"])
    op.create_index("movements_by_lrn", "movements", ["tenant", "declarant", "lrn"], unique=True)
    op.create_index(
        "movements_by_state", "movements", ["tenant", "state", "created_at", "reference"]
    )
    op.create_table(
        "numbers",
        sa.Column("administration", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("movement", TEXT, nullable=False),
        sa.Column("procedure", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("administration", "number", "kind"),
    )
    op.create_index("numbers_by_movement", "numbers", ["movement"])
    op.create_table(
        "offices",
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
    op.create_table(
        "principals",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("secret_digest", TEXT, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=False),
        sa.Column("revoked_at", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("principals_by_tenant", "principals", ["tenant"])
    op.create_table(
        "tenants",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("accepts_unsigned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "trip_plates",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("plate", TEXT, nullable=False),
        sa.Column("trip", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "plate", "trip"),
    )
    op.create_table(
        "trip_shares",
        sa.Column("trip", TEXT, nullable=False),
        sa.Column("movement", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("trip", "movement"),
    )
    op.create_index("trip_shares_by_movement", "trip_shares", ["movement"])
    op.create_table(
        "trips",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("plates", TEXT, nullable=False),
        sa.Column("seals", TEXT, nullable=False),
        sa.Column("shares", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": "log", "value": 0}])


def downgrade() -> None:
    """Drop every table."""
    op.drop_table("trips")
    op.drop_table("trip_shares")
    op.drop_table("trip_plates")
    op.drop_table("tenants")
    op.drop_table("principals")
    op.drop_table("offices")
    op.drop_table("numbers")
    op.drop_table("movements")
    op.drop_table("messages")
    op.drop_table("mandates")
    op.drop_table("log")
    op.drop_table("links")
    op.drop_table("idempotency")
    op.drop_table("events")
    op.drop_table("counters")
    op.drop_table("certificates")
    op.drop_table("bodies")
    op.drop_table("attempts")
    op.drop_table("answers")
