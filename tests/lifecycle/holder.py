"""The steps in common transit: a holder declares, presents, amends, reports, takes back."""

from datetime import datetime, timedelta

from gateway.pipeline.convert import fill_placeholders
from tests.lifecycle.comparing import Comparing, Going
from tests.lifecycle.dates import Dates, Declared
from tests.lifecycle.transit import ASKER, PACKAGES, WAY, Transit
from tests.packs.prepared_ctc import OWN

DEEDS = ("presented", "departed", "departed", "incident", "invalidation-asked")
OFFICES = tuple(WAY.values())
GOODS = "Ceramic capacitors"


class TransitPaper:
    """A CC015C as the holder has it on the desk; its wishes steer the simulated offices."""

    def __init__(self, raw: str, version: int = 0) -> None:
        self.text, self.version = raw, version

    def amended(self) -> "TransitPaper":
        before, after = (f"{GOODS}{' again' * it}<" for it in (self.version, self.version + 1))
        assert before in self.text
        return TransitPaper(self.text.replace(before, after), self.version + 1)


class TransitDates(Dates):
    """Common transit declares when goods are expected at the frontier, and no more."""

    def _wanted(self, model, _: datetime):
        seen = model.happened("passed") or model.happened("arrived")
        yield f"expected {WAY['transit']} transit", (self.declared.expected["transit"], seen)


class Holder(Comparing):
    """Every tenth movement or so goes by common transit."""

    def declare_transit(self, choice: int) -> None:
        transits = sum(isinstance(one.model, Transit) for one in self.going)
        if len(self.going) >= self.most or transits >= max(1, self.most // 4):
            return
        prelodged, now = choice % 3 == 0, self.stage.world.clock.at
        text = (OWN / "plain.xml").read_text("utf-8").replace("XI000142", WAY["transit"])
        text = text.replace("Type>A<", "Type>D<") if prelodged else text
        mass = "<grossMass>620.500</grossMass>"
        steered = f"{mass}<referenceNumberUCR>DIVERT {ASKER}</referenceNumberUCR>"
        text = text.replace(mass, steered) if choice % 2 else text
        at_the_frontier = now + timedelta(days=25)  # an estimate has to lie after release (R0004)
        text = text.replace("{{arrivalTime}}", f"{at_the_frontier:%Y-%m-%dT%H:%M:%S}")
        raw = fill_placeholders(text.encode(), now).decode()
        paper = TransitPaper(raw)
        model = Transit(prelodged=prelodged)
        reference = self.stage.declare_raw(raw.encode())
        model.trucks = {reference: PACKAGES}
        expected = self.stage.expected(reference, "transit")
        dates = TransitDates(Declared({"transit": expected}, {}, None))
        one = Going(reference, paper, model, dates)
        self.going.append(one)
        self.by_reference[reference] = one
        self.walked["transit declared"] += 1
        self.walked["transit pre-lodged"] += prelodged
        self.walked["transit to be diverted"] += choice % 2
        self.compare(one)

    def hold(self, one: Going, choice: int) -> None:
        """The holder does something, in season or out of it."""
        if choice % 6 == 0:
            codes = one.model.objections_to_change()
            paper = one.paper.amended()
            with self.unless(codes, "an amended transit"):
                self.stage.replace_raw(one.reference, paper.text.encode())
            if not codes:
                one.paper = paper
                one.model.changes()
                self.walked["transit amended"] += 1
        else:
            early = one.model.unpresented and choice % 2
            deed = "presented" if early else DEEDS[choice % len(DEEDS)]
            office = WAY["departure"] if deed != "incident" else OFFICES[choice % 3]
            code = one.model.objection(deed, office)
            with self.unless([code] if code else [], f"{deed} in transit"):
                self.stage.report(one.reference, deed, office, code="1", country="GB")
            if not code:
                one.model.reports(deed, office)
                self.walked[f"transit {deed}"] += 1
        self.compare(one)
