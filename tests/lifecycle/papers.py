"""The declarations as the enterprise writes them: which truck carries what, by which offices.

A paper is the shipped example with its own marks; every change is a changed text, signed anew.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.lifecycle.dates import Declared
from tests.world import NORTHBOUND, SHIPPED

PLATES = str.maketrans("0123456789", "01825649UM")
"""Digits spelled so that no camera takes one for another."""

TARE_KG = Decimal(17000)
PACKAGES = {True: 124, False: 1000}
MASS_KG = {True: Decimal("2480.5"), False: Decimal(19200)}
"""What one southbound and one northbound declaration speak of."""

GOODS = {
    True: "Multilayer ceramic chip capacitors",
    False: "Fresh dragon fruit, red flesh",
}
SOUTHBOUND = ("CQ-2026-000117", "YYG2611240001", "桂A8D217", "桂AK217挂", "12H-01734")
FRUIT = ("HD-2026-000451", "HDC2611240001", "桂A6E903", "桂AL905挂", "12H-01822")
PAPERS = {
    True: {
        "GMS GMS-CN-2026-00451": date(2027, 3, 31),
        "TAD TAD-CN-2026-00092": date(2027, 3, 31),
        "RCEP RCEP-CQ-2611-00917": date(2027, 11, 20),
    },
    False: {
        "GMS GMS-CN-2026-00460": date(2027, 3, 31),
        "TAD TAD-CN-2026-00101": date(2027, 3, 31),
        "ACFTA E-VN-26-11-04517": date(2027, 11, 21),
        "851 PC-VN-HD-26-11892": date(2026, 12, 6),
        "911 AP-CN-26-0038817": date(2027, 3, 9),
    },
}
"""Permits and documents by type and number, and their last days."""

FRESH = "851 PC-VN-HD-26-11892"
"""The phytosanitary certificate is made out anew for each harvest."""

HOURS = {"departure": 2, "exit": 8, "entry": 9, "destination": 16}
"""When goods are expected where, in hours from now."""

SEALS = {True: ("CQ8801172", "ES20261123A7"), False: ("HD5512034", "ES20261124B3")}


@dataclass(frozen=True, slots=True)
class Truck:
    """A tractor with its trailer on one run; ``flavour`` is how the Chinese offices behave."""

    number: int
    south: bool
    flavour: str

    @property
    def batch(self) -> str:
        return f"{self.flavour}{'S' if self.south else 'N'}{self.number:09d}"

    @property
    def _told(self) -> str:
        return f"{self.number:04d}".translate(PLATES)

    @property
    def plates(self) -> tuple[str, str]:
        return f"桂A{self._told}9", f"桂B{self._told}挂"

    @property
    def electronic(self) -> str:
        return f"ES{self._told}A7"

    def seal(self, change: int = 0) -> str:
        return f"{'CQ' if self.south else 'HD'}{self._told}{change:03d}"


@dataclass
class Paper:
    """A declaration as the enterprise has it on its desk, and how often it changed what.

    ``loads`` are the trucks with the packages on each; the first is the one it began with.
    """

    truck: Truck
    number: int
    text: str
    loads: dict[Truck, int] = field(default_factory=dict)
    version: int = 0
    sealed: int = 0

    @property
    def south(self) -> bool:
        return self.truck.south

    @property
    def trucks(self) -> dict[str, int]:
        """Packages by batch number, as a model of a movement knows trucks."""
        return {truck.batch: packages for truck, packages in self.loads.items()}

    def seal(self, truck: Truck) -> str:
        """The customs seal of a truck as this paper declares it."""
        return truck.seal(self.sealed if truck is self.truck else 0)

    def mass(self, truck: Truck) -> Decimal:
        """Kilograms on one truck."""
        return MASS_KG[self.south] * self.loads[truck] / PACKAGES[self.south]

    # ------------------------------------------------------------------ changed papers

    def amended(self) -> "Paper":
        """Other words for the goods."""
        told = GOODS[self.south]
        before, after = _lot(self.version), _lot(self.version + 1)
        text = self.text.replace(f"{told}{before}<", f"{told}{after}<")
        return self._new(text, version=self.version + 1)

    def resealed(self) -> "Paper":
        """Another seal on the first truck."""
        new = self.truck.seal(self.sealed + 1)
        text = self.text.replace(self.seal(self.truck), new)
        return self._new(text, sealed=self.sealed + 1)

    def rerouted(self, before: dict[str, str], after: dict[str, str]) -> "Paper":
        """Other offices."""
        text = self.text
        for role, office in before.items():
            text = text.replace(office, after[role])
        return self._new(text)

    def spread(self, second: Truck | None) -> "Paper":
        """The goods on two trucks, or on the first alone."""
        total, begin = PACKAGES[self.south], self.text.index("  <Trip>")
        head, trip = self.text[:begin], self.text[begin:].partition("  </Trip>")[0]
        trip = trip.partition("    <PackageQuantity>")[0]
        if second is None:
            loads = {self.truck: total}
            return self._new(f"{head}{trip}  </Trip>\n</Declaration>\n", loads=loads)
        loads = {self.truck: total - total // 4, second: total // 4}
        other = self._of(trip, second)
        new = self._new(self.text, loads=loads)
        first, last = new._load(self.truck), new._load(second)
        text = f"{head}{trip}{first}  </Trip>\n{other}{last}  </Trip>\n</Declaration>\n"
        return new._new(text, loads=loads)

    def _of(self, trip: str, truck: Truck) -> str:
        """The same trip driven by another truck."""
        for old, new in zip(_own(self.truck), _own(truck), strict=True):
            trip = trip.replace(old, new)
        return trip.replace(self.seal(self.truck), truck.seal())

    def _load(self, truck: Truck) -> str:
        return (
            f"    <PackageQuantity>{self.loads[truck]}</PackageQuantity>\n"
            f'    <GrossMassMeasure unit="KGM">{self.mass(truck).normalize():f}'
            "</GrossMassMeasure>\n"
        )

    def _new(self, text: str, **changes) -> "Paper":
        return replace(self, text=text, **changes)


def _lot(version: int) -> str:
    return f", lot {version}" if version else ""


def _own(truck: Truck) -> tuple[str, ...]:
    """The marks by which one truck is told from others."""
    return (truck.batch, *truck.plates, f"12H-{truck.number:05d}", truck.electronic)


def declared_dates(now: datetime, choice: int, *, south: bool) -> Declared:
    """Return the dates of a declaration that is written now: a day and a half from door to door.

    Every third has a limit date, every other a permit that ends in some days.
    """
    today = now.date()
    papers = dict(PAPERS[south])
    if not south:
        papers[FRESH] = today + timedelta(days=12)
    if choice % 2:
        papers[next(iter(papers))] = today + timedelta(days=2 + choice % 4)
    return Declared(
        expected={role: now + timedelta(hours=hours) for role, hours in HOURS.items()},
        papers=papers,
        limit=today + timedelta(days=3 + choice % 3) if choice % 3 == 0 else None,
    )


def _dated(text: str, dates: Declared, *, south: bool) -> str:
    """Write the dates into a declaration."""
    for at in dates.expected.values():
        moment = at.replace(microsecond=0).isoformat()
        text = re.sub(
            r"DateTime>2026-11-2\d[^<]*\+0[78]:00</Exp", f"DateTime>{moment}</Exp", text, count=1
        )
    for paper, old in PAPERS[south].items():
        name = paper.split()[1]
        told, stated = rf"(<ID>{name}</ID>.*?<ExpiryDate>){old}", rf"\g<1>{dates.papers[paper]}"
        text, found = re.subn(told, stated, text, count=1, flags=re.DOTALL)
        assert found, paper
    if dates.limit:
        stated = f"  <TransitOperation><LimitDate>{dates.limit}</LimitDate></TransitOperation>\n"
        text = text.replace('  <Party role="exporter">', f'{stated}  <Party role="exporter">', 1)
        known = '<ID scheme="USCC">91450000MA5N8P7Q65</ID>'  # who drives in transit is registered
        assert known in text
        text = text.replace(known, f'{known}<ID scheme="CNCUSTOMS">4501980003</ID>')
    return text


def written(truck: Truck, number: int, dates: Declared, *, prelodged: bool) -> Paper:
    """Return a declaration of its own, of goods that travel on ``truck``."""
    shipped = SOUTHBOUND if truck.south else FRUIT
    customs, electronic = SEALS[truck.south]
    batch, *plates, viet_nam, sealed = _own(truck)
    marks = {
        shipped[0]: f"{shipped[0][:8]}{number:06d}",
        **dict(zip(shipped[1:], (batch, *plates, viet_nam), strict=True)),
        customs: truck.seal(),
        electronic: sealed,
    }
    text = (SHIPPED if truck.south else NORTHBOUND).read_text("utf-8")
    if prelodged:
        marks["AdditionalTypeCode>A<"] = "AdditionalTypeCode>D<"
    for old, new in marks.items():
        assert old in text, old
        text = text.replace(old, new)
    text = _dated(text, dates, south=truck.south)
    return Paper(truck, number, text, {truck: PACKAGES[truck.south]})
