"""Tables of runs: what was told of a vehicle and is owed to every movement on it."""

from sqlalchemy import Table

from gateway.adapters.sql.columns import index, key, metadata, optional, texts

NOT_ALL = "refused <> '[]'"
"""Reports that a movement could not take; SQLite wants a query to repeat this literally."""

trip_reports = Table(
    "trip_reports",
    metadata,
    key("id"),
    *texts("tenant", "batch", "caller", "kind", "at", "office", "facts", "created_at"),
    optional("next_at"),
    *texts("refused", "answer"),
    index("trip_reports_by_batch", "tenant", "batch"),
    index("trip_reports_owed", "next_at", where="next_at IS NOT NULL"),
    index("trip_reports_refused", "tenant", "created_at", where=NOT_ALL),
)
