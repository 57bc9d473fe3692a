"""The steps of closures: a gate is closed, a way round it is planned, confirmed, gone or undone."""

from datetime import timedelta

from tests.lifecycle.closing import ROLES, Closed
from tests.lifecycle.comparing import Comparing, Going, agree
from tests.lifecycle.telling import OTHERWISE

GRACE = timedelta(minutes=5)


class Shutting(Comparing):
    """One gate at a time."""

    def shut(self, one: Going, choice: int) -> None:
        """A gate is closed for a day; its neighbour, and that on the other side, stay open."""
        now = self.stage.world.clock.at
        if self.closed is not None and now < self.closed.ends:
            return
        gate = one.model.way[ROLES[choice % 2]]
        there_and_back = {**OTHERWISE, **{other: it for it, other in OTHERWISE.items()}}
        pair = [one.model.way[role] for role in ROLES]
        instead = tuple(there_and_back[it] if it == gate or choice % 3 else it for it in pair)
        ends = now + timedelta(hours=12 + choice % 24)
        name = self.stage.close(gate, now, ends)
        self.closed = Closed(name, gate, now, ends, instead)
        self.walked["a gate was closed"] += 1

    def plan(self, _: int) -> None:
        """Who is met gets a way round; nothing is sent."""
        closed, now = self.closed, self.stage.world.clock.at
        if closed is None:
            return
        met = {it.reference: it for it in self.by_road if closed.meets(it.model, it.dates, now)}
        fits = {
            name: self._goes(it) and not it.model.objections_to_change(way=closed.way(it.model))
            for name, it in met.items()
        }
        closed.plans({name: it.model for name, it in met.items()}, fits)
        self._agree_on(closed, self.stage.plan_round(closed.id, closed.instead))
        self.walked["ways round planned"] += sum(fits.values())

    def _goes(self, one: Going) -> bool:
        """Whether a pair of gates lies on the way of a movement: there are two directions."""
        closed = self.closed
        return closed is not None and closed.instead[0][:2] == one.model.way["exit"][:2]

    def confirm(self, _: int) -> None:
        if self.closed is None:
            return
        before = list(self.closed.plan.values()).count("proposed")
        plan = self.stage.confirm(self.closed.id, GRACE)
        self.closed.confirms(self.stage.world.clock.at + GRACE)
        self._agree_on(self.closed, plan)
        self.walked["ways round confirmed"] += before

    def undo(self, _: int) -> None:
        if self.closed is None:
            return
        held = sum(state in ("proposed", "confirmed") for state in self.closed.plan.values())
        plan = self.stage.undo(self.closed.id)
        self.closed.undoes()
        self._agree_on(self.closed, plan)
        self.walked["ways round undone"] += held

    def carry_out(self, _: int) -> None:
        """What was confirmed is gone when its time comes, if it still may be."""
        closed = self.closed
        if closed is None or "confirmed" not in closed.plan.values():
            return
        self.stage.world.clock.forward(minutes=6)
        plan = self.stage.carry_out(closed.id)
        for name, state in closed.plan.items():
            if state != "confirmed":
                continue
            one = self.by_reference[name]
            way = closed.carried_out(name, one.model)
            closed.plan[name] = "refused" if one.model.objections_to_change(way=way) else "done"
            if closed.plan[name] == "done":
                if way != one.model.way:
                    one.paper = one.paper.rerouted(one.model.way, way)
                    one.model.diverts(way)
                self.walked["ways round gone"] += 1
            self.compare(one)
        self._agree_on(closed, plan)

    def _agree_on(self, closed: Closed, plan: dict[str, str]) -> None:
        agree(f"the plan round {closed.office}", plan, closed.plan)
