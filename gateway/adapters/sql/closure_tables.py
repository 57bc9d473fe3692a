"""Tables of closures: offices that are shut, and the diversions planned round them."""

from sqlalchemy import Boolean, Table

from gateway.adapters.sql.columns import index, key, metadata, needed, optional, texts

closures = Table(
    "closures",
    metadata,
    key("id"),
    *texts("tenant", "office", "from_at"),
    optional("until_at"),
    needed("planned", Boolean()),
    *texts("reason", "by", "created_at", "lane", "state"),
    index("closures_by_tenant", "tenant", "from_at", "id"),
)

diversions = Table(
    "diversions",
    metadata,
    key("id"),
    *texts("tenant", "closure", "movement", "swaps", "told", "later", "dropped", "codes"),
    *texts("declaration", "state", "by"),
    optional("due_at"),
    index("diversions_by_closure", "closure", "id"),
    index("diversions_due", "due_at", where="due_at IS NOT NULL"),
)
