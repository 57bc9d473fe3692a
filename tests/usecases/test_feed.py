"""A feed is read again from any time, however old: nothing issued since is left out."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.audit.entry import read_entry
from gateway.audit.exchange import (
    Receipt,
    SealedPaper,
    make_receipt,
    read_envelope,
    spell_seal,
    to_base64,
    write_reply,
)
from gateway.domain.act import Act, ActKind
from gateway.domain.errors import InConflict, NotAllowed
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Principal, Update
from gateway.sandbox.office import Arrival
from gateway.usecases import feed
from gateway.usecases.audit import verify_log
from gateway.usecases.operate import foresee
from gateway.usecases.receive import receive
from tests.usecases.stopped import LINK as HUU_NGHI
from tests.usecases.stopped import Desk, sign
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


def test_a_page_ends_where_it_has_bytes_enough(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = feed.read_feed(world.ports, CALLER, LINK, feed.Wish()).items
    first, second = (len(item.content) for item in everything[:2])
    for most, held in ((1, 1), (first, 1), (first + second - 1, 1), (first + second, 2)):
        monkeypatch.setattr(feed, "BYTES_MAX", most)
        page = feed.read_feed(world.ports, CALLER, LINK, feed.Wish())
        assert (page.items, page.more) == (everything[:held], True), most
        assert page.next == everything[held - 1].sequence
    last = feed.read_feed(world.ports, CALLER, LINK, feed.Wish(after=everything[-2].sequence))
    assert (last.items, last.more) == (everything[-1:], False)


# ------------------------------------------------------------------ an office fetches what stopped


class _Gate:
    """Huu Nghi, which refused OLA by push, at its feed."""

    def __init__(self, desk: Desk) -> None:
        self.ports, self.system = desk.world.ports, desk.world.town.systems[HUU_NGHI]
        self.keys = desk.world.keys.seal_keys()
        self.caller = replace(CALLER, link=HUU_NGHI)

    def read(self, **wish: object) -> dict[str, feed.FeedItem]:
        items = feed.read_feed(self.ports, self.caller, HUU_NGHI, feed.Wish(**wish)).items
        return {read_envelope(item.envelope).type: item for item in items}

    def stored(self, item: feed.FeedItem) -> bytes:
        """Return the receipt of an office that takes a message in as it is."""
        arrival = Arrival(
            envelope=to_base64(item.envelope),
            seal=item.seal,
            media_type=item.media_type,
            content=item.content,
        )
        paper = self.system.receive(arrival, self.keys).receipt
        return write_reply("receipt", paper)

    def receipt(self, item: feed.FeedItem) -> bytes:
        """Return the receipt of an office that does not mind the order."""
        told = read_envelope(item.envelope)
        received = self.system.now()
        paper = Receipt(
            message=told.id, digest=told.digest, link=HUU_NGHI, office=told.office,
            received=received,
        )  # fmt: skip
        return write_reply("receipt", self.system.sealed(make_receipt(paper)))

    def acknowledge(self, receipt: bytes) -> list[str]:
        """Hand a receipt in; return the codes of what was refused."""
        done = feed.acknowledge(self.ports, self.caller, HUU_NGHI, [receipt])
        assert len(done.done) + len(done.refused) == 1
        return [finding.code for _, finding in done.refused]


def test_a_parked_message_that_its_office_fetched_is_done_and_its_stream_goes_on(
    desk: Desk,
) -> None:
    gate, world, ola = _Gate(desk), desk.world, desk.message("OLA")
    failed = gate.read(only=feed.Only.FAILED)
    assert list(failed) == ["OLA"]
    assert list(gate.read(only=feed.Only.MISSING)) == ["OLA", "WayNotice-I", "TIR"]
    receipt = gate.stored(failed["OLA"])
    world.knocks.links.clear()
    for _ in range(2):
        assert gate.acknowledge(receipt) == []
    done = world.store.message(ola.id)
    assert (done.state, done.waits_for, done.attempts) == ("acknowledged", "", ola.attempts + 1)
    assert HUU_NGHI in world.knocks.links
    assert gate.read(only=feed.Only.FAILED) == {}
    world.run()
    assert desk.places()[:3] == [("OLA", 1), ("WayNotice-I", 2), ("TIR", 3)]
    assert gate.read(only=feed.Only.MISSING) == {}
    assert verify_log(world.ports).findings == ()


@pytest.mark.parametrize("act", ["skip", "cancel", "supersede"])
def test_a_receipt_for_what_was_withdrawn_says_so(desk: Desk, act: str) -> None:
    gate, ola = _Gate(desk), desk.message("OLA")
    item = gate.read(only=feed.Only.FAILED)["OLA"]
    desk.do(act, ola.id)
    assert gate.acknowledge(gate.receipt(item)) == ["message.withdrawn"]
    assert desk.world.store.message(ola.id).state is MessageState.DROPPED
    for only in feed.Only:
        assert ola.id not in {one.message for one in gate.read(only=only).values()}


@pytest.mark.parametrize("act", ["skip", "cancel"])
def test_what_the_office_has_a_later_message_of_keeps_its_place(desk: Desk, act: str) -> None:
    """No place is closed up behind which the office acknowledged something; its receipt ends it."""
    gate, ola = _Gate(desk), desk.message("OLA")
    fetched = gate.read()
    assert gate.acknowledge(gate.receipt(fetched["WayNotice-I"])) == []
    wanted = Act(kind=ActKind(act), subject=ola.id, reason="not wanted")
    for perform in (
        lambda: foresee(desk.world.ports, desk.operator, wanted),
        lambda: desk.do(act, ola.id),
    ):
        with pytest.raises(InConflict) as caught:
            perform()
        assert [finding.code for finding in caught.value.findings] == ["act.overtaken"]
    assert gate.acknowledge(gate.receipt(fetched["OLA"])) == []
    tir = desk.message("TIR")
    assert desk.world.store.due_heads(HUU_NGHI, desk.world.clock.now(), 9) == (tir,)


@pytest.mark.parametrize("earlier", [(), (1000,)], ids=["now", "numbered by an earlier version"])
def test_what_is_made_anew_is_in_the_feed_once_it_is_signed(
    tmp_path: Path, earlier: tuple[int, ...]
) -> None:
    """A reader that had read to the end meanwhile meets it behind that."""
    with closing(World(tmp_path, mandates=("exporter", "broker", "importer"))) as world:
        desk = Desk(world)
        gate = _Gate(desk)
        desk.do("retry", desk.message("WayNotice-I", HUU_NGHI).id)
        world.run()
        world.town.instead[HUU_NGHI] = (400, b"")
        sign(world, desk.message("OLA").id)
        world.run()
        made = desk.do("supersede", desk.message("OLA").id).made
        end = feed.read_feed(world.ports, gate.caller, HUU_NGHI, feed.Wish()).next
        assert world.store.message(made).feed_sequence is None
        for number in earlier:
            step = Update(table="messages", key=made, values={"feed_sequence": number})
            world.store.commit(Change((step,)))
        sign(world, made)
        assert [item.message for item in gate.read(after=end).values()] == [made]
        assert world.store.message(made).feed_sequence == end + 1


def _receipt(world: World, message, link: str) -> bytes:
    """Return the receipt that a link gives for a message, whosever it is."""
    key = world.town.systems[link].spec.key
    content = make_receipt(
        Receipt(
            message=message.id, digest=message.wire, link=link, office=message.office,
            received=world.clock.now(),
        )
    )  # fmt: skip
    return write_reply(
        "receipt", SealedPaper(content=content, seal=spell_seal(link, key.sign(content)))
    )


def _ours(world: World, movement: str):
    return next(
        one for one in world.store.messages(movement) if one.link == LINK and one.place == 1
    )


def test_a_link_cannot_receipt_the_message_of_another(tmp_path) -> None:
    with closing(World(tmp_path)) as world:
        message = _ours(world, world.submit(world.declaration()).movement)
        other = next(name for name in world.town.systems if name != LINK)
        stranger = replace(CALLER, id="prn_other", link=other)
        theirs, nobodys = (
            _receipt(world, one, other) for one in (message, replace(message, id="msg_0"))
        )
        told = feed.acknowledge(world.ports, stranger, other, [theirs, nobodys])
        assert (told.done, [one.code for _, one in told.refused]) == ((), ["message.unknown"] * 2)
        assert world.store.message(message.id) == message


def test_a_link_speaks_and_reads_for_itself_alone(tmp_path) -> None:
    with closing(World(tmp_path)) as world:
        ports, message = world.ports, _ours(world, world.submit(world.declaration()).movement)
        other = next(name for name in world.town.systems if name != LINK)
        stranger = replace(CALLER, id="prn_other", link=other)
        receipt = _receipt(world, message, LINK)
        for act in (
            lambda: feed.read_feed(ports, stranger, LINK, feed.Wish()),
            lambda: feed.acknowledge(ports, stranger, LINK, [receipt]),
            lambda: receive(ports, stranger, LINK, b"{}", "", b""),
        ):
            with pytest.raises(NotAllowed) as refused:
                act()
            assert [one.code for one in refused.value.findings] == ["link.not-yours"]
        assert world.store.message(message.id) == message


def test_of_one_receipt_handed_in_twice_at_once_one_is_kept(tmp_path) -> None:
    with closing(World(tmp_path)) as world:
        movement = world.submit(world.declaration()).movement
        message = _ours(world, movement)
        receipt = _receipt(world, message, LINK)

        class Overtaken:
            def __getattr__(self, name):
                return getattr(world.store, name)

            def commit(self, change):
                feed.acknowledge(world.ports, CALLER, LINK, [receipt])
                world.store.commit(change)

        told = feed.acknowledge(replace(world.ports, store=Overtaken()), CALLER, LINK, [receipt])
        assert (told.done, [one.code for _, one in told.refused]) == ((), ["message.busy"])
        assert len(world.store.attempts(message.id)) == 1
        world.store.sequence("test")
        entries = [read_entry(one.entry) for one in world.store.log(movement=movement, limit=1000)]
        told = [one for one in entries if one.kind.value == "receipt"]
        assert [one.facts["message"] for one in told] == [message.id]
        assert world.store.message(message.id).attempts == 1


def test_a_paused_link_gives_out_nothing_new_and_goes_on_where_it_stood(desk: Desk) -> None:
    """Who pauses a link stops what goes there, also where the office comes and fetches it."""
    ports = desk.world.ports
    caller = replace(CALLER, id="prn_huu_nghi", link=HUU_NGHI)
    everything = feed.read_feed(ports, caller, HUU_NGHI, feed.Wish())
    owed = [item.sequence for item in everything.items if not item.repeated]
    assert owed
    desk.do("pause", HUU_NGHI)
    for wish in (feed.Wish(), feed.Wish(after=owed[0] - 1), feed.Wish(only=feed.Only.MISSING)):
        page = feed.read_feed(ports, caller, HUU_NGHI, wish)
        assert all(item.repeated for item in page.items)
        assert (page.next < owed[0], page.more) == (True, False)
    desk.do("resume", HUU_NGHI)
    assert feed.read_feed(ports, caller, HUU_NGHI, feed.Wish()) == everything
