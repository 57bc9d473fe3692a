"""A gateway and the plain models side by side, and where they differ."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from gateway.domain.errors import GatewayError
from tests.lifecycle.closing import Closed
from tests.lifecycle.dates import Dates
from tests.lifecycle.model import Movement
from tests.lifecycle.papers import PACKAGES, Paper, Truck
from tests.lifecycle.stage import Stage
from tests.lifecycle.transit import PACKAGES as TRANSIT_PACKAGES
from tests.lifecycle.transit import Transit
from tests.lifecycle.words import OF_ONE_TRUCK, PROCEDURES, TELLS, told_by

OWN = (
    *("answered", "number-given", "procedure-moved", "completed"),
    *("deadline-reminded", "deadline-passed"),
)
"""Events that say how the gateway got there, or of dates, which are compared by themselves."""


class Disagreement(AssertionError):
    """The product and the model do not agree."""


@dataclass
class Going:
    """One movement: its number, its declaration, and what the model says of it."""

    reference: str
    paper: Paper
    model: Movement
    dates: Dates
    received: int = 0
    gates: dict[tuple[str, str], str] = field(default_factory=dict)  # what each said last


def agree(what: str, product: object, model: object) -> None:
    if product != model:
        raise Disagreement(f"{what}\n  product: {product}\n  model:   {model}")


class Comparing:
    """Movements, trucks, what was walked so far, and the comparison after each step."""

    closed: Closed | None = None

    def __init__(self, stage: Stage, movements: int = 20) -> None:
        self.stage = stage
        self.most = movements
        self.trucks: list[Truck] = []
        self.going: list[Going] = []
        self.by_reference: dict[str, Going] = {}
        self.heard = 0
        self.refused: Counter[str] = Counter()
        self.walked: Counter[str] = Counter()

    @property
    def by_road(self) -> list[Going]:
        return [it for it in self.going if not isinstance(it.model, Transit)]

    def aboard(self, truck: Truck) -> list[Going]:
        """Everything that travels on a truck."""
        return [it for it in self.by_road if truck in it.paper.loads]

    @contextmanager
    def unless(self, codes: list[str], what: str) -> Iterator[None]:
        """Do something that must be refused with ``codes``, or must not where there are none."""
        found: list[str] = []
        try:
            yield
        except GatewayError as error:
            found = [one.code for one in error.findings]
        agree(f"{what} is refused", found, codes)
        self.refused.update(codes)

    # ------------------------------------------------------------------ what offices got

    def listen(self) -> None:
        """What offices got since: owed by the rules, in the order of their streams, once."""
        ears = self.stage.ears
        agree("what offices would not take", ears.not_taken, [])
        for got in ears.taken[self.heard :]:
            one = self.by_reference[got.movement]
            one.received += 1
            stream = got.office, self._truck(got.stream)
            owed = [told for told in one.model.told if told.stream == stream]
            agree("it was owed", got.place <= len(owed), True)
            same = {told.topic for told in owed if told.moment == owed[got.place - 1].moment}
            procedure, topic = told_by(got.type, got.office)
            agree("its turn", topic in same, True)
            self.walked[f"a digital gate heard: {topic}"] += procedure == "gate"
        self.heard = len(ears.taken)

    def _truck(self, stream: str) -> str:
        """The truck that has a stream of its own, or nothing."""
        _, _, trip = (*stream.split("/"), "")[:3]
        return self.stage.batch(trip) if trip else ""

    def truck_of(self, one: Going, message: str, kind: str) -> str:
        """The truck that a message is about, where there are several."""
        if not one.model.split or TELLS.get(kind, ("", ""))[1] not in OF_ONE_TRUCK:
            return ""
        return self.stage.batch(self.stage.trip_of(one.reference, message))

    # ------------------------------------------------------------------ what stands

    def compare(self, one: Going) -> None:
        """States, events and what was told of one movement."""
        one.dates.stand(one.model, self.stage.world.clock.at)
        try:
            self._compare(one)
        except Disagreement as difference:
            told = "\n".join(f"    {it}" for it in one.model.told)
            way = f"{one.reference} {list(one.model.trucks)} {one.model.states} {one.model.journal}"
            raise Disagreement(f"{difference}\n  {way}\n{told}") from difference

    def _compare(self, one: Going) -> None:
        record, movement, events, messages = self.stage.standing(one.reference)
        model = one.model
        states = {PROCEDURES[it.kind]: it.state.value for it in movement.procedures}
        told: dict[tuple[str, str], list] = {}
        for it in sorted((it for it in messages if it.place is not None), key=_turn):
            told.setdefault((it.office, self._truck(it.stream)), []).append(it.type)
        agree("events", _journal(events, completed=model.state == "completed"), model.journal)
        agree("told", *_in_order(told, model))
        agree("procedures", states, model.states)
        agree("way", _way(record.stops), _parts(model))
        agree("gates", self._gates(events), one.gates)
        loads = self.stage.loads(one.reference)
        agree("packages", sum(loads.values()), self.declared_packages(one))
        agree("trips", {batch: number for batch, number in loads.items() if number}, model.trucks)
        agree("state", record.state, model.state)
        agree("dates", self.stage.dates(one.reference), one.dates.standing)
        fired = [(it.kind.value, it.fact("deadline")) for it in events if it.fact("deadline")]
        agree("dates that fired", sorted(fired), sorted(one.dates.fired))

    def _gates(self, events) -> dict[tuple[str, str], str]:
        """What the lane of each gate said last, of each truck where there are several."""
        passed = (it for it in events if it.kind == "at-gate" and it.fact("passage"))
        return {
            (it.office, self.stage.batch(it.fact("trip")) if it.fact("trip") else ""): it.fact(
                "decision"
            )
            for it in passed
        }

    def declared_packages(self, one: Going) -> int:
        """How many packages the declaration speaks of, whatever carries them."""
        return TRANSIT_PACKAGES if isinstance(one.model, Transit) else PACKAGES[one.model.south]

    def left_undone(self, one: Going) -> None:
        """Nobody missed anything, and nobody got what was not owed."""
        left = [
            f"{it.office} {it.type} {it.state} {it.waits_for}"
            for it in self.stage.world.store.messages(one.reference)
            if it.place is not None and it.state != "acknowledged"
        ]
        agree(f"{one.reference} did not get", left, [])
        agree(f"{one.reference} got", one.received, len(one.model.told))


def _turn(message) -> tuple[str, int]:
    return message.stream, message.place


def _way(stops) -> list[tuple[str, str]]:
    return [(role, office) for number, office, role, _ in stops if number]


def _parts(model) -> list[tuple[str, str]]:
    """The offices on the way of a model, with the parts they play."""
    return [(model.plays(role), office) for role, office in model.way.items()]


def _journal(events, *, completed: bool) -> list[tuple[str, str]]:
    """Return what happened; that all is closed says the state."""
    agree("completed", any(it.kind == "completed" for it in events), completed)
    return [
        (it.kind.value, it.office) for it in events if it.kind not in OWN and not it.fact("passage")
    ]


def _in_order(told, model: Movement) -> tuple[list, list]:
    """Return by stream what was told and what had to be; in one moment any order will do."""
    streams = sorted({one.stream for one in model.told} | set(told))
    got, wanted = [], []
    for stream in streams:
        due = [one for one in model.told if one.stream == stream]
        turns = [
            [f"{one.procedure} {one.topic}" for one in turn]
            for _, turn in groupby(due, key=lambda one: one.moment)
        ]
        said = [" ".join(told_by(one, stream[0])) for one in told.get(stream, ())]
        wanted.append((stream, [sorted(turn) for turn in turns]))
        got.append((stream, list(_cut(said, [len(turn) for turn in turns]))))
    return got, wanted


def _cut(said: list[str], lengths: Iterable[int]) -> Iterator[list[str]]:
    rest = said
    for length in lengths:
        yield sorted(rest[:length])
        rest = rest[length:]
    if rest:
        yield rest
