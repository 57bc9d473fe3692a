"""Operators, enterprise and offices at odds, at random: whatever they do, no stream stands still.

Offices refuse everything for a while; an operator cancels, skips, retries and supersedes; the
enterprise amends, reports and takes back. Once all systems are well again and what is parked was
retried, nothing is left to send, every stream has its places, and the log holds.
"""

import random
from collections import defaultdict
from contextlib import closing, suppress

import pytest

from gateway.domain.act import Act, ActKind
from gateway.domain.errors import GatewayError
from gateway.domain.message import MessageState
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.deliver import deliver
from gateway.usecases.operate import perform
from tests.usecases.stopped import WHY, principal
from tests.world import World

LINKS = ("lnk_cn008001", "lnk_cn00x001", "lnk_vn0015bb", "lnk_vn0003pj")
REFUSALS = (400, 422, 503)
ACTS = (ActKind.CANCEL, ActKind.SKIP, ActKind.RETRY, ActKind.SUPERSEDE)
GOODS = "片式固定电阻器"
OPEN = (MessageState.WAITING, MessageState.DUE, MessageState.PARKED)


class Odds:
    """One movement, and what its seed makes of it."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._chance = random.Random(f"meddling/{seed}")
        self._operator = principal(world, "operator")
        self._times = 0
        for link in LINKS:
            if self._chance.random() < 0.35:
                self._turn(link)
        self.movement = world.submit(world.declaration()).movement

    def go(self) -> None:
        deeds = (self._world.run, self._send, self._wait, self._toggle, self._report)
        deeds += (self._act, self._act, self._amend, self._withdraw)
        for _ in range(self._chance.randint(4, 14)):
            with suppress(GatewayError):  # what does not fit is refused, and changes nothing
                self._chance.choice(deeds)()

    def recover(self) -> None:
        self._world.town.instead.clear()
        for _ in range(3):
            self._world.clock.forward(hours=2)
            for one in self._world.store.messages(self.movement):
                if one.state is MessageState.PARKED:
                    with suppress(GatewayError):
                        self._do(ActKind.RETRY, one.id)
            self._world.run()

    # ------------------------------------------------------------------ deeds

    def _send(self) -> None:
        deliver(self._world.ports, self._chance.choice(LINKS), "worker")

    def _wait(self) -> None:
        self._world.clock.forward(minutes=self._chance.choice((1, 30, 120)))

    def _toggle(self) -> None:
        self._turn(self._chance.choice(LINKS))

    def _turn(self, link: str) -> None:
        """Let a system refuse everything, or take it again."""
        if self._world.town.instead.pop(link, None) is None:
            self._world.town.instead[link] = (self._chance.choice(REFUSALS), b"")

    def _report(self) -> None:
        kind, office = self._chance.choice((("departed", "CN008001"), ("arrived", "VN0003PJ")))
        facts = {"seal": "CQ8801172"} if kind == "departed" else {}
        self._world.report(self.movement, kind, office, **facts)

    def _withdraw(self) -> None:
        if self._chance.random() < 0.5:
            facts = {"reason": "003", "text": "buyer cancelled"}
            self._world.report(self.movement, "invalidation-asked", "CN008001", **facts)

    def _amend(self) -> None:
        self._times += 1
        raw = self._world.declaration(texts={GOODS: f"{GOODS} {self._times}"})
        new = Amendment(raw=raw, reason=Reason(code="001", text="mistaken"))
        key = f"amend-{self._times}"
        amend(self._world.ports, self._world.exporter, self.movement, new, idempotency_key=key)

    def _act(self) -> None:
        """Preferably on what is parked: that is what an operator is shown."""
        still = [one for one in self._world.store.messages(self.movement) if one.state in OPEN]
        parked = [one for one in still if one.state is MessageState.PARKED]
        if still:
            choice = parked if parked and self._chance.random() < 0.7 else still
            self._do(self._chance.choice(ACTS), self._chance.choice(choice).id)

    def _do(self, kind: ActKind, message: str) -> None:
        perform(self._world.ports, self._operator, Act(kind=kind, subject=message, reason=WHY))


SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(12, 60))]


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_meddles_no_stream_stands_still(tmp_path, seed):
    with closing(World(tmp_path)) as world:
        odds = Odds(world, seed)
        odds.go()
        odds.recover()
        places = defaultdict(list)
        for one in world.store.messages(odds.movement):
            assert one.state not in (MessageState.DUE, MessageState.PARKED), one
            if one.place is not None and one.state is not MessageState.DROPPED:
                places[one.stream].append(one.place)
        for stream, taken in places.items():
            assert sorted(taken) == list(range(1, len(taken) + 1)), stream
        assert verify_log(world.ports).findings == ()
