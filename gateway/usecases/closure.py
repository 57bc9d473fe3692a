"""Offices and lanes that close: said, confirmed, ended; and the rows of what is planned round."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway import register
from gateway.domain.closure import Closure, ClosureState, Diversion, DiversionState, hit
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.itinerary import Stop
from gateway.domain.position import Journey
from gateway.domain.records import Change, Lost, Principal, Update
from gateway.ports import Ports

PAGE = 200
OVER = ("completed", "invalidated")
OPEN = (DiversionState.PROPOSED, DiversionState.CONFIRMED, DiversionState.AWAITING)


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
        Refused: ``closure.ends-before``, ``closure.no-reason``, ``closure.not-its-lane``.
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
    """Say that it is open again from now on; what was diverted stays so.

    Raises:
        NotFound: ``closure.unknown``.
    """
    closure = closure_of(ports, caller.tenant, name)
    now = ports.clock.now()
    if closure.until_at is not None and closure.until_at <= now:
        return closure
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


def keep(ports: Ports, diversion: Diversion, raw: bytes) -> None:
    """Write one movement's part of a plan, in the place of what was proposed before.

    Raises:
        InConflict: ``closure.busy``: it was confirmed or undone meanwhile.
    """
    writing = register.Writing(ports, diversion.tenant, ports.clock.now())
    if raw:
        writing.body(raw, "application/xml")
    before = ports.store.diversion(diversion.id)
    if before is None:
        writing.insert(diversion)
    else:
        names = ("swaps", "told", "later", "dropped", "codes", "declaration", "state", "due_at")
        values = {name: getattr(diversion, name) for name in (*names, "by")}
        writing.update("diversions", diversion.id, values, {"state": before.state})
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise InConflict(Finding(code="closure.busy", value=diversion.id)) from lost


def move_on(
    ports: Ports,
    caller: Principal,
    closure: Closure,
    act: str,
    moved: Iterable[tuple[Diversion, Mapping[str, object]]],
) -> int:
    """Write new states of diversions, those that still stand as they did; return how many."""
    count = 0
    for diversion, values in moved:
        expect = {"state": diversion.state}
        step = Update(table="diversions", key=diversion.id, values=values, expect=expect)
        try:
            ports.store.commit(Change((step,)))
        except Lost:
            continue
        count += 1
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    register.log_closure(writing, act, closure, caller.id)
    ports.store.commit(writing.change())
    return count
