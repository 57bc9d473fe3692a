"""How a statement selects records: a record's columns in the order of its fields."""

from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from gateway.adapters.sql.rows import shape_of
from gateway.adapters.sql.tables import TABLES

Statement = Select[Any]


def selected(table: Table) -> Statement:
    """Select all records of a table."""
    kind = next(kind for kind, known in TABLES.items() if known is table)
    return select(*(table.c[name] for name in shape_of(kind).columns))


def selected_by(table: Table, *names: str) -> Statement:
    """Select records whose columns have the values bound under the same names."""
    return selected(table).where(*(table.c[name] == bindparam(name) for name in names))
