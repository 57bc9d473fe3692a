"""Copy as new: what is taken over, what is not, and that it can be submitted."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.domain.errors import NotFound, Refused
from gateway.markup import safe, signature, tree
from gateway.usecases.copy import copy_as_new
from tests.world import World

CHONGQING = timezone(timedelta(hours=8))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("copy"))
    world.first = world.submit(world.declaration()).movement
    yield world
    world.close()


def _copied(world: World, **wish: object) -> tree.Element:
    return safe.parse(copy_as_new(world.ports, world.exporter, world.first, "NEXT-1", **wish))


def _times(root: tree.Element) -> list[str]:
    return [tree.text(one, ".") for one in tree.elements(root, "//d:ExpectedDateTime")]


def test_what_names_the_old_journey_is_not_taken_over(world):
    root, old = _copied(world), safe.parse(world.declaration())
    assert tree.text(root, "d:FunctionalReferenceID") == "NEXT-1"
    assert tree.elements(root, "//ds:Signature") == []
    assert tree.text(root, "d:Trip/d:ID") == ""
    assert _times(root) == []
    issued = datetime.fromisoformat(tree.text(root, "d:IssueDateTime"))
    assert abs(issued - world.clock.at) < timedelta(seconds=5)
    for path in (
        "d:Party",
        "d:Consignment//d:GoodsItem",
        "d:Trip//d:Plate",
        "d:Itinerary/d:Office",
    ):
        assert len(tree.elements(root, path)) == len(tree.elements(old, path)), path


def test_expected_times_move_with_the_departure_in_their_own_offsets(world):
    assert _times(_copied(world, depart=datetime(2026, 12, 1, 8, tzinfo=CHONGQING))) == [
        "2026-12-01T08:00:00+08:00",
        "2026-12-02T14:00:00+08:00",
        "2026-12-02T13:30:00+07:00",
        "2026-12-03T07:00:00+07:00",
    ]


def test_a_time_without_offset_is_utc_and_moves_with_the_others(world):
    first = "2026-11-24T08:00:00+08:00"
    lrn = {"CQ-2026-000117": "CQ-2026-000118", first: "2026-11-24T00:00:00"}
    reference = world.submit(world.declaration(texts=lrn), "naive").movement
    depart = datetime(2026, 12, 1, 8, tzinfo=CHONGQING)
    raw = copy_as_new(world.ports, world.exporter, reference, "NEXT-3", depart)
    assert _times(safe.parse(raw))[:2] == ["2026-12-01T00:00:00+00:00", "2026-12-02T14:00:00+08:00"]


def test_a_copy_is_submitted_like_any_other(world):
    depart = datetime(2026, 11, 25, 0, tzinfo=UTC)
    raw = copy_as_new(world.ports, world.exporter, world.first, "NEXT-2", depart)
    signed = signature.sign(raw, world.keys.signer("exporter"), world.clock.now())
    again = world.submit(signed, "copy")
    assert again.movement != world.first
    assert world.store.movement(again.movement).lrn == "NEXT-2"


def test_what_cannot_be_copied(world):
    with pytest.raises(Refused) as refused:
        copy_as_new(world.ports, world.exporter, world.first, "CQ-2026-000117")
    assert refused.value.findings[0].code == "copy.same-reference"
    with pytest.raises(NotFound):
        copy_as_new(world.ports, world.exporter, "26CN4F7K2M9PQR8TJ3", "NEXT-3")
