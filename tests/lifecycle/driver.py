"""The steps of a driver: up to a lane of a gate, out of a country or into one."""

from datetime import timedelta
from decimal import Decimal

from tests.lifecycle.comparing import Comparing, Going, agree
from tests.lifecycle.lane import heaviest, says
from tests.lifecycle.model import Movement
from tests.lifecycle.papers import TARE_KG, Truck
from tests.lifecycle.telling import OTHERWISE

TOLERANCE_PERCENT = 3
LEEWAY = timedelta(hours=1)
"""Zones of gates differ by one: for so long nobody here says which day it is."""


class Driver(Comparing):
    """What the lane says is worked out beforehand, from all that is aboard."""

    def lane(self, one: Going, choice: int) -> None:
        """A truck at a gate: mostly where it may go on, the next on its way, laden as declared."""
        if choice % 3:
            one, truck = self._ready(choice) or (one, next(iter(one.paper.loads)))
        else:
            trucks = list(one.paper.loads)
            truck = trucks[choice // 4 % len(trucks)]
        if one.model.over:
            return
        role = _next(one.model, truck.batch) if choice % 7 else "entry"
        gate = one.model.way[role] if choice % 11 else _otherwise(one.model.way[role])
        aboard = [it for it in self.aboard(truck) if not it.model.over]
        declared = sum((it.paper.mass(truck) for it in aboard), TARE_KG)
        mass = declared + (0 if choice % 8 else one.paper.mass(truck))
        words = [says(it.model, truck.batch, gate, role) for it in aboard]
        words += self._at_the_gate(gate, (mass, declared))
        seals = {it.paper.seal(truck) for it in aboard}
        words += ["refer"] * (len(seals) > 1)  # it bears one: the others are missing
        dated = self._dated(aboard)
        passing = self.stage.lane(gate, role, truck, one.paper.seal(truck), mass)
        told = passing.passage
        if dated is not None:
            what = f"the lane of {role} at {gate}: {told.code} {told.value} {truck.batch}"
            agree(what, told.says.value, heaviest([*words, dated]))
        if passing.decision.established:
            agree("who passes", set(told.movements), {it.reference for it in aboard})
            for it in aboard:
                it.gates[gate, truck.batch if it.model.split else ""] = told.says.value
        self.walked[f"the lane said {told.says.value}"] += 1
        self.walked[f"the lane of {role} said {told.says.value}"] += 1
        for it in aboard:
            self.compare(it)

    def _ready(self, choice: int) -> tuple[Going, Truck] | None:
        """Goods on a truck that do not stop it at the next gate; rather those about to come in."""
        ready = [
            (_next(one.model, truck.batch), one, truck)
            for one in self.by_road
            for truck in one.paper.loads
            if not one.model.over and _may(one.model, truck.batch)
        ]
        entering = [it for it in ready if it[0] == "entry"] if choice % 2 else []
        chosen = entering or ready
        return chosen[choice % len(chosen)][1:] if chosen else None

    def _at_the_gate(self, gate: str, masses: tuple[Decimal, Decimal]) -> list[str]:
        """What speaks against anybody: the gate is closed, the truck too light or too heavy."""
        weighed, declared = masses
        shut = self.closed is not None and self.closed.shut(gate, self.stage.world.clock.at)
        off = abs(weighed - declared) * 100 > TOLERANCE_PERCENT * declared
        return ["stop"] * (shut or off)

    def _dated(self, aboard: list[Going]) -> str | None:
        """Whether papers and declarations count; None where it is a matter of an hour."""
        now = self.stage.world.clock.at
        if all(it.dates.valid(now, LEEWAY) for it in aboard):
            return "go"
        return None if all(it.dates.valid(now, -LEEWAY) for it in aboard) else "stop"


def _next(model: Movement, truck: str) -> str:
    return "entry" if model.truck_did("exited", truck) else "exit"


def _may(model: Movement, truck: str) -> bool:
    """Whether the goods on a truck do not stop it at the next gate."""
    role = _next(model, truck)
    return says(model, truck, model.way[role], role) != "stop"


def _otherwise(gate: str) -> str:
    return {**OTHERWISE, **{other: one for one, other in OTHERWISE.items()}}[gate]
