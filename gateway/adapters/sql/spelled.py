"""Statements spelled out once for the databases' own drivers.

SQLAlchemy says what a statement is; working out at every use how it is written, bound and read
costs ten times what SQLite needs to run it, and more than PostgreSQL takes for its answer. Here a
statement is written once; its parameters are plain values already (see
:mod:`gateway.adapters.sql.rows`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql import ClauseElement

SQLITE, POSTGRESQL = "sqlite", "postgresql"
STATEMENTS_KEPT = 512

_DIALECTS = {
    SQLITE: SQLiteDialect_pysqlite(paramstyle="named"),
    POSTGRESQL: PGDialect_psycopg(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
}


def spelled(
    statement: Executable, given: Iterable[str], dialect: str
) -> tuple[str, Mapping[str, object]]:
    """Return a statement as the driver reads it, and the constants in it.

    ``given`` are the names of the parameters it is run with.
    """
    return _spelled(statement, tuple(given), dialect)


@lru_cache(STATEMENTS_KEPT)
def _spelled(
    statement: Executable, given: tuple[str, ...], dialect: str
) -> tuple[str, Mapping[str, object]]:
    if not isinstance(statement, ClauseElement):
        raise TypeError(f"not a statement: {statement!r}")
    compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=list(given))
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled), constants
