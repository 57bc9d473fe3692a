"""Who must hear of what, case by case, written by hand from the issue and ``formats.md`` 1.6.

A case says: on this way, with this behind it, when this happens, exactly these offices get exactly
these messages. None of it is made from ``schemas/synchronisation.toml``.
"""

from dataclasses import dataclass, replace

from tests.synchronisation.ways import (
    ANY,
    BELFAST,
    CHONGQING,
    DOUBLE_NORTH,
    DOUBLE_SOUTH,
    DOVER,
    GATE,
    HA_NOI,
    HAI_DUONG,
    HUU_NGHI,
    LONDON,
    NORTH,
    OTHER_GATE,
    PINGXIANG,
    RAIL,
    SOUTH,
    TAN_THANH,
    TWINS,
    ULSTER,
    YOUYIGUAN,
    Occasion,
)


@dataclass(frozen=True, slots=True)
class Case:
    """An occasion and what must come of it, each ``OFFICE MESSAGE`` once."""

    occasion: Occasion
    told: tuple[str, ...]


CASES: dict[str, Case] = {}


def case(name, occasion, *told):
    assert name not in CASES, name
    CASES[name] = Case(occasion, told)


GOES_ON = (
    *("presented", "released", "exited", "entered", "transit-started", "arrived", "controlled"),
    *("duties-assessed", "cleared", "completed", "yard-reached", "at-gate", "re-weighed"),
    *("passed", "left-area", "incident", "record-asked", "amended", "substituted", "diverted"),
    *("crossing-refused", "turned-back", "control-ordered", "not-released", "seals-checked"),
    *("quarantine", "incident-endorsed", "unloading", "discrepancies", "discrepancies-solved"),
    *("enquiry-started", "closure-planned", "deadline-reminded", "deadline-passed"),
    *("estimated", "temperature-out", "invalidation-asked", "invalidation-refused", "invalidated"),
    "part-moved",
)
"""What happens to goods besides being declared and setting out."""

# ------------------------------------------------------------------ the two directions, by road

SOUTH_TOLD = (
    f"{CHONGQING} DecMessage",
    f"{YOUYIGUAN} MT2401",
    f"{HUU_NGHI} OLA",
    f"{GATE} GateEntryDeclaration",
    f"{HAI_DUONG} IDA",
)
NORTH_TOLD = (
    f"{HAI_DUONG} EDA",
    f"{HUU_NGHI} TOR",
    f"{GATE} GateExitDeclaration",
    f"{YOUYIGUAN} MT1401",
    f"{CHONGQING} DecMessage-I",
)

GOING_SOUTH = {
    ("submitted", CHONGQING): (
        f"{CHONGQING} DecMessage",
        f"{YOUYIGUAN} MT2401",
        f"{HUU_NGHI} OLA",
        f"{HUU_NGHI} OLC",
        f"{GATE} GateEntryDeclaration",
        f"{HAI_DUONG} IDA",
        f"{HAI_DUONG} IDC",
    ),
    ("yard-reached", CHONGQING): (f"{CHONGQING} MT3402",),
    ("departed", CHONGQING): (f"{YOUYIGUAN} MT4402", f"{YOUYIGUAN} GatePass"),
    ("released", CHONGQING): (
        f"{YOUYIGUAN} WayNotice",
        f"{HUU_NGHI} WayNotice-I",
        f"{GATE} GateEntryNotice",
        f"{HAI_DUONG} WayNotice-I",
    ),
    ("exited", YOUYIGUAN): (
        f"{CHONGQING} CrossingNotice",
        f"{HUU_NGHI} TIR",
        f"{GATE} GateEntryNotice",
    ),
    ("entered", HUU_NGHI): (f"{HUU_NGHI} BOA", f"{HAI_DUONG} WayNotice-I"),
    ("arrived", HAI_DUONG): (f"{CHONGQING} ArrivalNotice", f"{HAI_DUONG} BIA"),
    ("incident", HUU_NGHI): (
        f"{YOUYIGUAN} WayNotice",
        f"{HUU_NGHI} COT",
        f"{HUU_NGHI} TIR-change",
        f"{GATE} GateEntryChange",
    ),
    ("substituted", CHONGQING): (
        f"{YOUYIGUAN} WayNotice",
        f"{HUU_NGHI} COT",
        f"{HUU_NGHI} TIR-change",
        f"{GATE} GateEntryChange",
    ),
    ("diverted", CHONGQING): (
        f"{YOUYIGUAN} WayNotice",
        f"{HUU_NGHI} COT",
        f"{HUU_NGHI} TIR-change",
        f"{GATE} GateEntryChange",
    ),
    ("amended", CHONGQING): (
        f"{CHONGQING} AmendmentNotice",
        f"{YOUYIGUAN} MT2401-5",
        f"{HUU_NGHI} COT",
        f"{HUU_NGHI} TIR-change",
        f"{GATE} GateEntryChange",
        f"{HAI_DUONG} IDD",
        f"{HAI_DUONG} IDA01",
        f"{HAI_DUONG} IDE",
        f"{HAI_DUONG} AMA",
        f"{HAI_DUONG} AMC",
    ),
    ("crossing-refused", HUU_NGHI): (f"{CHONGQING} ReturnNotice", f"{YOUYIGUAN} ReturnNotice"),
    ("turned-back", HUU_NGHI): (
        f"{CHONGQING} ReturnNotice",
        f"{YOUYIGUAN} ReturnNotice",
        f"{HUU_NGHI} WayNotice-I",
        f"{GATE} GateEntryNotice",
        f"{HAI_DUONG} WayNotice-I",
    ),
    ("estimated", CHONGQING): (
        f"{YOUYIGUAN} WayNotice",
        f"{HUU_NGHI} WayNotice-I",
        f"{GATE} GateEntryNotice",
        f"{HAI_DUONG} WayNotice-I",
    ),
    ("temperature-out", CHONGQING): (
        f"{YOUYIGUAN} WayNotice",
        f"{HUU_NGHI} WayNotice-I",
        f"{GATE} GateEntryNotice",
        f"{HAI_DUONG} WayNotice-I",
    ),
    ("cleared", HAI_DUONG): (f"{CHONGQING} ClearanceNotice",),
    ("invalidation-asked", CHONGQING): (
        f"{CHONGQING} WithdrawalNotice",
        f"{YOUYIGUAN} MT2401-3",
        f"{HUU_NGHI} COT-cancel",
        f"{GATE} GateEntryCancel",
        f"{HAI_DUONG} ImportCancellation",
    ),
}
GOING_NORTH = {
    ("submitted", HAI_DUONG): (
        f"{HAI_DUONG} EDA",
        f"{HAI_DUONG} EDC",
        f"{GATE} GateExitDeclaration",
        f"{YOUYIGUAN} MT1401",
        f"{CHONGQING} DecMessage-I",
    ),
    ("released", HAI_DUONG): (
        f"{HUU_NGHI} WayNotice",
        f"{GATE} GateExitNotice",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("departed", HAI_DUONG): (f"{HUU_NGHI} TOR",),
    ("exited", HUU_NGHI): (f"{HAI_DUONG} CrossingNotice", f"{YOUYIGUAN} MT4401"),
    ("entered", YOUYIGUAN): (f"{CHONGQING} WayNotice-I",),
    ("arrived", CHONGQING): (f"{HAI_DUONG} ArrivalNotice", f"{CHONGQING} PresentationNotice"),
    ("incident", YOUYIGUAN): (
        f"{HUU_NGHI} TOR-change",
        f"{GATE} GateExitChange",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("substituted", HAI_DUONG): (
        f"{HUU_NGHI} TOR-change",
        f"{GATE} GateExitChange",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("diverted", HAI_DUONG): (
        f"{HUU_NGHI} TOR-change",
        f"{GATE} GateExitChange",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("amended", HAI_DUONG): (
        f"{HAI_DUONG} EDD",
        f"{HAI_DUONG} EDA01",
        f"{HAI_DUONG} EDE",
        f"{HAI_DUONG} AMA-E",
        f"{HAI_DUONG} AMC-E",
        f"{HUU_NGHI} TOR-change",
        f"{GATE} GateExitChange",
        f"{YOUYIGUAN} MT1401-5",
        f"{CHONGQING} AmendmentNotice-I",
    ),
    ("crossing-refused", YOUYIGUAN): (
        f"{HAI_DUONG} ReturnNotice",
        f"{HUU_NGHI} ReturnNotice",
        f"{GATE} GateExitNotice",
    ),
    ("turned-back", YOUYIGUAN): (
        f"{HAI_DUONG} ReturnNotice",
        f"{HUU_NGHI} ReturnNotice",
        f"{GATE} GateExitNotice",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("estimated", HAI_DUONG): (
        f"{HUU_NGHI} WayNotice",
        f"{GATE} GateExitNotice",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("temperature-out", HAI_DUONG): (
        f"{HUU_NGHI} WayNotice",
        f"{GATE} GateExitNotice",
        f"{YOUYIGUAN} WayNotice-I",
        f"{CHONGQING} WayNotice-I",
    ),
    ("cleared", CHONGQING): (f"{HAI_DUONG} ClearanceNotice",),
    ("invalidation-asked", HAI_DUONG): (
        f"{HAI_DUONG} ExportCancellation",
        f"{GATE} GateExitCancel",
        f"{YOUYIGUAN} MT1401-3",
        f"{CHONGQING} WithdrawalNotice-I",
    ),
}


def twins(names):
    """Return what the offices beside these get: where two play a role, each gets its own."""
    words = (one.split() for one in names)
    return tuple(f"{TWINS[office]} {message}" for office, message in words if office in TWINS)


def _double(told, first):
    return (*told, *(one for one in twins(told) if not one.startswith(TWINS.get(first, "-"))))


WAITS_IN_VAIN = {
    ("entered", HUU_NGHI): (f"{TAN_THANH} WayNotice-I",),
    ("entered", YOUYIGUAN): (f"{PINGXIANG} WayNotice-I",),
}
"""What the office beside the one where it happened learns, which has the goods yet to come."""


STRANGE = (
    ("CN00X103", "transit"),
    ("VN00X103", "transit"),
    (GATE, "departure"),
    (GATE, "transit"),
    (GATE, "destination"),
)
"""Offices in roles that nothing is said to: beside them all others hear what they hear."""


def _wide(going):
    return replace(going, way=(*going.way, *STRANGE))


FIRST_NEWS = (
    *("submitted", "released", "departed", "exited", "entered", "arrived"),
    *("amended", "yard-reached"),
)
"""What goes to everybody with the role, whether or not an office heard of the goods before."""

for news in (GOING_SOUTH, GOING_NORTH):
    for (event, at), expected in news.items():
        if event not in FIRST_NEWS:
            continue
        way = SOUTH if news is GOING_SOUTH else NORTH
        only_told = ("COT", "TIR-change", "TOR-change", "GateEntryChange", "GateExitChange")
        only_told += () if event == "released" else ("WayNotice-I", "GateEntryNotice")
        case(
            f"{event} from {at}, to offices that know nothing yet",
            Occasion(way=way, event=event, at=at),
            *(one for one in expected if not one.endswith(only_told)),
        )

for (event, at), expected in GOING_SOUTH.items():
    going = Occasion(way=SOUTH, event=event, at=at, told=(*SOUTH_TOLD, f"{HUU_NGHI} TIR"))
    case(f"southbound {event}", going, *expected)
    case(f"southbound {event}, no mode stated", replace(going, modes=ANY), *expected)
    beside = replace(going, way=DOUBLE_SOUTH, told=_double(going.told, CHONGQING))
    case(f"southbound {event}, offices met in other roles", _wide(going), *expected)
    besides = WAITS_IN_VAIN.get((event, at), ())
    case(f"southbound {event}, two offices a role", beside, *_double(expected, CHONGQING), *besides)

for (event, at), expected in GOING_NORTH.items():
    going = Occasion(way=NORTH, event=event, at=at, told=NORTH_TOLD)
    case(f"northbound {event}", going, *expected)
    case(f"northbound {event}, no mode stated", replace(going, modes=ANY), *expected)
    beside = replace(going, way=DOUBLE_NORTH, told=_double(going.told, HAI_DUONG))
    case(f"northbound {event}, offices met in other roles", _wide(going), *expected)
    besides = WAITS_IN_VAIN.get((event, at), ())
    case(f"northbound {event}, two offices a role", beside, *_double(expected, HAI_DUONG), *besides)

case(
    "northbound in the yard: Viet Nam knows no such report",
    Occasion(way=NORTH, event="yard-reached", at=HAI_DUONG),
)

# ------------------------------------------------------------------ the same by rail

case(
    "southbound by rail submitted: China has no rail",
    Occasion(way=SOUTH, event="submitted", at=CHONGQING, modes=RAIL),
    *(f"{HUU_NGHI} OLA", f"{HUU_NGHI} OLC", f"{GATE} GateEntryDeclaration"),
    *(f"{HAI_DUONG} IDA", f"{HAI_DUONG} IDC"),
)
case(
    "southbound by rail departed: the train's manifest",
    Occasion(way=SOUTH, event="departed", at=CHONGQING, modes=RAIL),
    *(f"{HUU_NGHI} RMR", f"{HUU_NGHI} DRM"),
)
case(
    "two stations a role departed by rail: each the manifest",
    Occasion(way=DOUBLE_SOUTH, event="departed", at=CHONGQING, modes=RAIL),
    *(f"{HUU_NGHI} RMR", f"{HUU_NGHI} DRM", f"{TAN_THANH} RMR", f"{TAN_THANH} DRM"),
)
case(
    "southbound by rail exited",
    Occasion(way=SOUTH, event="exited", at=YOUYIGUAN, modes=RAIL),
    *(f"{HUU_NGHI} TIR", f"{HUU_NGHI} RIR"),
)
case(
    "two stations a role exited by rail",
    Occasion(way=DOUBLE_SOUTH, event="exited", at=YOUYIGUAN, modes=RAIL),
    *(f"{HUU_NGHI} TIR", f"{HUU_NGHI} RIR", f"{TAN_THANH} TIR", f"{TAN_THANH} RIR"),
)
case(
    "southbound by rail arrived",
    Occasion(way=SOUTH, event="arrived", at=HAI_DUONG, modes=RAIL),
    f"{HAI_DUONG} BIA",
)
case(
    "southbound by rail in the yard",
    Occasion(way=SOUTH, event="yard-reached", at=CHONGQING, modes=RAIL),
)
case(
    "southbound by rail amended",
    Occasion(way=SOUTH, event="amended", at=CHONGQING, modes=RAIL),
    *(f"{HAI_DUONG} {one}" for one in ("IDD", "IDA01", "IDE", "AMA", "AMC")),
)
case(
    "southbound by rail taken back",
    Occasion(way=SOUTH, event="invalidation-asked", at=CHONGQING, modes=RAIL),
    *(f"{HUU_NGHI} COT-cancel", f"{HAI_DUONG} ImportCancellation"),
)
case(
    "northbound by rail submitted",
    Occasion(way=NORTH, event="submitted", at=HAI_DUONG, modes=RAIL),
    *(f"{HAI_DUONG} EDA", f"{HAI_DUONG} EDC", f"{GATE} GateExitDeclaration"),
)
case(
    "northbound by rail departed",
    Occasion(way=NORTH, event="departed", at=HAI_DUONG, modes=RAIL),
    f"{HUU_NGHI} ROR",
)
case(
    "two stations a role departed northbound by rail",
    Occasion(way=DOUBLE_NORTH, event="departed", at=HAI_DUONG, modes=RAIL),
    *(f"{HUU_NGHI} ROR", f"{TAN_THANH} ROR"),
)
case(
    "northbound by rail exited",
    Occasion(way=NORTH, event="exited", at=HUU_NGHI, modes=RAIL),
    f"{HAI_DUONG} CrossingNotice",
)
case(
    "northbound by rail arrived",
    Occasion(way=NORTH, event="arrived", at=CHONGQING, modes=RAIL),
    f"{HAI_DUONG} ArrivalNotice",
)
case(
    "northbound by rail amended",
    Occasion(way=NORTH, event="amended", at=HAI_DUONG, modes=RAIL, told=(f"{HUU_NGHI} TOR",)),
    *(f"{HAI_DUONG} {one}" for one in ("EDD", "EDA01", "EDE", "AMA-E", "AMC-E")),
)
case(
    "northbound by rail taken back",
    Occasion(way=NORTH, event="invalidation-asked", at=HAI_DUONG, modes=RAIL),
    f"{HAI_DUONG} ExportCancellation",
)

case(
    "southbound by rail entered",
    Occasion(way=SOUTH, event="entered", at=HUU_NGHI, modes=RAIL),
    f"{HUU_NGHI} BOA",
)
BY_RAIL_SAID = (
    *("submitted", "released", "departed", "exited", "entered", "arrived"),
    *("amended", "invalidation-asked"),
)
case(
    "southbound by rail released",
    Occasion(way=SOUTH, event="released", at=CHONGQING, modes=RAIL),
    *(f"{HUU_NGHI} WayNotice-I", f"{GATE} GateEntryNotice", f"{HAI_DUONG} WayNotice-I"),
)
case(
    "northbound by rail released",
    Occasion(way=NORTH, event="released", at=HAI_DUONG, modes=RAIL),
    *(f"{HUU_NGHI} WayNotice", f"{GATE} GateExitNotice"),
)
for event in GOES_ON:
    if event not in BY_RAIL_SAID:
        for way in (SOUTH, NORTH):
            case(
                f"{event} by rail from {way[0][0]}: nobody",
                Occasion(way=way, event=event, at=way[1][0], modes=RAIL),
            )
for way, said in (
    (SOUTH, (f"{HUU_NGHI} RMR", f"{HUU_NGHI} DRM")),
    (NORTH, (f"{HUU_NGHI} ROR",)),
):
    case(
        f"departed by rail from {way[0][0]}, passing offices in other roles",
        _wide(Occasion(way=way, event="departed", at=way[0][0], modes=RAIL)),
        *said,
    )
case(
    "exited by rail, passing offices in other roles",
    _wide(Occasion(way=SOUTH, event="exited", at=YOUYIGUAN, modes=RAIL)),
    *(f"{HUU_NGHI} TIR", f"{HUU_NGHI} RIR"),
)

# ------------------------------------------------------------------ who was told, who is behind

case(
    "an incident is no news to those who know nothing of the movement",
    Occasion(way=SOUTH, event="incident", at=HUU_NGHI, told=(f"{HAI_DUONG} IDA",)),
)
case(
    "a gate hears what the enterprise reports before it: it sees the new seals next",
    Occasion(way=SOUTH, event="incident", at=YOUYIGUAN, told=SOUTH_TOLD),
    f"{YOUYIGUAN} WayNotice",
    *(f"{HUU_NGHI} COT", f"{HUU_NGHI} TIR-change", f"{GATE} GateEntryChange"),
)
case(
    "nor is it on the way north",
    Occasion(way=NORTH, event="incident", at=YOUYIGUAN, told=(f"{HAI_DUONG} EDA",)),
)
case(
    "what Viet Nam's border was told is put right also when the goods are past it",
    Occasion(
        way=SOUTH,
        event="incident",
        at=HAI_DUONG,
        told=SOUTH_TOLD,
        before=(f"exited {YOUYIGUAN}", f"entered {HUU_NGHI}", f"entered {GATE}"),
    ),
    *(f"{HUU_NGHI} COT", f"{HUU_NGHI} TIR-change", f"{GATE} GateEntryChange"),
)
case(
    "and so it is on the way north",
    Occasion(
        way=NORTH,
        event="incident",
        at=YOUYIGUAN,
        told=NORTH_TOLD,
        before=(f"exited {HUU_NGHI}", f"exited {GATE}"),
    ),
    *(f"{HUU_NGHI} TOR-change", f"{GATE} GateExitChange"),
    *(f"{YOUYIGUAN} WayNotice-I", f"{CHONGQING} WayNotice-I"),
)
for way, told, at in ((SOUTH, SOUTH_TOLD, CHONGQING), (NORTH, NORTH_TOLD, HAI_DUONG)):
    knows_nothing = tuple(one for one in told if not one.startswith(GATE))
    expected = GOING_SOUTH if way is SOUTH else GOING_NORTH
    case(
        f"a gate that was told nothing is not told of a withdrawal, from {at}",
        Occasion(way=way, event="invalidation-asked", at=at, told=knows_nothing),
        *(one for one in expected["invalidation-asked", at] if not one.startswith(GATE)),
    )
    case(
        f"a gate at which the question is put and that is passed is told of it, from {at}",
        Occasion(
            way=way, event="invalidation-asked", at=GATE, told=told, before=(f"entered {GATE}",)
        ),
        *expected["invalidation-asked", at],
    )

case(
    "both systems of a place are left out: both are told",
    Occasion(
        way=(*(one for one in SOUTH if one[0] not in (HUU_NGHI, GATE)), (TAN_THANH, "entry")),
        event="diverted",
        at=CHONGQING,
        told=(*SOUTH_TOLD, f"{HUU_NGHI} TIR"),
        dropped=((HUU_NGHI, "entry"), (GATE, "entry")),
    ),
    *(f"{YOUYIGUAN} WayNotice", f"{GATE} GateEntryDiversion"),
    *(f"{HUU_NGHI} DiversionNotice-I", f"{HUU_NGHI} TIR-cancel"),
)
case(
    "the vehicle's way to a gate that is left out is taken back",
    Occasion(
        way=(*(one for one in SOUTH if one[0] != HUU_NGHI), (TAN_THANH, "entry")),
        event="diverted",
        at=CHONGQING,
        told=(*SOUTH_TOLD, f"{HUU_NGHI} TIR"),
        dropped=((HUU_NGHI, "entry"),),
    ),
    *(f"{YOUYIGUAN} WayNotice", f"{GATE} GateEntryChange"),
    *(f"{HUU_NGHI} DiversionNotice-I", f"{HUU_NGHI} TIR-cancel"),
)
case(
    "each of two gates that are left out is told",
    Occasion(
        way=(*(one for one in SOUTH if one[0] != HUU_NGHI), ("VN00X003", "entry")),
        event="diverted",
        at=CHONGQING,
        told=(*SOUTH_TOLD, f"{HUU_NGHI} TIR", f"{TAN_THANH} TIR"),
        dropped=((HUU_NGHI, "entry"), (TAN_THANH, "entry")),
    ),
    *(f"{YOUYIGUAN} WayNotice", f"{GATE} GateEntryChange"),
    *(f"{HUU_NGHI} DiversionNotice-I", f"{HUU_NGHI} TIR-cancel"),
    *(f"{TAN_THANH} DiversionNotice-I", f"{TAN_THANH} TIR-cancel"),
)
case(
    "a gate that is left out and was told nothing hears nothing",
    Occasion(
        way=(*(one for one in SOUTH if one[0] != HUU_NGHI), (TAN_THANH, "entry")),
        event="diverted",
        at=CHONGQING,
        told=(f"{HAI_DUONG} IDA",),
        dropped=((HUU_NGHI, "entry"),),
    ),
)
LEFT_OUT = Occasion(
    way=(*(one for one in NORTH if one[0] != HUU_NGHI), (TAN_THANH, "exit")),
    event="diverted",
    at=HAI_DUONG,
    told=NORTH_TOLD,
    dropped=((HUU_NGHI, "exit"),),
)
case(
    "the vehicle's way out by a gate that is left out is taken back",
    LEFT_OUT,
    *(f"{GATE} GateExitChange", f"{HUU_NGHI} DiversionNotice", f"{HUU_NGHI} TOR-cancel"),
    *(f"{YOUYIGUAN} WayNotice-I", f"{CHONGQING} WayNotice-I"),
)
case(
    "and so it is where no mode is stated",
    replace(LEFT_OUT, modes=ANY),
    *(f"{GATE} GateExitChange", f"{HUU_NGHI} DiversionNotice", f"{HUU_NGHI} TOR-cancel"),
    *(f"{YOUYIGUAN} WayNotice-I", f"{CHONGQING} WayNotice-I"),
)
case(
    "a train has no such way",
    replace(LEFT_OUT, modes=RAIL),
    *(f"{GATE} GateExitChange", f"{HUU_NGHI} DiversionNotice"),
)
case(
    "each of two exits that are left out is told",
    Occasion(
        way=(*(one for one in NORTH if one[0] != HUU_NGHI), ("VN00X003", "exit")),
        event="diverted",
        at=HAI_DUONG,
        told=(*NORTH_TOLD, f"{TAN_THANH} TOR"),
        dropped=((HUU_NGHI, "exit"), (TAN_THANH, "exit")),
    ),
    *(f"{GATE} GateExitChange", f"{YOUYIGUAN} WayNotice-I", f"{CHONGQING} WayNotice-I"),
    *(f"{HUU_NGHI} DiversionNotice", f"{HUU_NGHI} TOR-cancel"),
    *(f"{TAN_THANH} DiversionNotice", f"{TAN_THANH} TOR-cancel"),
)

COME_BACK_SOUTH = (
    *(f"{CHONGQING} ReturnNotice", f"{YOUYIGUAN} ReturnNotice"),
    *(f"{HUU_NGHI} WayNotice-I", f"{GATE} GateEntryNotice", f"{HAI_DUONG} WayNotice-I"),
)
COME_BACK_NORTH = (
    *(f"{HAI_DUONG} ReturnNotice", f"{HUU_NGHI} ReturnNotice", f"{GATE} GateExitNotice"),
    *(f"{YOUYIGUAN} WayNotice-I", f"{CHONGQING} WayNotice-I"),
)
GONE_SOUTH = (f"exited {YOUYIGUAN}", f"entered {HUU_NGHI}", f"entered {GATE}")
GONE_NORTH = (f"exited {HUU_NGHI}", f"exited {GATE}", f"entered {YOUYIGUAN}")
for way, told, gone, said in (
    (SOUTH, SOUTH_TOLD, GONE_SOUTH, COME_BACK_SOUTH),
    (NORTH, NORTH_TOLD, GONE_NORTH, COME_BACK_NORTH),
):
    case(
        f"goods from {way[0][0]} turn back after exit: those passed and those ahead are told",
        Occasion(way=way, event="turned-back", at=way[2][0], told=told, before=gone[:1]),
        *said,
    )
    case(
        f"goods from {way[0][0]} turn back after entry: the entry that let them in is told",
        Occasion(way=way, event="turned-back", at=way[-1][0], told=told, before=gone),
        *said,
    )
case(
    "an exit that refuses knows it: departure is told",
    Occasion(way=SOUTH, event="crossing-refused", at=YOUYIGUAN, told=SOUTH_TOLD),
    f"{CHONGQING} ReturnNotice",
)
case(
    "of two exits the one that does not refuse is told",
    Occasion(
        way=DOUBLE_SOUTH,
        event="crossing-refused",
        at=YOUYIGUAN,
        told=(*SOUTH_TOLD, f"{PINGXIANG} MT2401"),
    ),
    *(f"{CHONGQING} ReturnNotice", f"{PINGXIANG} ReturnNotice"),
)
case(
    "an exit of Viet Nam that refuses knows it: departure and the digital gate are told",
    Occasion(way=NORTH, event="crossing-refused", at=HUU_NGHI, told=NORTH_TOLD),
    *(f"{HAI_DUONG} ReturnNotice", f"{GATE} GateExitNotice"),
)
case(
    "the digital gate refuses: it knows, the others are told",
    Occasion(way=NORTH, event="crossing-refused", at=GATE, told=NORTH_TOLD),
    *(f"{HAI_DUONG} ReturnNotice", f"{HUU_NGHI} ReturnNotice"),
)

# ------------------------------------------------------------------ only those ahead

for way, told, gone, ends in (
    (SOUTH, SOUTH_TOLD, GONE_SOUTH, f"{HAI_DUONG} WayNotice-I"),
    (NORTH, NORTH_TOLD, GONE_NORTH, f"{CHONGQING} WayNotice-I"),
):
    begins = way[0][0]
    for event in ("estimated", "temperature-out"):
        late = Occasion(way=way, event=event, at=begins, told=told, before=gone)
        case(f"{event} from {begins}: never to those passed", late, ends)
        case(
            f"{event} from {begins}: not where it is read, nor to those behind",
            replace(late, at=way[-1][0]),
        )
        case(f"{event} from {begins}: by rail as well", replace(late, modes=RAIL), *(
            (ends,) if way is SOUTH else ()
        ))  # fmt: skip
        case(
            f"{event} from {begins}: no news to those who know nothing",
            Occasion(way=way, event=event, at=begins),
        )
case(
    "another vehicle is no news to a Chinese exit that is passed",
    Occasion(
        way=SOUTH,
        event="substituted",
        at=CHONGQING,
        told=(*SOUTH_TOLD, f"{HUU_NGHI} TIR"),
        before=(f"exited {YOUYIGUAN}",),
    ),
    *(f"{HUU_NGHI} COT", f"{HUU_NGHI} TIR-change", f"{GATE} GateEntryChange"),
)
case(
    "nor to a Chinese entry that is passed",
    Occasion(way=NORTH, event="substituted", at=HAI_DUONG, told=NORTH_TOLD, before=GONE_NORTH),
    *(f"{HUU_NGHI} TOR-change", f"{GATE} GateExitChange", f"{CHONGQING} WayNotice-I"),
)
case(
    "a release that is told late goes to nobody behind the goods",
    Occasion(way=SOUTH, event="released", at=CHONGQING, told=SOUTH_TOLD, before=GONE_SOUTH),
    f"{HAI_DUONG} WayNotice-I",
)
case(
    "nor does one on the way north",
    Occasion(way=NORTH, event="released", at=HAI_DUONG, told=NORTH_TOLD, before=GONE_NORTH),
    f"{CHONGQING} WayNotice-I",
)
case(
    "an exit that is told late is no news to a digital gate that is passed",
    Occasion(way=SOUTH, event="exited", at=YOUYIGUAN, told=SOUTH_TOLD, before=GONE_SOUTH[1:]),
    *(f"{CHONGQING} CrossingNotice", f"{HUU_NGHI} TIR"),
)
CHANGED_BY_RAIL = {
    SOUTH: (f"{HUU_NGHI} COT", f"{HUU_NGHI} TIR-change", f"{GATE} GateEntryChange"),
    NORTH: (f"{GATE} GateExitChange",),
}
for way, told in ((SOUTH, SOUTH_TOLD), (NORTH, NORTH_TOLD)):
    for event in ("substituted", "diverted", "incident"):
        case(
            f"{event} from {way[0][0]} by rail: China has no rail",
            Occasion(way=way, event=event, at=way[0][0], told=told, modes=RAIL),
            *CHANGED_BY_RAIL[way],
        )
case(
    "entered by rail on the way north: China has no rail",
    Occasion(way=NORTH, event="entered", at=YOUYIGUAN, told=NORTH_TOLD, modes=RAIL),
)
for way, told, said in (
    (
        SOUTH,
        SOUTH_TOLD,
        (f"{HUU_NGHI} WayNotice-I", f"{GATE} GateEntryNotice", f"{HAI_DUONG} WayNotice-I"),
    ),
    (NORTH, NORTH_TOLD, (f"{HUU_NGHI} WayNotice", f"{GATE} GateExitNotice")),
):
    for event in ("estimated", "temperature-out"):
        case(
            f"{event} from {way[0][0]} before the border, by rail: China has no rail",
            Occasion(way=way, event=event, at=way[0][0], told=told, modes=RAIL),
            *said,
        )

# ------------------------------------------------------------------ left out

OTHER_WAY_SOUTH = (
    (CHONGQING, "departure"),
    (PINGXIANG, "exit"),
    (TAN_THANH, "entry"),
    (OTHER_GATE, "entry"),
    (HA_NOI, "destination"),
)
OTHER_WAY_NORTH = (
    (HAI_DUONG, "departure"),
    (TAN_THANH, "exit"),
    (OTHER_GATE, "exit"),
    (PINGXIANG, "entry"),
    ("CN00X009", "destination"),
)
case(
    "the whole way south is another: every office left out is told once",
    Occasion(
        way=OTHER_WAY_SOUTH,
        event="diverted",
        at=CHONGQING,
        told=SOUTH_TOLD,
        dropped=SOUTH[1:],
    ),
    *(f"{YOUYIGUAN} DiversionNotice", f"{HUU_NGHI} DiversionNotice-I", f"{HUU_NGHI} TIR-cancel"),
    *(f"{GATE} GateEntryDiversion", f"{HAI_DUONG} DiversionNotice-I"),
)
case(
    "the whole way north is another: every office left out is told once",
    Occasion(
        way=OTHER_WAY_NORTH,
        event="diverted",
        at=HAI_DUONG,
        told=NORTH_TOLD,
        dropped=NORTH[1:],
    ),
    *(f"{HUU_NGHI} DiversionNotice", f"{HUU_NGHI} TOR-cancel", f"{GATE} GateExitDiversion"),
    *(f"{YOUYIGUAN} DiversionNotice-I", f"{CHONGQING} DiversionNotice-I"),
)
case(
    "two Chinese exits and two digital gates are left out",
    Occasion(
        way=((CHONGQING, "departure"), ("CN00X003", "exit"), (HAI_DUONG, "destination")),
        event="diverted",
        at=CHONGQING,
        told=(*SOUTH_TOLD, f"{PINGXIANG} MT2401", f"{OTHER_GATE} GateEntryDeclaration"),
        dropped=(
            *((YOUYIGUAN, "exit"), (PINGXIANG, "exit")),
            *((GATE, "entry"), (OTHER_GATE, "entry")),
        ),
    ),
    *(f"{YOUYIGUAN} DiversionNotice", f"{PINGXIANG} DiversionNotice"),
    *(f"{GATE} GateEntryDiversion", f"{OTHER_GATE} GateEntryDiversion"),
)
case(
    "two Chinese entries and two digital gates are left out on the way north",
    Occasion(
        way=((HAI_DUONG, "departure"), ("VN00X003", "exit"), (CHONGQING, "destination")),
        event="diverted",
        at=HAI_DUONG,
        told=(
            *(f"{HAI_DUONG} EDA", f"{YOUYIGUAN} MT1401", f"{PINGXIANG} MT1401"),
            *(f"{GATE} GateExitDeclaration", f"{OTHER_GATE} GateExitDeclaration"),
        ),
        dropped=(
            *((GATE, "exit"), (OTHER_GATE, "exit")),
            *((YOUYIGUAN, "entry"), (PINGXIANG, "entry")),
        ),
    ),
    *(f"{YOUYIGUAN} DiversionNotice-I", f"{PINGXIANG} DiversionNotice-I"),
    *(f"{GATE} GateExitDiversion", f"{OTHER_GATE} GateExitDiversion"),
)
case(
    "by rail no Chinese office is left out: none was on the way",
    Occasion(
        way=OTHER_WAY_SOUTH,
        event="diverted",
        at=CHONGQING,
        told=SOUTH_TOLD,
        dropped=SOUTH[1:],
        modes=RAIL,
    ),
    *(f"{HUU_NGHI} DiversionNotice-I", f"{HUU_NGHI} TIR-cancel"),
    *(f"{GATE} GateEntryDiversion", f"{HAI_DUONG} DiversionNotice-I"),
)
case(
    "nor is one on the way north by rail",
    Occasion(
        way=OTHER_WAY_NORTH,
        event="diverted",
        at=HAI_DUONG,
        told=NORTH_TOLD,
        dropped=NORTH[1:],
        modes=RAIL,
    ),
    *(f"{HUU_NGHI} DiversionNotice", f"{GATE} GateExitDiversion"),
)
case(
    "offices that were told nothing are left out without a word",
    Occasion(way=OTHER_WAY_SOUTH, event="diverted", at=CHONGQING, dropped=SOUTH[1:]),
)
case(
    "nor is one on the way north",
    Occasion(way=OTHER_WAY_NORTH, event="diverted", at=HAI_DUONG, dropped=NORTH[1:]),
)

# ------------------------------------------------------------------ back, and cleared

for way, told in ((SOUTH, SOUTH_TOLD), (NORTH, NORTH_TOLD)):
    for event in ("crossing-refused", "turned-back", "cleared"):
        case(
            f"{event} from {way[0][0]}, nobody knows of the goods",
            Occasion(way=way, event=event, at=way[2][0]),
        )
    case(
        f"cleared where they began, at {way[0][0]}",
        Occasion(way=way, event="cleared", at=way[0][0], told=told),
        f"{way[0][0]} ClearanceNotice",
    )
    case(
        f"cleared by rail from {way[0][0]}",
        Occasion(way=way, event="cleared", at=way[-1][0], told=told, modes=RAIL),
        *((f"{HAI_DUONG} ClearanceNotice",) if way is NORTH else ()),
    )
    case(
        f"turned back by rail from {way[0][0]}",
        Occasion(way=way, event="turned-back", at=way[2][0], told=told, modes=RAIL),
        *((COME_BACK_SOUTH[2:]) if way is SOUTH else COME_BACK_NORTH[:3]),
    )

# ------------------------------------------------------------------ common transit

# One office of each administration in each role that hears of the goods ahead of it.
OVER_GB = ((ULSTER, "departure"), (DOVER, "transit"), (BELFAST, "destination"))
OUT_OF_GB = ((ULSTER, "departure"), (LONDON, "exit"), (BELFAST, "destination"))
OVER_XI = ((DOVER, "departure"), (BELFAST, "transit"), (LONDON, "destination"))
OUT_OF_XI = ((DOVER, "departure"), (BELFAST, "exit"), (LONDON, "destination"))
AHEAD = {
    "over Great Britain": (OVER_GB, f"{DOVER} CD050C", f"{BELFAST} CD001C"),
    "out of Great Britain": (OUT_OF_GB, f"{LONDON} CD160C", f"{BELFAST} CD001C"),
    "over Northern Ireland": (OVER_XI, f"{BELFAST} CD050C", f"{LONDON} CD001C"),
    "out of Northern Ireland": (OUT_OF_XI, f"{BELFAST} CD160C", f"{LONDON} CD001C"),
}

for name, (way, first, last) in AHEAD.items():
    begins, middle, end = (office for office, _ in way)
    told = (f"{begins} CC015C", first, last)
    case(f"{name}: submitted", Occasion(way=way, event="submitted", at=begins), f"{begins} CC015C")
    case(f"{name}: presented", Occasion(way=way, event="presented", at=begins), f"{begins} CC170C")
    case(f"{name}: released", Occasion(way=way, event="released", at=begins), first, last)
    for event in ("submitted", "presented", "released", "amended", "invalidation-asked"):
        case(
            f"{name}: {event}, an office met on entry hears nothing of its own",
            Occasion(way=(*way, (f"{begins[:2]}000X01", "entry")), event=event, at=begins),
            *{
                "submitted": (f"{begins} CC015C",),
                "presented": (f"{begins} CC170C",),
                "released": (first, last),
                "amended": (f"{begins} CC013C",),
                "invalidation-asked": (f"{begins} CC014C",),
            }[event],
        )
    case(
        f"{name}: a frontier passed", Occasion(way=way, event="passed", at=middle, told=told),
        f"{begins} CD118C",
    )  # fmt: skip
    case(
        f"{name}: the area left", Occasion(way=way, event="left-area", at=middle, told=told),
        f"{begins} CD168C",
    )  # fmt: skip
    case(
        f"{name}: an incident before the office on the way",
        Occasion(way=way, event="incident", at=begins, told=told),
        *(f"{begins} CD180C", f"{middle} CD181C", f"{end} CD181C"),
    )
    case(
        f"{name}: an incident behind it",
        Occasion(way=way, event="incident", at=begins, told=told, before=(f"passed {middle}",)),
        *(f"{begins} CD180C", f"{end} CD181C"),
    )
    case(
        f"{name}: an incident at it",
        Occasion(way=way, event="incident", at=middle, told=told),
        *(f"{begins} CD180C", f"{end} CD181C"),
    )
    case(
        f"{name}: an incident nobody ahead was told of the goods before",
        Occasion(way=way, event="incident", at=begins, told=told[:1]),
        f"{begins} CD180C",
    )
    case(
        f"{name}: arrived, the office on the way never saw them",
        Occasion(way=way, event="arrived", at=end, told=told),
        *(f"{begins} CD006C", f"{middle} CD024C"),
    )
    case(
        f"{name}: arrived, the office on the way saw them",
        Occasion(way=way, event="arrived", at=end, told=told, before=(f"passed {middle}",)),
        f"{begins} CD006C",
    )
    case(
        f"{name}: arrived at an office on the way instead",
        Occasion(way=way, event="arrived", at=middle, told=told),
        *(f"{begins} CD006C", f"{end} CD024C"),
    )
    case(
        f"{name}: arrived, nobody was told",
        Occasion(way=way, event="arrived", at=end, told=told[:1]),
        f"{begins} CD006C",
    )
    case(
        f"{name}: controlled at destination",
        Occasion(way=way, event="controlled", at=end, told=told),
        f"{begins} CD018C",
    )
    case(
        f"{name}: amended before release",
        Occasion(way=way, event="amended", at=begins, told=told[:1]),
        f"{begins} CC013C",
    )
    case(
        f"{name}: taken back",
        Occasion(way=way, event="invalidation-asked", at=begins, told=told),
        f"{begins} CC014C",
    )
    case(
        f"{name}: invalidated, all who were told hear of it",
        Occasion(way=way, event="invalidated", at=begins, told=told),
        *(f"{middle} CD010C", f"{end} CD010C"),
    )
    case(
        f"{name}: invalidated, also an office that is passed",
        Occasion(way=way, event="invalidated", at=begins, told=told, before=(f"passed {middle}",)),
        *(f"{middle} CD010C", f"{end} CD010C"),
    )
    case(
        f"{name}: invalidated before anybody was told",
        Occasion(way=way, event="invalidated", at=begins, told=told[:1]),
    )

for asker, others in ((LONDON, DOVER), (ULSTER, BELFAST)):
    start = ULSTER if asker is LONDON else DOVER
    case(
        f"{asker} asks for a record: it alone gets it",
        Occasion(
            way=((start, "departure"), (others, "destination"), (asker, "destination")),
            event="record-asked",
            at=asker,
            told=(f"{start} CC015C", f"{others} CD001C"),
        ),
        f"{asker} CD003C",
    )
case(
    "both destinations of an administration ask: the one that asks now gets it",
    Occasion(
        way=((ULSTER, "departure"), (DOVER, "destination"), (LONDON, "destination")),
        event="record-asked",
        at=LONDON,
    ),
    f"{LONDON} CD003C",
)

# One message an administration (G0130), none beside a fuller one (G0170).
TWICE = ((ULSTER, "departure"), (DOVER, "transit"), (LONDON, "transit"), (BELFAST, "destination"))
TOLD_TWICE = (f"{ULSTER} CC015C", f"{DOVER} CD050C", f"{BELFAST} CD001C")
case(
    "two transit offices of one administration get one record",
    Occasion(way=TWICE, event="released", at=ULSTER),
    *(f"{DOVER} CD050C", f"{BELFAST} CD001C"),
)
case(
    "two exit offices of one administration get one record",
    Occasion(
        way=((ULSTER, "departure"), (DOVER, "exit"), (LONDON, "exit"), (BELFAST, "destination")),
        event="released",
        at=ULSTER,
    ),
    *(f"{DOVER} CD160C", f"{BELFAST} CD001C"),
)
case(
    "two destinations of one administration get one record",
    Occasion(
        way=((ULSTER, "departure"), (DOVER, "destination"), (LONDON, "destination")),
        event="released",
        at=ULSTER,
    ),
    f"{DOVER} CD001C",
)
case(
    "the administration of the destination gets no record of transit beside",
    Occasion(
        way=((ULSTER, "departure"), (DOVER, "transit"), (LONDON, "destination")),
        event="released",
        at=ULSTER,
    ),
    f"{LONDON} CD001C",
)
case(
    "nor one of exit",
    Occasion(
        way=((DOVER, "departure"), (BELFAST, "exit"), (ULSTER, "destination")),
        event="released",
        at=DOVER,
    ),
    f"{ULSTER} CD001C",
)
case(
    "the administration of a transit office gets no record of exit beside",
    Occasion(
        way=(
            (DOVER, "departure"),
            (BELFAST, "transit"),
            (ULSTER, "exit"),
            (LONDON, "destination"),
        ),
        event="released",
        at=DOVER,
    ),
    *(f"{BELFAST} CD050C", f"{LONDON} CD001C"),
)
case(
    "an incident is told once to an administration ahead",
    Occasion(way=TWICE, event="incident", at=ULSTER, told=TOLD_TWICE),
    *(f"{ULSTER} CD180C", f"{DOVER} CD181C", f"{BELFAST} CD181C"),
)
case(
    "of two offices the one that is not passed hears of it",
    Occasion(way=TWICE, event="incident", at=ULSTER, told=TOLD_TWICE, before=(f"passed {DOVER}",)),
    *(f"{ULSTER} CD180C", f"{LONDON} CD181C", f"{BELFAST} CD181C"),
)
case(
    "an arrival elsewhere is told once",
    Occasion(way=TWICE, event="arrived", at=BELFAST, told=TOLD_TWICE),
    *(f"{ULSTER} CD006C", f"{DOVER} CD024C"),
)
case(
    "an invalidation is told once",
    Occasion(way=TWICE, event="invalidated", at=ULSTER, told=TOLD_TWICE),
    *(f"{DOVER} CD010C", f"{BELFAST} CD010C"),
)

# ------------------------------------------------------------------ onward, and a bare declaration

for country in ("LA", "TH", "KH"):
    here, there = f"{country}00X002", f"{country}00X003"
    case(
        f"onward to {country}: expected when the goods are under way",
        Occasion(
            way=((HAI_DUONG, "departure"), (here, "destination")), event="departed", at=HAI_DUONG
        ),
        f"{here} AnticipatedRecord",
    )
    case(
        f"onward to {country}: once, by whatever gates",
        Occasion(
            way=(
                (HAI_DUONG, "departure"),
                (f"{country}00X001", "entry"),
                (f"{country}00X004", "transit"),
                (f"{country}00X005", "exit"),
                (here, "destination"),
                (there, "destination"),
            ),
            event="departed",
            at=HAI_DUONG,
        ),
        f"{here} AnticipatedRecord",
    )
    case(
        f"departing from {country}",
        Occasion(way=((here, "departure"), (there, "destination")), event="departed", at=here),
        f"{there} AnticipatedRecord",
    )
    for event in (*GOES_ON, "submitted"):
        case(
            f"onward to {country}, {event}: its own system says what follows",
            Occasion(way=((here, "departure"), (there, "destination")), event=event, at=here),
        )
BARE = tuple(
    (f"XW00X00{place}", role)
    for place, role in enumerate(("departure", "exit", "entry", "transit", "destination"), start=1)
)
case(
    "a bare declaration goes to the office it is made at",
    Occasion(way=BARE, event="submitted", at="XW00X001"),
    "XW00X001 DEC",
)

for event in (*GOES_ON, "departed"):
    case(
        f"a bare declaration, {event}: no message follows it",
        Occasion(way=BARE, event=event, at="XW00X001"),
    )

# ------------------------------------------------------------------ nothing, because ...

INSIDE = (
    *("control-ordered", "not-released", "seals-checked", "quarantine", "unloading"),
    *("discrepancies", "discrepancies-solved"),
)
"""What a control finds stays inside its administration."""

UNTOLD = (
    *("transit-started", "duties-assessed", "completed", "at-gate", "re-weighed"),
    *("incident-endorsed", "enquiry-started"),
    *(
        "part-moved",
        "closure-planned",
        "deadline-reminded",
        "deadline-passed",
        "invalidation-refused",
    ),
)
"""What no message tells; the enterprise sees it all the same."""

ELSEWHERE = {
    "controlled": (SOUTH, NORTH),
    "presented": (SOUTH, NORTH),
    "passed": (SOUTH, NORTH),
    "left-area": (SOUTH, NORTH),
    "record-asked": (SOUTH, NORTH),
    "invalidated": (SOUTH, NORTH),
    "cleared": (OVER_GB, OUT_OF_XI),
    "crossing-refused": (OVER_GB, OUT_OF_XI),
    "turned-back": (OVER_GB, OUT_OF_XI),
    "departed": (OVER_GB, OUT_OF_XI),
    "exited": (OVER_GB, OUT_OF_XI),
    "entered": (OVER_GB, OUT_OF_XI),
    "yard-reached": (OVER_GB, OUT_OF_XI),
    "substituted": (OVER_GB, OUT_OF_XI),
    "diverted": (OVER_GB, OUT_OF_XI),
    "estimated": (OVER_GB, OUT_OF_XI),
    "temperature-out": (OVER_GB, OUT_OF_XI),
}
"""What is told to others, but on these ways to nobody."""

KNOWN = {SOUTH: SOUTH_TOLD, NORTH: NORTH_TOLD} | {
    way: (f"{way[0][0]} CC015C", first, last) for way, first, last in AHEAD.values()
}
TO_NOBODY = dict.fromkeys((*INSIDE, *UNTOLD), (SOUTH, NORTH, OVER_GB, OUT_OF_XI))
for event, ways in (TO_NOBODY | ELSEWHERE).items():
    for way in ways:
        for at in (way[0][0], way[1][0]) if way in (SOUTH, NORTH) else (way[1][0],):
            going = Occasion(way=way, event=event, at=at, told=KNOWN[way])
            case(f"{event} at {at}, from {way[0][0]}: nobody", going)

# Whoever is left out is told of that once, and of nothing that comes after.
for way in (SOUTH, NORTH):
    for event in GOES_ON:
        if event != "diverted":
            case(
                f"{event}: nobody of those left out on the way from {way[0][0]}",
                Occasion(
                    way=BARE[:1], event=event, at=BARE[0][0], told=KNOWN[way], dropped=way[1:]
                ),
            )
