"""Statements of lists of messages that people look through, oldest first."""

from functools import cache

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, tuple_

from gateway.adapters.sql.selecting import Statement, in_states, selected_by, words
from gateway.adapters.sql.tables import answers, attempts, messages
from gateway.domain.message import UNWELCOME


def _oldest_first(found: Statement) -> Statement:
    """Put messages in their order, behind the place bound as ``age`` and ``name``."""
    place = tuple_(messages.c.created_at, messages.c.id)
    found = found.where(place > tuple_(bindparam("age"), bindparam("name")))
    return found.order_by(messages.c.created_at, messages.c.id).limit(bindparam("limit"))


@cache
def messages_in_state(*, of_tenant: bool) -> Statement:
    """Return messages in the state bound as ``state``, oldest first."""
    names = ("state", "tenant") if of_tenant else ("state",)
    return _oldest_first(selected_by(messages, *names))


def _may_never_come() -> ColumnElement[bool]:
    """Return whether the answer that a waiting message waits for may never come.

    A little more than what is meant (``waits_for`` names types as ``OLA:registered``).
    """
    awaited = messages.alias("awaited")
    unwelcome = exists().where(
        answers.c.movement == awaited.c.movement,
        answers.c.message == awaited.c.id,
        answers.c.kind.in_(words(sorted(UNWELCOME))),
    )
    return exists().where(
        awaited.c.movement == messages.c.movement,
        awaited.c.pack == messages.c.pack,
        messages.c.waits_for.contains(awaited.c.type + ":"),
        or_(
            in_states(awaited, "dropped"),
            awaited.c.acknowledged_at < bindparam("before"),
            unwelcome,
        ),
    )


STRANDED = _oldest_first(
    selected_by(messages, "tenant").where(in_states(messages, "waiting"), _may_never_come())
)

_last_outcome = (
    select(attempts.c.outcome)
    .where(attempts.c.message == messages.c.id)
    .order_by(attempts.c.id.desc())
    .limit(1)
    .correlate(messages)
    .scalar_subquery()
)


@cache
def last_tried(*, of_tenant: bool) -> Statement:
    """Return messages still due whose last try came to what is bound as ``outcome``."""
    return (
        selected_by(messages, *(("tenant",) if of_tenant else ()))
        .where(in_states(messages, "due"), messages.c.attempts > 0)
        .where(_last_outcome == bindparam("outcome"))
        .order_by(messages.c.created_at, messages.c.id)
        .limit(bindparam("limit"))
    )
