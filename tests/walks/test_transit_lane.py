"""A lane at an office of transit: who goes on has passed, whoever let it."""

from contextlib import closing
from decimal import Decimal

import pytest

from gateway.domain.event import EventKind
from gateway.domain.lane import Direction, Lane, Read, Reading, Signal
from gateway.domain.roles import OfficeRole
from gateway.usecases.attention import attention
from gateway.usecases.lane import Acted, pass_lane
from gateway.usecases.lane_override import override
from gateway.usecases.setup import add_lane
from tests.walks.test_common_transit import DOVER, LONDON, journey, two_frontiers
from tests.world import TENANT, World

GONE = "attention.go-unentitled"
LANE = Lane(id="dover-1", tenant=TENANT, office=DOVER, role=OfficeRole.TRANSIT)


@pytest.fixture
def world(tmp_path):
    """Nobody but the lane tells of a crossing."""
    with closing(World(tmp_path)) as made:
        made.town.held |= {"CD050C", "CD001C"}
        add_lane(made.ports, LANE)
        yield made


def drives_up(world, goods, name, acted=None):
    """The truck is read without its seals, which are not declared: the lane refers."""
    (trip,) = world.store.trips_of(goods.reference)
    reading = Reading(
        id=name,
        at=world.clock.now(),
        direction=Direction.OUT,
        plates=tuple(Read(plate) for _, plate in trip.plates),
        containers=(),
        seals=(),
        weight_kg=Decimal(5000),
        reference=goods.mrn,
    )
    done = pass_lane(world.ports, world.exporter, LANE.id, reading, acted)
    assert done.passage.says is Signal.REFER


@pytest.mark.parametrize(
    ("word", "told"), [(Signal.GO, [("CD118C", LONDON)]), (Signal.STOP, [])], ids=str
)
def test_what_two_persons_let_through_has_passed(world, word, told):
    """The departure hears of the crossing as if the lane itself had said go."""
    goods = journey(world, two_frontiers())
    drives_up(world, goods, "p-1")
    officer = world.principal("officer")
    override(world.ports, world.exporter, LANE.id, "p-1", (word, "papers looked at by hand"))
    assert goods.sent("CD118C") == []
    override(world.ports, officer, LANE.id, "p-1", (word, ""))
    world.run()
    passed = [one for one in world.store.events(goods.reference) if one.kind is EventKind.PASSED]
    assert [(one.office, one.fact("passage")) for one in passed] == [
        (DOVER, "dover-1/p-1") for _ in told
    ]
    assert goods.sent("CD118C") == told


def cut_off(world, code="lane.go"):
    """What a lane hands in afterwards that said go by itself."""
    now = world.clock.now()
    return Acted(says=Signal.GO, code=code, facts_at=now, decided_at=now)


def test_one_lane_key_lets_nobody_through_by_what_it_hands_in(world):
    """A go that we would not have said: the office hears of it when two persons stand for it."""
    goods = journey(world, two_frontiers())
    drives_up(world, goods, "p-1", cut_off(world))
    world.run()
    kept = world.store.passage("dover-1/p-1")
    assert (kept.says, kept.acted, kept.stands) == (Signal.REFER, Signal.GO, Signal.REFER)
    assert goods.sent("CD118C") == []
    (gate,) = (one for one in world.store.events(goods.reference) if one.kind is EventKind.AT_GATE)
    assert (gate.fact("decision"), gate.fact("reason")) == ("refer", kept.code)
    (told,) = (one for one in attention(world.ports, TENANT) if one.finding.code == GONE)
    assert (told.finding.value, told.finding.offices) == ("dover-1/p-1", (DOVER,))
    assert told.movement == goods.reference
    officer = world.principal("officer")
    for person, why in ((world.exporter, "it stood on the camera"), (officer, "")):
        override(world.ports, person, LANE.id, "p-1", (Signal.GO, why))
    world.run()
    assert goods.sent("CD118C") == [("CD118C", LONDON)]
    dated = goods.content("CD118C", LONDON).findtext("TransitOperation/passageDate")
    assert dated == f"{world.clock.now():%Y-%m-%d}"
    assert GONE not in {one.finding.code for one in attention(world.ports, TENANT)}


def test_two_persons_can_say_that_it_did_not_go_on(world):
    goods = journey(world, two_frontiers())
    drives_up(world, goods, "p-1", cut_off(world))
    officer = world.principal("officer")
    for person, why in ((world.exporter, "it is still here"), (officer, "")):
        override(world.ports, person, LANE.id, "p-1", (Signal.REFER, why))
    world.run()
    assert goods.sent("CD118C") == []
    assert GONE not in {one.finding.code for one in attention(world.ports, TENANT)}
