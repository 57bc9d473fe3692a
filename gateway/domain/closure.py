"""Closures of offices and lanes, who is hit by one, and the ways round it: pure arithmetic.

A way round is another pair of border offices, opposite each other: the one where goods leave and
the one where they come in. Pairs are those that admit goods and permits (``domain.crossings``), or
what the operator names. Whether one will do the offices say: the changed declaration is put to
every one on its way, as any declaration is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from gateway.domain.crossings import CROSSING, Crossings, Load, Pair
from gateway.domain.declaration import Leg
from gateway.domain.finding import Finding, Severity
from gateway.domain.itinerary import CustomsOffice, Itinerary, Stop
from gateway.domain.lane import Lane
from gateway.domain.position import Journey, ahead, estimates
from gateway.domain.roles import OfficeRole

CODES_MAX = 10


class DiversionState(StrEnum):
    """Where the diversion of one movement round a closure stands."""

    PROPOSED = "proposed"
    NO_WAY = "no-way"  # nothing is open that its goods and papers admit
    AWAITING = "awaiting-signature"  # the enterprise has to sign the changed declaration itself
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"  # when its time came it was not admitted any more
    UNDONE = "undone"


class ClosureState(StrEnum):
    """Whether a closure counts; what an office announced does so only when it is confirmed."""

    PROPOSED = "proposed"
    STANDING = "standing"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """An office, or one ``lane`` of it, that is closed until a moment or until somebody says so.

    ``planned``: it was announced beforehand. ``by`` is who said it: a principal, or an office.
    """

    id: str
    tenant: str
    office: str
    from_at: datetime
    until_at: datetime | None
    planned: bool
    reason: str
    by: str
    created_at: datetime
    lane: str = ""
    state: ClosureState = ClosureState.STANDING

    def covers(self, at: datetime) -> bool:
        """Tell whether it is closed then."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Closed:
    """What is closed: the closures that count, and the lanes of the offices they are about."""

    closures: tuple[Closure, ...] = ()
    lanes: tuple[Lane, ...] = ()

    def beside(self, closure: Closure) -> "Closed":
        """Return the same with that closure, whether it counts already or not."""
        others = (one for one in self.closures if one.id != closure.id)
        return Closed((*others, closure), self.lanes)

    def shutting(self, office: str, role: OfficeRole, at: datetime) -> tuple[Closure, ...]:
        """Return the closures for which an office cannot take goods to which it is ``role``.

        While one of its lanes for them is open, it can.
        """
        covering = [one for one in self.closures if one.office == office and one.covers(at)]
        lanes = {one.id for one in self.lanes if (one.office, one.role) == (office, role)}
        none_left = lanes <= {one.lane for one in covering}
        return tuple(one for one in covering if not one.lane or (none_left and one.lane in lanes))

    def shut_during(self, closure: Closure) -> frozenset[tuple[str, OfficeRole]]:
        """Return which offices cannot be what to goods at some moment of a closure."""
        begun = ((one, max(one.from_at, closure.from_at)) for one in self.closures)
        return frozenset(
            (one.office, role)
            for one, at in begun
            if one.covers(at) and closure.covers(at)
            for role in OfficeRole
            if one in self.shutting(one.office, role, at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversion:
    """One movement's part of the plan for a closure.

    ``swaps`` pairs offices with those in their place; ``told``, ``later`` and ``dropped`` are
    messages as ``OFFICE TYPE``: sent when it is applied, sent when their time comes, not sent any
    more. ``codes`` say why no way was found or it was refused, as ``OFFICE code``, or the code
    alone where it is no office's. ``declaration`` is the digest of the changed declaration without
    its signature. ``due_at`` is when it is carried out.
    """

    id: str
    tenant: str
    closure: str
    movement: str
    swaps: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
    later: tuple[str, ...]
    dropped: tuple[str, ...]
    codes: tuple[str, ...]
    declaration: str
    state: DiversionState
    by: str = ""
    due_at: datetime | None = None


def why_not(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return why a way will not do, as ``Diversion.codes`` spells it, each once."""
    told = (f"{office} {one.code}".strip() for one in findings for office in one.offices or ("",))
    return tuple(dict.fromkeys(told))[:CODES_MAX]


def hit(closure: Closure, closed: Closed, journey: Journey, now: datetime) -> Stop | None:
    """Return the stop at which the closure meets a movement, if it is still ahead and shut then.

    Goods are met when they are expected by the last estimate, else as declared, and never before
    now; without any time they may be met as it begins. A closed lane meets goods only where
    ``closed`` leaves them no other.
    """
    expected, closed = estimates(journey.movement), closed.beside(closure)
    for stop in ahead(journey):
        if stop.office.code != closure.office:
            continue
        at = expected.get(stop.office.code, stop.expected_at) or closure.from_at
        if closure in closed.shutting(stop.office.code, stop.role, max(at, now)):
            return stop
    return None


def ways_round(
    stop: Stop,
    journey: Journey,
    crossings: Crossings,
    offices: Mapping[str, CustomsOffice],
    shut: Collection[tuple[str, OfficeRole]],
) -> tuple[Pair, ...]:
    """Return the crossings that admit the goods and vehicles in the place of one ahead.

    They lie between the same administrations, carry the declared modes and are not ``shut``; where
    one of the two offices is behind the goods, nothing takes its place.
    """
    pair = crossing(stop, journey.itinerary)
    open_ahead = {one.office.code for one in ahead(journey)}
    if pair is None or not open_ahead.issuperset(pair):
        return ()
    between = _administrations(pair, offices)
    return tuple(
        one
        for one, modes in crossings.admitting(_load(journey, pair), between)
        if one != pair and not {*zip(one, CROSSING, strict=True)} & {*shut}
        if _administrations(one, offices) == between and _fit(one, modes, offices)
    )


def crossing(stop: Stop, itinerary: Itinerary) -> Pair | None:
    """Return the border crossing that a stop is part of: where goods leave and come in next."""
    for one, other in pairwise(itinerary.declared):
        across = (one.role, other.role) == CROSSING
        if across and stop.office.code in (one.office.code, other.office.code):
            return one.office.code, other.office.code
    return None


def _administrations(pair: Pair, offices: Mapping[str, CustomsOffice]) -> Pair:
    left, entered = (offices[code].administration if code in offices else "" for code in pair)
    return left, entered


def _fit(pair: Pair, modes: frozenset[str], offices: Mapping[str, CustomsOffice]) -> bool:
    return all(
        role in offices[code].roles and offices[code].carries(role, modes)
        for code, role in zip(pair, CROSSING, strict=True)
    )


def _load(journey: Journey, pair: Pair) -> Load:
    """Return what passes a crossing, as far as declared.

    The leg that goes over it counts; where vehicles change at the border, those to and from it.
    """
    place = {stop.office.code: stop.sequence for stop in journey.itinerary.stops}
    leaves, enters = (place[code] for code in pair)

    def legs(begun: int, ended: int) -> list[Leg]:
        return [
            leg
            for leg in journey.declared.legs
            if place.get(leg.from_office, begun) <= begun
            if ended <= place.get(leg.to_office, ended)
        ]

    crossed = legs(leaves, enters) or legs(enters, leaves)
    return Load(
        modes=frozenset(mode for leg in crossed for mode in leg.modes),
        permits=frozenset(permit for leg in crossed for permit in leg.permits),
        headings=journey.declared.headings,
    )


def swaps_of(old: Pair, new: Pair) -> tuple[tuple[str, str], ...]:
    """Return which office takes the place of which."""
    return tuple((one, other) for one, other in zip(old, new, strict=True) if one != other)


def judge_closures(stops: Iterable[Stop], closed: Closed) -> Iterator[Finding]:
    """Yield the offices of a way that cannot take the goods when they are expected there.

    What was announced beforehand warns; what is closed as it is refuses.
    """
    for stop in stops:
        at = stop.expected_at
        if at is None:
            continue
        for one in closed.shutting(stop.office.code, stop.role, at):
            words = (
                ("office", one.office),
                ("at", one.from_at.isoformat(timespec="minutes")),
                ("until", one.until_at.isoformat(timespec="minutes") if one.until_at else "?"),
                ("reason", one.reason),
            )
            yield Finding(
                code="closure.announced" if one.planned else "closure.shut",
                severity=Severity.WARNING if one.planned else Severity.ERROR,
                pointer=f"/Declaration/Itinerary/Office[{stop.sequence}]/ExpectedDateTime",
                value=at.isoformat(timespec="minutes"),
                offices=(one.office,),
                args=words,
            )
