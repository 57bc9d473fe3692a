"""A new declaration against the one it replaces: what it changes, and whether it may.

Before the office of departure releases the goods anything may be amended (NCTS: IE013 only before
release) but who declares and under which reference. Afterwards the journey may still change: the
vehicle, its driver and seals (a *substitution*), or the offices ahead (a *diversion*).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from gateway.domain.declaration import Declaration
from gateway.domain.event import EventKind
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Itinerary, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import ProcedureState
from gateway.domain.trip import Trip, carrying, shares_of
from gateway.markup import pointer, tree
from gateway.pipeline.intake import Accepted
from gateway.pipeline.project import Subject

JOURNEY = ("/Declaration/Trip", "/Declaration/Itinerary")
"""What may still change after release."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The subject as the new declaration tells it, what that is called, and the places changed."""

    subject: Subject
    kind: EventKind
    places: tuple[str, ...]


def replaced(
    declared: Declaration, subject: Subject, new: Accepted, trips: Sequence[Trip]
) -> Replaced:
    """Return what a new declaration makes of a movement; ``trips`` are those it is on now.

    Raises:
        Refusal: ``amend.*``, every part that may not change at once.
    """
    places = tuple(changes(subject.root, new.subject.root))
    released = subject.movement.has(EventKind.RELEASED)
    diverted = _way(declared) != _way(new.declaration)
    beyond = _beyond(places) if released else ""
    found = [*_unlike(declared, new.declaration), *_behind(subject, new.subject.itinerary)]
    if beyond and diverted:
        found.append(Finding(code="amend.already-released", pointer=beyond))
    if found:
        raise Refusal(*found)
    reference = subject.movement.reference
    after = replace(
        subject,
        root=new.subject.root,
        totals=new.subject.totals,
        itinerary=_itinerary(declared, subject.itinerary, new.subject.itinerary),
        movement=replace(
            _with_procedures(subject.movement, new.movement),
            shares=shares_of(carrying(trips, reference), reference),
        ),
        trip=trips[0].id,
        batch=trips[0].batch,
        trips=carrying(trips, reference),
    )
    return Replaced(after, _kind(released=released, diverted=diverted, beyond=beyond), places)


def _kind(*, released: bool, diverted: bool, beyond: str) -> EventKind:
    if diverted:
        return EventKind.DIVERTED
    return EventKind.SUBSTITUTED if released and not beyond else EventKind.AMENDED


def _with_procedures(movement: Movement, told: Movement) -> Movement:
    """Plan the procedures of the new way; of the old ones those stay that were opened."""
    planned = {one.kind for one in told.procedures}
    kept = [one for one in movement.procedures if one.opened or one.kind in planned]
    known = {one.kind for one in kept}
    added = [one for one in told.procedures if one.kind not in known]
    new = (replace(one, state=ProcedureState.PLANNED, numbers=()) for one in added)
    return replace(movement, procedures=(*kept, *new))


def _beyond(places: tuple[str, ...]) -> str:
    """Return the first change that is not one of the journey."""
    return next((one for one in places if not one.startswith(JOURNEY)), "")


def _unlike(declared: Declaration, other: Declaration) -> Iterator[Finding]:
    mine, theirs = (one.declarant.key if one.declarant else "" for one in (declared, other))
    pairs = (
        ("amend.other-reference", declared.lrn, other.lrn, "FunctionalReferenceID"),
        ("amend.other-declarant", mine, theirs, "Party"),
    )
    for code, kept, told, place in pairs:
        if kept != told:
            yield Finding(code=code, pointer=f"/Declaration/{place}", value=told)


def _behind(subject: Subject, told: Itinerary) -> Iterator[Finding]:
    """Yield the offices that the goods have passed and the new way leaves out."""
    still = {(stop.office.code, stop.role) for stop in told.stops}
    for place, stop in enumerate(subject.itinerary.stops):
        code = stop.office.code
        left = place == 0 and subject.movement.has(EventKind.DEPARTED)
        if (left or subject.movement.passed(code)) and (code, stop.role) not in still:
            yield Finding(code="amend.passed-office", pointer="/Declaration/Itinerary", value=code)


def _way(declaration: Declaration) -> list[tuple[str, str]]:
    return [(stop.office, stop.role.value) for stop in declaration.stops]


def _itinerary(declared: Declaration, kept: Itinerary, told: Itinerary) -> Itinerary:
    """Return the new way; what was on the declared one and is not on it stays as dropped.

    So do offices beside a declared one, which have its place; those that asked have none.
    """
    on_it = {(stop.office.code, stop.role) for stop in told.stops}
    places = {stop.sequence for stop in declared.stops}
    dropped: dict[tuple[str, str], Stop] = {
        key: stop
        for stop in (*kept.dropped, *kept.stops)
        if (key := (stop.office.code, stop.role)) not in on_it
        if stop in kept.dropped or stop.sequence in places
    }
    return Itinerary(told.stops, tuple(dropped.values()))


def changes(before: tree.Element, after: tree.Element) -> Iterator[str]:
    """Yield where two declarations differ: pointers into ``after``, into ``before`` where gone."""
    for node, root in _differing(before, after, (before, after)):
        above = root.getparent()  # a projection has put it into what it prepares
        yield pointer.spell(node).removeprefix("" if above is None else pointer.spell(above))


def _differing(
    before: tree.Element, after: tree.Element, roots: tuple[tree.Element, tree.Element]
) -> Iterator[tuple[tree.Element, tree.Element]]:
    """Yield what differs, each with the root it stands under."""
    if _own(before) != _own(after):
        yield after, roots[1]
    if before.tag != after.tag:
        return
    for one, other in zip_longest(before, after):
        if one is None:
            yield other, roots[1]
        elif other is None:
            yield one, roots[0]
        else:
            yield from _differing(one, other, roots)


def _own(node: tree.Element) -> tuple[object, ...]:
    """Return what an element says itself, its children left out."""
    return node.tag, dict(node.attrib), " ".join((node.text or "").split())
