"""The gateway and the offices, moved step by step: nothing is delivered or answered by itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from gateway import closures
from gateway.adapters.keystore import FileKeys, create_party_key
from gateway.audit.exchange import read_envelope
from gateway.domain.event import EventKind, Report
from gateway.domain.lane import Direction, Read, Reading
from gateway.domain.roles import OfficeRole
from gateway.markup import safe, signature
from gateway.pipeline.read import read_declaration
from gateway.register import folded
from gateway.sandbox.stationery import Planned
from gateway.sandbox.town import Letter
from gateway.usecases import setup
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.closure import NewClosure, close_office
from gateway.usecases.deliver import deliver
from gateway.usecases.lane import Passing, pass_lane
from gateway.usecases.setup import add_lane
from gateway.usecases.submit import submit
from gateway.usecases.sweep import sweep
from gateway.usecases.trips import report_trip
from tests.lifecycle.papers import Paper, Truck
from tests.lifecycle.telling import GATES, OTHERWISE
from tests.world import LANE, NORTHBOUND, SIGNATORIES, TENANT, World

BESIDES = {
    "CN": tuple(one for one in OTHERWISE.values() if one.startswith("CN")),
    "VN": tuple(one for one in OTHERWISE.values() if one.startswith("VN")),
}
"""Offices that goods can be diverted to."""

NORTH = "exporter-north"
"""The key of who declares northbound; a key belongs to one declarant."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as an office got it; ``stream`` and ``place`` are its turn."""

    movement: str
    office: str
    type: str
    stream: str
    place: int


class Ears:
    """The courier: carries as the town does, and remembers what was taken and what was not."""

    def __init__(self, town) -> None:
        self._town = town
        self.taken: list[Arrived] = []
        self.not_taken: list[str] = []

    def carry(self, link, parcels, *_):
        for parcel, reply in zip(parcels, self._town.carry(link, parcels), strict=True):
            envelope = read_envelope(parcel.envelope)
            if reply.status == 200:
                got = Arrived(
                    envelope.movement,
                    envelope.office,
                    envelope.type,
                    envelope.stream,
                    envelope.place,
                )
                self.taken.append(got)
            elif reply.status:
                self.not_taken.append(f"{envelope.office} {envelope.type} {reply.status}")
            yield reply


class BothWays(World):
    """A world in which somebody declares northbound as well."""

    def _keys(self, folder) -> None:
        super()._keys(folder)
        create_party_key(folder, NORTH, common_name=NORTH, days=365, at=self.clock.now())
        self.keys = FileKeys(folder)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        return (*super().certificates, self.keys.signer(NORTH).certificate)


def both_ways(folder) -> World:
    """A world whose parties declare southbound and northbound, by either of two gates."""
    more = {"CN": ("CN008001", "CN00X001", *BESIDES["CN"])}
    more["VN"] = ("VN0015BB", "VN0003PJ", *BESIDES["VN"])
    more["VN-GATE"] = tuple(GATES.values())
    world = BothWays(folder, more=more)
    north = read_declaration(safe.parse(NORTHBOUND.read_bytes()))
    for office in ("CN00X001", "VN0015BB", "CN007208", "VN00X002"):
        for role in (OfficeRole.EXIT, OfficeRole.ENTRY):
            name = _lane_of(office, role)
            add_lane(world.ports, replace(LANE, id=name, office=office, role=role))
    for name in SIGNATORIES:
        party = north.party(name).key
        if party not in world.parties.values():
            key = NORTH if party == north.declarant.key else name
            setup.new_mandate(world.ports, TENANT, party, name, key, basis="test")
    return world


class Stage:
    """What a walk can do to a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.town = world.town
        self.ears = Ears(world.town)
        couriers = dict.fromkeys(world.ports.couriers, self.ears)
        self.ports = replace(world.ports, couriers=couriers)
        self.letters: list[tuple[Planned, Letter]] = []
        self._batches: dict[str, str] = {}
        self._keys = 0

    # ------------------------------------------------------------------ the enterprise

    def _key(self) -> str:
        self._keys += 1
        return f"walk-{self._keys}"

    def _signed(self, paper: Paper) -> bytes:
        signer = self.world.keys.signer("exporter" if paper.south else NORTH)
        return signature.sign(paper.text.encode(), signer, self.world.clock.now())

    def declare(self, paper: Paper) -> str:
        done = submit(
            self.ports, self._signed(paper), self.world.exporter, idempotency_key=self._key()
        )
        return done.movement

    def declare_raw(self, raw: bytes) -> str:
        """Declare in a foreign format, unsigned."""
        return submit(self.ports, raw, self.world.exporter, idempotency_key=self._key()).movement

    def replace_raw(self, movement: str, raw: bytes) -> None:
        told = Amendment(raw=raw, reason=Reason(text="better known"))
        amend(self.ports, self.world.exporter, movement, told, idempotency_key=self._key())

    def expected(self, movement: str, role: str) -> datetime:
        """When the goods are expected at the office of a role, as declared."""
        stops = self.world.store.movement(movement).stops
        return next(datetime.fromisoformat(at) for _, _, it, at in stops if it == role)

    def report(self, movement: str, deed: str, office: str, truck: str = "", **more: str) -> None:
        facts = {"text": "as it happened", **more, **({"trip": truck} if truck else {})}
        self.world.report(movement, EventKind(deed).value, office, **facts)

    def report_truck(self, truck: Truck, deed: str, office: str) -> None:
        """Tell something once of a vehicle and everything on it."""
        told = Report(
            kind=EventKind(deed),
            at=self.world.clock.now(),
            office=office,
            facts=(("text", "as it happened"),),
        )
        report_trip(self.ports, self.world.exporter, truck.batch, told)

    def replace(self, movement: str, paper: Paper) -> None:
        """Hand in a new declaration."""
        told = Amendment(raw=self._signed(paper), reason=Reason(code="001", text="better known"))
        amend(self.ports, self.world.exporter, movement, told, idempotency_key=self._key())

    # ------------------------------------------------------------------ closures

    def close(self, office: str, begins: datetime, ends: datetime) -> str:
        told = NewClosure(
            office=office, from_at=begins, until_at=ends, planned=True, reason="typhoon"
        )
        return close_office(self.ports, self.world.exporter, told).id

    def plan_round(self, closure: str, via: tuple[str, str]) -> dict[str, str]:
        return _states(closures.plan(self.ports, self.world.exporter, closure, via))

    def confirm(self, closure: str, grace: timedelta) -> dict[str, str]:
        return _states(closures.apply(self.ports, self.world.exporter, closure, grace))

    def undo(self, closure: str) -> dict[str, str]:
        return _states(closures.undo(self.ports, self.world.exporter, closure))

    def carry_out(self, closure: str) -> dict[str, str]:
        closures.go_on(self.ports, closure)
        return _states(self.ports.store.diversions(closure))

    # ------------------------------------------------------------------ the lane

    def lane(self, gate: str, role: str, truck: Truck, seal: str, mass: Decimal) -> Passing:
        """A truck of ``mass`` kg drives up to the lane of a gate, out of its country or in."""
        self._keys += 1
        reading = Reading(
            id=f"passage-{self._keys}",
            at=self.world.clock.now(),
            direction=Direction.OUT if role == "exit" else Direction.IN,
            plates=tuple(Read(one) for one in truck.plates),
            seals=(Read(seal), Read(truck.electronic)),
            weight_kg=mass,
        )
        name = _lane_of(gate, OfficeRole(role))
        return pass_lane(self.ports, self.world.exporter, name, reading)

    # ------------------------------------------------------------------ the offices

    def deliver(self, link: str) -> None:
        deliver(self.ports, link, "walk")

    def planned(self, movement: str = "") -> list[Planned]:
        """Return the answers that offices have in hand."""
        return [
            one
            for one in self.town.answers
            if not movement or one.taken.envelope.movement == movement
        ]

    def drop(self, planned: Planned) -> None:
        """An office says nothing after all."""
        self.town.answers.remove(planned)

    def answer(self, planned: Planned) -> None:
        """Post one of them; any, whatever the order in which they were planned."""
        self.town.answers.remove(planned)
        letter = self.town.letter(planned)
        self.letters.append((planned, letter))
        letter.hand_in(self.ports)

    def again(self, letter: Letter) -> None:
        """Post one again, byte for byte."""
        letter.hand_in(self.ports)

    def speak(self, movement: str, office: str, word: str, about: str) -> str:
        """An office says something by itself about a message it got; return which that was."""
        self.town.say(self.ports, (office, word), movement, about=(about,))
        taken = self.town.systems[f"lnk_{office.lower()}"].taken
        meant = [it.envelope for it in taken if it.envelope.movement == movement]
        return [it.id for it in meant if it.type == about][-1]

    def sweep(self) -> None:
        sweep(self.ports)

    # ------------------------------------------------------------------ what stands

    def standing(self, movement: str):
        """Return record, folded movement, events and messages as they are stored."""
        store = self.world.store
        record, events = store.movement(movement), store.events(movement)
        return record, folded(record, events), events, store.messages(movement)

    def dates(self, movement: str) -> dict[str, str]:
        """How the dates of a movement stand, by kind and what they are about."""
        rows = self.world.store.deadlines(movement)
        return {f"{it.kind.value} {it.subject}".strip(): it.state.value for it in rows}

    def nothing_due(self) -> bool:
        """Whether nothing waits to be carried, not even tomorrow."""
        return not self.ports.store.links_with_due(self.world.clock.at + timedelta(days=1))

    def batch(self, trip: str) -> str:
        """The batch number of a trip."""
        if trip not in self._batches:
            self._batches[trip] = self.world.store.trip(trip).batch
        return self._batches[trip]

    def trip_of(self, movement: str, message: str) -> str:
        """The trip that a message is about."""
        messages = self.world.store.messages(movement)
        return next(it.trip for it in messages if it.id == message)

    def loads(self, movement: str) -> dict[str, int]:
        """Packages of a movement by batch number, on all its trips together."""
        return {
            trip.batch: share.packages
            for trip in self.world.store.trips_of(movement)
            for share in trip.shares
            if share.movement == movement
        }


def _lane_of(office: str, role: OfficeRole) -> str:
    return f"{office}-{role.value}".lower()


def _states(plan) -> dict[str, str]:
    """How a plan stands, by movement."""
    return {it.movement: it.state.value for it in plan}
