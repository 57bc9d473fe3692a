"""Asking a database how it stands, on a connection of its own."""

import re
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, text

from gateway.adapters.sql.engines import (
    database_url,
    is_sqlite,
    postgresql,
    spoken,
    sqlite_reader,
    verdict_on,
)
from gateway.domain.condition import DatabaseCondition
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding

_DURABLE = {"fsync": "on", "full_page_writes": "on"}


def database_condition(url: str) -> DatabaseCondition:
    """Ask the database at ``url``.

    Raises:
        Misconfigured: ``database.other-version``: there is none yet.
        Unavailable: it cannot be reached.
    """
    where = database_url(url)
    if is_sqlite(where) and not Path(str(where.database)).exists():
        args = (("found", "none"), ("expected", "one"))
        raise Misconfigured(Finding(code="database.other-version", args=args))
    engine = sqlite_reader(where) if is_sqlite(where) else postgresql(where, pooled=False)
    try:
        with spoken(), engine.connect() as connection:
            return _sqlite(connection) if is_sqlite(where) else _postgresql(connection)
    finally:
        engine.dispose()


def _sqlite(connection: Connection) -> DatabaseCondition:
    """Ask a file; every page of it is read, which takes as long as its disk needs for that."""
    journal = str(connection.execute(text("PRAGMA journal_mode")).scalar())
    below = connection.connection.driver_connection
    return DatabaseCondition(
        product="SQLite",
        version=sqlite3.sqlite_version_info,
        clock=None,
        unsafe=() if journal == "wal" else (f"journal_mode = {journal}",),
        damage=verdict_on(below) if isinstance(below, sqlite3.Connection) else "",
    )


def _postgresql(connection: Connection) -> DatabaseCondition:
    told = str(connection.execute(text("SHOW server_version")).scalar())
    unsafe = [
        f"{name} = {value}"
        for name, safe in _DURABLE.items()
        if (value := str(connection.execute(text(f"SHOW {name}")).scalar())) != safe
    ]
    commits = str(connection.execute(text("SHOW synchronous_commit")).scalar())
    if commits == "off":
        unsafe.append("synchronous_commit = off")
    # asked last and never stored: the nearest to the time at which it is compared
    clock = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return DatabaseCondition(
        product="PostgreSQL",
        version=tuple(int(part) for part in re.findall(r"\d+", told.split(" ", maxsplit=1)[0])),
        clock=clock,
        unsafe=tuple(unsafe),
    )
