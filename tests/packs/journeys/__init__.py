"""Whole journeys, played in memory with every pack's simulated office; what was said is kept.

``python -m tests.packs.journeys [journey ...]`` plays them and writes what each pack's offices were
told to ``tests/packs/journeys/<journey>/<pack>.txt``. Read the difference before keeping it: it
says who is told what, when, by whom, and what is kept from them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gateway.domain.event import EventKind
from tests.usecases.influence import declarations

Replaced = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reported:
    """What the enterprise reports, ``hours`` after everything before has come to rest."""

    kind: EventKind
    office: str
    hours: float = 1
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Journey:
    """A declaration and what is reported on its way. ``switches`` are of packs, by their id.

    ``linked``: a link reaches every office, those beside others as well.
    """

    declaration: Callable[[], bytes]
    reports: tuple[Reported, ...] = ()
    switches: dict[str, dict[str, bool]] = field(default_factory=dict)
    linked: bool = False


def texts_of(journey: str) -> Path:
    """Return the folder that holds what was told on a journey."""
    return Path(__file__).parent / journey.replace(",", "").replace(" ", "-")


def _declared(name: str, texts: Replaced = ()) -> bytes:
    raw = declarations()[name]
    for old, new in texts:
        assert old.encode() in raw, old
        raw = raw.replace(old.encode(), new.encode())
    return raw


def declared(name: str, *texts: tuple[str, str]) -> Callable[[], bytes]:
    """Return what gives a declaration of this suite, with texts replaced."""
    return partial(_declared, name, texts)


CHONGQING, HAI_DUONG = "CN008001", "VN0003PJ"
SEALS = (("seal", "CQ8801172 ES20261123A7"),)
BATCH, NORTH_BATCH = "YYG2611240001", "HDC2611240001"
"""Batch numbers of the examples; simulated offices do what another one says."""

TAKEN_BACK = (("reason", "003"), ("text", "buyer cancelled"))
CHANGED = (
    ("version", "2"),
    ("reason", "weight"),
    ("text", "weighed again"),
    ("changed", "/Declaration/Consignment/GrossMassMeasure"),
)

HURT = (("code", "2"), ("text", "封志断裂"), ("seals", "NN1200981"))
RAIL_LEG = (
    "    <Leg><SequenceNumeric>2</SequenceNumeric><FromOfficeID>CN00X001</FromOfficeID>"
    '<ToOfficeID>VN0001SI</ToOfficeID><ModeCode system="UNECE">2</ModeCode>'
    '<ModeCode system="CN">4</ModeCode><ModeCode system="VN">25</ModeCode>'
    '<Vehicle kind="tractor"><Plate country="CN">桂A8D217</Plate></Vehicle>'
    '<Driver><Name lang="en">HUANG ZHIQIANG</Name><ID scheme="PASSPORT">EJ1234567</ID></Driver>'
    "</Leg>\n"
)
TRIP_GOES_ON = "    <TransportEquipment>\n"
OVER_RAIL = (
    ("<ID>VN0015BB</ID>", "<ID>VN00X001</ID>"),
    ("<ID>VN0003PJ</ID>", "<ID>VN0001SI</ID>"),
    ("<ToOfficeID>VN0003PJ</ToOfficeID>", "<ToOfficeID>CN00X001</ToOfficeID>"),
    ("<LegFromOfficeID>VN0015BB</LegFromOfficeID>", "<LegFromOfficeID>CN008001</LegFromOfficeID>"),
    (TRIP_GOES_ON, RAIL_LEG + TRIP_GOES_ON),
)
"""Reloaded onto a train at the border: Dong Dang, then the rail yard of Ha Noi.

China's gate, which has no rail here, still wants the truck that brought the goods.
"""

TRAIN = (
    "<FromOfficeID>VN0003PJ</FromOfficeID><ToOfficeID>VN00X001</ToOfficeID>"
    '<ModeCode system="UNECE">2</ModeCode><ModeCode system="VN">25</ModeCode>'
    '<Vehicle kind="locomotive"><Plate country="VN">D19E-921</Plate></Vehicle></Leg>\n'
    "    <Leg><SequenceNumeric>2</SequenceNumeric><FromOfficeID>VN00X001</FromOfficeID>\n"
)
RAIL_FIRST = (
    ("<ID>VN0015BB</ID>", "<ID>VN00X001</ID>"),
    ("<FromOfficeID>VN0003PJ</FromOfficeID>\n", TRAIN),
)
"""By train to the border, where the truck takes over."""

ON_THE_WAY = (EventKind.INCIDENT, EventKind.SUBSTITUTED, EventKind.DIVERTED)

ON_OCCASION = {
    "south, amended, hurt": Journey(
        declared("south"),
        (
            Reported(EventKind.AMENDED, CHONGQING, 1, CHANGED),
            Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),
            Reported(EventKind.INCIDENT, CHONGQING, 2, HURT),
            Reported(EventKind.SUBSTITUTED, CHONGQING, 2, CHANGED),
        ),
        switches={"vn": {"recall-before-correction": True}},
    ),
    "south, kept by Viet Nam": Journey(
        declared("south", ("CQ-2026-000117", "KEEP-2026-0117")),
        (Reported(EventKind.INVALIDATION_ASKED, CHONGQING, facts=TAKEN_BACK),),
    ),
    "south, released, amended": Journey(
        declared("south"),
        (
            Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),
            Reported(EventKind.ARRIVED, HAI_DUONG, 48),
            Reported(EventKind.AMENDED, CHONGQING, 1, CHANGED),
        ),
    ),
    "south by rail": Journey(
        declared("south", *OVER_RAIL), (Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),)
    ),
    "north by rail": Journey(
        declared("north", *RAIL_FIRST), (Reported(EventKind.DEPARTED, HAI_DUONG, 40),)
    ),
    "north, amended": Journey(
        declared("north"),
        (
            Reported(EventKind.AMENDED, HAI_DUONG, 1, CHANGED),
            Reported(EventKind.DEPARTED, HAI_DUONG, 40),
        ),
    ),
    "north, amended before release": Journey(
        declared("north", ("HD-2026-000451", "EARLY-2026-451")),
        (Reported(EventKind.AMENDED, HAI_DUONG, 1, CHANGED),),
        switches={"vn": {"recall-before-correction": True}},
    ),
    "south, before the gate": Journey(
        declared("south", ("CQ-2026-000117", "SLOW-2026-0117")),
        (
            Reported(EventKind.AMENDED, CHONGQING, 1, CHANGED),
            Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),
            *(Reported(kind, CHONGQING, 2, CHANGED) for kind in ON_THE_WAY),
        ),
        linked=True,
    ),
    "north, before the gate": Journey(
        declared("north", ("HD-2026-000451", "SLOW-2026-0451")),
        (
            Reported(EventKind.DEPARTED, HAI_DUONG, 40),
            Reported(EventKind.AMENDED, HAI_DUONG, 1, CHANGED),
            *(Reported(kind, HAI_DUONG, 2, CHANGED) for kind in ON_THE_WAY),
        ),
        linked=True,
    ),
    "south, taken back from the gate": Journey(
        declared("south"),
        (Reported(EventKind.INVALIDATION_ASKED, CHONGQING, facts=TAKEN_BACK),),
        linked=True,
    ),
    "north, taken back from the gate": Journey(
        declared("north"),
        (Reported(EventKind.INVALIDATION_ASKED, HAI_DUONG, facts=TAKEN_BACK),),
        linked=True,
    ),
    "south, Viet Nam silent": Journey(
        declared("south", ("CQ-2026-000117", "SILENT-0117")),
        (
            Reported(EventKind.AMENDED, CHONGQING, 1, CHANGED),
            Reported(EventKind.INVALIDATION_ASKED, CHONGQING, facts=TAKEN_BACK),
        ),
        switches={"vn": {"recall-before-correction": True}},
    ),
    "north, Viet Nam silent": Journey(
        declared("north", ("HD-2026-000451", "SILENT-0451")),
        (
            Reported(EventKind.AMENDED, HAI_DUONG, 1, CHANGED),
            Reported(EventKind.INVALIDATION_ASKED, HAI_DUONG, facts=TAKEN_BACK),
        ),
        switches={"vn": {"recall-before-correction": True}},
    ),
    "south, Viet Nam waits for nothing": Journey(
        declared("south", ("CQ-2026-000117", "EARLY-0117")),
        (Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),),
        switches={"vn": {"start-after-approval": False, "arrival-after-start": False}},
    ),
    "south by rail, at once": Journey(
        declared("south", *OVER_RAIL),
        (Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),),
        switches={"vn": {"rail-registered-first": False}},
    ),
}
"""What happens besides: corrections, incidents, cancellations, rail; mostly of Viet Nam."""

JOURNEYS = {
    "south": Journey(
        declared("south"),
        (
            Reported(EventKind.YARD_REACHED, CHONGQING, 5, (("place", "渝综合堆场"),)),
            Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),
            Reported(EventKind.ARRIVED, HAI_DUONG, 48),
        ),
    ),
    "south, no manifest first": Journey(
        declared("south", (BATCH, "SILENT-0001")),
        (Reported(EventKind.YARD_REACHED, CHONGQING, 5),),
        switches={"cn": {"manifest-first": False}},
    ),
    "south, taken back": Journey(
        declared("south"), (Reported(EventKind.INVALIDATION_ASKED, CHONGQING, facts=TAKEN_BACK),)
    ),
    "south, taken back before the manifest is accepted": Journey(
        declared("south", (BATCH, "SILENT-0001")),
        (
            Reported(EventKind.AMENDED, CHONGQING, facts=CHANGED),
            Reported(EventKind.YARD_REACHED, CHONGQING, 5),
            Reported(EventKind.INVALIDATION_ASKED, CHONGQING, facts=TAKEN_BACK),
        ),
    ),
    "south, kept": Journey(
        declared("south", (BATCH, "KEEP-0001")),
        (
            Reported(EventKind.INVALIDATION_ASKED, CHONGQING, facts=TAKEN_BACK),
            Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),
        ),
    ),
    "south, held and changed": Journey(
        declared("south", (BATCH, "HOLD-0001")),
        (Reported(EventKind.AMENDED, CHONGQING, facts=CHANGED),),
    ),
    "south, read by a gate": Journey(
        declared("south", (BATCH, "GATE-0001")),
        (Reported(EventKind.DEPARTED, CHONGQING, 15, SEALS),),
        switches={"cn": {"gate-pass": True}},
    ),
    "north, changed before release": Journey(
        declared("north", ("HD-2026-000451", "SILENT-1")),
        (Reported(EventKind.AMENDED, HAI_DUONG, facts=CHANGED),),
    ),
    "north, manifest unanswered": Journey(
        declared("north", ("HD-2026-000451", "SILENT-1"), (NORTH_BATCH, "SILENT-0001")),
        (Reported(EventKind.AMENDED, HAI_DUONG, facts=CHANGED),),
    ),
    "north, no manifest first": Journey(
        declared("north", (NORTH_BATCH, "SILENT-0001")),
        (Reported(EventKind.DEPARTED, HAI_DUONG, 40),),
        switches={"cn": {"manifest-first": False}},
    ),
    "north, taken back": Journey(
        declared("north"), (Reported(EventKind.INVALIDATION_ASKED, HAI_DUONG, facts=TAKEN_BACK),)
    ),
    "north": Journey(
        declared("north"),
        (
            Reported(EventKind.DEPARTED, HAI_DUONG, 40, (("seal", "HD5512034 ES20261124B3"),)),
            Reported(EventKind.ARRIVED, CHONGQING, 50),
        ),
    ),
    **ON_OCCASION,
    "transit": Journey(declared("transit")),
    "transit there and back": Journey(declared("there and back")),
}
