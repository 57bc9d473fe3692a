"""Closures of offices, who is hit by one, and the ways round it: pure arithmetic over routes.

A way round is another pair of border offices, opposite each other: the one where goods leave and
the one where they come in. Pairs are those of named routes (``schemas/routes``), or what the
operator names. Whether goods and permits admit one is not decided here: the changed declaration is
put to every office on its way, as any declaration is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from gateway.domain.declaration import Declaration
from gateway.domain.finding import Finding, Severity
from gateway.domain.itinerary import CustomsOffice, Itinerary, Stop
from gateway.domain.position import Journey, ahead, estimates
from gateway.domain.roles import OfficeRole
from gateway.domain.routes import Route


class DiversionState(StrEnum):
    """Where the diversion of one movement round a closure stands."""

    PROPOSED = "proposed"
    NO_WAY = "no-way"  # nothing is open that its goods and papers admit
    AWAITING = "awaiting-signature"  # the enterprise has to sign the changed declaration itself
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"  # when its time came it was not admitted any more
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """An office that is closed from a moment until another, or until somebody says so.

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

    def covers(self, at: datetime) -> bool:
        """Tell whether the office is closed then."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversion:
    """One movement's part of the plan for a closure.

    ``swaps`` pairs offices with those in their place; ``told``, ``later`` and ``dropped`` are
    messages as ``OFFICE TYPE``: sent when it is applied, sent when their time comes, not sent any
    more. ``codes`` say why no way was found or it was refused. ``declaration`` is the digest of the
    changed declaration without its signature. ``due_at`` is when it is carried out.
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


Pair = tuple[str, str]
"""Office of exit, office of entry."""


def hit(closure: Closure, journey: Journey, now: datetime) -> Stop | None:
    """Return the stop at which the closure meets a movement, if it is still ahead and shut then.

    Goods are met when they are expected by the last estimate, else as declared, and never before
    now; without any time they may be met at any.
    """
    expected = estimates(journey.movement)
    for stop in ahead(journey):
        if stop.office.code != closure.office:
            continue
        at = expected.get(stop.office.code, stop.expected_at)
        if at is None or closure.covers(max(at, now)):
            return stop
    return None


def ways_round(
    stop: Stop,
    journey: Journey,
    routes: Iterable[Route],
    offices: Mapping[str, CustomsOffice],
    shut: Collection[str],
) -> tuple[Pair, ...]:
    """Return the pairs that named routes have in the place of a border crossing ahead.

    They lie between the same administrations, carry the declared modes and are not ``shut``; where
    one of the two offices is behind the goods, nothing takes its place.
    """
    pair = crossing(stop, journey.itinerary)
    open_ahead = {one.office.code for one in ahead(journey)}
    if pair is None or not open_ahead.issuperset(pair):
        return ()
    modes = _modes(journey.declared, pair)
    between = tuple(_administration(code, offices) for code in pair)
    found = (
        one
        for route in routes
        for one, mode in _pairs(route)
        if one != pair and not set(one) & set(shut)
        if (not modes or mode in modes)
        if tuple(_administration(code, offices) for code in one) == between
        if _fit(one, mode, offices)
    )
    return tuple(dict.fromkeys(found))


def crossing(stop: Stop, itinerary: Itinerary) -> Pair | None:
    """Return the border crossing that a stop is part of: where goods leave and come in next."""
    for one, other in pairwise(itinerary.stops):
        across = (one.role, other.role) == (OfficeRole.EXIT, OfficeRole.ENTRY)
        if across and stop.office.code in (one.office.code, other.office.code):
            return one.office.code, other.office.code
    return None


def _pairs(route: Route) -> Iterator[tuple[Pair, str]]:
    for one, other in pairwise(route.stops):
        if (one.role, other.role) == (OfficeRole.EXIT, OfficeRole.ENTRY):
            yield (one.code, other.code), other.mode
            yield (other.code, one.code), other.mode  # the same crossing the other way


def _administration(code: str, offices: Mapping[str, CustomsOffice]) -> str:
    return offices[code].administration if code in offices else ""


def _fit(pair: Pair, mode: str, offices: Mapping[str, CustomsOffice]) -> bool:
    roles = (OfficeRole.EXIT, OfficeRole.ENTRY)
    return all(
        code in offices
        and role in offices[code].roles
        and offices[code].carries(role, frozenset({mode}))
        for code, role in zip(pair, roles, strict=True)
    )


def _modes(declared: Declaration, pair: Pair) -> frozenset[str]:
    """Return the modes in which the goods meet the crossing, as far as declared."""
    legs = [one for one in declared.legs if {one.from_office, one.to_office} & set(pair)]
    return frozenset(mode for leg in legs for mode in leg.modes)


def swaps_of(old: Pair, new: Pair) -> tuple[tuple[str, str], ...]:
    """Return which office takes the place of which."""
    return tuple((one, other) for one, other in zip(old, new, strict=True) if one != other)


def judge_closures(stops: Iterable[Stop], closures: Iterable[Closure]) -> Iterator[Finding]:
    """Yield the offices of a way that are closed when the goods are expected there.

    What was announced beforehand warns; what is closed as it is refuses.
    """
    closures = tuple(closures)
    for stop in stops:
        for one in closures:
            at = stop.expected_at
            if one.office != stop.office.code or at is None or not one.covers(at):
                continue
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
