"""How columns and indexes are written; both databases compare text by code point."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Text, text
from sqlalchemy.types import TypeEngine

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
SERIAL = BigInteger().with_variant(Integer, "sqlite")


metadata = MetaData()


def key(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    """Return a column of the primary key."""
    return Column(name, kind, primary_key=True)


def needed(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    """Return a column that is always filled."""
    return Column(name, kind, nullable=False)


def texts(*names: str) -> list[Column[Any]]:
    """Return columns of text that are always filled."""
    return [needed(name) for name in names]


def optional(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    """Return a column that may be empty."""
    return Column(name, kind, nullable=True)


def index(name: str, *columns: str, where: str = "", unique: bool = False) -> Index:
    """Return an index, over the rows of a condition where one is given."""
    condition = text(where) if where else None
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
