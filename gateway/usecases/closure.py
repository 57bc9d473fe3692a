"""Offices that close: said, ended, listed; and the rows of what is planned round them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.closure import Closure, Diversion, DiversionState, hit
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
    """What is said of a closure; times are aware, ``until_at`` None means until it is ended."""

    office: str
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
    """Say that an office is closed; nothing is diverted by that.

    Raises:
        NotFound: ``office.unknown``.
        Refused: ``closure.ends-before``, ``closure.no-reason``.
    """
    if new.office not in register.all_offices(ports):
        raise NotFound(Finding(code="office.unknown", value=new.office))
    if new.until_at is not None and new.until_at <= new.from_at:
        raise Refused(Finding(code="closure.ends-before", value=new.until_at.isoformat()))
    if not new.reason.strip():
        raise Refused(Finding(code="closure.no-reason", value=new.office))
    writing = register.Writing(ports, caller.tenant, ports.clock.now())
    closure = Closure(
        id=ports.ids.new("clo"),
        tenant=caller.tenant,
        office=new.office,
        from_at=new.from_at,
        until_at=new.until_at,
        planned=new.planned,
        reason=new.reason,
        by=caller.id,
        created_at=writing.at,
    )
    writing.insert(closure)
    log_closure(writing, "closure-said", closure, caller)
    ports.store.commit(writing.change())
    return closure


def end_closure(ports: Ports, caller: Principal, name: str) -> Closure:
    """Say that the office is open again from now on; what was diverted stays so.

    Raises:
        NotFound: ``closure.unknown``.
    """
    closure = closure_of(ports, caller.tenant, name)
    now = ports.clock.now()
    if closure.until_at is not None and closure.until_at <= now:
        return closure
    writing = register.Writing(ports, caller.tenant, now)
    writing.update("closures", closure.id, {"until_at": now}, {"until_at": closure.until_at})
    log_closure(writing, "closure-ended", closure, caller)
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise InConflict(Finding(code="closure.busy", value=name)) from lost
    return closure_of(ports, caller.tenant, name)


def closure_of(ports: Ports, tenant: str, name: str) -> Closure:
    """Return one closure.

    Raises:
        NotFound: ``closure.unknown``.
    """
    found = ports.store.closure(name)
    if found is None or found.tenant != tenant:
        raise NotFound(Finding(code="closure.unknown", value=name))
    return found


def log_closure(writing: register.Writing, act: str, closure: Closure, caller: Principal) -> None:
    """Add the entry of what somebody did about a closure."""
    facts = {
        "act": act,
        "closure": closure.id,
        "office": closure.office,
        "from": closure.from_at.isoformat(),
        "until": closure.until_at.isoformat() if closure.until_at else "",
        "planned": closure.planned,
        "reason": closure.reason,
        "caller": caller.id,
    }
    writing.entry(EntryKind.ACT, facts=facts)


def hits(ports: Ports, closure: Closure) -> Iterator[Hit]:
    """Yield the movements of the tenant that the closure meets, newest first."""
    now = ports.clock.now()
    after = ""
    while page := ports.store.movements(closure.tenant, after=after, limit=PAGE):
        for record in page:
            named = closure.office in {office for _, office, _, _ in record.stops}
            if record.state in OVER or not named:
                continue
            loaded = register.load(ports, record.reference, tenant=closure.tenant)
            stop = hit(closure, journey_of(loaded), now)
            if stop is not None:
                yield Hit(loaded, stop)
        after = page[-1].reference


def shut_offices(ports: Ports, closure: Closure) -> frozenset[str]:
    """Return the offices that are closed at some moment of that closure."""
    others = (one for one in ports.store.closures(closure.tenant) if _meet(closure, one))
    return frozenset(one.office for one in others)


def _meet(one: Closure, other: Closure) -> bool:
    before = one.until_at is not None and one.until_at <= other.from_at
    after = other.until_at is not None and other.until_at <= one.from_at
    return not (before or after)


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
    log_closure(writing, act, closure, caller)
    ports.store.commit(writing.change())
    return count
