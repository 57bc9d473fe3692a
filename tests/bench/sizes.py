"""Cost against the size of a declaration and the number of movements stored; CPU, in this process.

Stored movements are copies of one real movement under other numbers, with its messages, events and
trip; their bodies are shared, as copies of the same bytes are.
"""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.adapters.pack_folder import FolderPacks
from gateway.adapters.system import spare_collector
from gateway.markup import signature
from gateway.register import load
from tests.bench.big import declaration
from tests.bench.figures import Figure, middle, share
from tests.bench.load import four_offices, plain, signed
from tests.world import TENANT, World

ITEMS = (1, 20, 200, 999)
ASKED = 300
PLATE = "桂A8D217"

_COPIED = {
    "movements": ("reference", "lrn", "trip", "created_at"),
    "messages": ("id", "movement", "stream", "trip"),
    "events": ("movement",),
    "trips": ("id", "batch"),
    "trip_shares": ("trip", "movement"),
    "trip_plates": ("plate", "trip"),
}
"""The tables of a movement, and the columns in which its copies differ."""

_AT_ONCE = 20_000
_NUMBERS = """
WITH RECURSIVE numbers(number) AS (
    SELECT ? UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < ?
)
"""

_OWN = {
    "movements": "reference = :movement",
    "trips": "id = :trip",
    "trip_plates": "trip = :trip",
}


def by_items(each: int) -> list[Figure]:
    """Submit declarations of several sizes."""
    told = []
    with (
        TemporaryDirectory() as folder,
        closing(World(Path(folder), packs=four_offices())) as world,
    ):
        signer = world.keys.signer("exporter")
        for items in ITEMS:
            text = declaration(items).decode()
            raws = [
                signature.sign(plain(text, f"ITEMS-{items}-{one}"), signer, world.clock.now())
                for one in range(each + 1)
            ]
            spent = _spent(lambda raw: world.submit(raw, str(hash(raw))), raws)
            told.append(
                Figure(
                    part="CPU of submission, by goods items",
                    what=f"{items} items, {len(raws[0]) / 1000:,.0f} kB",
                    value=middle(spent[1:]) * 1000,
                    unit="ms CPU",
                )
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.append(Figure(part=told[0].part, what="largest memory", value=peak, unit="MiB"))
    return told


def _spent(work: Callable[[bytes], object], raws: list[bytes]) -> list[float]:
    times = []
    for raw in raws:
        began = time.process_time()
        work(raw)
        times.append(time.process_time() - began)
    return times


def by_stored(stored: tuple[int, ...]) -> list[Figure]:
    """Accept and look up beside more and more stored movements, each size in its turn."""
    with TemporaryDirectory() as folder, ExitStack() as opened:
        packs = four_offices()
        worlds = [
            opened.enter_context(_stored(Path(folder) / str(many), many, packs)) for many in stored
        ]
        spare_collector()
        for turn in range(ASKED):
            for beside in worlds:
                beside.ask(turn)
    return [figure for beside in worlds for figure in beside.told()]


@dataclass
class _Beside:
    """A world with so many movements, and the CPU seconds of what it was asked."""

    world: World
    many: int
    reference: str
    spent: dict[str, list[float]] = field(
        default_factory=lambda: {"accept": [], "look up": [], "list by plate": []}
    )

    def ask(self, turn: int) -> None:
        """Take one declaration in, look one movement up, list those of a plate."""
        raw = signed(self.world, [f"BESIDE-{self.many}-{turn}"])[0]
        asked: dict[str, Callable[[], object]] = {
            "accept": lambda: self.world.submit(raw, str(turn)),
            "look up": lambda: load(self.world.ports, self.reference),
            "list by plate": lambda: self.world.store.movements(TENANT, plate=PLATE, limit=50),
        }
        for what, work in asked.items():
            began = time.process_time()
            work()
            self.spent[what].append(time.process_time() - began)

    def told(self) -> list[Figure]:
        """Return the medians, and what 99 in 100 keep to."""
        return [
            Figure(
                part="CPU beside stored movements",
                what=f"{self.many:,} stored: {what}, {word}",
                value=value * 1000,
                unit="ms CPU",
            )
            for what, times in self.spent.items()
            for word, value in (("p50", middle(times)), ("p99", share(times, 0.99)))
        ]


@contextmanager
def _stored(folder: Path, many: int, packs: FolderPacks) -> Iterator[_Beside]:
    """Make a world with so many movements; what is compiled at first use is compiled."""
    folder.mkdir()
    with closing(World(folder, packs=packs)) as world:
        raws = signed(world, ["STORED-1", "STORED-2"])
        reference = world.submit(raws[0], "stored-1").movement
        world.submit(raws[1], "stored-2")
        _fill(folder / "world.db", reference, len(raws), many)
        yield _Beside(world, many, reference)


def _fill(path: Path, reference: str, first: int, last: int) -> None:
    """Copy one movement until there are ``last``; what would still be due is done.

    The database copies by itself, and commits every so many, or a million would lie in one change.
    """
    with closing(sqlite3.connect(path, timeout=60)) as database:
        trip = database.execute(
            "SELECT trip FROM movements WHERE reference = ?", (reference,)
        ).fetchone()[0]
        database.execute("PRAGMA synchronous = OFF")  # nobody needs these rows after a crash
        copies = [
            copy
            for table in _COPIED
            for copy in _copies(database, table, {"movement": reference, "trip": trip})
        ]
        for begin in range(first, last, _AT_ONCE):
            numbers = (begin, min(begin + _AT_ONCE, last))
            for statement, row in copies:
                database.execute(statement, (*numbers, *row))
            database.commit()
        database.execute("ANALYZE")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else the first to write pays for it


def _copies(
    database: sqlite3.Connection, table: str, of: dict[str, str]
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield, for every row of that movement, what copies it once a number, and the row."""
    own = _OWN.get(table, "movement = :movement")
    rows = database.execute(f"SELECT * FROM {table} WHERE {own}", of)  # noqa: S608 - words of this file
    names = [column[0] for column in rows.description]
    for row in rows.fetchall():
        values = dict(zip(names, row, strict=True))
        if table == "messages":
            values["state"] = "acknowledged"
        marks = ", ".join(
            "? || printf('%07d', number)" if name in _COPIED[table] and value is not None else "?"
            for name, value in values.items()
        )
        yield (
            f"{_NUMBERS} INSERT INTO {table} SELECT {marks} FROM numbers",  # noqa: S608 - as above
            tuple(values.values()),
        )
