"""What a run leaves behind, gathered with nothing of the product's: files, SQL, JSON lines.

Four witnesses: the client's own history, the database's rows, the offices' signed journals, and
what ``fullroute audit verify`` printed. :mod:`tests.faults.checker` judges them.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

TABLES = (
    *("movements", "messages", "bodies", "events", "answers", "attempts", "log", "counters"),
    *("idempotency", "links"),
)
JOURNALS = ("requests", "taken", "effects", "answers")

Line = dict
"""One row or one line of JSON, by name."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything the checker reads.

    ``history`` are the client's calls in their order: what was asked, and whether it was ``ok``
    (with the movement), ``refused`` or ``unknown`` (nobody knows whether it was done).
    """

    history: list[Line]
    rows: dict[str, list[Line]]
    journals: dict[str, list[Line]]
    verified: Line = field(default_factory=dict)

    def row(self, table: str, key: str, value: object) -> Line | None:
        return next((row for row in self.rows[table] if row[key] == value), None)


def _all(table: str) -> str:
    return f'SELECT * FROM "{table}"'  # noqa: S608 - one of TABLES


def read_sqlite(path: Path) -> dict[str, list[Line]]:
    """Read every table as it stands."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {name: [dict(row) for row in connection.execute(_all(name))] for name in TABLES}


def read_postgres(url: str) -> dict[str, list[Line]]:
    """Read every table at one moment."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return {name: connection.execute(_all(name).encode()).fetchall() for name in TABLES}


def read_rows(url: str) -> dict[str, list[Line]]:
    """Read the database at that URL."""
    path = url.removeprefix("sqlite:///")
    return read_postgres(url) if path == url else read_sqlite(Path(path))


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_journals(folder: Path) -> dict[str, list[Line]]:
    """Read the offices' journals; every line is told which link wrote it."""
    return {
        kind: [
            {**line, "link": path.name.removesuffix(f".{kind}.jsonl")}
            for path in sorted(folder.glob(f"*.{kind}.jsonl"))
            for line in read_lines(path)
        ]
        for kind in JOURNALS
    }
