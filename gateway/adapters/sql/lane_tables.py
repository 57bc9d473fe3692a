"""Tables of smart lanes: the lanes, their passages, and the keys by which they look trips up."""

from sqlalchemy import Integer, Table

from gateway.adapters.sql.columns import index, key, metadata, needed, optional, texts

UNENTITLED = "acted = 'go' AND says <> 'go' AND confirmed_by = ''"
"""Passages that wait for two persons' word; SQLite wants a query to repeat this literally."""

trip_keys = Table(
    "trip_keys",
    metadata,
    key("tenant"),
    key("key"),
    key("trip"),
)

lanes = Table(
    "lanes",
    metadata,
    key("id"),
    *texts("tenant", "office", "role"),
    optional("tolerance_percent"),
    optional("declaration_hours", Integer()),
    index("lanes_by_tenant", "tenant"),
)

passages = Table(
    "passages",
    metadata,
    key("id"),
    *texts("lane", "tenant", "at", "received_at", "caller", "reading", "says", "code"),
    *texts("value", "wanted"),
    needed("confidence", Integer()),
    *texts("trips", "movements", "facts_at", "acted", "acted_code"),
    optional("acted_facts_at"),
    *texts("override_says", "override_reason", "override_by", "confirmed_by"),
    index("passages_by_lane", "lane", "received_at", "id"),
    index("passages_unentitled", "tenant", "received_at", where=UNENTITLED),
)
