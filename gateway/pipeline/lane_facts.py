"""What a smart lane may know of a run: read off declarations and events, nothing else of them.

A lane needs to tell one vehicle from others and to see whether it may go. So it learns plates,
containers, seals, masses, dates of papers and states of procedures; never parties, goods or values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from gateway.domain.event import COMING_BACK, REPLACING, Event, EventKind, as_it_happened
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Lane, MovementFacts, Paper, Quarantine, Run, Standing
from gateway.domain.movement import Movement
from gateway.domain.parts import concerns, passed_by
from gateway.domain.plates import Confusions, plate_key
from gateway.domain.roles import OfficeRole
from gateway.domain.seals import put_on
from gateway.domain.trip import Trip
from gateway.domain.vehicles import TRAILER_SIGN, TakenOver, taken_over
from gateway.markup import tree
from gateway.pipeline.read import read_temperatures

T = TypeVar("T")

Stops = tuple[tuple[int, str, str, str], ...]
"""The recorded stops of a movement: sequence, office, role, expected time."""

_ROAD = {"30": "tractor", "31": "trailer"}
_OUTWARD = (OfficeRole.DEPARTURE, OfficeRole.EXIT)
_DECLARED = (EventKind.SUBMITTED, *REPLACING)
_BEGINNING = datetime.min.replace(tzinfo=UTC)

QUARANTINE = "quarantine"
"""The fact by which an event says that quarantine is ``done`` or the goods are ``held``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One movement on a trip: its declaration, folded state, events in order, stops, version.

    ``trip`` is filled where it is on several: then ``root`` holds that one alone.
    """

    root: tree.Element
    movement: Movement
    events: tuple[Event, ...]
    stops: Stops
    trip: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which lane asks, and what it needs to read the loads.

    Roles by procedure, HS headings, and the directory of offices: whose word is told.
    """

    lane: Lane
    roles: Mapping[str, OfficeRole]
    headings: tuple[str, ...]
    offices: Mapping[str, CustomsOffice]

    def own(self, office: str) -> bool:
        """Tell whether an office is of the lane's country."""
        told, here = self.offices.get(office), self.offices.get(self.lane.office)
        return told is not None and here is not None and told.country == here.country


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vehicles:
    tractors: tuple[str, ...]
    trailers: tuple[str, ...]
    tare_kg: Decimal | None
    permits: tuple[Paper, ...]


def run_of(trip: Trip, loads: Sequence[Load], asked: Asked) -> Run:
    """Return a trip as the lane should expect it; ``loads`` are its movements, at least one."""
    vehicles = [_vehicles(load, asked.lane) for load in loads]
    tractors, trailers = _borne(trip, loads, vehicles)
    taken = next(filter(None, (_taken(trip, load, asked.lane) for load in loads)), ())
    tractors = tuple(one.plate for one in taken if not one.is_trailer) or tractors
    trailers = tuple(one.plate for one in taken if one.is_trailer) or trailers
    plates = {plate_key(one) for one in (*tractors, *trailers)}
    tares = (one.tare_kg for one in vehicles if one.tare_kg is not None)
    containers = _once(_containers(_equipment(load, asked.lane), plates) for load in loads)
    return Run(
        trips=(trip.id,),
        batch=trip.batch,
        tractors=tractors,
        trailers=trailers,
        containers=containers,
        seals=seals_of(trip, loads, asked.lane),
        permits=() if taken else _once(one.permits for one in vehicles),
        movements=tuple(_movement(load, asked) for load in loads),
        goods_kg=sum((share.gross_mass_kg for share in trip.shares), Decimal(0)),
        tare_kg=None if taken else next(tares, None),
        references=_once([(trip.batch,) if trip.batch else (), *map(_references, loads)]),
    )


def bare_run(trip: Trip) -> Run:
    """Return what a trip's row alone tells: a vehicle to be told apart from others."""
    plates = [plate for _, plate in trip.plates]
    return Run(
        trips=(trip.id,),
        batch=trip.batch,
        tractors=tuple(one for one in plates if not one.endswith(TRAILER_SIGN)),
        trailers=tuple(one for one in plates if one.endswith(TRAILER_SIGN)),
        containers=(),
        seals=trip.seals,
        permits=(),
        movements=(),
        goods_kg=Decimal(0),
        tare_kg=None,
        references=(trip.batch,) if trip.batch else (),
    )


def bears(trip: Trip, plates: Iterable[str], looks: Confusions) -> bool:
    """Tell whether every plate that was read can be one of the trip's."""
    borne = [plate for _, plate in trip.plates]
    return all(any(looks.misreads(read, one) is not None for one in borne) for read in plates)


def _once(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))


def _references(load: Load) -> tuple[str, ...]:
    numbers = (number.value for one in load.movement.procedures for number in one.numbers)
    return (load.movement.reference, *numbers)


# ------------------------------------------------------------------ the vehicle


def _vehicles(load: Load, lane: Lane) -> _Vehicles:
    leg = _leg(load, lane)
    found = tree.elements(leg, "d:Vehicle") if leg is not None else []
    if not found:
        return _means(load.root)
    tares = [tree.text(one, "d:TareMassMeasure") for one in found]
    return _Vehicles(
        tractors=_plates(one for one in found if tree.text(one, "@kind") != "trailer"),
        trailers=_plates(one for one in found if tree.text(one, "@kind") == "trailer"),
        tare_kg=sum((Decimal(one) for one in tares), Decimal(0)) if all(tares) else None,
        permits=tuple(_paper(one) for one in tree.elements(leg, "d:Permit"))
        if leg is not None
        else (),
    )


def _borne(
    trip: Trip, loads: Sequence[Load], vehicles: Sequence[_Vehicles]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return tractors and trailers as the trip bears them now.

    The trip's own plates count, the declaration says what they are of; a plate it does not name was
    put in the place of another, and its sign tells a trailer. Vehicles of other legs are left out.
    """
    declared = {
        plate_key(tree.text(one, "."))
        for load in loads
        for one in tree.elements(load.root, "d:Trip/d:Leg/d:Vehicle/d:Plate")
    }
    borne = {plate_key(plate) for _, plate in trip.plates}
    new = [plate for _, plate in trip.plates if plate_key(plate) not in declared | _named(vehicles)]
    trailers = [one for v in vehicles for one in v.trailers if plate_key(one) in borne]
    tractors = [one for v in vehicles for one in v.tractors if plate_key(one) in borne]
    trailers += [one for one in new if one.endswith(TRAILER_SIGN)]
    tractors += [one for one in new if not one.endswith(TRAILER_SIGN)]
    return tuple(dict.fromkeys(tractors)), tuple(dict.fromkeys(trailers))


def _taken(trip: Trip, load: Load, lane: Lane) -> tuple[TakenOver, ...]:
    """Return the plates that took over on the leg on which the lane's office is met."""
    leg, legs = _leg(load, lane), tree.elements(load.root, "d:Trip/d:Leg")
    taken = taken_over(load.events, trip.id)
    if len(legs) < 2 or leg is None:  # noqa: PLR2004 - one leg
        return taken
    places = {office: sequence for sequence, office, _, _ in load.stops}
    first = places.get(tree.text(leg, "d:FromOfficeID"), 0)
    last = places.get(tree.text(leg, "d:ToOfficeID"), len(places))
    return tuple(one for one in taken if first <= places.get(one.office, first) <= last)


def _named(vehicles: Sequence[_Vehicles]) -> set[str]:
    return {plate_key(one) for v in vehicles for one in (*v.tractors, *v.trailers)}


def _means(root: tree.Element) -> _Vehicles:
    """Read road vehicles and trailers as transit declarations name them."""
    means = [
        (_ROAD.get(tree.text(one, "d:IdentificationTypeCode"), ""), tree.text(one, "d:ID"))
        for one in tree.elements(root, "d:Consignment/d:DepartureTransportMeans")
    ]
    return _Vehicles(
        tractors=tuple(plate for kind, plate in means if kind == "tractor"),
        trailers=tuple(plate for kind, plate in means if kind == "trailer"),
        tare_kg=None,
        permits=(),
    )


def _plates(vehicles: Iterable[tree.Element]) -> tuple[str, ...]:
    return tuple(tree.text(one, ".") for v in vehicles for one in tree.elements(v, "d:Plate"))


def _leg(load: Load, lane: Lane) -> tree.Element | None:
    """Return the leg on which the lane's office is met.

    Where vehicles change at that office, who goes out drives the next leg, who comes in the last.
    """
    places = {office: sequence for sequence, office, _, _ in load.stops}
    here = places.get(lane.office)
    legs = tree.elements(load.root, "d:Trip/d:Leg")
    if here is None:
        return legs[0] if len(legs) == 1 else None
    over = [
        leg
        for leg in legs
        if places.get(tree.text(leg, "d:FromOfficeID"), 0)
        <= here
        <= places.get(tree.text(leg, "d:ToOfficeID"), here)
    ]
    if not over:
        return None
    return over[-1] if lane.role in _OUTWARD else over[0]


def _equipment(load: Load, lane: Lane | None) -> list[tree.Element]:
    """Return the equipment: for a lane not what is a vehicle of other legs than the one met here.

    Goods that change vehicles at a border stand in one after the other, each with its own seals.
    """
    every = tree.elements(load.root, "d:Trip/d:TransportEquipment")
    leg = _leg(load, lane) if lane is not None else None
    if leg is None:
        return every
    legs = tree.elements(load.root, "d:Trip/d:Leg")
    here, all_legs = (
        {plate_key(one) for each in some for one in _plates(tree.elements(each, "d:Vehicle"))}
        for some in ([leg], legs)
    )
    elsewhere = all_legs - here
    return [one for one in every if plate_key(tree.text(one, "d:ID")) not in elsewhere]


def _containers(equipment: Iterable[tree.Element], plates: set[str]) -> tuple[str, ...]:
    """Return the containers; a trailer that is listed as equipment is no second mark."""
    found = (tree.text(one, "d:ID") for one in equipment if tree.text(one, "d:ID"))
    return tuple(one for one in found if plate_key(one) not in plates)


def seals_of(trip: Trip, loads: Sequence[Load], lane: Lane | None = None) -> tuple[str, ...]:
    """Return the seals as last told: at departure or an incident, or by a newer declaration.

    Reported seals replace declared ones where there is one equipment only, as in MT4402. With a
    ``lane`` they are those of the vehicle it meets.
    """
    others: set[str] = set()
    for load in loads:
        told, own = put_on(load.events, trip.id), _equipment(load, lane)
        if told and len(own) == 1:
            return tuple(dict.fromkeys(told))
        others |= set(_sealed(_equipment(load, None))) - set(_sealed(own))
    return tuple(dict.fromkeys(one for one in trip.seals if one not in others))


def _sealed(equipment: Iterable[tree.Element]) -> list[str]:
    return [tree.text(one, ".") for each in equipment for one in tree.elements(each, "d:Seal/d:ID")]


# ------------------------------------------------------------------ one movement


def _movement(load: Load, asked: Asked) -> MovementFacts:
    movement, lane = load.movement, asked.lane
    declared = [event.at for event in load.events if event.kind in _DECLARED]
    return MovementFacts(
        reference=movement.reference,
        declared_at=max(declared, default=_BEGINNING),
        news_at=max((event.at for event in load.events), default=_BEGINNING),
        standings=tuple(
            Standing(one.kind, one.administration, asked.roles[one.kind], one.state)
            for one in movement.procedures
            if one.kind in asked.roles
        ),
        papers=tuple(_paper(one) for one in tree.elements(load.root, "d:Consignment//d:Document")),
        quarantine=_quarantine(load, asked),
        temperatures=read_temperatures(load.root),
        over=movement.invalidating or movement.invalidated or _turned(load),
        awaited=movement.presentation_missing,
        expected_here=any(
            (office, role) == (lane.office, lane.role.value) for _, office, role, _ in load.stops
        ),
        passed_here=passed_by(movement.happened, [lane.office], load.trip),
        version=load.version,
    )


def _since_declared(load: Load) -> Sequence[Event]:
    """Return what happened since the declaration in force came."""
    declared = [place for place, event in enumerate(load.events) if event.kind in _DECLARED]
    since = load.events[declared[-1] :] if declared else load.events
    return [event for event in since if concerns(event, load.trip)]


def _turned(load: Load) -> bool:
    """Tell whether a border office did not let the goods pass, or they turned back, since then."""
    return any(event.kind in COMING_BACK for event in _since_declared(load))


def _paper(node: tree.Element) -> Paper:
    until = tree.text(node, "d:ExpiryDate")
    return Paper(
        tree.text(node, "d:TypeCode"),
        tree.text(node, "d:ID"),
        date.fromisoformat(until[:10]) if until else None,
    )


def _quarantine(load: Load, asked: Asked) -> Quarantine:
    """Goods whose heading is not declared may need quarantine: that is not known.

    Only an office tells how it stands: a report of the enterprise may bear a fact of that name.
    Each country has its own: what another found stays there, and lets nothing in here. Of several
    trucks each is told of by itself; where one is held, all are.
    """
    told: dict[str, str] = {}
    for event in as_it_happened(load.events):
        if event.kind is EventKind.QUARANTINE and asked.own(event.office):
            trip = event.fact("trip")
            told = {**told, trip: event.fact(QUARANTINE)} if trip else {"": event.fact(QUARANTINE)}
    if load.trip and load.trip in told:
        told.pop("", None)
    if Quarantine.HELD.value in told.values():
        return Quarantine.HELD
    if word := told.get(load.trip) or told.get(""):
        return Quarantine.DONE if word == Quarantine.DONE.value else Quarantine.UNKNOWN
    items = tree.elements(load.root, "d:Consignment/d:HouseConsignment/d:GoodsItem")
    codes = [tree.text(one, "d:Commodity/d:HarmonizedSystemCode") for one in items]
    if codes and all(code and not code.startswith(asked.headings) for code in codes):
        return Quarantine.NOT_NEEDED
    return Quarantine.UNKNOWN
