"""A :class:`~gateway.ports.Change` as statements: worked out by the caller, run by the writer.

Inserts into one table are written together, updates of one form too. That is allowed because rows
of different tables do not look at each other; an update whose table has rows to be inserted waits
for them, so the change means the same as its steps one by one. Rows of one statement are sorted by
key, so that two changes at once lock them in the same order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from gateway.adapters.sql.erasing import Erasing
from gateway.adapters.sql.lane_tables import trip_keys
from gateway.adapters.sql.rows import Shape, shape_of
from gateway.adapters.sql.session import Row, Transaction
from gateway.adapters.sql.spelled import POSTGRESQL, SQLITE
from gateway.adapters.sql.tables import (
    TABLES,
    UPDATABLE,
    attempts,
    bodies,
    messages,
    trip_plates,
    trip_shares,
    trips,
)
from gateway.domain.delivery import Attempt
from gateway.domain.plates import plate_key
from gateway.domain.records import Change, Erase, Insert, Lost, Record, Update
from gateway.domain.trip import Trip

Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Written:
    """Rows for one insert statement."""

    table: Table
    rows: Rows

    def run(self, transaction: Transaction) -> None:
        """Insert them all.

        Raises:
            Lost: a key exists.
        """
        statement = _insert(self.table, transaction.dialect)
        write = transaction.write_each if self.table is bodies else transaction.write
        write(statement, self.rows, self.table.name)


@dataclass(frozen=True, slots=True)
class Changed:
    """Updates of one form: same table, same columns set, same columns expected."""

    table: Table
    names: tuple[str, ...]
    expected: tuple[str, ...]
    rows: Rows

    def run(self, transaction: Transaction) -> None:
        """Update them all.

        Raises:
            Lost: one is gone, an expectation does not hold, or a new value is taken.
        """
        if self.names:
            changing = _update(self.table, self.names, self.expected)
            transaction.write_each(changing, self.rows, self.table.name)
        else:
            asking = _check(self.table, self.expected)
            transaction.require_each(asking, self.rows, self.table.name)


@dataclass(frozen=True, slots=True)
class Locked:
    """Rows that this change is going to update, locked in the order of their keys.

    Without it two changes that update the same rows in different orders would wait for each other
    until PostgreSQL ends one of them, a second later. SQLite has one writer and needs no locks.
    """

    table: Table
    keys: list[str]

    def run(self, transaction: Transaction) -> None:
        """Lock those that exist."""
        if transaction.dialect == POSTGRESQL:
            transaction.write(_lock(self.table), [{"_keys": self.keys}], self.table.name)


@dataclass(frozen=True, slots=True)
class Replated:
    """The plates of a trip as they are searched for, after its vehicle changed."""

    trip: str
    plates: object  # pairs of country and plate, as ``Trip.plates``

    def run(self, transaction: Transaction) -> None:
        """Forget the old ones and write the new."""
        transaction.write(_UNPLATED, [{"_trip": self.trip}], trip_plates.name)
        found = transaction.rows(_TENANT, {"_trip": self.trip})
        if not found:
            raise Lost(trips.name)
        pairs = self.plates if isinstance(self.plates, tuple) else ()
        plates = sorted({plate_key(plate) for _, plate in pairs})
        rows: Rows = [{"tenant": found[0][0], "plate": one, "trip": self.trip} for one in plates]
        if rows:
            transaction.write(insert(trip_plates), rows, trip_plates.name)


_UNPLATED = delete(trip_plates).where(trip_plates.c.trip == bindparam("_trip"))
_TENANT = select(trips.c.tenant).where(trips.c.id == bindparam("_trip"))

Step = Written | Changed | Locked | Replated | Erasing


@dataclass(slots=True)
class _Plan:
    """The statements of one change, as they grow."""

    steps: list[Step] = field(default_factory=list)
    inserts: dict[str, Written] = field(default_factory=dict)
    updates: dict[tuple[object, ...], Changed] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def insert(self, record: Record) -> None:
        for table, rows in _rows(record):
            pending = self.inserts.get(table.name)
            if pending is None:
                pending = self.inserts[table.name] = Written(table, [])
            pending.rows.extend(rows)

    def update(self, step: Update) -> None:
        kind = UPDATABLE[step.table]
        if step.table in self.inserts:
            self.flush()
        if (step.table, step.key) in self.touched:
            self.updates.clear()  # a second update of one row stays behind the first
        self.touched.add((step.table, step.key))
        shape: Shape[object] = shape_of(kind)
        values, expect = shape.values(step.values), shape.values(step.expect)
        form = (step.table, *values, None, *expect)
        changed = self.updates.get(form)
        if changed is None:
            changed = Changed(TABLES[kind], tuple(values), tuple(expect), [])
            self.updates[form] = changed
            self.steps.append(changed)
        if step.table == "trips" and "plates" in step.values:
            self.steps.append(Replated(step.key, step.values["plates"]))
        row: dict[str, object] = {"_key": step.key}
        row |= {f"_to_{name}": value for name, value in values.items()}
        row |= {f"_was_{name}": value for name, value in expect.items()}
        changed.rows.append(row)

    def flush(self) -> None:
        self.steps.extend(self.inserts.values())
        self.inserts.clear()
        self.updates.clear()


def planned(change: Change) -> tuple[Step, ...]:
    """Work out the statements of one change."""
    plan = _Plan()
    for step in change.steps:
        if isinstance(step, Insert):
            plan.insert(step.record)
        elif isinstance(step, Erase):
            plan.flush()
            plan.steps.append(Erasing(step))
        else:
            plan.update(step)
    plan.flush()
    for statement in plan.steps:
        if isinstance(statement, Changed):
            statement.rows.sort(key=itemgetter("_key"))
        elif isinstance(statement, Written) and statement.table is bodies:
            statement.rows.sort(key=itemgetter("digest"))
        elif isinstance(statement, Written) and statement.table is trip_keys:
            statement.rows.sort(key=itemgetter("key", "trip"))
    return (*_locks(plan.touched), *plan.steps)


def _locks(touched: set[tuple[str, str]]) -> Iterable[Locked]:
    if len(touched) > 1:
        for name, rows in groupby(sorted(touched), key=itemgetter(0)):
            yield Locked(TABLES[UPDATABLE[name]], [key for _, key in rows])


def apply(transaction: Transaction, steps: Iterable[Step]) -> None:
    """Run the statements of one change inside the caller's transaction.

    Raises:
        Lost: a key exists or an expectation does not hold; the caller rolls back.
    """
    for step in steps:
        step.run(transaction)


def _rows(record: Record) -> Iterable[tuple[Table, Rows]]:
    kind = type(record)
    yield TABLES[kind], [shape_of(kind).row(record)]
    if isinstance(record, Trip):
        plates = {plate_key(plate) for _, plate in record.plates}
        moved = {share.movement for share in record.shares}
        tenant = record.tenant
        if plates:
            yield (
                trip_plates,
                [{"tenant": tenant, "plate": plate, "trip": record.id} for plate in plates],
            )
        if moved:
            yield (
                trip_shares,
                [{"tenant": tenant, "trip": record.id, "movement": name} for name in moved],
            )


@cache
def _insert(table: Table, dialect: str) -> Executable:
    if table in (bodies, trip_keys):
        kept = sqlite.insert(table) if dialect == SQLITE else postgresql.insert(table)
        if table is trip_keys:
            return kept.on_conflict_do_nothing()
        # Held, so that nobody erases it before what points at it is written; and another salt is
        # somebody else's, who kept the same bytes just now: what commits to ours could never be
        # opened.
        return kept.on_conflict_do_update(
            index_elements=[bodies.c.digest],
            set_={"digest": kept.excluded.digest},
            where=bodies.c.salt == kept.excluded.salt,
        )
    if table is attempts:
        tenant = select(messages.c.tenant).where(messages.c.id == bindparam("message"))
        given: dict[str, BindParameter[object]] = {
            name: bindparam(name) for name in shape_of(Attempt).columns
        }
        return insert(attempts).values(tenant=tenant.scalar_subquery(), **given)
    return insert(table)


def _names(table: Table) -> Column[str]:
    """Return the column by which an update names its row.

    Certificates are named within their tenant, which whoever updates one expects.
    """
    return next(iter(table.primary_key.columns))


def _conditions(table: Table, expected: Iterable[str]) -> Iterable[ColumnElement[bool]]:
    key = _names(table)
    yield key == bindparam("_key", type_=key.type)
    for name in expected:
        column = table.c[name]
        yield column.is_not_distinct_from(bindparam(f"_was_{name}", type_=column.type))


@cache
def _lock(table: Table) -> Executable:
    key = _names(table)
    wanted = bindparam("_keys", type_=postgresql.ARRAY(key.type))
    return select(key).where(key == func.any(wanted)).order_by(key).with_for_update()


@cache
def _update(table: Table, names: tuple[str, ...], expected: tuple[str, ...]) -> Executable:
    new = {table.c[name]: bindparam(f"_to_{name}", type_=table.c[name].type) for name in names}
    return update(table).where(*_conditions(table, expected)).values(new)


@cache
def _check(table: Table, expected: tuple[str, ...]) -> Executable:
    key = _names(table)
    return select(key).where(*_conditions(table, expected)).with_for_update()
