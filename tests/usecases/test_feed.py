"""A feed is read again from any time, however old: nothing issued since is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.audit.exchange import read_envelope
from gateway.domain.records import Principal
from gateway.usecases import feed
from tests.world import TENANT, World

LINK = "lnk_cn00x001"
CALLER = Principal(
    id="prn_gate", tenant=TENANT, name="gate", scopes=("link",), secret_digest="", link=LINK
)
MOVEMENTS = 5
LRN = "CQ-2026-000117"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    """A world in which a declaration was told to the gate every three hours."""
    world = World(tmp_path_factory.mktemp("feed"))
    for place in range(MOVEMENTS):
        world.submit(world.declaration(texts={LRN: f"FEED-{place}"}), f"feed-{place}")
        world.run()
        world.store.sequence("sweeper")  # as every second: numbers follow the times of issue
        world.clock.forward(hours=3)
    yield world
    world.close()


def _issued(item: feed.FeedItem) -> datetime:
    return read_envelope(item.envelope).issued


def _sequences(world: World, **wish: object) -> list[int]:
    page = feed.read_feed(world.ports, CALLER, LINK, feed.Wish(**wish))
    return [item.sequence for item in page.items]


@pytest.mark.parametrize("after", [0, 1, 3])
def test_every_time_finds_its_place(world: World, after: int) -> None:
    everything = feed.read_feed(world.ports, CALLER, LINK, feed.Wish()).items
    assert len(everything) >= MOVEMENTS
    for item in everything:
        for since in (_issued(item), _issued(item) + timedelta(milliseconds=1)):
            wanted = [
                one.sequence for one in everything if _issued(one) >= since and one.sequence > after
            ]
            assert _sequences(world, since=since, after=after) == wanted
    assert _sequences(world, since=datetime(2020, 1, 1, tzinfo=UTC), after=after) == [
        one.sequence for one in everything if one.sequence > after
    ]
    assert _sequences(world, since=datetime(2030, 1, 1, tzinfo=UTC), after=after) == []


def test_what_was_acknowledged_is_marked_and_not_missing(world: World) -> None:
    page = feed.read_feed(world.ports, CALLER, LINK, feed.Wish())
    assert all(item.repeated for item in page.items)
    missing = feed.read_feed(world.ports, CALLER, LINK, feed.Wish(only=feed.Only.MISSING))
    assert (missing.items, missing.more) == ((), False)
    assert missing.next == page.items[-1].sequence  # the next call need not look at them again
