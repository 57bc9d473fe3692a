"""The gateway and the offices, moved step by step: nothing is delivered or answered by itself."""

from dataclasses import dataclass, replace
from decimal import Decimal

from gateway.adapters.keystore import create_party_key
from gateway.audit.exchange import read_envelope
from gateway.domain.event import EventKind, Report
from gateway.domain.lane import Direction, Read, Reading
from gateway.markup import safe, signature
from gateway.pipeline.read import read_declaration
from gateway.register import folded
from gateway.sandbox.stationery import Planned
from gateway.sandbox.town import Letter
from gateway.usecases import setup
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.deliver import deliver
from gateway.usecases.lane import Passing, pass_lane
from gateway.usecases.setup import add_lane
from gateway.usecases.submit import submit
from gateway.usecases.sweep import sweep
from gateway.usecases.trips import report_trip
from tests.world import LANE, NORTHBOUND, SHIPPED, SIGNATORIES, TENANT, World

LINKS = ("lnk_cn008001", "lnk_cn00x001", "lnk_vn0015bb", "lnk_vn0003pj")
PLATES = str.maketrans("0123456789", "01825649UM")
"""Digits spelled so that no camera takes one for another."""

NORTH = "exporter-north"
"""The key of who declares northbound; a key belongs to one declarant."""

TARE_KG = Decimal(17000)
PACKAGES = {True: 124, False: 1000}
"""What one southbound and one northbound declaration speak of."""

GOODS = {
    True: "Multilayer ceramic chip capacitors",
    False: "Fresh dragon fruit, red flesh",
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as an office got it."""

    movement: str
    office: str
    type: str
    place: int


@dataclass(frozen=True, slots=True)
class Truck:
    """A tractor with its trailer on one run; ``flavour`` is how the Chinese offices behave."""

    number: int
    south: bool
    flavour: str

    @property
    def batch(self) -> str:
        return f"{self.flavour}{'S' if self.south else 'N'}{self.number:09d}"

    @property
    def _told(self) -> str:
        return f"{self.number:04d}".translate(PLATES)

    @property
    def plates(self) -> tuple[str, str]:
        return f"桂A{self._told}9", f"桂B{self._told}挂"

    @property
    def electronic(self) -> str:
        return f"ES{self._told}A7"

    def seal(self, change: int = 0) -> str:
        return f"{'CQ' if self.south else 'HD'}{self._told}{change:03d}"


@dataclass
class Paper:
    """A declaration as the enterprise has it on its desk, and how often it changed what."""

    truck: Truck
    number: int
    text: str
    version: int = 0
    sealed: int = 0

    @property
    def seal(self) -> str:
        return self.truck.seal(self.sealed)


SOUTHBOUND = ("CQ-2026-000117", "YYG2611240001", "桂A8D217", "桂AK217挂", "12H-01734")
FRUIT = ("HD-2026-000451", "HDC2611240001", "桂A6E903", "桂AL905挂", "12H-01822")


def _marks(truck: Truck, number: int) -> dict[str, str]:
    """Return the marks of the shipped declarations, and those of this one and its truck."""
    shipped = SOUTHBOUND if truck.south else FRUIT
    reference = f"{shipped[0][:8]}{number:06d}"
    own = (reference, truck.batch, *truck.plates, f"12H-{truck.number:05d}")
    customs, electronic = (
        ("CQ8801172", "ES20261123A7") if truck.south else ("HD5512034", "ES20261124B3")
    )
    return {
        **dict(zip(shipped, own, strict=True)),
        customs: truck.seal(),
        electronic: truck.electronic,
    }


class Ears:
    """The courier: carries as the town does, and remembers what was taken and what was not."""

    def __init__(self, town) -> None:
        self._town = town
        self.taken: list[Arrived] = []
        self.not_taken: list[str] = []

    def carry(self, link, parcels):
        for parcel, reply in zip(parcels, self._town.carry(link, parcels), strict=True):
            envelope = read_envelope(parcel.envelope)
            if reply.status == 200:
                got = Arrived(envelope.movement, envelope.office, envelope.type, envelope.place)
                self.taken.append(got)
            elif reply.status:
                self.not_taken.append(f"{envelope.office} {envelope.type} {reply.status}")
            yield reply


def both_ways(folder) -> World:
    """A world whose parties declare southbound and northbound."""
    world = World(folder)
    north = read_declaration(safe.parse(NORTHBOUND.read_bytes()))
    create_party_key(folder / "keys", NORTH, common_name=NORTH, days=365, at=world.clock.now())
    signer = world.keys.signer(NORTH)
    setup.add_certificate(world.ports, TENANT, north.declarant.key, signer.certificate)
    for office in ("CN00X001", "VN0015BB"):
        add_lane(world.ports, replace(LANE, id=office.lower(), office=office))
    for name in SIGNATORIES:
        party = north.party(name).key
        if party not in world.parties.values():
            setup.new_mandate(world.ports, TENANT, party, name, name, basis="test")
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
        self._keys = 0

    # ------------------------------------------------------------------ the enterprise

    def _key(self) -> str:
        self._keys += 1
        return f"walk-{self._keys}"

    def paper(self, truck: Truck, number: int) -> Paper:
        """Return a declaration of its own, of goods that travel on ``truck``."""
        marks = _marks(truck, number)
        text = (SHIPPED if truck.south else NORTHBOUND).read_text("utf-8")
        for old, new in marks.items():
            assert old in text, old
            text = text.replace(old, new)
        return Paper(truck, number, text)

    def _signed(self, paper: Paper) -> bytes:
        signer = self.world.keys.signer("exporter" if paper.truck.south else NORTH)
        return signature.sign(paper.text.encode(), signer, self.world.clock.now())

    def declare(self, paper: Paper) -> str:
        done = submit(
            self.ports, self._signed(paper), self.world.exporter, idempotency_key=self._key()
        )
        return done.movement

    def report(self, movement: str, deed: str, office: str) -> None:
        self.world.report(movement, EventKind(deed).value, office, text="as it happened")

    def report_truck(self, truck: Truck, deed: str, office: str) -> None:
        """Tell something once of a vehicle and everything on it."""
        told = Report(
            kind=EventKind(deed),
            at=self.world.clock.now(),
            office=office,
            facts=(("text", "as it happened"),),
        )
        report_trip(self.ports, self.world.exporter, truck.batch, told)

    def change(self, movement: str, paper: Paper, *, goods: bool) -> Paper:
        """Hand in a new declaration; return it, once it is taken."""
        new = replace(paper)
        if goods:
            new.version += 1
            told = GOODS[paper.truck.south]
            new.text = new.text.replace(
                f"{told}{_mark(paper.version)}<", f"{told}{_mark(new.version)}<"
            )
        else:
            new.sealed += 1
            new.text = new.text.replace(paper.seal, new.seal)
        assert new.text != paper.text
        told = Amendment(raw=self._signed(new), reason=Reason(code="001", text="better known"))
        amend(self.ports, self.world.exporter, movement, told, idempotency_key=self._key())
        return new

    # ------------------------------------------------------------------ the lane

    def lane(self, truck: Truck, seal: str, loads: int) -> Passing:
        """A truck drives up to the lane of its gate of exit, with ``loads`` declarations aboard."""
        gate, mass = ("CN00X001", "2480.5") if truck.south else ("VN0015BB", "19200")
        self._keys += 1
        reading = Reading(
            id=f"passage-{self._keys}",
            at=self.world.clock.now(),
            direction=Direction.OUT,
            plates=tuple(Read(one) for one in truck.plates),
            seals=(Read(seal), Read(truck.electronic)),
            weight_kg=TARE_KG + loads * Decimal(mass),
        )
        return pass_lane(self.ports, self.world.exporter, gate.lower(), reading)

    def packages(self, movement: str) -> int:
        """How many packages of a movement travel, on all its trips together."""
        trips = self.world.store.trips_of(movement)
        shares = [one for trip in trips for one in trip.shares if one.movement == movement]
        return sum(one.packages for one in shares)

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

    def answer(self, planned: Planned) -> None:
        """Post one of them; any, whatever the order in which they were planned."""
        self.town.answers.remove(planned)
        letter = self.town.letter(planned)
        self.letters.append((planned, letter))
        letter.hand_in(self.ports)

    def again(self, letter: Letter) -> None:
        """Post one again, byte for byte."""
        letter.hand_in(self.ports)

    def speak(self, movement: str, office: str, word: str, about: str) -> None:
        """An office says something by itself about a message it got."""
        self.town.say(self.ports, (office, word), movement, about=(about,))

    def sweep(self) -> None:
        sweep(self.ports)

    # ------------------------------------------------------------------ what stands

    def standing(self, movement: str):
        """Return record, folded movement, events and messages as they are stored."""
        store = self.world.store
        record, events = store.movement(movement), store.events(movement)
        return record, folded(record, events), events, store.messages(movement)


def _mark(version: int) -> str:
    return f", lot {version}" if version else ""
