"""An amended declaration against the one it replaces: what may change, and what did.

A declaration is amended before the office of departure releases the goods (NCTS: IE013 only before
release). Who declares, its reference, the offices and the plates stay: other offices are a
diversion, another vehicle is a substitution, and both are told in other ways.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from gateway.domain.declaration import Declaration
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Itinerary
from gateway.markup import pointer, tree
from gateway.pipeline.intake import Accepted
from gateway.pipeline.project import Subject


def amended(declared: Declaration, subject: Subject, new: Accepted) -> Subject:
    """Return the subject as the new declaration tells it, on the same movement and trip.

    Raises:
        Refusal: ``amend.*``, every part that may not change at once.
    """
    found = tuple(_unlike(declared, subject, new))
    if found:
        raise Refusal(*found)
    return replace(
        subject,
        root=new.subject.root,
        totals=new.subject.totals,
        itinerary=_timed(subject.itinerary, new.subject.itinerary),
    )


def _unlike(declared: Declaration, subject: Subject, new: Accepted) -> Iterator[Finding]:
    other = new.declaration
    mine, theirs = (one.declarant.key if one.declarant else "" for one in (declared, other))
    procedures = [one.kind for one in subject.movement.procedures]
    pairs = (
        ("amend.other-reference", declared.lrn, other.lrn, "FunctionalReferenceID"),
        ("amend.other-declarant", mine, theirs, "Party"),
        ("amend.other-way", _way(subject.itinerary), _way(new.subject.itinerary), "Itinerary"),
        ("amend.other-way", procedures, [one.kind for one in new.movement.procedures], "Trip"),
        ("amend.other-vehicle", declared.vehicle.plates, other.vehicle.plates, "Trip"),
    )
    for code, kept, told, place in pairs:
        if kept != told:
            spelled = told if isinstance(told, str) else ", ".join(map(_spelled, told))
            yield Finding(code=code, pointer=f"/Declaration/{place}", value=spelled)


def _way(itinerary: Itinerary) -> list[str]:
    return [f"{stop.office.code}:{stop.role.value}" for stop in itinerary.stops]


def _spelled(one: object) -> str:
    return " ".join(one) if isinstance(one, tuple) else str(one)


def _timed(kept: Itinerary, told: Itinerary) -> Itinerary:
    """Return the stops there were, offices that asked for the record among them, at new times."""
    times = {(stop.office.code, stop.role): stop.expected_at for stop in told.stops}
    return Itinerary(
        tuple(
            replace(stop, expected_at=times.get((stop.office.code, stop.role), stop.expected_at))
            for stop in kept.stops
        )
    )


def changes(before: tree.Element, after: tree.Element) -> tuple[str, ...]:
    """Return where two declarations differ: pointers into ``after``, into ``before`` where gone."""
    return tuple(_changes(before, after))


def _changes(before: tree.Element | None, after: tree.Element | None) -> Iterator[str]:
    if before is None or after is None or tree.name(before) != tree.name(after):
        yield from (pointer.spell(one) for one in (after, before) if one is not None)
        return
    if dict(before.attrib) != dict(after.attrib) or _text(before) != _text(after):
        yield pointer.spell(after)
    for one, other in zip_longest(before, after):
        yield from _changes(one, other)


def _text(node: tree.Element) -> str:
    return " ".join((node.text or "").split())
