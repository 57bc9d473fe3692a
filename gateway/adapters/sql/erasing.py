"""Lawful erasure in SQL: what else points at a body, and the step that takes bytes away.

Nothing here is served by an index but the deletion itself: erasing is rare, and an index for every
pointer would be paid for by every message. What a body that nobody else points at means is one
statement, asked before by the reader and again by the writer, inside the transaction, with the
bodies locked: whoever writes a pointer holds its body (``changes``), so nobody slips in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)

from gateway.adapters.sql.closure_tables import diversions
from gateway.adapters.sql.group_tables import group_members
from gateway.adapters.sql.lane_tables import passages, trip_keys
from gateway.adapters.sql.rows import shape_of
from gateway.adapters.sql.selecting import Statement, selected, selected_by
from gateway.adapters.sql.session import Readers, Row, Transaction
from gateway.adapters.sql.spelled import SQLITE
from gateway.adapters.sql.tables import (
    answers,
    attempts,
    bodies,
    events,
    log,
    messages,
    movements,
)
from gateway.adapters.sql.timing_tables import deadlines, positions
from gateway.audit.entry import EntryKind
from gateway.domain.deadline import DeadlineKind
from gateway.domain.event import REPLACING, Event
from gateway.domain.group import MemberState
from gateway.domain.records import ERASED, Erase, Lost

_POINTERS: tuple[tuple[Column[str], Column[str]], ...] = (
    (messages.c.unsigned, messages.c.movement),
    (messages.c.wire, messages.c.movement),
    (messages.c.receipt, messages.c.movement),
    (answers.c.body, answers.c.movement),
    (answers.c.acknowledgement, answers.c.movement),
    (positions.c.body, positions.c.movement),
    (diversions.c.declaration, diversions.c.movement),
    (group_members.c.body, group_members.c.movement),
    (movements.c.declaration, movements.c.reference),
    (movements.c.original, movements.c.reference),
)
"""Columns that hold digests of bodies, each with the movement whose row it is."""

REPORT_BEGINS = b'{"at":"'
"""How a report begins in its canonical form (``register.canonical``)."""

REPORTS = (
    selected_by(bodies, "tenant")
    .where(
        bodies.c.media_type == literal_column("'application/json'"),
        bodies.c.digest > bindparam("after"),
        func.substr(bodies.c.content, 1, len(REPORT_BEGINS)) == bindparam("begins"),
    )
    .order_by(bodies.c.digest)
    .limit(bindparam("limit"))
)
PASSAGES_OF = (
    selected(passages).where(passages.c.movements.contains(bindparam("name"))).order_by("id")
)
MEMBERS_OF = selected_by(group_members, "movement").order_by(group_members.c.id)
DIVERSIONS_OF = selected_by(diversions, "movement").order_by(diversions.c.id)


def _word(word: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{word.value}'", Text())


def _bound(name: str, values: Sequence[str]) -> Row:
    return {f"{name}_{place}": value for place, value in enumerate(values)}


def _binds(name: str, many: int) -> list[ColumnElement[str]]:
    return [bindparam(f"{name}_{place}", type_=Text()) for place in range(many)]


def _another(movement: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a row is another movement's, one that was not erased itself."""
    other = movements.alias("other")
    return exists().where(
        other.c.reference == movement,
        other.c.reference != bindparam("movement"),
        other.c.lrn != literal_column(f"'{ERASED}'").concat(other.c.reference),
    )


def _pointing(step: Erase, dialect: str) -> Statement:
    """Select what points at the bodies from elsewhere: a text in which the digest stands."""
    wanted = _binds("body", len(step.bodies))
    found: list[Select[Any]] = [
        select(column).where(column.in_(wanted), _another(movement))
        for column, movement in _POINTERS
    ]
    staged = _word(MemberState.STAGED)
    found.append(
        select(group_members.c.body).where(
            group_members.c.body.in_(wanted), group_members.c.state == staged
        )
    )
    read = select(passages.c.reading).where(passages.c.reading.in_(wanted))
    if step.passages:
        read = read.where(passages.c.id.not_in(_binds("passage", len(step.passages))))
    found.append(read)
    replaced = [_word(kind) for kind in REPLACING]
    found.append(
        select(events.c.facts).where(
            events.c.kind.in_(replaced),
            _another(events.c.movement),
            or_(*(events.c.facts.contains(one) for one in wanted)),
        )
    )
    if step.told:
        entry = _as_text(dialect)
        told = or_(*(entry.contains(one) for one in _binds("told", len(step.told))))
        kind = log.c.kind == _word(EntryKind.ACCEPTED)
        found.append(select(entry).where(kind, _another(log.c.movement), told))
    return select(union_all(*found).subquery())


def _as_text(dialect: str) -> ColumnElement[str]:
    if dialect == SQLITE:
        return cast(log.c.entry, Text)
    return func.convert_from(log.c.entry, literal_column("'UTF8'"), type_=Text)


def pointed_at(asked: Readers | Transaction, step: Erase, dialect: str) -> frozenset[str]:
    """Return those digests and commitments of a step that something else points at."""
    if not step.bodies:
        return frozenset()
    parameters = {
        "movement": step.movement,
        **_bound("body", step.bodies),
        **_bound("passage", step.passages),
        **_bound("told", step.told),
    }
    texts = [row[0] for row in asked.rows(_pointing(step, dialect), parameters)]
    wanted = (*step.bodies, *step.told)
    return frozenset(one for one in wanted if any(one in told for told in texts))


@dataclass(frozen=True, slots=True)
class Erasing:
    """The statements of one :class:`~gateway.domain.records.Erase`."""

    step: Erase

    def run(self, transaction: Transaction) -> None:
        """Take it all away.

        Raises:
            Lost: a body is gone already, or something else points at it.
        """
        if transaction.dialect == SQLITE:
            # what is deleted would lie in free pages of the file until they are used again
            transaction.rows(text("PRAGMA secure_delete = ON"), {})
        self._bodies(transaction)
        self._facts(transaction)
        own: Row = {"_movement": self.step.movement}
        for table, statement in _WHOLE:
            transaction.write(statement, [own], table)
        if self.step.trips:
            rows: list[Row] = [{"_trip": one} for one in self.step.trips]
            transaction.write(_KEYS, rows, trip_keys.name)

    def _bodies(self, transaction: Transaction) -> None:
        if not self.step.bodies:
            return
        digests = sorted(self.step.bodies)
        held = bodies.c.digest.in_(_binds("body", len(digests)))
        locking = select(bodies.c.digest).where(held).order_by(bodies.c.digest).with_for_update()
        if len(transaction.rows(locking, _bound("body", digests))) != len(digests):
            raise Lost(bodies.name)
        if pointed_at(transaction, self.step, transaction.dialect):
            raise Lost(bodies.name)
        transaction.write_each(_BODY, [{"_digest": one} for one in digests], bodies.name)

    def _facts(self, transaction: Transaction) -> None:
        rows: list[Row] = [
            {
                "_movement": self.step.movement,
                "_sequence": sequence,
                "_facts": shape_of(Event).values({"facts": facts})["facts"],
            }
            for sequence, facts in sorted(self.step.facts.items())
        ]
        if rows:
            transaction.write_each(_EVENT, rows, events.name)


_BODY = delete(bodies).where(bodies.c.digest == bindparam("_digest"))
_EVENT = (
    update(events)
    .where(events.c.movement == bindparam("_movement"), events.c.sequence == bindparam("_sequence"))
    .values(facts=bindparam("_facts"))
)
_KEYS = delete(trip_keys).where(trip_keys.c.trip == bindparam("_trip"))
_SENT = select(messages.c.id).where(messages.c.movement == bindparam("_movement"))
_PAPER = _word(DeadlineKind.PAPER)
_WHOLE = (
    (
        attempts.name,
        update(attempts)
        .where(attempts.c.message.in_(_SENT), attempts.c.receipt.is_not(None))
        .values(receipt=literal_column("NULL")),
    ),
    (positions.name, delete(positions).where(positions.c.movement == bindparam("_movement"))),
    (
        deadlines.name,
        delete(deadlines).where(
            deadlines.c.movement == bindparam("_movement"), deadlines.c.kind == _PAPER
        ),
    ),
)
"""What goes whole: it names who drove where, and the papers of people."""
