"""Tables of what has a time: deadlines of movements, readings on the way."""

from sqlalchemy import Table

from gateway.adapters.sql.columns import index, key, metadata, optional, texts

RUNNING = "state <> 'ended'"
"""Deadlines that somebody may have to look at; SQLite wants a query to repeat this literally."""

deadlines = Table(
    "deadlines",
    metadata,
    key("id"),
    *texts("tenant", "movement", "kind", "subject", "office", "due_at", "remind_at", "state"),
    optional("next_at"),
    *texts("ended_by"),
    index("deadlines_by_movement", "movement"),
    index("deadlines_due", "next_at", where="next_at IS NOT NULL"),
    index("deadlines_near", "tenant", "remind_at", where=RUNNING),
)

positions = Table(
    "positions",
    metadata,
    key("id"),
    *texts("tenant", "movement", "source", "at", "received_at", "place"),
    *(optional(name) for name in ("latitude", "longitude", "temperature_c")),
    *texts("body", "trip"),
    index("positions_by_movement", "movement", "at", "id"),
)
