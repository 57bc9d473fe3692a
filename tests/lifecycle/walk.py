"""A walk: steps taken by a gateway and by the plain models side by side, compared at each step.

A step is three things that say all: a verb and two numbers. So a walk can be written down, shrunk
and taken again: ``python -m tests.lifecycle SEED STEPS``.
"""

import random
from collections import Counter
from collections.abc import Iterable

from tests.lifecycle.comparing import Disagreement, Going
from tests.lifecycle.driver import Driver
from tests.lifecycle.enterprise import Enterprise
from tests.lifecycle.holder import Holder
from tests.lifecycle.offices import Offices
from tests.lifecycle.shutting import Shutting
from tests.lifecycle.stage import Stage
from tests.lifecycle.transit import Transit

WEIGHTS = {
    "carry": 24,
    "answer": 18,
    "declare": 3,
    "declare_transit": 1,
    "hold": 3,
    "onward": 10,
    "report": 3,
    "amend": 2,
    "substitute": 2,
    "divert": 4,
    "split": 3,
    "lane": 6,
    "drive": 3,
    "speak": 4,
    "answers": 10,
    "again": 3,
    "cut": 1,
    "connect": 4,
    "wait": 3,
    "shut": 2,
    "plan": 2,
    "confirm": 2,
    "undo": 1,
    "carry_out": 2,
    "rest_a_while": 2,
    "sweep": 3,
}
VERBS = tuple(verb for verb, weight in WEIGHTS.items() for _ in range(weight))
"""Every verb as often as it weighs."""

OF_NOBODY = (
    *("declare", "again", "connect", "wait", "rest_a_while", "sweep"),
    *("plan", "confirm", "undo", "carry_out", "declare_transit"),
)
"""Verbs that are about no movement."""

Step = tuple[str, int, int]


def steps_of(seed: int, count: int) -> list[Step]:
    """Return the steps of a seed."""
    drawn = random.Random(seed)
    return [
        (drawn.choice(VERBS), drawn.randrange(1000), drawn.randrange(1000)) for _ in range(count)
    ]


class Walk(Enterprise, Driver, Offices, Shutting, Holder):
    """Steps, and the rest in which everybody gets what is under way."""

    def __init__(self, stage: Stage, movements: int = 20) -> None:
        super().__init__(stage, movements)
        self.done: list[Step] = []

    @property
    def counts(self) -> Counter[str]:
        """How often each kind of step was taken and came to something."""
        fired = Counter(word for one in self.going for word, _ in one.dates.fired)
        return self.walked + fired

    def __str__(self) -> str:
        """Tell what the walk came to."""
        states = Counter(one.model.state for one in self.going)
        ends = ", ".join(f"{count} {state}" for state, count in states.most_common())
        refused = self.refused.total()
        walked = ", ".join(
            f"{what} {count}" for what, count in sorted(self.counts.items()) if count
        )
        return (
            f"{len(self.done)} steps, {len(self.going)} movements ({ends}), "
            f"{len(self.trucks)} trucks, {self.heard} messages, "
            f"{len(self.stage.letters)} answers, {refused} refused ({len(self.refused)} codes); "
            f"{walked}"
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
        if verb in OF_NOBODY:
            getattr(self, verb)(choice)
        elif going := self._of(verb):
            getattr(self, verb)(going[which % len(going)], choice)

    def _of(self, verb: str) -> list[Going]:
        """The movements that a verb can be about: by road, in transit, or any."""
        if verb in ("carry", "cut", "answer", "answers"):
            return self.going
        return [it for it in self.going if isinstance(it.model, Transit) is (verb == "hold")]

    def wait(self, choice: int) -> None:
        self.stage.world.clock.forward(minutes=1 + choice % 5)

    def rest_a_while(self, choice: int) -> None:
        """Hours go by, once everything is carried: only goods and answers are late."""
        self.stage.town.away.clear()
        for _ in range(60):
            if self.stage.nothing_due():
                break
            self.stage.world.clock.forward(minutes=2)
            self.carry_all()
        self.stage.world.clock.forward(hours=3 + choice % 20)
        self.walked["hours went by"] += 1

    def carry_all(self) -> None:
        for link in self.stage.town.systems:
            self.stage.deliver(link)
            self.listen()

    def sweep(self, _: int) -> None:
        """Dates that are near or went by are told; nothing else comes of it."""
        before = sum(len(one.dates.fired) for one in self.going)
        for one in self.going:
            one.dates.sweep(one.model, self.stage.world.clock.at)
        for _ in range(1 + (sum(len(one.dates.fired) for one in self.going) - before) // 50):
            self.stage.sweep()
        for one in self.going:
            self.compare(one)

    def rest(self) -> None:
        """Connect everybody, let everything be carried and answered; nobody missed anything."""
        self.stage.town.away.clear()
        for _ in range(200):
            self.stage.world.clock.forward(minutes=2)
            before = self.heard
            self.carry_all()
            said = self.stage.planned()
            for planned in said:
                self.say(self.by_reference[planned.taken.envelope.movement], planned)
            if self.heard == before and not said:
                break
        for one in self.going:
            self.left_undone(one)
