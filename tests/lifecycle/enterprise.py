"""The steps of the enterprise: it declares, reports, changes its mind."""

from tests.lifecycle.comparing import Comparing, Going
from tests.lifecycle.dates import Dates
from tests.lifecycle.model import ANYWHERE, OURS, Movement
from tests.lifecycle.papers import Truck, declared_dates, written
from tests.lifecycle.telling import OTHERWISE, with_gate

FLAVOURS = ("", "", "", "", "GATE", "PERSON", "HOLD", "SILENT", "KEEP")
"""How the Chinese offices behave: nothing special, a gate that reads, a person first, and so on."""

DEEDS = (*OURS, "released", "exited")
TRUCKS_MAX = 15
TOLD_OF_TRUCKS = ("departed", "arrived", "departed", "arrived", "incident", "turned-back")


class Enterprise(Comparing):
    """Everything is asked of the model first: it says whether the gateway has to refuse."""

    # ------------------------------------------------------------------ declaring

    def declare(self, choice: int) -> None:
        """Declare goods for a truck of their own, or for one that others travel on as well."""
        if len(self.going) >= self.most:
            return
        truck, prelodged = self._truck_for(choice), choice % 7 == 0
        dates = declared_dates(self.stage.world.clock.at, choice, south=truck.south)
        paper = written(truck, len(self.going) + 1, dates, prelodged=prelodged)
        second = self._second(paper.truck, choice) if choice % 6 == 1 else None
        if second:
            paper = paper.spread(second)
        model = Movement(south=truck.south, trucks=paper.trucks, prelodged=prelodged)
        one = Going(self.stage.declare(paper), paper, model, Dates(dates))
        self.going.append(one)
        self.by_reference[one.reference] = one
        self.walked["declared"] += 1
        self.walked["pre-lodged"] += prelodged
        self.walked["declared on two trucks"] += second is not None
        self.compare(one)

    def _truck_for(self, choice: int) -> Truck:
        south, flavour = choice % 2 == 0, FLAVOURS[choice // 2 % len(FLAVOURS)]
        known = [one for one in self.trucks if one.south == south]
        free = self.most - len(self.going) - (TRUCKS_MAX - len(self.trucks))
        shared = known and ((choice % 5 == 0 and free > 0) or len(self.trucks) >= TRUCKS_MAX)
        if shared:
            self.walked["consolidated"] += 1
            return known[choice % len(known)]
        return self._new_truck(south=south, flavour=flavour)

    def _new_truck(self, *, south: bool, flavour: str) -> Truck:
        truck = Truck(len(self.trucks) + 1, south, flavour)
        self.trucks.append(truck)
        return truck

    def _second(self, truck: Truck, choice: int) -> Truck | None:
        """Another truck of the same direction: one that is known, or a new one."""
        known = [it for it in self.trucks if it.south == truck.south and it is not truck]
        if known and (choice % 2 or len(self.trucks) >= TRUCKS_MAX):
            return known[choice % len(known)]
        if len(self.trucks) >= TRUCKS_MAX:
            return None
        return self._new_truck(south=truck.south, flavour=truck.flavour)

    # ------------------------------------------------------------------ reporting

    def onward(self, one: Going, choice: int) -> None:
        """The next thing a truck does."""
        model = one.model
        if model.unpresented and choice % 3 == 0:
            self._report(one, "presented", model.way["departure"])
            return
        trucks = [it for it in model.trucks if not model.truck_did("departed", it)]
        deed = "departed" if trucks else "arrived"
        ready = model.happened("transit-started" if model.south else "entered")
        if deed == "departed" and not model.happened("released"):
            return
        if deed == "arrived" and not ready and choice % 4:
            return
        truck = self._one_truck(one, choice) if choice % 2 else ""
        self._report(
            one, deed, model.way["destination" if deed == "arrived" else "departure"], truck
        )

    def _one_truck(self, one: Going, choice: int) -> str:
        trucks = list(one.model.trucks)
        return trucks[choice // 2 % len(trucks)] if one.model.split else ""

    def report(self, one: Going, choice: int) -> None:
        """Anything an enterprise may say, in season or out of it."""
        deed = DEEDS[choice % len(DEEDS)]
        way = one.model.way
        usual = way["destination" if deed == "arrived" else "departure"]
        others = (*way.values(), "CN00X003")
        office = usual if choice % 5 else others[choice // 5 % len(others)]
        self._report(one, deed, office, self._one_truck(one, choice))

    def _report(self, one: Going, deed: str, office: str, truck: str = "") -> None:
        code = one.model.objection(deed, office, truck)
        with self.unless([code] if code else [], f"{deed} at {office}"):
            self.stage.report(one.reference, deed, office, truck)
        if not code:
            one.model.reports(deed, office, truck)
            self.walked[f"reported {deed}"] += 1
            self.walked[f"reported {deed} of one truck"] += bool(truck)
        self.compare(one)

    def drive(self, one: Going, choice: int) -> None:
        """What is told once of a truck is told of everything on it, or of nothing."""
        truck, way = one.paper.truck, one.model.way
        deed = TOLD_OF_TRUCKS[choice % len(TOLD_OF_TRUCKS)]
        office = way["destination" if deed == "arrived" else "departure"]
        moved = [it for it in self.aboard(truck) if not it.model.withdrawn]
        told = {it.reference: truck.batch if it.model.split else "" for it in moved}
        codes = [it.model.objection(deed, office, told[it.reference]) for it in moved]
        refused = ["trip.not-all-can"] * sum(bool(code) for code in codes)
        if not refused and not (moved and self._can(truck, deed)):
            refused = ["trip.no-such-step"]
        with self.unless(refused, f"{deed} of {truck.batch}"):
            self.stage.report_truck(truck, deed, office)
        self.walked[f"told of a truck: {deed}"] += not refused
        for it in moved:
            if not refused:
                it.model.reports(deed, office, told[it.reference])
            self.compare(it)

    def _can(self, truck: Truck, deed: str) -> bool:
        """Whether a truck itself can do it: only on its way it turns back or meets an incident.

        Goods on two trucks are on their way with the first, and have not arrived before the second.
        """
        batch, aboard = truck.batch, self.aboard(truck)
        gates = any(seen in ("", batch) for it in aboard for _, seen in it.gates)
        on_its_way = gates or any(it.model.truck_set_out(batch) for it in aboard)
        there = any(it.model.truck_did("arrived", batch) for it in aboard)
        over = all(it.model.over for it in aboard)
        return deed not in ANYWHERE or (on_its_way and not there and not over)

    # ------------------------------------------------------------------ changing

    def amend(self, one: Going, _: int) -> None:
        self._change(one, goods=True)

    def substitute(self, one: Going, _: int) -> None:
        self._change(one, goods=False)

    def _change(self, one: Going, *, goods: bool) -> None:
        codes = one.model.objections_to_change(goods=goods)
        paper = one.paper.amended() if goods else one.paper.resealed()
        if self._replace(one, codes, paper, "a change"):
            one.model.changes(goods=goods)
            self.walked["amended" if goods else "substituted"] += 1
        self.compare(one)

    def divert(self, one: Going, choice: int) -> None:
        """By another gate, to another office; back to the first ones as well."""
        way = dict(one.model.way)
        there_and_back = {**OTHERWISE, **{other: one for one, other in OTHERWISE.items()}}
        roles = (("exit", "entry"), ("exit",), ("entry",), ("destination",))[choice % 4]
        for role in roles:
            way[role] = there_and_back[way[role]]
        way = with_gate(way)
        codes = one.model.objections_to_change(way=way)
        if self._replace(one, codes, one.paper.rerouted(one.model.way, way), "a diversion"):
            one.model.diverts(way)
            self.walked[f"diverted: other {' and '.join(roles)}"] += 1
        self.compare(one)

    def split(self, one: Going, choice: int) -> None:
        """Spread goods over two trucks, or put them together again, before they leave."""
        model = one.model
        if model.set_out or any(map(model.truck_set_out, model.trucks)):
            return
        second = None if model.split else self._second(one.paper.truck, choice)
        if second is None and not model.split:
            return
        paper = one.paper.spread(second)
        if self._replace(one, model.objections_to_change(), paper, "a split"):
            model.spreads(paper.trucks)
            self.walked["split" if second else "put together"] += 1
        self.compare(one)

    def _replace(self, one: Going, codes: list[str], paper, what: str) -> bool:
        """Hand in a new declaration; return whether it was to be taken."""
        with self.unless(codes, what):
            self.stage.replace(one.reference, paper)
        if not codes:
            one.paper = paper
        return not codes
