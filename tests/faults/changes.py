"""Movements under way while the enterprise changes its mind, at moments drawn from a seed.

Each movement has one or two deeds, done when so many of its messages are acknowledged: its
declaration is amended or taken back, or an operator cancels a message that is still open. The first
movement is amended at once and again when it is under way. Whether
the gateway takes it or says that it is too late, everything comes to an end that is one.
"""

import random
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from hashlib import sha256

from gateway.cli.client import Client, Problem
from gateway.cli.demo.stage import Standing
from gateway.cli.desk import RemoteDesk, Told, Why
from gateway.markup import signature
from tests.faults.checker import Breach
from tests.faults.city import City

GOODS = "片式固定电阻器".encode()
WHY = Why(code="001", text="mistaken")
TAKEN_BACK = {"reason": "003", "text": "buyer cancelled"}
MESSAGES = 10
"""How many are acknowledged at the latest when something is done: the goods are on their way."""

DEEDS = ("amend", "withdraw", "cancel")
"""The first deed of each movement in turn; a second is drawn."""

PATIENCE_SECONDS = 4.0
"""How long one asks for what is refused because somebody is sending just now."""

QUIET_SECONDS = 5.0
"""Nothing has moved for so long: what was taken back or cancelled is at its end."""


@dataclass
class Journey:
    """One movement; ``deeds`` are still to be done, each with how far it must have come."""

    city: City
    number: int
    seed: int
    deeds: list[tuple[int, str]] = field(default_factory=list)
    done: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"changes/{self.seed}/{self.number}")
        deeds = [DEEDS[self.number % len(DEEDS)], self._chance.choice(("", *DEEDS))]
        drawn = [(self._chance.randint(0, MESSAGES), deed) for deed in deeds if deed]
        self.deeds = sorted(drawn) if self.number else [(0, "amend"), (1, "amend")]

    def travel(self, seconds: float) -> None:
        """Submit, report, and do each deed when its moment has come."""
        self.reference = self.city.submit()
        end = time.monotonic() + seconds
        moved, seen, told = time.monotonic(), None, set()
        while time.monotonic() < end:
            standing = Standing(self.city.patiently(lambda desk: desk.movement(self.reference)))
            states = Counter(one["state"] for one in standing.movement["messages"])
            if self.deeds and states["acknowledged"] >= self.deeds[0][0]:
                self._do(self.deeds.pop(0)[1], standing)
                continue
            if (standing.state, states) != seen:
                moved, seen = time.monotonic(), (standing.state, states)
            quiet = time.monotonic() - moved > QUIET_SECONDS
            if standing.finished or (quiet and not states["due"]):
                return
            if not states["due"]:
                self._report(standing, told)
            time.sleep(self.city.look_seconds)

    def _report(self, standing: Standing, told: set[str]) -> None:
        """Go on where everything that can be said is said; some of it may wait for ever."""
        accepted = all(one["state"] != "lodged" for one in standing.movement["procedures"])
        ready = {
            "departed": standing.happened("released") and accepted,
            "arrived": standing.happened("transit-started"),
        }
        place = {"departed": "departure", "arrived": "destination"}
        for kind in ready.keys() - told:
            if ready[kind]:
                told.add(kind)
                with suppress(Problem):  # it was taken back in between
                    self.city._tell(self.reference, kind, standing.office(place[kind]))

    # ------------------------------------------------------------------ deeds

    def _do(self, deed: str, standing: Standing) -> None:
        call = {"call": deed, "movement": self.reference, "outcome": "unknown"}
        self.city.history.append(call)
        try:
            getattr(self, f"_{deed}")(standing, call)
        except Problem as refused:
            call["outcome"] = "refused" if refused.status < 500 else "unknown"
            call["why"] = str(refused)
        else:
            call["outcome"] = "ok"
        self.done[f"{deed} {call['outcome']}"] += 1

    def _amend(self, _: Standing, call: dict) -> None:
        """Other words for the goods."""
        submitted = {one.get("movement"): one for one in self.city.history if "lrn" in one}
        paper = self.city.papers[submitted[self.reference]["lrn"]]
        name = f"amend-{self.number}-{self._chance.randint(1, 10**6)}"
        text = paper.replace(GOODS, GOODS + f", {name}".encode())
        raw = signature.sign(text, self.city.exporter, self.city.clock.now())
        call |= {"key": name, "digest": sha256(raw).hexdigest()}
        self.city.patiently(
            lambda desk: desk.amend(self.reference, raw, name, WHY), PATIENCE_SECONDS
        )

    def _withdraw(self, standing: Standing, _: dict) -> None:
        told = Told(
            kind="invalidation-asked", at=self.city.clock.now(),
            office=standing.office("departure"), facts=TAKEN_BACK,
        )  # fmt: skip
        self.city.patiently(lambda desk: desk.report(self.reference, told), PATIENCE_SECONDS)

    def _cancel(self, standing: Standing, call: dict) -> None:
        """An operator takes one message back, and what hangs on it."""
        still = [one for one in standing.movement["messages"] if one["state"] == "waiting"]
        if not still:
            return
        chosen = self._chance.choice(still)
        call |= {"message": chosen["id"], "type": chosen["type"]}
        act = {"act": "cancel", "reason": "the office asked for it"}
        key, end = f"cancel-{chosen['id']}", time.monotonic() + PATIENCE_SECONDS
        while True:
            with closing(Client(self.city.setting.url, self.city.setting.operator_key)) as client:
                try:
                    done = RemoteDesk(client).act(("messages", chosen["id"]), act, key)
                except Problem as busy:  # it is being sent just now
                    if busy.status != 409 or time.monotonic() > end:
                        raise
                else:
                    call["uncertain"] = done["uncertain"]
                    return
            time.sleep(0.1)


def run(city: City, seed: int, movements: int, seconds: float) -> list[Breach]:
    """Let so many travel at once, and judge."""
    journeys = [Journey(city, number, seed) for number in range(movements)]
    threads = [threading.Thread(target=one.travel, args=(seconds,)) for one in journeys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = sum((one.done for one in journeys), Counter())
    print(f"\nseed {seed}: {movements} movements, {dict(done)}")
    return [*city.untaken(movements), *city.breaches()]
