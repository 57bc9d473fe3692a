"""Lawful erasure in SQL: what else points at a body, and the step that takes bytes away.

Nothing here is served by an index but the deletion itself: erasing is rare, and an index for every
pointer would be paid for by every message. What a body that nobody else points at means is said
once, asked before by the reader and again by the writer, inside the transaction, with the
bodies locked: whoever writes a pointer holds its body (``changes``), so nobody slips in between.

A movement may have a thousand bodies, and SQLite nests alternatives only so deep: they are asked
for by slices of one size, so that each statement is one and the same and is spelled out once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

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
from gateway.adapters.sql.spelled import POSTGRESQL, SQLITE
from gateway.adapters.sql.tables import (
    answers,
    attempts,
    bodies,
    events,
    idempotency,
    log,
    messages,
    movements,
)
from gateway.adapters.sql.timing_tables import deadlines, positions
from gateway.audit.entry import EntryKind
from gateway.domain.deadline import DeadlineKind
from gateway.domain.delivery import Outcome
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


BODIES_ASKED, TOLD_ASKED = 200, 20
"""How many are asked for at once: every commitment is looked for in every entry of the log."""


def _binds(many: int) -> list[ColumnElement[str]]:
    return [bindparam(f"asked_{place}", type_=Text()) for place in range(many)]


def _slices(values: Sequence[str], many: int) -> Iterator[Row]:
    """Yield values as parameters, so many at a time; the last one stands for those missing."""
    for begin in range(0, len(values), many):
        part = values[begin : begin + many]
        yield {f"asked_{place}": part[min(place, len(part) - 1)] for place in range(many)}


_ASKED = _binds(BODIES_ASKED)


def _another(movement: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a row is another movement's, one that was not erased itself."""
    other = movements.alias("other")
    return exists().where(
        other.c.reference == movement,
        other.c.reference != bindparam("movement"),
        other.c.lrn != literal_column(f"'{ERASED}'").concat(other.c.reference),
    )


def _pointing() -> Statement:
    """Select what points at bodies from elsewhere: a text in which the digest stands, and whose.

    A declaration that waits in a group is nobody's yet.
    """
    found: list[Select[str, str]] = [
        select(column, movement).where(column.in_(_ASKED), _another(movement))
        for column, movement in _POINTERS
    ]
    staged = _word(MemberState.STAGED)
    found.append(
        select(group_members.c.body, literal_column("''", Text())).where(
            group_members.c.body.in_(_ASKED), group_members.c.state == staged
        )
    )
    replaced = [_word(kind) for kind in REPLACING]
    found.append(
        select(events.c.facts, events.c.movement).where(
            events.c.kind.in_(replaced),
            _another(events.c.movement),
            or_(*(events.c.facts.contains(one) for one in _ASKED)),
        )
    )
    return select(union_all(*found).subquery())


_POINTING = _pointing()
_READINGS = select(passages.c.reading, passages.c.id).where(passages.c.reading.in_(_ASKED))


@cache
def _telling(dialect: str) -> Statement:
    """Select the entries of others in which commitments stand, and whose they are."""
    if dialect == SQLITE:
        entry: ColumnElement[str] = cast(log.c.entry, Text)
    else:
        entry = func.convert_from(log.c.entry, literal_column("'UTF8'"), type_=Text)
    told = or_(*(entry.contains(one) for one in _binds(TOLD_ASKED)))
    kind = log.c.kind == _word(EntryKind.ACCEPTED)
    return select(entry, log.c.movement).where(kind, _another(log.c.movement), told)


def pointed_at(asked: Readers | Transaction, step: Erase, dialect: str) -> frozenset[str]:
    """Return those digests and commitments of a step that something else points at.

    With them come the references of the movements that do; passages and groups go without.
    """
    own: Row = {"movement": step.movement}
    found: list[tuple[str, str]] = []
    for part in _slices(step.bodies, BODIES_ASKED):
        found += [(row[0], row[1]) for row in asked.rows(_POINTING, own | part)]
        read = asked.rows(_READINGS, part)
        found += [(row[0], "") for row in read if row[1] not in step.passages]
    for part in _slices(step.told, TOLD_ASKED):
        found += [(row[0], row[1]) for row in asked.rows(_telling(dialect), own | part)]
    wanted = (*step.bodies, *step.told)
    pointed = {one for one in wanted if any(one in text for text, _ in found)}
    return frozenset(pointed | {movement for _, movement in found if movement})


_PATIENCE = text(
    "SELECT set_config('transaction_timeout', '0', true),"
    " set_config('transaction_timeout', '1h', true)"
    " WHERE current_setting('server_version_num')::int >= 170000"
)
"""Every row of a big database is looked at: that takes longer than ``TRANSACTION_SECONDS``.

A clock that runs is not set anew by a longer time; so it is stopped first.
"""


def patiently(transaction: Transaction) -> None:
    """Let a transaction take as long as looking through everything does."""
    if transaction.dialect == POSTGRESQL:
        transaction.rows(_PATIENCE, {})


@dataclass(frozen=True, slots=True)
class Erasing:
    """The statements of one :class:`~gateway.domain.records.Erase`."""

    step: Erase

    def run(self, transaction: Transaction) -> None:
        """Take it all away.

        Raises:
            Lost: a body is gone already, or something else points at it.
        """
        patiently(transaction)
        if transaction.dialect == SQLITE:
            transaction.rows(_OVERWRITING, {})
        self._bodies(transaction)
        self._facts(transaction)
        own: Row = {"_movement": self.step.movement}
        for table, statement in _WHOLE:
            transaction.write(statement, [own], table)
        asked: Row = {"_response": self.step.movement.encode()}
        transaction.write(_REQUESTS, [asked], idempotency.name)
        if self.step.trips:
            rows: list[Row] = [{"_trip": one} for one in self.step.trips]
            transaction.write(_KEYS, rows, trip_keys.name)

    def _bodies(self, transaction: Transaction) -> None:
        if not self.step.bodies:
            return
        digests = sorted(self.step.bodies)
        parts = _slices(digests, BODIES_ASKED)
        held = sum(len(transaction.rows(_HOLDING, part)) for part in parts)
        if held != len(digests):
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


_OVERWRITING = text("PRAGMA secure_delete = ON")
"""What is deleted would lie in free pages of SQLite's file until they are used again."""

_HOLDING = (
    select(bodies.c.digest)
    .where(bodies.c.digest.in_(_ASKED))
    .order_by(bodies.c.digest)
    .with_for_update()
)
"""Slices follow each other by digest too: two erasures lock what they share in one order."""

_BODY = delete(bodies).where(bodies.c.digest == bindparam("_digest"))
_EVENT = (
    update(events)
    .where(events.c.movement == bindparam("_movement"), events.c.sequence == bindparam("_sequence"))
    .values(facts=bindparam("_facts"))
)
_KEYS = delete(trip_keys).where(trip_keys.c.trip == bindparam("_trip"))
_REQUESTS = delete(idempotency).where(idempotency.c.response == bindparam("_response"))
"""What came to this movement: the same request is a new one, and its digest is no proof."""

_SENT = select(messages.c.id).where(messages.c.movement == bindparam("_movement"))
_PAPER = _word(DeadlineKind.PAPER)
_WHOLE = (
    (
        attempts.name,
        update(attempts)
        .where(
            attempts.c.message.in_(_SENT),
            or_(attempts.c.receipt.is_not(None), attempts.c.outcome == _word(Outcome.REFUSED)),
        )
        .values(receipt=literal_column("NULL"), detail=literal_column("''", Text())),
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
