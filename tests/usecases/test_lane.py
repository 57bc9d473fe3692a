"""Passages through a smart lane with a whole gateway: decided, kept, told, overridden, cut off."""

import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from gateway import gatehouse, register
from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.audit.snapshot import read_sealed, write_sealed
from gateway.domain.errors import InConflict, NotAllowed, NotFound, Refused
from gateway.domain.event import EventKind
from gateway.domain.finding import Refusal
from gateway.domain.lane import Direction, Known, Lane, Read, Reading, Signal
from gateway.domain.lane_decision import decide
from gateway.domain.records import Principal
from gateway.domain.roles import OfficeRole
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.grants import renew
from gateway.usecases.lane import Acted, pass_lane
from gateway.usecases.lane_override import override
from gateway.usecases.lane_snapshot import index, passages, snapshot
from gateway.usecases.setup import add_lane, set_lane
from tests.world import LANE, TENANT, World

APART = str.maketrans("0123456789", "01825649UM")
"""Digits spelled so that no camera takes one for another: each is of a class of its own."""

EXIT, ENTRY = "yyg-3", "hn-1"


def reads(*texts):
    return tuple(Read(one) for one in texts)


def reading(world, name="p-1", **changed):
    whole = Reading(
        id=name,
        at=world.clock.now(),
        direction=Direction.OUT,
        plates=reads("桂A8D217", "桂AK217挂"),
        seals=reads("CQ8801172", "ES20261123A7"),
        weight_kg=Decimal("19480.5"),
    )
    return replace(whole, **changed)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A world with an exit and an entry lane and two officers; movements are made by each test."""
    world = World(tmp_path_factory.mktemp("lanes"))
    world.town.held = {"MT4402"}  # the gate's own confirmation comes after the lane
    for name, office, role in (
        (EXIT, "CN00X001", OfficeRole.EXIT),
        (ENTRY, "VN0015BB", OfficeRole.ENTRY),
    ):
        lane = Lane(
            id=name,
            tenant=TENANT,
            office=office,
            role=role,
            tolerance_percent=Decimal(3),
            declaration_hours=72,
        )
        add_lane(world.ports, lane)
    world.officers = {name: world.principal(name) for name in ("mai", "wei")}
    world.truck = 0
    yield world
    world.close()


@pytest.fixture
def world(shared):
    return shared


@pytest.fixture
def truck(world):
    """A released movement on its way, with plates and seals of its own; returns (number, how)."""
    world.truck += 1
    return released(world, world.truck)


def marks_of(number, batch="", part=""):
    told = f"{number:04d}".translate(APART)
    return {
        "桂A8D217": f"桂A{told}9",
        "桂AK217挂": f"桂B{told}挂",
        "12H-01734": f"12H-{number:05d}",
        "CQ8801172": f"CQ{told}",
        "ES20261123A7": f"ES{told}A7",
        "YYG2611240001": batch or f"YYG{number:010d}",
        "CQ-2026-000117": f"CQ-2026-{number:06d}{part}",
    }


def released(world, number, *, batch="", part="", held=()):
    marks = marks_of(number, batch, part)
    world.town.held = {"MT4402", *held}
    raw = world.declaration(texts=marks)
    reference = world.submit(raw, key=f"k{number}{part}").movement
    world.run()
    read = reading(
        world,
        f"p-{number}-{reference[-4:]}",
        plates=reads(marks["桂A8D217"], marks["桂AK217挂"]),
        seals=reads(marks["CQ8801172"], marks["ES20261123A7"]),
    )
    return reference, read


def events(world, reference, *kinds):
    return [one for one in world.store.events(reference) if one.kind in kinds]


def test_a_released_truck_goes_and_its_movement_tells_so(world, truck):
    reference, read = truck
    done = pass_lane(world.ports, world.officers["mai"], EXIT, read)
    assert (done.passage.says, done.passage.code) == (Signal.GO, "lane.go")
    assert done.passage.movements == (reference,)
    gate, weighed = events(world, reference, EventKind.AT_GATE, EventKind.REWEIGHED)
    assert (gate.office, gate.fact("decision"), gate.fact("lane")) == ("CN00X001", "go", EXIT)
    assert (weighed.fact("weight"), weighed.fact("declared")) == ("19480.5", "19480.5")


def test_the_same_reading_again_changes_nothing(world, truck):
    reference, read = truck
    first = pass_lane(world.ports, world.officers["mai"], EXIT, read)
    before = world.store.events(reference)
    again = pass_lane(world.ports, world.officers["wei"], EXIT, read)
    assert again.repeated
    assert again.passage == first.passage
    assert world.store.events(reference) == before


def test_an_id_is_not_used_twice(world, truck):
    _, read = truck
    pass_lane(world.ports, world.officers["mai"], EXIT, read)
    with pytest.raises(InConflict) as conflict:
        pass_lane(world.ports, world.officers["mai"], EXIT, replace(read, weight_kg=Decimal(1)))
    assert conflict.value.findings[0].code == "lane.passage-reused"


def test_what_was_seen_before_is_no_news_but_another_word_is(world, truck):
    reference, read = truck
    for name, changed in (
        ("a", {"weight_kg": None}),
        ("b", {"weight_kg": None}),
        ("c", {}),
    ):
        late = replace(read, id=f"{read.id}-{name}", at=world.clock.now(), **changed)
        pass_lane(world.ports, world.officers["mai"], EXIT, late)
    told = events(world, reference, EventKind.AT_GATE)
    assert [one.fact("decision") for one in told] == ["refer", "go"]


def test_before_release_the_lane_stops_and_names_the_movement(world):
    world.truck += 1
    reference, read = released(world, world.truck, held=("DecMessage",))
    done = pass_lane(world.ports, world.officers["mai"], EXIT, read)
    assert (done.passage.says, done.passage.code, done.passage.value) == (
        Signal.STOP,
        "lane.not-released",
        reference,
    )


def test_of_three_declarations_on_one_truck_one_is_not_released_then_it_goes(world):
    world.truck += 1
    number, batch = world.truck, f"THREE{world.truck:04d}"
    shares = [released(world, number, batch=batch, part=part)[0] for part in "ab"]
    third, read = released(world, number, batch=batch, part="c", held=("DecMessage",))
    read = replace(read, weight_kg=Decimal(17000) + 3 * Decimal("2480.5"))
    done = pass_lane(world.ports, world.officers["mai"], EXIT, read)
    assert (done.passage.code, done.passage.value) == ("lane.not-released", third)
    assert set(done.passage.movements) == {*shares, third}
    world.town.held = {"MT4402"}
    world.run()
    again = replace(read, id=read.id + "-again", at=world.clock.now())
    done = pass_lane(world.ports, world.officers["mai"], EXIT, again)
    assert done.passage.says is Signal.GO
    for reference in (*shares, third):
        told = events(world, reference, EventKind.AT_GATE)
        assert [one.fact("decision") for one in told] == ["stop", "go"]


def test_a_stranger_is_referred_and_nobody_is_told(world):
    done = pass_lane(
        world.ports,
        world.officers["mai"],
        EXIT,
        reading(world, "stranger", plates=reads("粤Z99999"), seals=reads("XX1")),
    )
    assert (done.passage.says, done.passage.code) == (Signal.REFER, "lane.no-run")
    assert done.events == ()


def test_a_wrong_seal_is_told_to_the_movement_a_wrong_tractor_is_not(world, truck):
    reference, read = truck
    wrong = replace(read, seals=(read.seals[0], Read("ES00000000")))
    done = pass_lane(world.ports, world.officers["mai"], EXIT, wrong)
    assert done.passage.code == "lane.seal-differs"
    assert [one.fact("decision") for one in events(world, reference, EventKind.AT_GATE)] == ["stop"]
    other = replace(read, id=read.id + "-other", plates=(Read("粤Z99999"), read.plates[1]))
    done = pass_lane(world.ports, world.officers["mai"], EXIT, other)
    assert (done.passage.code, done.events) == ("lane.plate-differs", ())


def test_a_lane_whose_clock_is_ahead_hides_nothing_that_it_says_later(world, truck):
    reference, read = truck
    later = world.clock.now() + timedelta(days=400)
    wrong = replace(read, id=read.id + "-a", at=later, seals=reads("XX1", "XX2"))
    assert pass_lane(world.ports, world.officers["mai"], EXIT, wrong).passage.says is Signal.STOP
    world.clock.forward(minutes=10)
    mended = replace(read, id=read.id + "-b", at=world.clock.now())
    done = pass_lane(world.ports, world.officers["mai"], EXIT, mended)
    assert done.passage.says is Signal.GO
    told = events(world, reference, EventKind.AT_GATE)
    assert [one.fact("decision") for one in told] == ["stop", "go"]
    assert all(one.at <= world.clock.now() for one in told)


def test_reported_seals_replace_declared_ones(world, truck):
    reference, read = truck
    world.report(reference, "departed", "CN008001", seal="NEW1 NEW2")
    done = pass_lane(
        world.ports, world.officers["mai"], EXIT, replace(read, seals=reads("NEW1", "NEW2"))
    )
    assert done.passage.says is Signal.GO
    old = replace(read, id=read.id + "-old")
    assert pass_lane(world.ports, world.officers["mai"], EXIT, old).passage.says is Signal.STOP


def test_the_same_truck_is_not_expected_to_enter_before_it_left(world, truck):
    _, read = truck
    entering = replace(read, direction=Direction.IN)
    done = pass_lane(world.ports, world.officers["mai"], ENTRY, entering)
    assert done.passage.says is Signal.GO  # the transport was approved and the export released


def test_a_substituted_tractor_goes_and_the_one_before_stops(world):
    world.truck += 1
    number = world.truck
    reference, read = released(world, number)
    told = f"{number:04d}".translate(APART)
    new = f"桂A{told}U"
    raw = world.declaration(texts={**marks_of(number), "桂A8D217": new})
    amend(
        world.ports,
        world.exporter,
        reference,
        Amendment(raw=raw, reason=Reason(code="001")),
        idempotency_key=f"s{number}",
    )
    swapped = replace(read, id=read.id + "-new", plates=(Read(new), read.plates[1]))
    done = pass_lane(world.ports, world.officers["mai"], EXIT, swapped)
    assert (done.passage.code, done.passage.movements) == ("lane.go", (reference,))
    assert pass_lane(world.ports, world.officers["mai"], EXIT, read).passage.code == (
        "lane.plate-differs"
    )


def test_who_turned_back_does_not_go_out_again(world, truck):
    reference, read = truck
    world.report(reference, "departed", "CN008001", seal=" ".join(one.text for one in read.seals))
    world.report(reference, "turned-back", "CN00X001", reason="closed")
    done = pass_lane(world.ports, world.officers["mai"], EXIT, read)
    assert (done.passage.code, done.passage.value) == ("lane.held", reference)


# ------------------------------------------------------------------ whose lane


def test_a_link_speaks_for_its_own_offices_only(world, truck):
    _, read = truck
    gate = world.store.principal("lnk_vn0015bb")
    with pytest.raises(NotAllowed):
        pass_lane(world.ports, gate, EXIT, read)
    assert pass_lane(world.ports, gate, ENTRY, replace(read, direction=Direction.IN))


def test_another_tenant_has_no_lane(world, truck):
    _, read = truck
    stranger = Principal(id="s", tenant="other", name="s", scopes=("lane",), secret_digest="")
    with pytest.raises(NotFound):
        pass_lane(world.ports, stranger, EXIT, read)


BAD_LANES = {
    "an unknown office": ({"office": "CN00ZZZZ"}, NotFound, "office.unknown"),
    "a role it never has": (
        {"role": OfficeRole.ENTRY, "office": "CN008003"},
        Refused,
        "lane.not-a-role",
    ),
    "a strange name": ({"id": "a/b"}, Refused, "lane.name-malformed"),
    "a negative tolerance": ({"tolerance_percent": Decimal(-1)}, Refused, "lane.no-such-number"),
    "a tolerance beyond all": (
        {"tolerance_percent": Decimal("1E+999999999")},
        Refused,
        "lane.no-such-number",
    ),
    "hours beyond the calendar": ({"declaration_hours": 10**8}, Refused, "lane.no-such-number"),
    "a name that is taken": ({"id": EXIT}, InConflict, "setup.exists"),
}


@pytest.mark.parametrize(("changed", "error", "code"), BAD_LANES.values(), ids=BAD_LANES.keys())
def test_lanes_that_cannot_be_added(world, changed, error, code):
    lane = Lane(id="x-1", tenant=TENANT, office="CN00X001", role=OfficeRole.EXIT)
    with pytest.raises(error) as raised:
        add_lane(world.ports, replace(lane, **changed))
    assert raised.value.findings[0].code == code


def test_without_a_tolerance_a_lane_refers(world, truck):
    _, read = truck
    add_lane(world.ports, Lane(id="bare", tenant=TENANT, office="CN00X001", role=OfficeRole.EXIT))
    codes = []
    for changed in ({"declaration_hours": 72}, {"tolerance_percent": Decimal(3)}):
        name = f"{read.id}-{len(codes)}"
        done = pass_lane(world.ports, world.officers["mai"], "bare", replace(read, id=name))
        codes.append(done.passage.code)
        set_lane(world.ports, TENANT, "bare", changed)
    done = pass_lane(world.ports, world.officers["mai"], "bare", replace(read, id=f"{read.id}-2"))
    assert [*codes, done.passage.code] == [
        "lane.declaration-age-unknown",
        "lane.weight-unknown",
        "lane.go",
    ]


# ------------------------------------------------------------------ override


def test_two_persons_override_and_the_movement_is_told(world, truck):
    reference, read = truck
    unweighed = replace(read, weight_kg=None)
    name = unweighed.id
    pass_lane(world.ports, world.officers["mai"], EXIT, unweighed)
    asked = override(world.ports, world.officers["mai"], EXIT, name, (Signal.GO, "scale is down"))
    assert (asked.stands, asked.confirmed_by) == (Signal.REFER, "")
    with pytest.raises(Refused) as same:
        override(world.ports, world.officers["mai"], EXIT, name, (Signal.GO, "really"))
    assert same.value.findings[0].code == "lane.same-person"
    with pytest.raises(InConflict) as other:
        override(world.ports, world.officers["wei"], EXIT, name, (Signal.STOP, ""))
    assert other.value.findings[0].code == "lane.override-differs"
    done = override(world.ports, world.officers["wei"], EXIT, name, (Signal.GO, ""))
    assert (done.stands, done.says) == (Signal.GO, Signal.REFER)
    assert (done.override_by, done.confirmed_by) == ("mai", "wei")
    told = events(world, reference, EventKind.AT_GATE)
    assert [one.fact("decision") for one in told] == ["refer", "go"]
    assert told[-1].fact("reason") == "override"
    for who, says in (("mai", Signal.STOP), ("wei", Signal.GO)):
        with pytest.raises(InConflict) as decided:
            override(world.ports, world.officers[who], EXIT, name, (says, "no"))
        assert decided.value.findings[0].code == "lane.overridden"
    assert events(world, reference, EventKind.AT_GATE) == told


def test_a_renewed_key_makes_no_second_person(world, truck):
    _, read = truck
    name = f"{read.id}-renewed"
    pass_lane(world.ports, world.officers["mai"], EXIT, replace(read, id=name, weight_kg=None))
    lan = world.principal(f"lan-{name}")
    override(world.ports, lan, EXIT, name, (Signal.GO, "scale is down"))
    again, _ = renew(world.ports, lan, lan.id, "the tablet was lost")
    with pytest.raises(Refused) as same:
        override(world.ports, again, EXIT, name, (Signal.GO, ""))
    assert same.value.findings[0].code == "lane.same-person"
    done = override(world.ports, world.officers["wei"], EXIT, name, (Signal.GO, ""))
    assert (done.stands, done.confirmed_by) == (Signal.GO, "wei")


@pytest.mark.parametrize(
    ("said", "code"),
    [((Signal.GO, "  "), "lane.no-reason"), ((Signal.REFER, "so"), "lane.nothing-to-override")],
    ids=["without a reason", "what it says already"],
)
def test_overrides_that_are_refused(world, truck, said, code):
    _, read = truck
    pass_lane(world.ports, world.officers["mai"], EXIT, replace(read, weight_kg=None))
    with pytest.raises(Refused) as refused:
        override(world.ports, world.officers["mai"], EXIT, read.id, said)
    assert refused.value.findings[0].code == code


def test_an_unknown_passage_is_not_overridden(world):
    with pytest.raises(NotFound):
        override(world.ports, world.officers["mai"], EXIT, "none", (Signal.GO, "x"))


# ------------------------------------------------------------------ cut off


def test_a_snapshot_gives_the_word_the_gateway_gives(world, truck):
    reference, read = truck
    taken = taken_along(world)
    now = world.clock.now()
    known = Known(runs=taken.runs, at=taken.at, complete=taken.complete)
    alone = decide(taken.lane, taken.place, read, known, now, world.ports.packs.lane_rules())
    there = pass_lane(world.ports, world.officers["mai"], EXIT, read).decision
    assert (alone.says, alone.reason, alone.asked) == (there.says, there.reason, there.asked)
    assert alone.run == there.run
    assert alone.run.movements[0].reference == reference
    late = now + timedelta(minutes=61)
    old = decide(
        taken.lane,
        taken.place,
        replace(read, at=late),
        known,
        late,
        world.ports.packs.lane_rules(),
    )
    assert (old.says, old.reason.code) == (Signal.REFER, "lane.facts-old")


def taken_along(world):
    paper = snapshot(world.ports, world.officers["mai"], EXIT)
    return read_sealed(write_sealed(paper), world.keys.seal_keys())


def test_a_snapshot_made_by_other_rules_decides_nothing(world, truck):
    """A lane whose packs are another version's would look plates up otherwise, and find nobody."""
    _, read = truck
    taken, rules, now = taken_along(world), world.ports.packs.lane_rules(), world.clock.now()
    assert gatehouse.alone(EXIT, read, taken, rules, now).acted.says is Signal.GO
    with pytest.raises(Refused) as refused:
        gatehouse.alone(EXIT, read, replace(taken, rules="0" * 64), rules, now)
    assert [one.code for one in refused.value.findings] == ["lane.snapshot-other-rules"]


def test_a_snapshot_tells_nothing_of_parties_goods_or_values(world, truck):
    assert truck
    content = snapshot(world.ports, world.officers["mai"], EXIT).content.decode()
    for word in ("Jialing", "嘉陵", "91500000MA5U7K2X1Q", "853224", "18000.00", "HUANG"):
        assert word not in content


def test_a_changed_snapshot_is_not_believed(world):
    raw = write_sealed(snapshot(world.ports, world.officers["mai"], EXIT))
    for changed in (raw.replace(b'"seal":"', b'"seal":"x'), raw[:-40], b"[]", b"{}"):
        with pytest.raises(Refusal):
            read_sealed(changed, world.keys.seal_keys())
    with pytest.raises(Refusal) as refusal:
        read_sealed(raw, {})
    assert refusal.value.findings[0].code == "seal.unknown-key"


def test_what_was_said_cut_off_is_compared_and_the_difference_told(world):
    world.truck += 1
    reference, read = released(world, world.truck, held=("DecMessage",))
    acted = Acted(
        says=Signal.GO,
        code="lane.go",
        facts_at=world.clock.now() - timedelta(minutes=20),
        decided_at=world.clock.now(),
    )
    done = pass_lane(world.ports, world.officers["mai"], EXIT, read, acted)
    assert done.passage.differs
    assert (done.passage.says, done.passage.acted) == (Signal.STOP, Signal.GO)
    assert done.passage.stands is Signal.STOP
    (gate,) = events(world, reference, EventKind.AT_GATE)
    assert gate.fact("decision") == "stop"  # nobody was entitled to a go; attention says so


def test_what_happened_after_it_was_decided_makes_no_difference(world, truck):
    reference, read = truck
    decided = world.clock.now()
    world.report(reference, "departed", "CN008001", seal="NEW1")
    acted = Acted(says=Signal.GO, code="lane.go", facts_at=decided, decided_at=decided)
    assert not pass_lane(world.ports, world.officers["mai"], EXIT, read, acted).passage.differs


# ------------------------------------------------------------------ the index, the log


def test_trips_without_keys_make_every_lane_refer_until_they_have_them(world, truck):
    _, read = truck
    (trip,) = world.store.trips_of(truck[0])
    writing = register.Writing(world.ports, TENANT, world.clock.now())
    writing.update("trips", trip.id, {"keyed_by": "old"})
    world.store.commit(writing.change())
    done = pass_lane(world.ports, world.officers["mai"], EXIT, read)
    assert done.passage.code == "lane.ambiguous"
    assert index(world.ports) == 1
    again = replace(read, id=read.id + "-again")
    assert pass_lane(world.ports, world.officers["mai"], EXIT, again).passage.says is Signal.GO


def test_the_log_of_it_all_verifies_and_shows_no_plate(world, truck):
    pass_lane(world.ports, world.officers["mai"], EXIT, truck[1])
    found = passages(world.ports, world.officers["mai"], EXIT, 200)
    assert found[0].received_at >= found[-1].received_at
    report = verify_log(world.ports)
    assert report.findings == ()
    entries = b"".join(one.entry for one in world.store.log(limit=100_000))
    assert truck[1].plates[0].text.encode() not in entries
    assert b'"passage"' in entries


# ------------------------------------------------------------------ what offices are told

GATE_NOTICE = """
[[message]]
type = "GateNotice"
procedure = "cn-export"
role = "departure"
subject = "movement"
on = ["{event}"]
to = "told"
projection = "project/gate-notice.xsl"
schema = "xsd/gate-notice.xsd"
rules = []
maps = []
signatory = "gateway"
suite = "none"
media_type = "application/xml"
deadline_hours = 168
per = "office"
status = "unverified"
source = "a test"
text = "Tells the office of departure what a lane saw."
"""
GATE_XSL = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1" exclude-result-prefixes="p">
  <xsl:template match="/p:Prepared">
    <xsl:variable name="seen" select="p:Movement/p:Happened[@kind = '{event}'][last()]"/>
    <GateNotice office="{{$seen/@office}}">
      <xsl:value-of select="$seen/p:Fact[@name = '{fact}']"/>
    </GateNotice>
  </xsl:template>
</xsl:stylesheet>"""
GATE_XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="GateNotice"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="office" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType></xs:element>
</xs:schema>"""


@pytest.mark.full
@pytest.mark.parametrize(
    ("event", "fact", "told"),
    [("at-gate", "decision", "go"), ("re-weighed", "weight", "19480.5")],
    ids=["the word", "the weight"],
)
def test_a_pack_may_tell_other_offices_what_a_lane_saw(tmp_path, event, fact, told):
    root = tmp_path / "schemas"
    shutil.copytree(schemas_root(), root)
    (root / "synchronisation.toml").unlink()  # which knows no such message
    pack = root / "packs" / "cn"
    with (pack / "pack.toml").open("a", encoding="utf-8") as file:
        file.write(GATE_NOTICE.format(event=event))
    xsl = GATE_XSL.format(event=event, fact=fact)
    (pack / "project" / "gate-notice.xsl").write_text(xsl, "utf-8")
    (pack / "xsd" / "gate-notice.xsd").write_text(GATE_XSD, "utf-8")
    world = World(tmp_path, packs=FolderPacks(root, {}, slots=1))
    try:
        add_lane(world.ports, LANE)
        reference = world.submit(world.declaration()).movement
        world.run()
        assert (
            pass_lane(world.ports, world.exporter, LANE.id, reading(world)).passage.code
            == "lane.go"
        )
        message = world.messages(reference)["CN008001", "GateNotice"]
        content = world.store.body(message.wire).content.decode()
        assert f'office="CN00X001">{told}</GateNotice>' in content
    finally:
        world.close()


def test_the_vehicle_that_took_over_at_an_incident_is_the_one_lanes_expect(world):
    world.truck += 1
    number = world.truck
    reference, read = released(world, number)
    new = f"桂A{f'{number:04d}'.translate(APART)}U"
    world.report(reference, "departed", "CN008001", seal=" ".join(one.text for one in read.seals))
    world.report(reference, "incident", "CN008001", text="broke down", plates=new)
    swapped = replace(read, id=read.id + "-taken", plates=(Read(new), read.plates[1]))
    done = pass_lane(world.ports, world.officers["mai"], EXIT, swapped)
    assert done.passage.movements == (reference,)
    assert done.passage.code != "lane.plate-differs"
    assert pass_lane(world.ports, world.officers["mai"], EXIT, read).passage.code == (
        "lane.plate-differs"
    )
    told = [it for it in world.store.messages(reference) if it.type == "WayNotice"][-1]
    assert new in world.store.body(told.unsigned).content.decode()
