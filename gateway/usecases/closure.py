"""Offices and lanes that close: said, confirmed, ended; and the rows of what is planned round."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.act import check_reason
from gateway.domain.closure import Closure, ClosureState, Diversion, DiversionState, hit
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.itinerary import Stop
from gateway.domain.movement_state import OVER
from gateway.domain.position import Journey
from gateway.domain.records import Change, Lost, Principal
from gateway.ports import Ports

PAGE = 200
OPEN = (DiversionState.PROPOSED, DiversionState.CONFIRMED, DiversionState.AWAITING)
PLANNED = "closure-planned"
REASON_LENGTH_MAX = 255
"""Offices are told the reason, in fields of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClosure:
    """What is said of a closure; times are aware, ``until_at`` None means until it is ended.

    ``lane`` is the one of the office that is closed alone; empty: the office is.
    """

    office: str
    lane: str = ""
    from_at: datetime
    until_at: datetime | None = None
    planned: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A movement that a closure meets, and where."""

    loaded: register.Loaded
    stop: Stop

    @property
    def journey(self) -> Journey:
        """The movement with its way and declaration."""
        return journey_of(self.loaded)


def journey_of(loaded: register.Loaded) -> Journey:
    """Return a movement as readings and closures look at it."""
    subject = loaded.subject
    return Journey(
        movement=subject.movement, itinerary=subject.itinerary, declared=loaded.declaration
    )


def close_office(ports: Ports, caller: Principal, new: NewClosure) -> Closure:
    """Say that an office or one of its lanes is closed; nothing is diverted by that.

    Raises:
        NotFound: ``office.unknown``, ``lane.unknown``.
        NotAllowed: ``lane.not-yours``.
        Refused: ``closure.ends-before``, ``closure.no-reason``, ``closure.not-its-lane``, or
            ``act.no-reason``: the reason is too long.
    """
    if new.office not in register.all_offices(ports):
        raise NotFound(Finding(code="office.unknown", value=new.office))
    if new.lane and register.lane_of(ports, caller, new.lane).office != new.office:
        words = (("office", new.office),)
        raise Refused(Finding(code="closure.not-its-lane", value=new.lane, args=words))
    if new.until_at is not None and new.until_at <= new.from_at:
        raise Refused(Finding(code="closure.ends-before", value=new.until_at.isoformat()))
    if not new.reason.strip():
        raise Refused(Finding(code="closure.no-reason", value=new.office))
    check_reason(new.reason, new.office, REASON_LENGTH_MAX)
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    closure = Closure(
        id=ports.ids.new("clo"),
        tenant=caller.tenant,
        office=new.office,
        lane=new.lane,
        from_at=new.from_at,
        until_at=new.until_at,
        planned=new.planned,
        reason=new.reason,
        by=caller.id,
        created_at=writing.at,
    )
    writing.insert(closure)
    register.log_closure(writing, "closure-said", closure, caller.id)
    ports.store.commit(writing.change())
    return closure


def settle(ports: Ports, caller: Principal, name: str, state: ClosureState) -> Closure:
    """Confirm or dismiss what an office announced; the same again changes nothing.

    Raises:
        NotFound: ``closure.unknown``.
        InConflict: ``closure.settled``: it was dismissed, or stands already.
    """
    closure = closure_of(ports, caller.tenant, name)
    if closure.state is state:
        return closure
    if closure.state is not ClosureState.PROPOSED:
        raise InConflict(Finding(code="closure.settled", value=name))
    act = "closure-confirmed" if state is ClosureState.STANDING else "closure-dismissed"
    return _moved(ports, caller, closure, act, {"state": state})


def end_closure(ports: Ports, caller: Principal, name: str) -> Closure:
    """Say that it is open again from now on.

    One that has not begun is called off: it is dismissed, and shut at no moment.

    Raises:
        NotFound: ``closure.unknown``.
    """
    closure = closure_of(ports, caller.tenant, name)
    now = ports.clock.now()
    if closure.until_at is not None and closure.until_at <= max(now, closure.from_at):
        return closure
    if now < closure.from_at:
        never = {"until_at": closure.from_at, "state": ClosureState.DISMISSED}
        return _moved(ports, caller, closure, "closure-dismissed", never)
    return _moved(ports, caller, closure, "closure-ended", {"until_at": now})


def _moved(
    ports: Ports, caller: Principal, closure: Closure, act: str, values: Mapping[str, object]
) -> Closure:
    """Write new values of a closure with their entry, if nobody else acted on it."""
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    expect = {"until_at": closure.until_at, "state": closure.state}
    writing.update("closures", closure.id, values, expect)
    register.log_closure(writing, act, closure, caller.id)
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise InConflict(Finding(code="closure.busy", value=closure.id)) from lost
    return closure_of(ports, caller.tenant, closure.id)


def closure_of(ports: Ports, tenant: str, name: str) -> Closure:
    """Return one closure.

    Raises:
        NotFound: ``closure.unknown``.
    """
    found = ports.store.closure(name)
    if found is None or found.tenant != tenant:
        raise NotFound(Finding(code="closure.unknown", value=name))
    return found


def standing_closure_of(ports: Ports, tenant: str, name: str) -> Closure:
    """Return one closure that counts.

    Raises:
        NotFound: ``closure.unknown``.
        InConflict: ``closure.not-confirmed``: an office announced it, and nobody confirmed that;
            ``closure.settled``: it was dismissed.
    """
    closure = closure_of(ports, tenant, name)
    if closure.state is ClosureState.DISMISSED:
        raise InConflict(Finding(code="closure.settled", value=name))
    if closure.state is not ClosureState.STANDING:
        raise InConflict(Finding(code="closure.not-confirmed", value=name))
    return closure


def hits(ports: Ports, closure: Closure) -> Iterator[Hit]:
    """Yield the movements of the tenant that the closure meets, newest first."""
    now, closed = ports.clock.now(), register.closed_of(ports, closure.tenant)
    after = ""
    while page := ports.store.movements(closure.tenant, after=after, limit=PAGE):
        for record in page:
            named = closure.office in {office for _, office, _, _ in record.stops}
            if record.state in OVER or not named:
                continue
            loaded = register.load(ports, record.reference, tenant=closure.tenant)
            stop = hit(closure, closed, journey_of(loaded), now)
            if stop is not None:
                yield Hit(loaded, stop)
        after = page[-1].reference


def as_shown(diversion: Diversion) -> dict[str, object]:
    """Return what has to stand still in a row for what was decided by it to hold.

    The state alone does not do: a plan made anew proposes another way in the same state.
    """
    names = ("state", "due_at", "swaps", "declaration", "by")
    return {name: getattr(diversion, name) for name in names}


def keep(
    ports: Ports, closure: Closure, diversion: Diversion, before: Diversion | None, raw: bytes
) -> None:
    """Write one movement's part of a plan in the place of ``before``, the row it was decided by.

    The same again changes nothing.

    Raises:
        InConflict: ``closure.busy``: it was planned, confirmed or undone meanwhile.
    """
    if diversion == before:
        return
    try:
        register.write_surely(ports, lambda: _planned(ports, closure, diversion, before, raw))
    except Lost as lost:
        raise InConflict(Finding(code="closure.busy", value=diversion.id)) from lost


def _planned(
    ports: Ports, closure: Closure, diversion: Diversion, before: Diversion | None, raw: bytes
) -> Change:
    writing = register.Writing(ports, diversion.tenant, ports.clock.now())
    if raw:
        writing.body(raw, "application/xml")
    if before is None:
        writing.insert(diversion)
    else:
        names = ("swaps", "told", "later", "dropped", "codes", "declaration", "state", "due_at")
        values = {name: getattr(diversion, name) for name in (*names, "by")}
        writing.update("diversions", diversion.id, values, as_shown(before))
    _log(writing, PLANNED, closure, diversion, diversion.by)
    return writing.change()


def move_on(
    ports: Ports,
    caller: Principal,
    closure: Closure,
    act: str,
    moved: Iterable[tuple[Diversion, Diversion]],
) -> int:
    """Write how diversions stand from now on, those that stand as they did; return how many.

    ``moved`` are pairs of before and after: another state, and by whom and until when.

    Each is a change of its own with its log entry: one that moved does not hold up the others, and
    a program that dies between them leaves none that nobody is on record for.
    """
    count = 0
    for before, after in moved:
        writing = register.Writing(ports, caller.tenant, ports.clock.now())
        values = {"state": after.state, "due_at": after.due_at, "by": after.by}
        writing.update("diversions", before.id, values, as_shown(before))
        _log(writing, act, closure, after, caller.id)
        try:
            ports.store.commit(writing.change())
        except Lost:
            continue
        count += 1
    return count


def _log(
    writing: register.Writing, act: str, closure: Closure, diversion: Diversion, by: str
) -> None:
    """Add the entry of what was done about one movement's part of a plan, as it then stands."""
    facts = {
        "act": act,
        "closure": closure.id,
        "office": closure.office,
        "reason": closure.reason,
        "state": diversion.state.value,
        "instead": dict(diversion.swaps),
        "caller": by,
    }
    writing.entry(EntryKind.ACT, movement=diversion.movement, facts=facts)
