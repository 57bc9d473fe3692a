"""The gateway and the offices, moved step by step: nothing is delivered or answered by itself."""

from dataclasses import dataclass, replace

from gateway.adapters.keystore import create_party_key
from gateway.audit.exchange import read_envelope
from gateway.domain.event import EventKind
from gateway.markup import safe, signature
from gateway.pipeline.read import read_declaration
from gateway.register import folded
from gateway.sandbox.stationery import Planned
from gateway.sandbox.town import Letter
from gateway.usecases import setup
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.deliver import deliver
from gateway.usecases.submit import submit
from gateway.usecases.sweep import sweep
from tests.world import NORTHBOUND, SHIPPED, SIGNATORIES, TENANT, World

LINKS = ("lnk_cn008001", "lnk_cn00x001", "lnk_vn0015bb", "lnk_vn0003pj")
PLATES = str.maketrans("0123456789", "01825649UM")
"""Digits spelled so that no camera takes one for another."""

NORTH = "exporter-north"
"""The key of who declares northbound; a key belongs to one declarant."""

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


@dataclass
class Paper:
    """A declaration as the enterprise has it on its desk, and what it changed so far."""

    south: bool
    number: int
    batch: str
    text: str
    version: int = 0
    tractor: int = 0

    @property
    def seal(self) -> str:
        return f"{'CQ' if self.south else 'HD'}{self.number:03d}{self.tractor:04d}"


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

    def paper(self, *, south: bool, number: int, flavour: str) -> Paper:
        """Return a declaration of its own: reference, batch, plates and seals."""
        told = f"{number:04d}".translate(PLATES)
        shipped = SHIPPED if south else NORTHBOUND
        batch = f"{flavour}{'S' if south else 'N'}{number:09d}"
        marks = (
            {
                "CQ-2026-000117": f"CQ-2026-{number:06d}",
                "YYG2611240001": batch,
                "桂A8D217": f"桂A{told}9",
                "桂AK217挂": f"桂B{told}挂",
                "12H-01734": f"12H-{number:05d}",
            }
            if south
            else {
                "HD-2026-000451": f"HD-2026-{number:06d}",
                "HDC2611240001": batch,
                "桂A6E903": f"桂A{told}9",
                "桂AL905挂": f"桂B{told}挂",
                "12H-01822": f"12H-{number:05d}",
            }
        )
        text = shipped.read_text("utf-8")
        paper = Paper(south, number, batch, text)
        marks["CQ8801172" if south else "HD5512034"] = paper.seal
        for old, new in marks.items():
            assert old in text, old
            text = text.replace(old, new)
        paper.text = text
        return paper

    def _signed(self, paper: Paper) -> bytes:
        signer = self.world.keys.signer("exporter" if paper.south else NORTH)
        return signature.sign(paper.text.encode(), signer, self.world.clock.now())

    def declare(self, paper: Paper) -> str:
        done = submit(
            self.ports, self._signed(paper), self.world.exporter, idempotency_key=self._key()
        )
        return done.movement

    def report(self, movement: str, deed: str, office: str) -> None:
        self.world.report(movement, EventKind(deed).value, office, text="as it happened")

    def change(self, movement: str, paper: Paper, *, goods: bool) -> Paper:
        """Hand in a new declaration; return it, once it is taken."""
        new = replace(paper)
        if goods:
            new.version += 1
            told = GOODS[paper.south]
            new.text = new.text.replace(
                f"{told}{_mark(paper.version)}<", f"{told}{_mark(new.version)}<"
            )
        else:
            new.tractor += 1
            new.text = new.text.replace(paper.seal, new.seal)
        assert new.text != paper.text
        told = Amendment(raw=self._signed(new), reason=Reason(code="001", text="better known"))
        amend(self.ports, self.world.exporter, movement, told, idempotency_key=self._key())
        return new

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
