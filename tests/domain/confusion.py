"""Vehicles with confusable neighbours, and what cameras make of them; everything from one seed.

The misreads are written down here by hand (0/O, 8/B, 1/I, 2/Z, 5/S and more, a province or trailer
sign lost) and not taken from the table that is being tested. ``python -m tests.bench.lanes`` prints
what becomes of 100,000 reads.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from gateway.domain.lane import Known, Read, Reading, Run, Signal
from gateway.domain.lane_decision import decide
from tests.domain.lane_runs import LANE, NOON, PLACE, facts, reading, rules, run

MISTAKEN = {
    "0": "OD", "O": "0Q", "D": "0O", "Q": "O0", "8": "B3", "B": "8", "3": "8", "1": "I7L",
    "I": "1", "7": "1T", "L": "1", "T": "7", "2": "Z", "Z": "2", "5": "S", "S": "5", "6": "G",
    "G": "6", "4": "A", "A": "4", "U": "V", "V": "UY", "M": "N", "N": "MH", "H": "N",
}  # fmt: skip
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PROVINCES = "桂渝粤滇黔川"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass
class Vehicle:
    """The marks a vehicle really bears."""

    tractor: str
    trailer: str
    container: str
    seals: tuple[str, ...]
    batch: str = ""
    twin: bool = False


@dataclass
class Yard:
    """Runs that are open, found by the key of any plate, as the store finds them."""

    vehicles: list[Vehicle] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    by_key: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))

    def expect(self, vehicle: Vehicle) -> None:
        number = len(self.runs)
        vehicle.batch = f"YYG{number:07d}"
        one = run(
            facts(f"26CN{number:012d}J"),
            trips=(f"trp_{number}",),
            batch=vehicle.batch,
            tractors=(vehicle.tractor,),
            trailers=(vehicle.trailer,) if vehicle.trailer else (),
            containers=(vehicle.container,) if vehicle.container else (),
            seals=vehicle.seals,
            references=(vehicle.batch,),
        )
        self.vehicles.append(vehicle)
        self.runs.append(one)
        for key in rules().confusions.keys((*one.tractors, *one.trailers)):
            self.by_key[key].append(one)

    def decide(self, read: Reading):
        keys = rules().confusions.keys(one.text for one in read.plates)
        found = {one.trips: one for key in keys for one in self.by_key[key]}
        return decide(LANE, PLACE, read, Known(runs=tuple(found.values()), at=NOON), NOON, rules())


def vehicle(rng: random.Random) -> Vehicle:
    def mark(form: str) -> str:
        return "".join(
            rng.choice(LETTERS) if one == "A" else rng.choice("0123456789") if one == "9" else one
            for one in form
        )

    trailer = rng.choice(PROVINCES) + mark("AA999") + "挂" if rng.random() < 0.8 else ""
    return Vehicle(
        tractor=rng.choice(PROVINCES) + mark("AA9A99") if rng.random() < 0.8 else mark("99A99999"),
        trailer=trailer,
        container=mark("AAAU9999999") if rng.random() < 0.5 or not trailer else "",
        seals=(mark("AA9999999"), mark("AA99999999A9"))[: rng.choice((1, 2))],
    )


def mistaken(rng: random.Random, text: str) -> str:
    """Misread one character, or lose the province or the trailer's sign."""
    places = [place for place, one in enumerate(text) if one in MISTAKEN or ord(one) > 0x2000]
    if not places:
        return text
    place = rng.choice(places)
    instead = rng.choice(MISTAKEN.get(text[place], ("",)))
    return text[:place] + instead + text[place + 1 :]


def neighbour(rng: random.Random, of: Vehicle, twin: float) -> Vehicle:
    """Another vehicle whose tractor is a misread of this one's; a twin is so in every mark."""
    other = vehicle(rng)
    all_of_it = rng.random() < twin

    def like(mark: str, own: str) -> str:
        return mistaken(rng, mark) if mark and all_of_it else own

    of.twin = of.twin or all_of_it
    return Vehicle(
        twin=all_of_it,
        tractor=mistaken(rng, of.tractor),
        trailer=like(of.trailer, other.trailer) if rng.random() < 0.7 else other.trailer,
        container=like(of.container, other.container),
        seals=tuple(mistaken(rng, one) for one in of.seals) if all_of_it else other.seals,
    )


def noisy(rng: random.Random, text: str) -> str:
    """Write a read as some cameras do: small letters, blanks, hyphens, full width."""
    form = rng.randrange(6)
    if form == 0:
        return text.lower()
    if form == 1:
        return " ".join(text)
    if form == 2:
        return f"{text[:2]}-{text[2:]}"
    return text.translate(FULL_WIDTH) if form == 3 else text


def yard(rng: random.Random, vehicles: int, twin: float = 0.1) -> tuple[Yard, list[Vehicle]]:
    """Return a yard in which every second vehicle has a neighbour, and strangers that have one."""
    expected, strangers = Yard(), []
    for _ in range(vehicles // 3):
        one = vehicle(rng)
        expected.expect(one)
        expected.expect(neighbour(rng, one, twin))
        expected.expect(vehicle(rng))
        strangers.append(neighbour(rng, one, 0.0))
    return expected, strangers


def read_of(rng: random.Random, of: Vehicle, misreads: int, *, seals: bool = False) -> Reading:
    """Read a vehicle with that many characters wrong; with ``seals`` they can be misread too."""
    marks = {"tractor": of.tractor, "trailer": of.trailer, "container": of.container}
    marks |= {f"seal{place}": one for place, one in enumerate(of.seals)} if seals else {}
    marks = {name: text for name, text in marks.items() if text}
    seen = dict(marks)
    for _ in range(misreads):
        name = rng.choice(list(marks))
        seen[name] = mistaken(rng, seen[name])

    def read(name: str) -> tuple[Read, ...]:
        if name not in seen:
            return ()
        right = seen[name] == marks[name]
        sure = rng.randint(80, 99) if right or rng.random() < 0.02 else rng.randint(35, 92)
        return (Read(noisy(rng, seen[name]), sure),)

    return reading(
        id="p",
        plates=(*read("tractor"), *read("trailer")),
        containers=read("container"),
        seals=tuple(
            Read(noisy(rng, seen.get(f"seal{place}", one)), 99)
            for place, one in enumerate(of.seals)
        ),
    )


def outcomes(seed: int, reads: int, vehicles: int) -> dict[str, Counter]:
    """Return what became of reads: by what was read, how often which word, and *wrong* go."""
    rng = random.Random(seed)
    expected, strangers = yard(rng, vehicles)
    found: dict[str, Counter] = defaultdict(Counter)
    for _ in range(reads):
        which = rng.random()
        if which < 0.1:
            told, one, read = "no run", rng.choice(strangers), rng.choice((0, 0, 1))
        elif which < 0.2:
            told, one, read = "2 or 3 misread", rng.choice(expected.vehicles), rng.choice((2, 3))
        elif which < 0.55:
            told, one, read = "1 misread", rng.choice(expected.vehicles), 1
        else:
            told, one, read = "0 misread", rng.choice(expected.vehicles), 0
        told = "twin in every mark" if one.twin else told
        seals = rng.random() < 0.1
        decision = expected.decide(read_of(rng, one, read, seals=seals))
        right = decision.run is not None and decision.run.references == (one.batch,)
        wrong = decision.says is Signal.GO and not right
        word = "wrong go" if wrong else decision.says.value
        doubtful = seals and read and not one.twin
        found[f"{told}, seals too" if doubtful else told][word] += 1
        found["reasons of " + told][decision.reason.code] += 1
    return found


MARKS = ("0 misread", "1 misread")
"""Reads with at most one misread, of plates and container; twins in every mark are aside."""

SEALS = ("1 misread, seals too",)
"""Those whose one misread may be in a seal, which makes it no match."""


def go_rate(found: dict[str, Counter], *told: str) -> float:
    """Return how many of these reads went, of all of them."""
    all_of_them = sum(sum(found[one].values()) for one in told)
    return sum(found[one]["go"] for one in told) / all_of_them
