"""The ways that the cases of the synchronisation table go, and how table and packs tell of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Status, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import Procedure, ProcedureState
from gateway.packs.manifest import To
from gateway.packs.pack import PackSet
from gateway.packs.synchronisation import Cell, Row, Table
from gateway.pipeline.occasion import Told, plan_occasions
from gateway.pipeline.route import plan_messages, plan_procedures

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)

CHONGQING, YOUYIGUAN, PINGXIANG = "CN008001", "CN00X001", "CN007208"
HUU_NGHI, TAN_THANH, HAI_DUONG, HA_NOI = "VN0015BB", "VN00X002", "VN0003PJ", "VN00X009"
GATE, OTHER_GATE = "VN00X101", "VN00X102"
LONDON, DOVER, BELFAST, ULSTER = "GB000246", "GB000060", "XI000142", "XI000081"

ROAD, RAIL, ANY = frozenset({"road"}), frozenset({"rail"}), frozenset()

SOUTH = (
    (CHONGQING, "departure"),
    (YOUYIGUAN, "exit"),
    (HUU_NGHI, "entry"),
    (GATE, "entry"),
    (HAI_DUONG, "destination"),
)
NORTH = (
    (HAI_DUONG, "departure"),
    (HUU_NGHI, "exit"),
    (GATE, "exit"),
    (YOUYIGUAN, "entry"),
    (CHONGQING, "destination"),
)
DOUBLE_SOUTH = (
    (CHONGQING, "departure"),
    (YOUYIGUAN, "exit"),
    (PINGXIANG, "exit"),
    (HUU_NGHI, "entry"),
    (GATE, "entry"),
    (TAN_THANH, "entry"),
    (OTHER_GATE, "entry"),
    (HAI_DUONG, "destination"),
    (HA_NOI, "destination"),
)
DOUBLE_NORTH = (
    (HAI_DUONG, "departure"),
    (HUU_NGHI, "exit"),
    (GATE, "exit"),
    (TAN_THANH, "exit"),
    (OTHER_GATE, "exit"),
    (YOUYIGUAN, "entry"),
    (PINGXIANG, "entry"),
    (CHONGQING, "destination"),
    ("CN00X009", "destination"),
)
TWINS = {
    YOUYIGUAN: PINGXIANG,
    HUU_NGHI: TAN_THANH,
    GATE: OTHER_GATE,
    HAI_DUONG: HA_NOI,
    CHONGQING: "CN00X009",
}
"""Which office plays the same role beside another on the double ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A movement on a way, what happened on it before (``kind OFFICE``), who was told what.

    ``told`` and what :func:`by_table` and :func:`by_packs` return are spelled ``OFFICE MESSAGE``.
    """

    way: tuple[tuple[str, str], ...]
    event: str
    at: str
    told: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    modes: frozenset[str] = ROAD


def administration(office: str) -> str:
    """Return whose an office is: its first two letters, the digital gate apart."""
    return "VN-GATE" if office in (GATE, OTHER_GATE) else office[:2]


def _office(code: str) -> CustomsOffice:
    return CustomsOffice(
        code=code,
        national_code=code,
        country=code[:2],
        administration=administration(code),
        zone="UTC",
        names=(),
        roles=frozenset(OfficeRole),
        modes=frozenset(),
        status=Status.UNVERIFIED,
        source="a case",
    )


def _stops(way: tuple[tuple[str, str], ...], modes: frozenset[str]) -> tuple[Stop, ...]:
    return tuple(
        Stop(
            sequence=place,
            office=_office(code),
            role=OfficeRole(role),
            expected_at=None,
            modes=modes,
        )
        for place, (code, role) in enumerate(way, start=1)
    )


# ------------------------------------------------------------------ as the packs send


def by_packs(packs: PackSet, occasion: Occasion) -> Counter[str]:
    """Return what the planner makes of the packs: the product's own answer."""
    stops = _stops(occasion.way, occasion.modes)
    dropped = _stops(occasion.dropped, occasion.modes)
    itinerary = Itinerary(stops, dropped)
    kind = EventKind(occasion.event)
    planned = plan_messages(itinerary, packs, prelodged=kind is EventKind.PRESENTED)
    found = [one for one in planned if kind in one.spec.on]
    movement = _movement(occasion, Itinerary((*stops, *dropped)), packs)
    told = tuple(_told(occasion, packs))
    found += plan_occasions(
        movement.happened[-1:], movement, itinerary, packs.by_administration, told
    )
    return Counter(f"{one.stop.office.code} {one.spec.type}" for one in found)


def _movement(occasion: Occasion, itinerary: Itinerary, packs: PackSet) -> Movement:
    words = [*(one.split() for one in occasion.before), [occasion.event, occasion.at]]
    return Movement(
        reference="26CNABCDEF123456J6",
        tenant="acme",
        prelodged=False,
        procedures=tuple(
            Procedure(kind=kind, administration=whose, state=ProcedureState.LODGED)
            for whose, kind in plan_procedures(itinerary, packs)
        ),
        happened=tuple(
            Event(sequence=place, kind=EventKind(kind), at=NOON, office=office)
            for place, (kind, office) in enumerate(words, start=1)
        ),
    )


def _told(occasion: Occasion, packs: PackSet):
    for one in occasion.told:
        office, message = one.split()
        pack = packs.by_administration(administration(office))
        assert pack is not None
        yield Told(office, administration(office), pack.message(message))


# ------------------------------------------------------------------ as the table says


def rows_of(table: Table, cell: Cell) -> list[Row]:
    """Return the rows that fill a cell, disclosures among them."""
    event, administration, role = cell
    return [
        row
        for row in (*table.rows, *table.disclosures)
        if event in row.events and administration in row.administrations and role in row.roles
    ]


def by_table(table: Table, occasion: Occasion) -> Counter[str]:
    """Return what somebody who reads the table expects."""
    event = EventKind(occasion.event)
    stops = [(code, OfficeRole(role), False) for code, role in occasion.way]
    stops += [(code, OfficeRole(role), True) for code, role in occasion.dropped]
    owed = [
        (row, code)
        for code, role, dropped in stops
        for row in rows_of(table, (event, administration(code), role))
        if _by_mode(row, occasion.modes)
        if dropped is (row.whom is To.DROPPED)
        if _meant(table, row, code, role, occasion)
    ]
    going = {(administration(code), row.message) for row, code in owed}
    told: Counter[str] = Counter()
    once: set[tuple[str, str]] = set()
    for row, code in owed:
        whose = administration(code)
        if any((whose, fuller) in going for fuller in row.fuller) or (whose, row.message) in once:
            continue
        if row.once:
            once.add((whose, row.message))
        told[f"{code} {row.message}"] += 1
    return told


def _by_mode(row: Row, modes: frozenset[str]) -> bool:
    if not row.by or not modes:
        return not (row.by and row.declared)
    return not modes.isdisjoint(row.by)


def _meant(table: Table, row: Row, code: str, role: OfficeRole, occasion: Occasion) -> bool:
    if row.whom is To.ALL:
        return True
    if row.whom is To.ASKER:
        return code == occasion.at
    passed = {office for kind, office in map(str.split, occasion.before) if kind in PASSES}
    ahead = code not in (*passed, occasion.at)
    knows = any(_reached(table, row, code, role, *one.split()) for one in occasion.told)
    if row.whom is not To.CONCERNED:
        return knows and (ahead or row.whom is not To.AHEAD)
    if occasion.event == "released":
        return ahead
    if occasion.event == "crossing-refused":
        return knows and code != occasion.at
    news = occasion.event == "incident" and code not in passed  # for the enterprise says so
    return knows and (ahead or news or occasion.event == "turned-back")


PASSES = ("exited", "entered", "passed", "left-area", "arrived")


def _reached(
    table: Table, row: Row, code: str, role: OfficeRole, office: str, message: str
) -> bool:
    """Tell whether an office knows of the movement by a message that was sent."""
    sent = [one for one in table.rows if one.message == message]
    if office == code and any(role in one.roles for one in sent):
        return True
    shared = any(one.once for one in sent) and row.once
    return shared and administration(office) == administration(code)
