"""What is closed: read from the store; and what an office announces, kept for a person to judge."""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from gateway.audit.entry import EntryKind
from gateway.domain.calendar_ends import tellable
from gateway.domain.closure import Closed, Closure, ClosureState
from gateway.domain.event import Event, EventKind
from gateway.ports import Ports
from gateway.register.writing import Writing

ID_DIGITS = 32


def closed_of(ports: Ports, tenant: str) -> Closed:
    """Return the closures of a tenant that count, with its lanes where one is closed alone."""
    standing = tuple(
        one for one in ports.store.closures(tenant) if one.state is ClosureState.STANDING
    )
    lanes = ports.store.lanes(tenant) if any(one.lane for one in standing) else ()
    return Closed(standing, lanes)


def log_closure(writing: Writing, act: str, closure: Closure, by: str) -> None:
    """Add the entry of what was done about a closure; ``by`` is a principal or an office."""
    facts = {
        "act": act,
        "closure": closure.id,
        "office": closure.office,
        **({"lane": closure.lane} if closure.lane else {}),
        "from": closure.from_at.isoformat(),
        "until": closure.until_at.isoformat() if closure.until_at else "",
        "planned": closure.planned,
        "reason": closure.reason,
        "caller": by,
    }
    writing.entry(EntryKind.ACT, facts=facts)


def propose_closures(writing: Writing, events: Iterable[Event]) -> None:
    """Keep what an office announces as a proposal, once however many movements it tells it of.

    It counts for nobody until an operator confirms it; what is over already is no proposal.
    """
    for event in events:
        if event.kind is not EventKind.CLOSURE_PLANNED:
            continue
        closure = _announced(writing, event)
        over = closure.until_at is not None and closure.until_at <= writing.at
        if not over and writing.ports.store.closure(closure.id) is None:
            writing.insert(closure)
            log_closure(writing, "closure-proposed", closure, event.office)


def _announced(writing: Writing, event: Event) -> Closure:
    """Read an announcement; without a beginning it counts from when it was made.

    The same announcement has the same id: another one of the same moment loses and reads it.
    """
    begins, ends = (_moment(event.fact(name)) for name in ("closed-from", "closed-until"))
    from_at = begins or event.at
    until_at = ends if ends and ends > from_at else None
    spelled = f"{writing.tenant}\0{event.office}\0{from_at}\0{until_at}"
    return Closure(
        id=f"clo_{sha256(spelled.encode()).hexdigest()[:ID_DIGITS]}",
        tenant=writing.tenant,
        office=event.office,
        from_at=from_at,
        until_at=until_at,
        planned=True,
        reason=event.fact("text") or f"announced by {event.office}",
        by=event.office,
        created_at=writing.at,
        state=ClosureState.PROPOSED,
    )


def _moment(spelled: str) -> datetime | None:
    """Read a time with an offset; whatever else was written is no time.

    In UTC: the same moment makes the same id, whatever zone it was told in.
    """
    try:
        at = datetime.fromisoformat(spelled)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None and tellable(at) else None
