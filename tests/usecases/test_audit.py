"""Whoever changes one row, one byte or one entry behind the gateway's back is found."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.usecases.audit import LogReport, verify_log
from tests.world import World


@pytest.fixture(scope="module")
def travelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A movement that has been sent, answered and released; tests leave it as they found it."""
    world = World(tmp_path_factory.mktemp("world"))
    world.submit(world.declaration())
    world.run()
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
