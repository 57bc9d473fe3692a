"""An office speaks once of a vehicle or train; every movement aboard hears it, cut off or not."""

from dataclasses import replace
from hashlib import sha256

import pytest

from gateway.audit.exchange import AnswerHeader, make_answer
from gateway.domain.errors import NotFound
from gateway.domain.event import EventKind, Report
from gateway.domain.records import Change, Update, erased_lrn
from gateway.sandbox.town import Letter
from gateway.usecases.attention import attention
from gateway.usecases.audit import verify_log
from gateway.usecases.sweep import sweep
from gateway.usecases.trips import describe_run, report_trip
from tests.mortal import Died, Mortal
from tests.usecases.test_trips import BATCH, LRN, THREE, UCR
from tests.world import TENANT, World

GATE = "CN00X001"


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A truck with three declarations that set out; the gate has their announcements."""
    world = World(tmp_path_factory.mktemp("truck"))
    for name in THREE:
        world.submit(world.declaration(texts={LRN: f"{LRN}{name}", UCR: f"{UCR}{name}"}), name)
    world.run()
    world.town.held = {"MT4402"}
    told = Report(kind=EventKind.DEPARTED, at=world.clock.now(), office="CN008001")
    report_trip(world.ports, world.exporter, BATCH, told)
    world.run()
    yield world
    world.close()


@pytest.fixture
def world(standing, tmp_path):
    copied = standing.copied(tmp_path)
    copied.town.held = {"MT4402"}
    yield copied
    copied.close()


def aboard(world):
    return [one.movement for one in describe_run(world.ports, TENANT, BATCH).aboard]


def times(world, kind):
    found = (world.store.events(one) for one in aboard(world))
    return [sum(event.kind is kind for event in events) for events in found]


def concerns(world):
    """What attention says of movements that could not take what was told of the truck."""
    found = attention(world.ports, TENANT)
    return [one for one in found if one.finding.code == "attention.run-refused"]


def crossing(world, *, quoting=True):
    """The gate's word that the vehicle is over the border, as it is posted."""
    planned = next(one for one in world.town.answers if one.taken.envelope.type == "MT4402")
    letter = world.town.letter(planned)
    if quoting:
        return letter
    content = letter.content.replace(planned.taken.envelope.id.encode(), b"")
    return rewritten(world, planned, content)


def rewritten(world, planned, content, name="ans_of_the_train"):
    link = planned.taken.envelope.link
    header = AnswerHeader(
        id=name, link=link, office=planned.taken.envelope.office, media_type="application/xml",
        digest=sha256(content).hexdigest(), issued=world.clock.now(),
    )  # fmt: skip
    return Letter(link, world.town.systems[link].sealed(make_answer(header)), content)


@pytest.mark.parametrize("quoting", [True, False], ids=["one announcement", "the batch alone"])
def test_the_crossing_of_a_truck_moves_everything_aboard_once(world, quoting):
    letter = crossing(world, quoting=quoting)
    letter.hand_in(world.ports)
    assert times(world, EventKind.EXITED) == [1, 1, 1]
    states = [world.procedures(one)["cn-exit"] for one in aboard(world)]
    assert states == ["closed"] * 3
    (row,) = [r for r in describe_run(world.ports, TENANT, BATCH).reports if r.answer]
    assert (row.kind, row.office, row.next_at, row.refused) == (EventKind.EXITED, GATE, None, ())
    letter.hand_in(world.ports)
    sweep(world.ports)
    assert times(world, EventKind.EXITED) == [1, 1, 1]
    world.town.held = set()
    world.run()  # the gate answers the other announcements too: no news
    assert times(world, EventKind.EXITED) == [1, 1, 1]
    assert times(world, EventKind.ENTERED) == [1, 1, 1]
    assert verify_log(world.ports).findings == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "number", [2, *(pytest.param(n, marks=pytest.mark.full) for n in (1, 3, 4))]
)
def test_the_sweep_ends_what_died_and_a_repeat_gets_the_same_receipt(world, number, after):
    letter = crossing(world)
    ports = replace(world.ports, store=Mortal(world.store, number, after=after))
    with pytest.raises(Died):
        letter.hand_in(ports)
    heard = number > 1 or after
    if heard:
        world.clock.forward(minutes=1)
        sweep(world.ports)
        assert times(world, EventKind.EXITED) == [1, 1, 1]
    letter.hand_in(world.ports)  # nobody got a receipt: the office says it again
    assert times(world, EventKind.EXITED) == [1, 1, 1]
    rows = [r for r in describe_run(world.ports, TENANT, BATCH).reports if r.answer]
    assert [row.next_at for row in rows] == [None]
    assert verify_log(world.ports).findings == ()


def test_who_moves_just_then_hears_of_it_all_the_same(world):
    """What is read of a movement was overtaken before what it hears could be written."""
    other = aboard(world)[-1]

    class Overtaken(Mortal):
        def _end(self):  # as the last one's change is written, its enterprise reports something
            self._left = -1
            world.report(other, "incident", "CN00X001", code="1", text="a tyre was changed")

    ports = replace(world.ports, store=Overtaken(world.store, 3, after=False))
    crossing(world).hand_in(ports)
    assert times(world, EventKind.INCIDENT) == [0, 0, 1]
    assert times(world, EventKind.EXITED) == [1, 1, 1]


def test_goods_that_nobody_released_have_not_crossed(world):
    world.town.held = {"MT4402", "DecMessage"}
    world.submit(world.declaration(texts={LRN: f"{LRN}D", UCR: f"{UCR}D"}), "D")
    world.run()
    crossing(world).hand_in(world.ports)
    run = describe_run(world.ports, TENANT, BATCH)
    assert times(world, EventKind.EXITED) == [1, 1, 1, 0]
    (row,) = [r for r in run.reports if r.answer]
    assert (row.next_at, row.refused) == (None, ((run.aboard[-1].movement, "report.not-released"),))
    (left,) = concerns(world)
    assert left.movement == run.aboard[-1].movement
    assert dict(left.finding.args) == {
        "batch": BATCH, "event": "exited", "why": "report.not-released",
    }  # fmt: skip
    world.town.held = set()
    world.run()
    world.report(left.movement, "departed", "CN008001")
    world.run()  # released after all, and let through with its own announcement
    assert concerns(world) == []


def test_a_word_about_a_batch_that_is_not_here_is_refused(world):
    planned = next(one for one in world.town.answers if one.taken.envelope.type == "MT4402")
    content = world.town.letter(planned).content
    content = content.replace(planned.taken.envelope.id.encode(), b"")
    content = content.replace(BATCH.encode(), b"YYG9999999999")
    with pytest.raises(NotFound) as caught:
        rewritten(world, planned, content).hand_in(world.ports)
    assert {one.code for one in caught.value.findings} <= {"answer.no-movement", "trip.unknown"}


@pytest.mark.parametrize("name", ["桂A8D217", "12H 01734"])
def test_a_run_is_known_by_its_plates(world, name):
    assert describe_run(world.ports, TENANT, name).batch == BATCH


OTHER = {
    BATCH: "YYG2611249999",
    "桂A8D217": "粤B12345",
    "桂AK217挂": "粤BK234挂",
    "12H-01734": "50C-99999",
}
NOTICE = (
    '<OfficeNotice xmlns="urn:fullroute:exchange:1:office"><Code>control-ordered</Code>'
    "<CorrelationID>{message}</CorrelationID><OfficeID>CN00X001</OfficeID><BatchID>{batch}</BatchID>"
    "<OccurredDateTime>2026-11-23T03:00:00Z</OccurredDateTime><Control>scan</Control></OfficeNotice>"
)


@pytest.mark.parametrize("batch", [BATCH, "YYG9999999999"], ids=["known here", "unknown"])
def test_a_word_about_one_movement_that_names_another_truck_is_not_believed_of_that(world, batch):
    texts = {LRN: f"{LRN}Z", UCR: f"{UCR}Z", **OTHER}
    alone = world.submit(world.declaration(texts=texts), "Z").movement
    world.run()
    quoted = world.messages(alone)["CN00X001", "MT2401"].id
    planned = next(one for one in world.town.answers if one.taken.envelope.type == "MT4402")
    content = NOTICE.format(message=quoted, batch=batch).encode()
    rewritten(world, planned, content).hand_in(world.ports)
    kinds = [one.kind for one in world.store.events(alone)]
    assert EventKind.CONTROL_ORDERED in kinds
    assert times(world, EventKind.CONTROL_ORDERED) == [0, 0, 0]


@pytest.mark.parametrize("quoting", [True, False], ids=["its announcement", "the batch alone"])
def test_a_word_about_a_batch_is_heard_though_a_movement_aboard_was_erased(world, quoting):
    letter = crossing(world, quoting=quoting)
    planned = next(one for one in world.town.answers if one.taken.envelope.type == "MT4402")
    first = planned.taken.envelope.movement if quoting else aboard(world)[0]
    others = [one for one in aboard(world) if one != first]
    gone = Update(
        table="movements", key=first, values={"lrn": erased_lrn(first), "state": "completed"}
    )
    world.store.commit(Change((gone,)))  # as erasing leaves its row
    letter.hand_in(world.ports)
    exited = [
        one
        for one in others
        if any(event.kind is EventKind.EXITED for event in world.store.events(one))
    ]
    assert exited == others
