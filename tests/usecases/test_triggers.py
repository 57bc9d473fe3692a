"""A message is never sent before its precondition is met, and what it waits for is visible."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.event import EventKind, Report
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Insert
from gateway.domain.trust import Signatory
from gateway.usecases.deliver import deliver
from gateway.usecases.report import report
from gateway.usecases.sign import (
    LISTED_MAX,
    attach_signature,
    pending_signatures,
    to_be_signed,
)
from tests.world import World

DECLARATION = ("CN008001", "DecMessage")
MANIFEST = ("CN00X001", "MT2401")
IMPORT = ("VN0003PJ", "IDC")


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def requests(world, link):
    return [line["type"] for line in world.town.systems[link].requests()]


def test_a_withheld_answer_keeps_the_declaration_back(world):
    world.town.held.add("MT2401")
    reference = world.submit(world.declaration()).movement
    world.run()
    waiting = world.messages(reference)[DECLARATION]
    assert waiting.state is MessageState.WAITING
    assert waiting.waits_for == "MT2401:accepted"
    assert requests(world, "lnk_cn008001") == []

    world.town.held.clear()
    world.run()
    assert world.messages(reference)[DECLARATION].state is MessageState.ACKNOWLEDGED
    assert requests(world, "lnk_cn008001") == ["DecMessage"]


def test_departure_waits_for_release(world):
    world.town.held.add("DecMessage")
    reference = world.submit(world.declaration()).movement
    world.run()
    with pytest.raises(Refused) as refused:
        world.report(reference, "departed", "CN008001")
    assert refused.value.findings[0].code == "report.not-released"


ELSEWHERE = {
    "departure at the destination": ("departed", "VN0003PJ"),
    "arrival at the gate of entry": ("arrived", "VN0015BB"),
    "arrival at the departure": ("arrived", "CN008001"),
    "a yard at the gate of exit": ("yard-reached", "CN00X001"),
    "taking back at the destination": ("invalidation-asked", "VN0003PJ"),
}


@pytest.mark.parametrize(("event", "office"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_happens_at_one_kind_of_office_is_not_reported_of_another(world, event, office):
    reference = world.submit(world.declaration()).movement
    with pytest.raises(Refused) as refused:
        world.report(reference, event, office)
    assert [one.code for one in refused.value.findings] == ["report.other-office"]


def test_what_has_not_happened_is_not_reported(world):
    """Offices act on it at once; clocks may differ by minutes."""
    reference = world.submit(world.declaration()).movement
    world.run()
    now = world.clock.now()
    told = Report(kind=EventKind.DEPARTED, at=now + timedelta(minutes=6), office="CN008001")
    with pytest.raises(Refused) as refused:
        report(world.ports, world.exporter, reference, told)
    assert [one.code for one in refused.value.findings] == ["report.in-future"]
    soon = replace(told, at=now + timedelta(minutes=4))
    assert report(world.ports, world.exporter, reference, soon) != ()


def test_a_refused_manifest_stops_what_depends_on_it(world):
    reference = world.submit(
        world.declaration(texts={"YYG2611240001": "REFUSE2611240001"})
    ).movement
    world.run()
    messages = world.messages(reference)
    assert messages[MANIFEST].state is MessageState.ACKNOWLEDGED
    assert messages[DECLARATION].waits_for == "MT2401:accepted"
    assert [
        a.kind for a in world.store.answers(reference) if a.message == messages[MANIFEST].id
    ] == ["refused"]


def test_an_unreachable_office_gets_everything_in_order_later(world):
    world.town.away.add("lnk_vn0015bb")
    reference = world.submit(world.declaration()).movement
    world.run()
    backlog = [m for m in world.store.messages(reference) if m.office == "VN0015BB"]
    assert {m.state for m in backlog} <= {MessageState.DUE, MessageState.WAITING}
    assert world.messages(reference)[DECLARATION].state is MessageState.ACKNOWLEDGED

    world.town.away.clear()
    world.clock.forward(minutes=2)
    world.run()
    places = [line["place"] for line in world.town.systems["lnk_vn0015bb"].requests()]
    assert places == sorted(places)
    assert world.procedures(reference)["vn-transport"] == "released"


def test_a_repeated_answer_gets_the_same_bytes_and_changes_nothing(world):
    reference = world.submit(world.declaration()).movement
    posted = []
    original = world.post
    world.post = lambda planned: posted.append((planned, original(planned)))
    world.run()
    before = world.store.events(reference)
    for planned, acknowledgement in posted:
        again = original(planned)
        assert again.repeated
        assert (again.content, again.seal) == (acknowledgement.content, acknowledgement.seal)
    assert before == world.store.events(reference)


def test_an_answer_that_belongs_to_nobody_is_refused(world):
    world.submit(world.declaration())
    other = World(world.folder / "other") if (world.folder / "other").mkdir() is None else None
    other.submit(other.declaration())
    for link in other.town.systems:
        deliver(other.ports, link, "test")
    stranger = other.town.answers[0]
    system = world.town.systems[stranger.taken.envelope.link]
    assert system.taken == ()
    with pytest.raises(NotFound) as refused:
        world.post(stranger)
    assert refused.value.findings[0].code == "answer.no-movement"
    other.close()


def test_without_a_mandate_the_import_awaits_the_importers_signature(tmp_path):
    world = World(tmp_path, mandates=("broker", "carrier"))
    submission = world.submit(world.declaration())
    reference = submission.movement
    world.run()
    signed = []
    while pending := pending_signatures(world.ports, world.exporter, reference):
        for message in pending:
            assert message.waits_for == "signature:importer"
            row, content = to_be_signed(world.ports, world.exporter, message.id)
            cms = world.keys.signer("importer").cms(content)
            attach_signature(world.ports, world.exporter, row.id, cms)
            signed.append(row.type)
        world.run()
    assert signed == ["IDA", "IDC"]
    message = world.messages(reference)[IMPORT]
    assert message.state is MessageState.ACKNOWLEDGED
    assert message.signed_by.startswith(world.parties["importer"] + "#")
    world.close()


def test_what_waits_for_others_hides_nobodys_own(tmp_path):
    """Hundreds of older messages await the broker; the importer, and the movement, see theirs."""
    with closing(World(tmp_path, mandates=("broker", "carrier"))) as world:
        reference = world.submit(world.declaration()).movement
        (own,) = pending_signatures(world.ports, world.exporter, reference)
        theirs = replace(
            own, signatory=Signatory.BROKER, created_at=own.created_at - timedelta(days=1)
        )
        rows = [
            Insert(replace(theirs, id=f"msg_theirs{place:04d}", stream=f"theirs/{place}"))
            for place in range(250)
        ]
        world.store.commit(Change(tuple(rows)))
        importer = replace(world.exporter, id="importer", party=world.parties["importer"])
        assert pending_signatures(world.ports, importer) == (own,)
        assert own in pending_signatures(world.ports, world.exporter, reference)
        assert len(pending_signatures(world.ports, world.exporter)) == LISTED_MAX


def test_a_signature_over_other_content_or_by_another_party_is_refused(tmp_path):
    world = World(tmp_path, mandates=("broker", "carrier"))
    reference = world.submit(world.declaration()).movement
    message = pending_signatures(world.ports, world.exporter, reference)[0]
    _, content = to_be_signed(world.ports, world.exporter, message.id)
    for wrong in (
        world.keys.signer("importer").cms(content + b" "),
        world.keys.signer("broker").cms(content),
        b"nonsense",
    ):
        with pytest.raises(Refused) as refused:
            attach_signature(world.ports, world.exporter, message.id, wrong)
        assert refused.value.findings[0].code.startswith("signature.")
    assert world.messages(reference)[("VN0003PJ", "IDA")].state is MessageState.AWAITING_SIGNATURE
    world.close()


def test_signing_twice_is_told(tmp_path):
    world = World(tmp_path, mandates=("broker", "carrier"))
    reference = world.submit(world.declaration()).movement
    message = pending_signatures(world.ports, world.exporter, reference)[0]
    _, content = to_be_signed(world.ports, world.exporter, message.id)
    cms = world.keys.signer("importer").cms(content)
    attach_signature(world.ports, world.exporter, message.id, cms)
    with pytest.raises((NotFound, InConflict)):
        attach_signature(world.ports, world.exporter, message.id, cms)
    world.close()
