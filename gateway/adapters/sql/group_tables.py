"""Tables of declarations handed in together."""

from sqlalchemy import Boolean, Integer, Table

from gateway.adapters.sql.columns import index, key, metadata, needed, texts

OPEN_GROUPS = "open"
"""Groups with something left to take in; the column is a truth value, so its name is the term."""

groups = Table(
    "groups",
    metadata,
    key("id"),
    *texts("tenant", "caller", "mode", "digest"),
    needed("size", Integer()),
    needed("open", Boolean()),
    *texts("staged_at", "touched_at"),
    index("groups_by_tenant", "tenant", "staged_at", "id"),
    index("groups_open", "touched_at", "id", where=OPEN_GROUPS),
)

group_members = Table(
    "group_members",
    metadata,
    key("id"),
    *texts("group"),
    needed("place", Integer()),
    *texts("name", "body", "state", "movement", "codes"),
    index("group_members_by_group", "group", "place"),
)
