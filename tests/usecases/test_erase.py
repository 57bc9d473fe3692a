"""A movement at its end is erased by law: its bytes are gone, and every proof still holds."""

import json
import re
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace

import pytest

from gateway import register
from gateway.audit.entry import EntryKind, read_entry
from gateway.audit.exchange import AnswerHeader, make_answer
from gateway.domain.act import Act, ActKind
from gateway.domain.errors import InConflict, NotFound, Refused, Unavailable
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Insert, Lost, Tenant, Update
from gateway.domain.trip import TripReport
from gateway.sandbox.town import Letter
from gateway.usecases import setup
from gateway.usecases.audit import verify_log
from gateway.usecases.copy import copy_as_new
from gateway.usecases.export import export_movement
from gateway.usecases.operate import perform
from gateway.usecases.timeline import describe_movement, timeline_after
from tests.usecases.stopped import principal
from tests.world import TENANT, World

WHY = "retention ended, case 2026-14"
SEAL = "CQ8801172"


@pytest.fixture(scope="module")
def completed(tmp_path_factory):
    """A world with one movement that was completed; tests work on copies."""
    world = World(tmp_path_factory.mktemp("world"))
    reference = world.submit(world.declaration()).movement
    world.run()
    world.report(reference, "departed", "CN008001", seal=SEAL)
    world.run()
    world.report(reference, "arrived", "VN0003PJ")
    world.run()
    assert world.store.movement(reference).state == "completed"
    world.operator = principal(world, "operator")
    yield world
    world.close()


@pytest.fixture
def world(completed, tmp_path):
    world = completed.copied(tmp_path)
    yield world
    world.close()


@pytest.fixture
def reference(world):
    (record,) = world.store.movements(TENANT)
    return record.reference


def erase(world, reference, key="", caller=None, reason=WHY):
    act = Act(kind=ActKind.ERASE, subject=reference, reason=reason)
    return perform(world.ports, caller or world.operator, act, idempotency_key=key)


class Meanwhile:
    """A store in which something else is done just before the first change ``of`` some kind."""

    def __init__(self, store, act, of=bool) -> None:
        self._whole, self._acts, self._of = store, [act], of

    def __getattr__(self, name):
        return getattr(self._whole, name)

    def commit(self, change: Change) -> None:
        if self._acts and self._of(change):
            self._acts.pop()()
        self._whole.commit(change)


def erase_while(world, reference, act):
    """Erase a movement; just before it is written, something else is done."""
    ports = replace(world.ports, store=Meanwhile(world.store, act))
    return perform(ports, world.operator, Act(kind=ActKind.ERASE, subject=reference, reason=WHY))


def erasures(world, reference):
    world.store.sequence("test")
    entries = [read_entry(one.entry) for one in world.store.log(movement=reference)]
    return [one for one in entries if one.kind is EntryKind.ERASED]


def sql(world, statement):
    with closing(sqlite3.connect(world.folder / "world.db")) as database:
        found = database.execute(statement).fetchall()
        database.commit()
    return found


def stored(world):
    """Return every byte of the database's file, with what lay in the log beside it."""
    sql(world, "PRAGMA wal_checkpoint(TRUNCATE)")
    return (world.folder / "world.db").read_bytes()


def personal(world, reference):
    """Return words that the law means, each as it stands somewhere before."""
    record, (trip,) = world.store.movement(reference), world.store.trips_of(reference)
    plates = [plate for _, plate in trip.plates]
    body = world.store.body(record.declaration).content.decode()
    names = re.findall("<Name[^>]*>([^<]+)</Name>", body)
    assert plates
    assert names
    return [*plates, *names, SEAL, record.declarant]


def test_the_bytes_are_gone_and_the_log_agrees(world, reference):
    record, words = world.store.movement(reference), personal(world, reference)
    before = verify_log(world.ports)
    assert not [one for one in words if one.encode() not in stored(world)]
    messages = [one for one in world.store.messages(reference) if one.wire]
    answers = world.store.answers(reference)
    done = erase(world, reference)
    assert (done.erased > len(messages), done.kept, done.repeated) == (True, 0, False)
    digests = [record.declaration, *(one.wire for one in messages), *(a.body for a in answers)]
    digests += [one.receipt for one in messages if one.receipt]
    assert not [one for one in digests if world.store.body(one) is not None]
    after = verify_log(world.ports)
    assert after.findings == ()
    assert (after.erased > 0, before.erased) == (True, 0)
    assert after.bodies + after.erased == before.bodies
    clear = sql(world, "SELECT group_concat(CAST(entry AS TEXT)) FROM log")[0][0]
    clear += sql(world, "SELECT group_concat(party) FROM mandates")[0][0]
    file = stored(world)
    assert [one for one in words if one in clear] == [record.declarant]  # of whom the keys are
    assert not [one for one in words if one.encode() in file and one not in clear]


def test_rows_keep_what_proves_and_lose_what_names(world, reference):
    before = world.store.movement(reference)
    states = {one.id: one.state for one in world.store.messages(reference)}
    kinds = [(one.kind, one.at, one.office) for one in world.store.events(reference)]
    erase(world, reference)
    record = world.store.movement(reference)
    assert (record.erased, record.state, record.content) == (True, "completed", before.content)
    assert (record.declarant, record.stops, record.declaration) == (
        "", before.stops, before.declaration,
    )  # fmt: skip
    (trip,) = world.store.trips_of(reference)
    assert (trip.plates, trip.seals) == ((), ())
    plated = "SELECT (SELECT count(*) FROM trip_plates) + (SELECT count(*) FROM trip_keys)"
    assert sql(world, plated) == [(0,)]
    assert {one.id: one.state for one in world.store.messages(reference)} == states
    events = world.store.events(reference)
    assert [(one.kind, one.at, one.office) for one in events] == kinds
    assert not [one for one in events if one.fact("seal")]


def test_the_entry_lists_commitments_as_they_stand_in_the_log(world, reference):
    world.store.sequence("test")
    committed = {
        pair for one in world.store.log(movement=reference) for pair in read_entry(one.entry).bodies
    }
    done = erase(world, reference)
    (entry,) = erasures(world, reference)
    assert (entry.facts["by"], entry.facts["reason"]) == ("operator", WHY)
    listed = {(one.role, one.commitment) for one in register.listed_erased(entry)}
    assert {role for role, _ in committed - listed} == {"acknowledgement"}
    assert len({hidden for _, hidden in listed}) == done.erased
    assert {role for role, _ in listed} >= {"declaration", "wire", "receipt", "answer", "report"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param(
            "DELETE FROM bodies WHERE digest IN (SELECT receipt FROM messages)",
            "log.body-missing",
            id="never erased",
        ),
        pytest.param(
            "DELETE FROM bodies WHERE digest IN (SELECT acknowledgement FROM answers)",
            "log.body-missing",
            id="not what the erasure lists",
        ),
    ],
)
def test_what_is_missing_without_an_entry_is_found(world, reference, statement, code):
    if "acknowledgement" in statement:
        erase(world, reference)
    sql(world, statement)
    assert code in {one.code for one in verify_log(world.ports).findings}


def test_twice_is_once(world, reference):
    first = erase(world, reference, "k")
    assert erase(world, reference).repeated
    assert replace(erase(world, reference, "k"), repeated=False) == first
    assert len(erasures(world, reference)) == 1


def test_nothing_is_done_with_it_any_more(world, reference):
    erase(world, reference)
    for act in (
        lambda: register.load(world.ports, reference),
        lambda: copy_as_new(world.ports, world.exporter, reference, "CQ-2026-000999"),
        lambda: world.report(reference, "arrived", "VN0003PJ"),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.findings[0].code == "movement.body-erased"


def test_an_office_that_got_no_receipt_gets_the_one_of_its_answer(world, reference):
    """It would post its answer for ever otherwise; our receipt holds nothing that is erased."""
    known = world.store.answers(reference)[0]
    content = world.store.body(known.body).content
    header = AnswerHeader(
        id=known.id, link=known.link, office="", media_type="application/xml",
        digest=known.body, issued=world.clock.now(),
    )  # fmt: skip
    letter = Letter(known.link, world.town.systems[known.link].sealed(make_answer(header)), content)
    erase(world, reference)
    letter.hand_in(world.ports)
    assert world.store.body(known.body) is None


def test_the_same_request_is_a_new_declaration(world, reference):
    raw = world.store.body(world.store.movement(reference).declaration).content
    assert world.submit(raw).movement == reference
    erase(world, reference, "k")
    assert sql(world, "SELECT count(*) FROM idempotency WHERE key <> 'k'") == [(0,)]
    again = world.submit(raw)
    assert (again.movement == reference, again.repeated) == (False, False)
    assert world.submit(raw).movement == again.movement
    assert verify_log(world.ports).findings == ()


def test_it_is_shown_as_erased(world, reference):
    erase(world, reference)
    told = describe_movement(world.ports, TENANT, reference).erased
    (entry,) = erasures(world, reference)
    assert (told.by, told.reason, told.at) == ("operator", WHY, entry.at)
    assert timeline_after(world.ports, TENANT, reference)[-1].text == f"erased: {WHY}"


@pytest.mark.full
def test_its_export_still_verifies(world, reference, tmp_path):
    erase(world, reference)
    files = dict(export_movement(world.ports, TENANT, reference))
    told = json.loads(files["movement.json"])["erased"]
    assert (told["by"], told["reason"], len(told["bodies"]) > 0) == ("operator", WHY, True)
    assert WHY in files["README.txt"].decode()
    assert not [path for path in files if "/wire." in path or path.startswith("declaration/")]
    assert [path for path in files if path.endswith("/envelope.json")]
    for path, content in files.items():
        file = tmp_path / "export" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    script = tmp_path / "export" / "verify.sh"
    done = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Everything holds." in done.stdout


# ------------------------------------------------------------------ when not


def test_what_is_under_way_is_not_erased(tmp_path):
    world = World(tmp_path)
    reference = world.submit(world.declaration()).movement
    world.run()
    operator = principal(world, "operator")
    with pytest.raises(InConflict) as refused:
        erase(world, reference, caller=operator)
    assert refused.value.findings[0].code == "erase.not-at-end"
    world.close()


@pytest.mark.parametrize("state", ["waiting", "due", "parked", "awaiting-signature"])
def test_nor_what_may_still_be_sent(world, reference, state):
    message = world.store.messages(reference)[0]
    values = {"state": MessageState(state)}
    world.store.commit(Change((Update(table="messages", key=message.id, values=values),)))
    with pytest.raises(InConflict) as refused:
        erase(world, reference)
    assert refused.value.findings[0].code == "erase.messages-open"
    assert dict(refused.value.findings[0].args)["messages"] == message.id


def test_somebody_must_say_why_and_it_must_be_theirs(world, reference):
    with pytest.raises(Refused):
        erase(world, reference, reason=" ")
    setup.add_tenant(world.ports, Tenant(id="other", name="Other"))
    with pytest.raises(NotFound):
        erase(world, reference, caller=principal(world, "stranger", "other"))


# ------------------------------------------------------------------ what others point at


def twin(world, reference):
    """Another movement that points at the same declaration, in the same trip."""
    record = replace(world.store.movement(reference), reference="26CN4F7KQ2M8ZT1XJ3", lrn="TWIN")
    world.store.commit(Change((Insert(record),)))
    return record.reference


def test_shared_bytes_stay_until_the_last_of_their_movements_goes(world, reference):
    other, digest = twin(world, reference), world.store.movement(reference).declaration
    done = erase(world, reference)
    assert done.kept == 1
    assert world.store.body(digest) is not None
    (entry,) = erasures(world, reference)
    assert [one.role for one in register.listed_kept(entry)] == ["declaration"]
    assert verify_log(world.ports).findings == ()
    assert erase(world, other).erased == 1
    assert world.store.body(digest) is None
    assert verify_log(world.ports).findings == ()


def test_two_at_once_leave_nothing_to_each_other(world, reference):
    other, digest = twin(world, reference), world.store.movement(reference).declaration
    done = erase_while(world, reference, lambda: erase(world, other))
    assert [len(erasures(world, one)) for one in (other, reference)] == [1, 1]
    assert (done.kept, world.store.body(digest)) == (0, None)
    assert verify_log(world.ports).findings == ()


def test_the_same_bytes_may_come_again(world, reference):
    digest = world.store.movement(reference).declaration
    body = world.store.body(digest)
    erase(world, reference)
    writing = register.Writing(world.ports, TENANT, world.clock.at)
    again = writing.body(body.content, body.media_type)
    writing.entry(EntryKind.REFUSED, bodies=[("declaration", again)])
    world.store.commit(writing.change())
    assert world.store.body(digest).salt != body.salt
    report = verify_log(world.ports)
    assert report.findings == ()
    assert report.erased > 0


def test_whoever_was_about_to_point_at_it_has_it(world, reference):
    """The bytes were known when the change was made, and erased before it was written."""
    digest = world.store.movement(reference).declaration
    body = world.store.body(digest)
    writing = register.Writing(world.ports, TENANT, world.clock.at)
    assert writing.body(body.content, body.media_type) == body
    erase(world, reference)
    world.store.commit(writing.change())
    assert world.store.body(digest) == body


STRAY = {
    "a refused declaration": b'{"at":"2026-11-23T01:00:00+00:00","facts":{"seals":"A1"},'
    b'"kind":"departed","office":"CN008001"}',
    "cut off": b'{"at":"2026-11-23T01:00:00+00:00","fac',
    "no end": b'{"at":"',
    "no time": b'{"at":"noon","facts":[],"kind":"departed","office":"CN008001"}',
    "no zone": b'{"at":"2026-11-23T01:00:00","facts":[],"kind":"departed","office":"CN008001"}',
    "no text": b'{"at":"\xff\xfe"}',
}


@pytest.mark.parametrize("name", STRAY)
def test_whatever_else_begins_like_a_report_stays(world, reference, name):
    (trip,) = world.store.trips_of(reference)
    told = Report(kind=EventKind.DEPARTED, at=world.clock.now(), office="CN008001")
    row = TripReport(
        id="rep_1", tenant=TENANT, batch=trip.batch, caller="exporter", kind=told.kind, at=told.at,
        office=told.office, facts=told.facts, created_at=told.at, next_at=None,
    )  # fmt: skip
    writing = register.Writing(world.ports, TENANT, world.clock.at)
    stray = writing.body(STRAY[name], "application/json")
    report = writing.body(register.canonical(told), "application/json")
    writing.insert(row)
    world.store.commit(writing.change())
    erase(world, reference)
    assert (world.store.body(stray.digest), world.store.body(report.digest)) == (stray, None)


def test_what_is_not_numbered_is_not_erased(world, reference):
    class Stopped(Meanwhile):
        def sequence(self, _, *, surely=False):
            assert surely
            raise Unavailable(Finding(code="database.unavailable"))

    ports = replace(world.ports, store=Stopped(world.store, list))
    act = Act(kind=ActKind.ERASE, subject=reference, reason=WHY)
    with pytest.raises(Unavailable):
        perform(ports, world.operator, act)
    with pytest.raises(Unavailable):
        register.still_account(ports, reference)
    assert not world.store.movement(reference).erased


def test_a_pointer_written_meanwhile_loses_the_erasure(world, reference):
    record = world.store.movement(reference)
    world.store.sequence("test")
    writing = register.Writing(world.ports, TENANT, world.clock.at)
    register.erase(writing, record, "operator", WHY)
    twin(world, reference)
    with pytest.raises(Lost):
        world.store.commit(writing.change())
    assert not world.store.movement(reference).erased
    assert erase(world, reference).kept == 1
