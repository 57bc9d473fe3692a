"""Every reading statement about closures, as in :mod:`gateway.adapters.sql.queries`."""

from sqlalchemy import bindparam

from gateway.adapters.sql.closure_tables import closures, diversions
from gateway.adapters.sql.selecting import selected, selected_by

CLOSURE = selected_by(closures, "id")
CLOSURES = selected_by(closures, "tenant").order_by(closures.c.from_at, closures.c.id)
DIVERSION = selected_by(diversions, "id")
DIVERSIONS = selected_by(diversions, "closure").order_by(diversions.c.id)
DIVERSIONS_DUE = (
    selected(diversions)
    .where(diversions.c.due_at.is_not(None), diversions.c.due_at <= bindparam("now"))
    .order_by(diversions.c.due_at, diversions.c.id)
    .limit(bindparam("limit"))
)
