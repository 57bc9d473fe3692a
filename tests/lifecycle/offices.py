"""The steps of the offices and of the carriers of news: told, answering, speaking, unreachable."""

import random

from tests.lifecycle.comparing import Comparing, Going
from tests.lifecycle.model import IN_PARTS
from tests.lifecycle.transit import ASKER
from tests.lifecycle.words import UNASKED, saying, told_by

SEEN_OF_TRUCKS = ("at-gate", "exited", "entered")
"""What an office sees of a truck, and so of everything aboard."""


class Offices(Comparing):
    """What offices say comes in any order, late and twice."""

    def carry(self, one: Going, choice: int) -> None:
        """Deliver to one of the offices of a movement, to all of them, or where it was before."""
        offices = dict.fromkeys((*one.model.way.values(), *self._told(one)))
        chosen = list(offices)[choice % len(offices) :][:1] if choice % 4 else offices
        for office in chosen:
            self.deliver(office)

    def _told(self, one: Going) -> list[str]:
        return [told.office for told in one.model.told]

    def deliver(self, office: str) -> None:
        self.stage.deliver(f"lnk_{office.lower()}")
        self.listen()

    def answer(self, one: Going, choice: int) -> None:
        if planned := self.stage.planned(one.reference):
            self.say(one, planned[choice % len(planned)])

    def answers(self, one: Going, choice: int) -> None:
        """All that offices have in hand for a movement, in any order."""
        drawn = random.Random(choice)
        while planned := self.stage.planned(one.reference):
            self.say(one, drawn.choice(planned))

    def say(self, one: Going, planned) -> None:
        """Post an answer. A gate that goods do not come to sees nobody pass."""
        envelope = planned.taken.envelope
        procedure, topic = told_by(envelope.type, envelope.office)
        said = saying(topic, planned.effect)
        if said.event in IN_PARTS and envelope.office not in one.model.way.values():
            self.stage.drop(planned)
            self.walked["nobody came to the gate"] += 1
            return
        truck = self.truck_of(one, envelope.id, envelope.type)
        self.stage.world.clock.forward(seconds=2)  # said twice in a second it would be a repeat
        before = len(one.model.journal), dict(one.model.states)
        self.stage.answer(planned)
        speaker = ASKER if said.event == "record-asked" else envelope.office
        one.model.says(speaker, procedure, topic, said, truck)
        self.walked[f"answered: {said.word}"] += 1
        self.compare(one)
        news = before != (len(one.model.journal), one.model.states)
        if news and said.event in SEEN_OF_TRUCKS:
            about = envelope.office, procedure, topic
            self._crosses(one, truck or one.paper.truck.batch, about, said)

    def _crosses(self, one: Going, truck: str, about: tuple[str, str, str], said) -> None:
        """A truck crosses with everything aboard."""
        for it in self.by_road:
            if it is one or truck not in it.model.trucks:
                continue
            if it.model.crosses_along(about[0], said.event):
                it.model.says(*about, said, truck if it.model.split else "")
                self.walked["crossed with another's papers"] += 1
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
        spoken = self.stage.speak(one.reference, about.office, word, about.type)
        truck = self.truck_of(one, spoken, about.type)
        one.model.says(about.office, procedure, topic, UNASKED[word], truck)
        self.walked[f"said: {word}"] += 1
        self.compare(one)

    def again(self, choice: int) -> None:
        """An office repeats itself: nothing moves."""
        if self.stage.letters:
            planned, letter = self.stage.letters[choice % len(self.stage.letters)]
            self.stage.again(letter)
            self.walked["said again"] += 1
            self.compare(self.by_reference[planned.taken.envelope.movement])

    def cut(self, one: Going, choice: int) -> None:
        """An office is out of reach."""
        offices = list(one.model.way.values())
        self.stage.town.away.add(f"lnk_{offices[choice % len(offices)].lower()}")
        self.walked["cut off"] += 1

    def connect(self, choice: int) -> None:
        if self.stage.town.away:
            self.stage.town.away.discard(sorted(self.stage.town.away)[choice % 1])
