"""Whom news goes to that only may happen: all, who was told, who is still ahead, who asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import Procedure, ProcedureState
from gateway.pipeline.occasion import Told, plan_occasions
from tests.world import shipped_packs

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PACKS = shipped_packs()
LONDON, DOVER, BELFAST, ULSTER = "GB000246", "GB000060", "XI000142", "XI000081"
WAY = (
    (ULSTER, "departure"),
    (DOVER, "transit"),
    (LONDON, "transit"),
    (BELFAST, "transit"),
    (BELFAST, "exit"),
    (DOVER, "destination"),
)
RECORDS = {"CD001C": DOVER, "CD050C": BELFAST, "CD160C": BELFAST}
"""What was told at release: Great Britain as destination, Northern Ireland on the way."""


def happened(*events):
    return tuple(
        Event(sequence=place, kind=EventKind(kind), at=NOON, office=office)
        for place, (kind, office) in enumerate(events, start=1)
    )


def planned(*events, told=RECORDS, state=ProcedureState.RELEASED):
    """Return (type, office) of what the last of ``events`` brings."""
    stops = tuple(
        Stop(
            sequence=place,
            office=PACKS.offices()[code],
            role=OfficeRole(role),
            expected_at=None,
        )
        for place, (code, role) in enumerate(WAY, start=1)
    )
    going = happened(("submitted", ULSTER), *events)
    movement = Movement(
        reference="26GBABCDEF123456J6",
        tenant="acme",
        prelodged=False,
        procedures=(Procedure(kind="ctc-transit", administration="XI", state=state),),
        happened=going,
    )
    with PACKS.slot() as packs:
        pack = packs.by_administration("GB")
        known = [Told(office, office[:2], pack.message(kind)) for kind, office in told.items()]
        if told:
            known.append(Told(ULSTER, "XI", pack.message("CC015C")))
        found = plan_occasions(
            going[-1:], movement, Itinerary(stops), packs.by_administration, known
        )
        return [(one.spec.type, one.stop.office.code) for one in found]


BROUGHT = {
    "a crossing goes to the departure": (
        (("passed", DOVER),),
        [("CD118C", ULSTER)],
    ),
    "an incident to the departure and once to each administration ahead (G0130, G0170)": (
        (("incident", ULSTER),),
        [("CD180C", ULSTER), ("CD181C", DOVER), ("CD181C", BELFAST)],
    ),
    "an office that was passed is skipped, the next of its administration is not (G0171)": (
        (("passed", DOVER), ("incident", ULSTER)),
        [("CD180C", ULSTER), ("CD181C", LONDON), ("CD181C", BELFAST)],
    ),
    "an administration all of whose offices are passed is skipped (G0171)": (
        (("passed", BELFAST), ("incident", LONDON)),
        [("CD180C", ULSTER), ("CD181C", DOVER)],
    ),
    "an arrival goes to who never saw the goods (G0150 to G0153)": (
        (("passed", DOVER), ("passed", LONDON), ("arrived", DOVER)),
        [("CD024C", BELFAST)],
    ),
    "an invalidation goes to who was told, passed or not, once each (G0170)": (
        (("passed", DOVER), ("invalidated", ULSTER)),
        [("CD010C", DOVER), ("CD010C", BELFAST)],
    ),
    "a question is answered to who asked": (
        (("record-asked", DOVER),),
        [("CD003C", DOVER)],
    ),
    "an office that asks as something else gets no record of a destination": (
        (("record-asked", LONDON),),
        [],
    ),
    "what always happens brings nothing here": ((("released", ULSTER),), []),
}


@pytest.mark.parametrize("name", BROUGHT)
def test_what_an_occasion_brings(name):
    events, expected = BROUGHT[name]
    assert planned(*events) == expected


def test_the_departure_is_not_told_by_its_own_declaration():
    """Northern Ireland got the declaration as departure; on the way it was told nothing."""
    only = {"CD001C": DOVER}
    assert planned(("invalidated", ULSTER), told=only) == [("CD010C", DOVER)]
    assert planned(("invalidated", ULSTER), told={}) == []


def test_nothing_is_said_under_a_procedure_that_was_never_opened():
    assert planned(("incident", ULSTER), told={}, state=ProcedureState.PLANNED) == []


def test_one_office_told_tells_its_administration_only_where_one_message_goes_to_all():
    with PACKS.slot() as packs:
        pack = packs.by_administration("GB")
        record, declared = pack.message("CD050C"), pack.message("CC015C")
        news = pack.message("CD010C")
    stop = Stop(
        sequence=1, office=PACKS.offices()[LONDON], role=OfficeRole.TRANSIT, expected_at=None
    )
    assert Told(DOVER, "GB", record).reached(stop, news)
    assert not Told(DOVER, "GB", declared).reached(stop, news)
    assert not Told(BELFAST, "XI", record).reached(stop, news)
    assert not Told(LONDON, "GB", declared).reached(replace(stop, role=OfficeRole.EXIT), news)


def test_a_gate_that_tells_of_an_incident_itself_is_not_told_of_it():
    gate = "CN00X001"
    stop = Stop(sequence=1, office=PACKS.offices()[gate], role=OfficeRole.EXIT, expected_at=None)
    going = happened(("submitted", gate), ("answered", gate), ("incident", gate))
    opened = Procedure(kind="cn-exit", administration="CN", state=ProcedureState.RELEASED)
    movement = Movement(
        reference="26CNABCDEF123456J6",
        tenant="acme",
        prelodged=False,
        procedures=(opened,),
        happened=going,
    )
    with PACKS.slot() as packs:
        told = [Told(gate, "CN", packs.by_administration("CN").message("MT2401"))]
        heard, reported = (
            plan_occasions(events, movement, Itinerary((stop,)), packs.by_administration, told)
            for events in (going[-2:], going[-1:])
        )
    assert (heard, [one.spec.type for one in reported]) == ((), ["WayNotice"])
