"""A declaration is split over two trucks after release, and put together before they leave."""

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway import register
from gateway.adapters.pack_folder import schemas_root
from gateway.domain.errors import Refused
from gateway.domain.event import EventKind
from gateway.domain.message import MessageState
from gateway.domain.trip_state import TripState
from gateway.pipeline.advance import waiting_row
from gateway.pipeline.route import Planned
from gateway.register.moving import not_waiting
from gateway.sandbox.script import read_scenarios
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.position import take_run_reading
from gateway.usecases.timeline import timeline_after
from gateway.usecases.trips import describe_run, look_ahead
from tests.world import TENANT, World

SPLIT = dict(read_scenarios(schemas_root())["two-trucks"].steps[0].texts)
FIRST, SECOND = "YYG2611240001", "YYG2611240002"


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """A released movement on one truck, then on two."""
    world = World(tmp_path_factory.mktemp("split"))
    reference = world.submit(world.declaration()).movement
    world.run()
    replaced(world, reference, SPLIT)
    yield world, reference
    world.close()


def replaced(world, reference, texts):
    new = Amendment(raw=world.declaration(texts=texts), reason=Reason(text="a second truck"))
    return amend(world.ports, world.exporter, reference, new, idempotency_key=str(len(texts)))


def announcements(world, reference):
    return [one for one in world.store.messages(reference) if one.type == "MT4402"]


def test_each_truck_is_announced_by_itself_with_its_own_vehicle(split, tmp_path):
    world, reference = split
    world = world.copied(tmp_path)
    events = [one.kind for one in world.store.events(reference)]
    assert EventKind.SUBSTITUTED in events
    first, second = (describe_run(world.ports, TENANT, batch) for batch in (FIRST, SECOND))
    assert (first.packages, second.packages) == (100, 24)
    assert str(first.gross_mass_kg + second.gross_mass_kg) == "2480.5"
    before = announcements(world, reference)
    assert {one.trip for one in before} == {*first.trips, *second.trips}
    world.report(reference, "departed", "CN008001", trip=SECOND)
    told, kept = sorted(announcements(world, reference), key=lambda one: one.place is None)
    assert (told.trip, kept.trip) == (second.trips[0], first.trips[0])
    assert kept.state is MessageState.WAITING
    lines = timeline_after(world.ports, TENANT, reference)
    assert any("departed with 24 packages" in line.text for line in lines)
    text = world.store.body(told.unsigned).content.decode()
    assert ("桂A9F305" in text, "桂A8D217" in text) == (True, False)
    assert ("CQ8801205" in text, "CQ8801172" in text) == (True, False)
    assert told.stream == f"{reference}/CN00X001/{told.trip}"
    world.report(reference, "departed", "CN008001")
    assert all(one.place for one in announcements(world, reference))
    assert verify_log(world.ports).findings == ()
    world.close()


def test_what_a_report_adds_does_not_change_what_happened_to_a_truck(split, tmp_path):
    world, reference = split
    world = world.copied(tmp_path)
    world.report(
        *(reference, "departed", "CN008001"), trip=SECOND, happened="exited", packages="many"
    )
    assert describe_run(world.ports, TENANT, SECOND).standing.state is TripState.UNDER_WAY
    (part,) = [one for one in world.store.events(reference) if one.kind is EventKind.PART_MOVED]
    assert (part.fact("happened"), part.fact("packages")) == ("departed", "24")
    world.close()


def of(world, reference, kind):
    """The bytes of every message of a type that was made, by trip."""
    made = (one for one in world.store.messages(reference) if one.type == kind and one.unsigned)
    return {one.trip: world.store.body(one.unsigned).content.decode() for one in made}


def test_what_is_told_of_a_truck_is_what_happened_to_that_truck(split, tmp_path):
    world, reference = split
    world = world.copied(tmp_path)
    first, second = (describe_run(world.ports, TENANT, one).trips[0] for one in (FIRST, SECOND))
    world.report(reference, "yard-reached", "CN008001", trip=SECOND, place="CQ-YARD-2")
    (report,) = of(world, reference, "MT3402").items()
    assert report[0] == second
    assert f"<ID>{SECOND}</ID>" in report[1]
    assert "<TotalPackageQuantity>24<" in report[1]
    for hours, batch, seal in ((0, SECOND, "OWN2"), (30, FIRST, "OWN1")):
        world.clock.forward(hours=hours)
        world.report(reference, "departed", "CN008001", trip=batch, seal=seal)
        world.run()
    sent = of(world, reference, "MT4402")
    assert ["OWN1" in sent[first], "OWN2" in sent[first]] == [True, False]
    assert ["OWN1" in sent[second], "OWN2" in sent[second]] == [False, True]
    gates = {
        trip: [line.strip() for line in text.splitlines()][2]
        for trip, text in of(world, reference, "TIR").items()
    }
    assert gates == {second: "20261123", first: "20261124"}  # the day it left China
    world.close()


def test_a_truck_that_is_not_needed_after_all_bears_nothing_and_hears_nothing(split, tmp_path):
    world, reference = split
    world = world.copied(tmp_path)
    replaced(world, reference, {})
    gone = describe_run(world.ports, TENANT, SECOND)
    assert (gone.plates, gone.aboard) == ((), ())
    states = {one.trip: one.state for one in announcements(world, reference)}
    assert states[gone.trips[0]] is MessageState.DROPPED
    (first,) = set(states) - set(gone.trips)
    assert states[first] is MessageState.WAITING
    assert describe_run(world.ports, TENANT, FIRST).packages == 124
    world.report(reference, "departed", "CN008001")
    world.run()
    assert world.procedures(reference)["cn-exit"] == "closed"
    world.close()


@pytest.mark.parametrize(
    ("waits", "of", "told"),
    [
        ((), "both", {"first", "second"}),
        (("first",), "both", {"second"}),
        (("second",), "both", {"first"}),
        (("first", "second"), "both", set()),
        (("first",), "the only one", set()),
        (("second",), "the only one", {"first"}),
    ],
)
def test_each_truck_waits_for_its_own_correction(split, waits, of, told):
    world, reference = split
    subject = register.load(world.ports, reference).subject
    trips = dict(zip(("first", "second"), (one.id for one in subject.trips), strict=True))
    (stop,) = (one for one in subject.itinerary.stops if one.office.code == "VN0015BB")
    with world.ports.packs.slot() as packs:
        pack = packs.by_administration("VN")
        change = Planned(pack, pack.message("TIR-change"), stop)
    each = {name: replace(change, trip=trip) for name, trip in trips.items()}
    there = [waiting_row(each[one], subject, one, "", world.clock.now()) for one in waits]
    planned = list(each.values()) if of == "both" else [change]
    left = not_waiting(planned, there, trips["first"])
    assert {one.trip or trips["first"] for one in left} == {trips[one] for one in told}


def test_a_reading_of_one_truck_counts_for_that_truck(split, tmp_path):
    world, reference = split
    world = world.copied(tmp_path)
    world.town.held.add("MT4402")
    world.report(reference, "departed", "CN008001")
    world.run()
    world.clock.forward(hours=55)  # they were due at the gate two hours ago
    now = world.clock.now()

    def read(batch, minutes, **members):
        at = (now + timedelta(minutes=minutes)).isoformat()
        raw = json.dumps({"source": batch, "at": at, **members}).encode()
        ((_, taken),) = take_run_reading(world.ports, world.exporter, batch, raw).taken
        return taken

    late = read(SECOND, 0, place="CN00X001")
    assert [(one.kind.value, one.fact("delay")) for one in late.events] == [("estimated", "120")]
    other = read(FIRST, -60, place="CN00X001")  # an older word, of another truck
    assert (other.late, other.events) == (False, ())
    assert read(SECOND, -60, latitude="22.1", longitude="106.7").late
    for batch in (FIRST, SECOND):
        seen = look_ahead(world.ports, TENANT, describe_run(world.ports, TENANT, batch)).readings
        assert {one.source for one in seen} == {batch}
    world.close()


def test_a_report_of_a_trip_it_has_not_is_refused(split):
    world, reference = split
    with pytest.raises(Refused) as caught:
        world.report(reference, "departed", "CN008001", trip="B9")
    (finding,) = caught.value.findings
    assert (finding.code, dict(finding.args)["trips"]) == (
        "report.other-trip",
        f"{FIRST}, {SECOND}",
    )


def test_a_notice_names_the_truck_that_came_back_and_every_one_that_left(split, tmp_path):
    world, reference = split
    world = world.copied(tmp_path)
    world.report(reference, "departed", "CN008001")
    world.run()
    crossed = of(world, reference, "CrossingNotice")[None]
    assert re.findall("<PlateID>([^<]+)", crossed) == ["桂A8D217", "桂A9F305"]
    assert re.findall("<BatchID>([^<]+)", crossed) == [FIRST, SECOND]
    world.report(reference, "turned-back", "CN00X001", trip=SECOND)
    world.run()
    returned = of(world, reference, "ReturnNotice")[None]
    assert re.findall("<PlateID>([^<]+)", returned) == ["桂A9F305"]
    assert re.findall("<BatchID>([^<]+)", returned) == [SECOND]
    assert "<TotalPackageQuantity>24<" in returned
    assert "<TotalPackageQuantity>124<" in crossed
    world.close()


def test_two_trucks_that_leave_at_once_are_two_messages_to_their_gate(split, tmp_path):
    """China's manifest messages have numbers; one seen before is a repeat."""
    world, reference = split
    world = world.copied(tmp_path)
    world.report(reference, "departed", "CN008001")
    sent = of(world, reference, "MT4402")
    numbers = {re.findall("<MessageID>([^<]+)", text)[0] for text in sent.values()}
    assert len(sent) == len(numbers) == 2
    world.close()


CONTAINERS = ("CSQU3054383", "TCLU4265449")
IN_TRANSIT = {
    "<ContainerIndicator>0<": "<ContainerIndicator>1<",
    "<ID>桂AK217挂<": f"<ID>{CONTAINERS[0]}<",
    '<ID scheme="USCC">91450000MA5N8P7Q65</ID>': (
        '<ID scheme="USCC">91450000MA5N8P7Q65</ID><ID scheme="CNCUSTOMS">4501980003</ID>'
    ),
    '  <Party role="exporter">': (
        "  <TransitOperation><LimitDate>2026-11-27</LimitDate></TransitOperation>\n"
        '  <Party role="exporter">'
    ),
    **{
        old: new.replace("<ID>桂AK305挂<", f"<ID>{CONTAINERS[1]}<").replace("customs", "electronic")
        for old, new in SPLIT.items()
    },
}


def test_china_is_told_every_container_of_goods_on_two_trucks(tmp_path):
    """The goods are told whole, so what they stand in is, too: each with the tractor it goes on."""
    with closing(World(tmp_path)) as world:
        reference = world.submit(world.declaration(texts=IN_TRANSIT)).movement
        world.run()
        manifest, declared = (of(world, reference, kind)[None] for kind in ("MT2401", "DecMessage"))
    assert re.findall("<TransportEquipment><ID>([^<]+)", manifest) == [*CONTAINERS]
    assert re.findall("<ContainerId>([^<]+)", declared) == [*CONTAINERS]
    tractors = re.findall("<ContaNo>([^<]+).*?<TransName>([^<]+)", declared)
    assert dict(tractors) == dict(zip(CONTAINERS, ("桂A8D217", "桂A9F305"), strict=True))


def test_two_declared_in_the_same_millisecond_are_two_manifests(tmp_path):
    """An office takes what has a number it knows for a repeat."""
    world = World(tmp_path)
    references = [
        world.submit(world.declaration(texts={"CQ-2026-000117": lrn}), key=lrn).movement
        for lrn in ("CQ-2026-000117", "CQ-2026-000118")
    ]
    numbers = [
        re.findall("<MessageID>([^<]+)", of(world, one, "MT2401")[None])[0] for one in references
    ]
    assert numbers[0] != numbers[1]
    world.close()


def test_the_manifest_names_the_batch_under_which_every_truck_comes(tmp_path):
    world = World(tmp_path)
    reference = world.submit(world.declaration(texts=SPLIT)).movement
    manifest = of(world, reference, "MT2401")[None]
    assert re.findall("<Content>([^<]+)", manifest) == [f"{FIRST} {SECOND}"]
    assert "<StatementCode>" not in manifest
    world.close()
