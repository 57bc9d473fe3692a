"""A lane at an office of transit: who goes on has passed, whoever let it."""

from contextlib import closing
from decimal import Decimal

import pytest

from gateway.domain.event import EventKind
from gateway.domain.lane import Direction, Lane, Read, Reading, Signal
from gateway.domain.roles import OfficeRole
from gateway.usecases.lane import Acted, pass_lane
from gateway.usecases.lane_override import override
from gateway.usecases.setup import add_lane
from tests.walks.test_common_transit import DOVER, LONDON, journey, two_frontiers
from tests.world import TENANT, World

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


def test_what_the_lane_let_through_while_it_was_cut_off_has_passed(world):
    goods = journey(world, two_frontiers())
    acted = Acted(
        says=Signal.GO,
        code="lane.go",
        facts_at=world.clock.now(),
        decided_at=world.clock.now(),
    )
    drives_up(world, goods, "p-1", acted)
    world.run()
    assert goods.sent("CD118C") == [("CD118C", LONDON)]
    dated = goods.content("CD118C", LONDON).findtext("TransitOperation/passageDate")
    assert dated == f"{world.clock.now():%Y-%m-%d}"
