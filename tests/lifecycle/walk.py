"""A walk: steps taken by a gateway and by the plain model side by side, compared at each step.

A step is three things that say all: a verb and two numbers. So a walk can be written down, shrunk
and taken again: ``python -m tests.lifecycle SEED STEPS``.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from gateway.domain.errors import GatewayError
from tests.lifecycle.model import OURS, Movement
from tests.lifecycle.stage import LINKS, PACKAGES, Paper, Stage, Truck
from tests.lifecycle.words import PROCEDURES, UNASKED, saying, told_by

FLAVOURS = ("", "", "", "", "GATE", "PERSON", "HOLD", "SILENT", "KEEP")
"""How the Chinese offices behave: nothing special, a gate that reads, a person first, and so on."""

WEIGHTS = {
    "carry": 24,
    "answer": 24,
    "declare": 3,
    "onward": 8,
    "report": 3,
    "amend": 2,
    "substitute": 2,
    "lane": 4,
    "drive": 3,
    "speak": 4,
    "answers": 8,
    "again": 3,
    "cut": 1,
    "connect": 4,
    "wait": 3,
    "sweep": 2,
}
DEEDS = (*OURS, "released", "exited")

TRUCKS_MAX = 15
TOLD_OF_TRUCKS = ("departed", "arrived", "departed", "arrived", "incident", "turned-back")
SEEN_OF_TRUCKS = ("at-gate", "exited", "entered")
"""What an office sees of a truck, and so of everything aboard."""

Step = tuple[str, int, int]


@dataclass
class Going:
    """One movement: its number, its declaration, and what the model says of it."""

    reference: str
    paper: Paper
    model: Movement
    received: int = 0
    gate: str = ""  # what the lane said last


class Disagreement(AssertionError):
    """The product and the model do not agree."""


VERBS = tuple(verb for verb, weight in WEIGHTS.items() for _ in range(weight))
"""Every verb as often as it weighs."""


def steps_of(seed: int, count: int) -> list[Step]:
    """Return the steps of a seed."""
    drawn = random.Random(seed)
    return [
        (drawn.choice(VERBS), drawn.randrange(1000), drawn.randrange(1000)) for _ in range(count)
    ]


class Walk:
    """Movements, the offices they pass, and the plain model of each."""

    def __init__(self, stage: Stage, movements: int = 20) -> None:
        self.stage = stage
        self.most = movements
        self.trucks: list[Truck] = []
        self.going: list[Going] = []
        self.by_reference: dict[str, Going] = {}
        self.heard = 0
        self.done: list[Step] = []
        self.refused: Counter[str] = Counter()
        self.lanes: Counter[str] = Counter()

    def __str__(self) -> str:
        """Tell what the walk came to."""
        states = Counter(one.model.state for one in self.going)
        ends = ", ".join(f"{count} {state}" for state, count in states.most_common())
        refused = self.refused.total()
        return (
            f"{len(self.done)} steps, {len(self.going)} movements ({ends}), {self.heard} messages, "
            f"{len(self.stage.letters)} answers, {refused} refused ({len(self.refused)} codes), "
            f"{len(self.trucks)} trucks, lanes said {dict(self.lanes)}"
        )

    def take(self, steps: Iterable[Step]) -> None:
        """Take the steps, then let everything that is under way come to rest.

        Raises:
            Disagreement: with the steps that lead to it.
        """
        try:
            for step in steps:
                self.done.append(step)
                self.step(*step)
            self.rest()
        except Exception as error:
            taken = "\n".join(f"    {one}," for one in self.done)
            raise Disagreement(f"{error}\nafter {len(self.done)} steps:\n{taken}") from error

    def step(self, verb: str, which: int, choice: int) -> None:
        if verb in ("carry", "cut", "connect"):
            getattr(self, verb)(LINKS[which % len(LINKS)])
        elif verb in ("declare", "wait", "sweep", "again"):
            getattr(self, verb)(choice)
        elif self.going:
            getattr(self, verb)(self.going[which % len(self.going)], choice)

    # ------------------------------------------------------------------ the enterprise's steps

    def declare(self, choice: int) -> None:
        """Declare goods for a truck of their own, or for one that others travel on as well."""
        if len(self.going) >= self.most:
            return
        truck = self._truck(choice)
        paper = self.stage.paper(truck, len(self.going) + 1)
        one = Going(self.stage.declare(paper), paper, Movement(south=truck.south))
        self.going.append(one)
        self.by_reference[one.reference] = one
        self.compare(one)

    def _truck(self, choice: int) -> Truck:
        south, flavour = choice % 2 == 0, FLAVOURS[choice // 2 % len(FLAVOURS)]
        known = [one for one in self.trucks if one.south == south]
        free = self.most - len(self.going) - (TRUCKS_MAX - len(self.trucks))
        shared = known and ((choice % 5 == 0 and free > 0) or len(self.trucks) >= TRUCKS_MAX)
        if shared:
            return known[choice % len(known)]
        truck = Truck(len(self.trucks) + 1, south, flavour)
        self.trucks.append(truck)
        return truck

    def onward(self, one: Going, choice: int) -> None:
        """The next thing a truck does."""
        model = one.model
        deed = "arrived" if model.happened("departed") else "departed"
        ready = model.happened("transit-started" if model.south else "entered")
        if deed == "departed" and not model.happened("released"):
            return
        if deed == "arrived" and not ready and choice % 4:
            return
        self._report(one, deed, model.way["destination" if deed == "arrived" else "departure"])

    def report(self, one: Going, choice: int) -> None:
        """Anything an enterprise may say, in season or out of it."""
        deed = DEEDS[choice % len(DEEDS)]
        way = one.model.way
        usual = way["destination" if deed == "arrived" else "departure"]
        others = (*way.values(), "CN007208")
        office = usual if choice % 5 else others[choice // 5 % len(others)]
        self._report(one, deed, office)

    def _report(self, one: Going, deed: str, office: str) -> None:
        code = one.model.objection(deed, office)
        with self._unless([code] if code else [], f"{deed} at {office}"):
            self.stage.report(one.reference, deed, office)
        if not code:
            one.model.reports(deed, office)
        self.compare(one)

    def drive(self, one: Going, choice: int) -> None:
        """What is told once of a truck is told of everything on it, or of nothing."""
        truck, way = one.paper.truck, one.model.way
        deed = TOLD_OF_TRUCKS[choice % len(TOLD_OF_TRUCKS)]
        office = way["destination" if deed == "arrived" else "departure"]
        aboard = [it for it in self.going if it.paper.truck is truck]
        moved = [it for it in aboard if not it.model.withdrawn]
        refused = [it for it in moved if it.model.objection(deed, office)]
        codes = ["trip.not-all-can"] * len(refused) if moved else ["trip.no-such-step"]
        with self._unless(codes, f"{deed} of {truck.batch}"):
            self.stage.report_truck(truck, deed, office)
        for it in moved:
            if not refused:
                it.model.reports(deed, office)
            self.compare(it)

    def amend(self, one: Going, _: int) -> None:
        self._change(one, goods=True)

    def substitute(self, one: Going, _: int) -> None:
        self._change(one, goods=False)

    def _change(self, one: Going, *, goods: bool) -> None:
        code = one.model.objection_to_change(goods=goods)
        with self._unless([code] if code else [], "a change"):
            one.paper = self.stage.change(one.reference, one.paper, goods=goods)
        if not code:
            one.model.changes(goods=goods)
        self.compare(one)

    @contextmanager
    def _unless(self, codes: list[str], what: str) -> Iterator[None]:
        """Do something that must be refused with ``codes``, or must not where there are none."""
        found: list[str] = []
        try:
            yield
        except GatewayError as error:
            found = [one.code for one in error.findings]
        _agree(f"{what} is refused", found, codes)
        self.refused.update(codes)

    # ------------------------------------------------------------------ the lane's steps

    def lane(self, one: Going, choice: int) -> None:
        """The truck of a movement at the lane of its gate: it goes only if all aboard may."""
        truck = one.paper.truck
        if one.model.over:
            return
        aboard = [it for it in self.going if it.paper.truck is truck and not it.model.over]
        loads = len(aboard) if choice % 4 else len(aboard) + 1
        passing = self.stage.lane(truck, one.paper.seal, loads)
        seals = {it.paper.seal for it in aboard}
        may = [it.reference for it in aboard if it.model.may_leave]
        fit = loads == len(aboard) and len(seals) == 1
        says = passing.passage.says.value
        if says == "go":
            _agree("all aboard may leave", may, [it.reference for it in aboard])
            _agree("weight and seals", fit, True)
        elif fit and all(it.model.ready_to_leave for it in aboard):
            _agree(f"the lane says {passing.passage.code} {passing.passage.value}", says, "go")
        if passing.decision.established:
            told = {it.reference for it in aboard}
            _agree(
                f"movements that pass: {passing.passage.code}, seals {seals}",
                set(passing.passage.movements),
                told,
            )
            for it in aboard:
                it.gate = says
        self.lanes[says] += 1
        for it in aboard:
            self.compare(it)

    # ------------------------------------------------------------------ the offices' steps

    def carry(self, link: str) -> None:
        self.stage.deliver(link)
        self.listen()

    def answer(self, one: Going, choice: int) -> None:
        if planned := self.stage.planned(one.reference):
            self._say(one, planned[choice % len(planned)])

    def answers(self, one: Going, choice: int) -> None:
        """All that offices have in hand for a movement, in any order."""
        drawn = random.Random(choice)
        while planned := self.stage.planned(one.reference):
            self._say(one, drawn.choice(planned))

    def _say(self, one: Going, planned) -> None:
        envelope = planned.taken.envelope
        procedure, topic = told_by(envelope.type, envelope.office)
        self.stage.answer(planned)
        said = saying(topic, planned.effect)
        news = one.model.is_news(envelope.office, procedure, said)
        one.model.says(envelope.office, procedure, topic, said)
        self.compare(one)
        if news and said.event in SEEN_OF_TRUCKS:
            self._crosses(one, envelope.office, (procedure, topic), said)

    def _crosses(self, one: Going, office: str, about: tuple[str, str], said) -> None:
        """A truck crosses with everything aboard."""
        for it in self.going:
            if it is not one and it.paper.truck is one.paper.truck:
                if it.model.crosses_along(office, about[0], said):
                    it.model.says(office, *about, said)
                self.compare(it)

    def speak(self, one: Going, choice: int) -> None:
        """An office says something by itself about what it got."""
        got = [it for it in self.stage.ears.taken if it.movement == one.reference]
        word = tuple(UNASKED)[choice % len(UNASKED)]
        if not got or not one.model.can_say(word, got[choice % len(got)].office):
            return
        about = got[choice % len(got)]
        procedure, topic = told_by(about.type, about.office)
        self.stage.world.clock.forward(seconds=2)  # said twice in a second it would be a repeat
        self.stage.speak(one.reference, about.office, word, about.type)
        one.model.says(about.office, procedure, topic, UNASKED[word])
        self.compare(one)

    def again(self, choice: int) -> None:
        """An office repeats itself: nothing moves."""
        if self.stage.letters:
            planned, letter = self.stage.letters[choice % len(self.stage.letters)]
            self.stage.again(letter)
            self.compare(self.by_reference[planned.taken.envelope.movement])

    def cut(self, link: str) -> None:
        self.stage.town.away.add(link)

    def connect(self, link: str) -> None:
        self.stage.town.away.discard(link)

    def wait(self, choice: int) -> None:
        self.stage.world.clock.forward(minutes=1 + choice % 5)

    def sweep(self, _: int) -> None:
        self.stage.sweep()

    # ------------------------------------------------------------------ comparing

    def listen(self) -> None:
        """What offices got since: owed by the rules, in the order of their streams, once."""
        ears = self.stage.ears
        _agree("what offices would not take", ears.not_taken, [])
        for got in ears.taken[self.heard :]:
            one = self.by_reference[got.movement]
            one.received += 1
            owed = [told for told in one.model.told if told.office == got.office]
            _agree("it was owed", got.place <= len(owed), True)
            same = {told.topic for told in owed if told.moment == owed[got.place - 1].moment}
            _agree("its turn", told_by(got.type, got.office)[1] in same, True)
        self.heard = len(ears.taken)

    def compare(self, one: Going) -> None:
        """States, events and what was told of one movement."""
        try:
            self._compare(one)
        except Disagreement as difference:
            told = "\n".join(f"    {it}" for it in one.model.told)
            way = f"{one.reference} {one.paper.truck.batch} {one.model.states} {one.model.journal}"
            raise Disagreement(f"{difference}\n  {way}\n{told}") from difference

    def _compare(self, one: Going) -> None:
        record, movement, events, messages = self.stage.standing(one.reference)
        model = one.model
        states = {PROCEDURES[it.kind]: it.state.value for it in movement.procedures}
        told = sorted(
            (it for it in messages if it.place is not None), key=lambda it: (it.office, it.place)
        )
        _agree("events", _journal(events, completed=model.state == "completed"), model.journal)
        _agree("told", *_in_order(told, model))
        _agree("procedures", states, model.states)
        _agree("gate", _gate(events), one.gate)
        _agree("packages", self.stage.packages(one.reference), PACKAGES[model.south])
        _agree("state", record.state, model.state)

    def rest(self) -> None:
        """Connect everybody, let everything be carried and answered; nobody missed anything."""
        self.stage.town.away.clear()
        for _ in range(200):
            self.stage.world.clock.forward(minutes=2)
            before = self.heard
            for link in LINKS:
                self.carry(link)
            said = self.stage.planned()
            for planned in said:
                self._say(self.by_reference[planned.taken.envelope.movement], planned)
            if self.heard == before and not said:
                break
        for one in self.going:
            left = [
                f"{it.office} {it.type} {it.state} {it.waits_for}"
                for it in self.stage.world.store.messages(one.reference)
                if it.place is not None and it.state != "acknowledged"
            ]
            _agree(f"{one.reference} did not get", left, [])
            _agree(f"{one.reference} got", one.received, len(one.model.told))


def _journal(events, *, completed: bool) -> list[tuple[str, str]]:
    """Return what happened; that all is closed says the state."""
    own = ("answered", "number-given", "procedure-moved", "completed")
    _agree("completed", any(it.kind == "completed" for it in events), completed)
    return [
        (it.kind.value, it.office) for it in events if it.kind not in own and not it.fact("passage")
    ]


def _gate(events) -> str:
    """Return what a lane said last of a movement."""
    said = [it.fact("decision") for it in events if it.kind == "at-gate" and it.fact("passage")]
    return said[-1] if said else ""


def _in_order(messages, model: Movement) -> tuple[list, list]:
    """Return by office what was told and what had to be; in one moment any order will do."""
    offices = sorted({one.office for one in model.told} | {one.office for one in messages})
    got, wanted = [], []
    for office in offices:
        due = [one for one in model.told if one.office == office]
        turns = [
            [f"{one.procedure} {one.topic}" for one in turn]
            for _, turn in groupby(due, key=lambda one: one.moment)
        ]
        said = [" ".join(told_by(one.type, office)) for one in messages if one.office == office]
        wanted.append((office, [sorted(turn) for turn in turns]))
        got.append((office, list(_cut(said, [len(turn) for turn in turns]))))
    return got, wanted


def _cut(said: list[str], lengths: Iterable[int]) -> Iterator[list[str]]:
    rest = said
    for length in lengths:
        yield sorted(rest[:length])
        rest = rest[length:]
    if rest:
        yield rest


def _agree(what: str, product: object, model: object) -> None:
    if product != model:
        raise Disagreement(f"{what}\n  product: {product}\n  model:   {model}")
