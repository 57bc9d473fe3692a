"""How a statement selects records: a record's columns in the order of its fields."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    bindparam,
    literal_column,
    select,
)

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


def in_states(table: FromClause, *states: str) -> ColumnElement[bool]:
    """Return whether a row is in one of those states."""
    return table.c.state.in_(words(states))


def words(told: Iterable[str]) -> list[ColumnElement[str]]:
    """Spell words in the text of a statement, where a partial index recognises them."""
    return [literal_column(f"'{word}'") for word in told]
