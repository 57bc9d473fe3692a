"""A walk: steps taken by a gateway and by the plain models side by side, compared at each step.

A step is three things that say all: a verb and two numbers. So a walk can be written down, shrunk
and taken again: ``python -m tests.lifecycle SEED STEPS``.
"""

import random
from collections import Counter
from collections.abc import Iterable

from tests.lifecycle.comparing import Disagreement
from tests.lifecycle.enterprise import Enterprise
from tests.lifecycle.offices import Offices
from tests.lifecycle.stage import Stage

WEIGHTS = {
    "carry": 24,
    "answer": 18,
    "declare": 3,
    "onward": 10,
    "report": 3,
    "amend": 2,
    "substitute": 2,
    "divert": 4,
    "split": 3,
    "lane": 4,
    "drive": 3,
    "speak": 4,
    "answers": 10,
    "again": 3,
    "cut": 1,
    "connect": 4,
    "wait": 3,
    "sweep": 2,
}
VERBS = tuple(verb for verb, weight in WEIGHTS.items() for _ in range(weight))
"""Every verb as often as it weighs."""

OF_NOBODY = ("declare", "again", "connect", "wait", "sweep")
"""Verbs that are about no movement."""

Step = tuple[str, int, int]


def steps_of(seed: int, count: int) -> list[Step]:
    """Return the steps of a seed."""
    drawn = random.Random(seed)
    return [
        (drawn.choice(VERBS), drawn.randrange(1000), drawn.randrange(1000)) for _ in range(count)
    ]


class Walk(Enterprise, Offices):
    """Steps, and the rest in which everybody gets what is under way."""

    def __init__(self, stage: Stage, movements: int = 20) -> None:
        super().__init__(stage, movements)
        self.done: list[Step] = []

    def __str__(self) -> str:
        """Tell what the walk came to."""
        states = Counter(one.model.state for one in self.going)
        ends = ", ".join(f"{count} {state}" for state, count in states.most_common())
        refused = self.refused.total()
        walked = ", ".join(
            f"{what} {count}" for what, count in sorted(self.walked.items()) if count
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
        elif self.going:
            getattr(self, verb)(self.going[which % len(self.going)], choice)

    def wait(self, choice: int) -> None:
        self.stage.world.clock.forward(minutes=1 + choice % 5)

    def sweep(self, _: int) -> None:
        self.stage.sweep()

    def rest(self) -> None:
        """Connect everybody, let everything be carried and answered; nobody missed anything."""
        self.stage.town.away.clear()
        for _ in range(200):
            self.stage.world.clock.forward(minutes=2)
            before = self.heard
            for link in self.stage.town.systems:
                self.stage.deliver(link)
                self.listen()
            said = self.stage.planned()
            for planned in said:
                self.say(self.by_reference[planned.taken.envelope.movement], planned)
            if self.heard == before and not said:
                break
        for one in self.going:
            self.left_undone(one)
