"""Whoever changes one row, one byte or one entry behind the gateway's back is found."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.canonical import canonical
from gateway.audit.checkpoint import Seen
from gateway.audit.entry import EntryKind, leaf_hash, make_entry
from gateway.audit.merkle import root_hash
from gateway.domain.records import Change, Insert, LogRecord
from gateway.usecases.audit import LogReport, verify_log
from tests.usecases.stopped import Desk
from tests.world import TENANT, World


@pytest.fixture(scope="module")
def travelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A movement that has been sent, answered and released; tests leave it as they found it."""
    world = World(tmp_path_factory.mktemp("world"))
    world.submit(world.declaration())
    world.run()
    world.store.sequence("test")
    yield world
    world.close()


@pytest.fixture
def spoil(travelled: World) -> Iterator[Callable[[str], LogReport]]:
    """Run one SQL statement, audit, and put the database back."""
    path = travelled.folder / "world.db"
    with sqlite3.connect(path) as kept:
        before = sqlite3.connect(":memory:")
        kept.backup(before)

    def spoilt(statement: str) -> LogReport:
        with sqlite3.connect(path) as database:
            assert database.execute(statement).rowcount > 0
        database.close()
        return verify_log(travelled.ports)

    yield spoilt
    with sqlite3.connect(path) as database:
        before.backup(database)
    database.close()
    before.close()


def codes(report: LogReport) -> set[str]:
    return {finding.code for finding in report.findings}


def test_an_untouched_log_agrees(travelled):
    report = verify_log(travelled.ports)
    assert report.findings == ()
    assert report.agrees
    assert report.size == travelled.store.log_size()
    sent = [m for m in travelled.store.messages(_reference(travelled)) if m.wire]
    answers = travelled.store.answers(_reference(travelled))
    assert report.movements == 1
    assert report.signatures == 1 + sum(1 for m in sent if m.signed_by)
    assert report.seals == 2 * len(sent) + len(answers)


def _reference(world: World) -> str:
    (record,) = world.store.movements("default")
    return record.reference


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(
            "UPDATE log SET entry = CAST(replace(CAST(entry AS TEXT), 'at', 'ta') AS BLOB)"
            ' WHERE "index" = 5',
            "log.leaf-changed",
            id="an entry's bytes",
        ),
        pytest.param(
            'UPDATE log SET leaf = zeroblob(32) WHERE "index" = 3',
            "log.leaf-changed",
            id="a leaf",
        ),
        pytest.param('DELETE FROM log WHERE "index" = 7', "log.index-gap", id="an entry removed"),
        pytest.param(
            "UPDATE log SET kind = 'sent' WHERE kind = 'receipt'",
            "log.row-differs",
            id="an entry's column",
        ),
        pytest.param(
            "UPDATE bodies SET content = CAST(CAST(content AS TEXT) || ' ' AS BLOB)"
            " WHERE digest = (SELECT declaration FROM movements)",
            "log.body-changed",
            id="a byte of the declaration",
        ),
        pytest.param(
            "UPDATE bodies SET content = zeroblob(9)"
            " WHERE digest IN (SELECT wire FROM messages WHERE type = 'MT2401')",
            "log.body-changed",
            id="a message as sent",
        ),
        pytest.param(
            "UPDATE bodies SET salt = zeroblob(16) WHERE digest IN (SELECT body FROM answers)",
            "log.body-not-committed",
            id="a salt",
        ),
        pytest.param(
            "DELETE FROM bodies WHERE digest IN (SELECT receipt FROM messages)",
            "log.body-missing",
            id="a receipt removed",
        ),
        pytest.param(
            "UPDATE messages SET office = 'CN007208' WHERE type = 'MT2401'",
            "log.row-differs",
            id="a message's office",
        ),
        pytest.param(
            "UPDATE messages SET seal = (SELECT seal FROM messages WHERE type = 'OLA')"
            " WHERE type = 'MT2401'",
            "seal.wrong",
            id="another envelope's seal",
        ),
        pytest.param(
            "UPDATE messages SET receipt = (SELECT receipt FROM messages WHERE type = 'OLA')"
            " WHERE type = 'OLC'",
            "receipt.other-message",
            id="another message's receipt",
        ),
        pytest.param(
            "UPDATE messages SET signed_by = (SELECT signed_by FROM messages WHERE type = 'OLA')"
            " WHERE type = 'MT2401'",
            "signature.unknown-certificate",
            id="another signatory",
        ),
        pytest.param(
            "UPDATE messages SET unsigned = (SELECT unsigned FROM messages WHERE type = 'OLC')"
            " WHERE type = 'OLA'",
            "signature.other-content",
            id="other to-be-signed bytes",
        ),
        pytest.param(
            "UPDATE messages SET wire = NULL, envelope = NULL WHERE type = 'DecMessage'",
            "log.body-unknown",
            id="a message made unsent",
        ),
        pytest.param(
            "UPDATE answers SET kind = 'accepted' WHERE type = 'DecMessage-11'",
            "log.row-differs",
            id="what an answer said",
        ),
        pytest.param(
            "UPDATE answers SET seal = (SELECT seal FROM answers WHERE type = 'MT2401-01')"
            " WHERE type = 'DecMessage-01'",
            "seal.wrong",
            id="an answer's seal",
        ),
        pytest.param(
            "UPDATE answers SET id = 'ans_other' WHERE type = 'MT2401-01'",
            "log.answer-not-told",
            id="an answer's id",
        ),
        pytest.param(
            "UPDATE events SET kind = 'cleared' WHERE kind = 'released'",
            "log.events-differ",
            id="an event",
        ),
        pytest.param(
            "DELETE FROM events WHERE sequence = 2", "log.events-differ", id="an event removed"
        ),
        pytest.param(
            "UPDATE movements SET content = 'ab'", "log.row-differs", id="the content's digest"
        ),
        pytest.param("DELETE FROM movements", "log.movement-missing", id="a movement removed"),
    ],
)
def test_a_change_is_found(spoil, statement, expected):
    assert expected in codes(spoil(statement))


def test_a_finding_says_where_to_look(spoil):
    report = spoil('UPDATE log SET leaf = zeroblob(32) WHERE "index" = 3')
    assert [(one.code, one.pointer) for one in report.findings] == [("log.leaf-changed", "entry 3")]


def test_a_log_without_movements_agrees(tmp_path: Path):
    world = World(tmp_path, mandates=())
    size = verify_log(world.ports).size
    assert size == world.store.log_size()
    assert verify_log(world.ports).agrees
    world.close()


# ------------------------------------------------------------------ while programs work


class Meanwhile:
    """The store of a gateway that works on: something happens before each reading of ``name``."""

    def __init__(self, store, name: str, happens: Callable[[str], object]) -> None:
        self._store, self._name, self._happens = store, name, happens

    def __getattr__(self, name: str):
        reading = getattr(self._store, name)
        if name != self._name:
            return reading

        def later(*args, **kwargs):
            self._happens(*args)
            return reading(*args, **kwargs)

        return later


def noted(world: World, reference: str) -> None:
    """Write an entry about a movement, as every change of one does."""
    at = world.clock.now()
    entry = make_entry(EntryKind.ACT, at, TENANT, movement=reference, facts={"act": "test"})
    row = LogRecord(
        id=world.ports.ids.new("log"), tenant=TENANT, at=at, kind="act", movement=reference,
        link="", entry=entry.content, leaf=entry.leaf,
    )  # fmt: skip
    world.store.commit(Change((Insert(row),)))


@pytest.mark.parametrize("reading", ["movement", "events", "messages", "answers", "body"])
def test_a_movement_that_moves_while_it_is_read_agrees(tmp_path, reading):
    world = World(tmp_path)
    world.submit(world.declaration())
    store = Meanwhile(world.store, reading, lambda *_: world.run())
    report = verify_log(replace(world.ports, store=store))
    assert report.findings == ()
    assert report.moving == ()
    assert verify_log(world.ports).size > report.size
    world.close()


@pytest.mark.full
def test_no_false_alarm_while_movements_move(tmp_path):
    world, done = World(tmp_path), threading.Event()

    def move() -> None:
        try:
            for number in range(6):
                texts = {"CQ-2026-000117": f"CQ-2026-7{number:05d}"}
                world.submit(world.declaration(texts=texts), f"k{number}")
                world.run()
        finally:
            done.set()

    moving = threading.Thread(target=move)
    moving.start()
    reports = []
    while not done.is_set():
        reports.append(verify_log(world.ports))
    moving.join()
    assert len(reports) > 3
    assert [one.findings for one in reports if one.findings] == []
    assert verify_log(world.ports).movements == 6
    world.close()


SPOILING = "UPDATE messages SET office = 'CN007208' WHERE type = 'MT2401'"


def test_a_spoilt_row_is_found_while_its_movement_moves(spoil, travelled):
    spoil(SPOILING)
    reference, stopping = _reference(travelled), threading.Event()

    def move() -> None:
        while not stopping.wait(0.05):
            noted(travelled, reference)

    moving = threading.Thread(target=move)
    moving.start()
    try:
        reports = [verify_log(travelled.ports) for _ in range(5)]
    finally:
        stopping.set()
        moving.join()
    assert [one.moving for one in reports if "log.row-differs" not in codes(one)] == []


def test_a_movement_that_never_keeps_still_is_told_of(spoil, travelled):
    spoil(SPOILING)
    store = Meanwhile(travelled.store, "answers", lambda reference: noted(travelled, reference))
    report = verify_log(replace(travelled.ports, store=store))
    assert report.moving == (_reference(travelled),)
    assert report.agrees
    assert "log.row-differs" in codes(verify_log(travelled.ports))


# ------------------------------------------------------------------ against what was seen


@pytest.fixture
def acted(tmp_path) -> Iterator[World]:
    """A movement about which an operator did something, and more happened since."""
    desk = Desk(World(tmp_path))
    desk.do("cancel", desk.message("OLA").id)
    desk.world.run()
    desk.world.store.sequence("test")
    yield desk.world
    desk.world.close()


def kept(world: World) -> Seen:
    leaves = [one.leaf for one in world.store.log(limit=10_000)]
    return Seen(where="kept", size=len(leaves), root=root_hash(leaves))


def _another_reason(database: sqlite3.Connection) -> None:
    ((row, entry),) = database.execute("SELECT id, entry FROM log WHERE kind = 'act'").fetchall()
    told = json.loads(entry)
    told["facts"] |= {"reason": "nothing to see", "by": "somebody else"}
    forged = canonical(told)
    changed = (forged, leaf_hash(forged), row)
    database.execute("UPDATE log SET entry = ?, leaf = ? WHERE id = ?", changed)


def _never_was(database: sqlite3.Connection) -> None:
    ((at,),) = database.execute("SELECT \"index\" FROM log WHERE kind = 'act'").fetchall()
    database.execute("DELETE FROM log WHERE kind = 'act'")
    database.execute('UPDATE log SET "index" = -"index" WHERE "index" > ?', (at,))
    database.execute('UPDATE log SET "index" = -"index" - 1 WHERE "index" < 0')
    database.execute("UPDATE counters SET value = value - 1 WHERE name = 'log'")


@pytest.mark.parametrize(
    ("rewrite", "expected"),
    [(_another_reason, "log.rewritten"), (_never_was, "log.cut-short")],
)
def test_an_entry_rewritten_with_its_hashes_is_found(acted, rewrite, expected):
    seen = kept(acted)
    assert verify_log(acted.ports, [seen]).agrees
    with closing(sqlite3.connect(acted.folder / "world.db")) as database:
        rewrite(database)
        database.commit()
    assert verify_log(acted.ports).agrees  # the log alone tells one story
    (found,) = verify_log(acted.ports, [seen]).findings
    assert (found.code, found.pointer) == (expected, "kept")


def test_one_that_grew_since_is_the_same_log(acted):
    seen = kept(acted)
    acted.principal("somebody-new")
    assert verify_log(acted.ports, [seen]).agrees
    with closing(sqlite3.connect(acted.folder / "world.db")) as database:
        _never_was(database)
        database.commit()
    assert codes(verify_log(acted.ports, [seen])) == {"log.rewritten"}
