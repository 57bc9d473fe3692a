"""What a machine saw of the log, held against the database that is there now."""

import json
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from gateway.adapters import witness
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from gateway.adapters.witness import (
    FILE,
    Witness,
    accept,
    check,
    keep_tree,
    tree_seen,
    went_back,
)
from gateway.audit.merkle import EMPTY_ROOT, Frontier, root_hash
from gateway.domain.errors import InConflict, Misconfigured
from gateway.domain.records import Change, Insert
from tests.contract.records import entry

SOON = 0.01


@pytest.fixture
def store(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    with closing(SqlStore(url)) as made:
        yield made


def grown(store, *numbers):
    rows = [entry(number, leaf=bytes([number]) * 32) for number in numbers]
    store.commit(Change(tuple(Insert(row) for row in rows)))
    store.sequence("test")


def looked(folder, store):
    Witness(folder, store).close()


def seen(folder):
    return json.loads((folder / FILE).read_text("utf-8"))["entries"]


@pytest.fixture
def older(tmp_path, store):
    """A store as it stood with two entries; the real one has three, and was seen so."""
    grown(store, 1, 2)
    looked(tmp_path, store)
    kept = tmp_path / "older"
    kept.mkdir()
    for file in tmp_path.glob("store.db*"):
        shutil.copy(file, kept)
    grown(store, 3)
    looked(tmp_path, store)
    with closing(SqlStore(f"sqlite:///{kept / 'store.db'}")) as made:
        yield made


def test_an_empty_log_leaves_nothing_to_see(tmp_path, store):
    looked(tmp_path, store)
    assert check(tmp_path, store) == 0


def test_a_log_that_grows_is_followed(tmp_path, store):
    for number in (1, 2, 3):
        grown(store, number)
        looked(tmp_path, store)
        assert seen(tmp_path) == number


def leaves(*numbers):
    return [bytes([number]) * 32 for number in numbers]


def test_its_tree_grows_a_few_leaves_at_a_time(tmp_path, store, monkeypatch):
    monkeypatch.setattr(witness, "LEAVES_AT_ONCE", 2)
    grown(store, 1, 2, 3)
    for numbers in ((1, 2), (1, 2, 3), (1, 2, 3)):
        looked(tmp_path, store)
        assert tree_seen(tmp_path) == Frontier().with_leaves(leaves(*numbers))
        told = json.loads((tmp_path / FILE).read_text("utf-8"))["tree"]
        assert told["root"] == root_hash(leaves(*numbers)).hex()


def test_what_was_seen_stays_in_its_tree(tmp_path, store):
    grown(store, 1, 2)
    looked(tmp_path, store)
    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        database.execute('UPDATE log SET leaf = zeroblob(32) WHERE "index" = 0')
        database.commit()
    grown(store, 3)
    looked(tmp_path, store)
    assert tree_seen(tmp_path).root() == root_hash(leaves(1, 2, 3))


def test_a_tree_that_was_verified_is_kept_if_it_is_the_larger_one(tmp_path, store):
    whole = Frontier().with_leaves(leaves(1, 2, 3))
    keep_tree(tmp_path, whole)
    assert tree_seen(tmp_path).root() == EMPTY_ROOT  # nothing was seen of any log yet
    grown(store, 1, 2)
    looked(tmp_path, store)
    keep_tree(tmp_path, whole)
    keep_tree(tmp_path, Frontier())
    assert tree_seen(tmp_path) == whole
    assert check(tmp_path, store) == 2


@pytest.mark.parametrize(
    "tree",
    [
        None,
        {},
        {"size": 2, "root": "ab", "nodes": ["00" * 32]},
        {"size": 3, "root": "ab", "nodes": ["00" * 32]},
        {"size": "x", "root": "", "nodes": []},
    ],
)
def test_a_mark_of_an_earlier_version_holds_and_gets_its_tree(tmp_path, store, tree):
    grown(store, 1, 2)
    looked(tmp_path, store)
    told = json.loads((tmp_path / FILE).read_text("utf-8"))
    del told["tree"]
    (tmp_path / FILE).write_text(json.dumps(told | ({"tree": tree} if tree else {})), "utf-8")
    assert check(tmp_path, store) == 2
    assert tree_seen(tmp_path) == Frontier()
    looked(tmp_path, store)
    assert tree_seen(tmp_path).root() == root_hash(leaves(1, 2))


def test_an_older_database_is_refused_until_it_is_accepted(tmp_path, older):
    with pytest.raises(Misconfigured) as refused:
        looked(tmp_path, older)
    (finding,) = refused.value.findings
    assert finding.code == "database.rolled-back"
    assert dict(finding.args) == {"seen": "3", "found": "2"}
    assert went_back(tmp_path, older) == 3
    assert seen(tmp_path) == 3  # asking changes nothing
    accept(tmp_path, older)
    assert seen(tmp_path) == 2
    looked(tmp_path, older)


@pytest.mark.parametrize("marked", [True, False])
def test_a_log_that_did_not_go_back_is_not_accepted(tmp_path, store, marked):
    grown(store, 1, 2)
    if marked:
        looked(tmp_path, store)
        grown(store, 3)
    with pytest.raises(InConflict, match=r"database\.not-older"):
        went_back(tmp_path, store)


def test_an_empty_log_is_accepted_without_a_mark(tmp_path, store):
    grown(store, 1, 2, 3)
    looked(tmp_path, store)
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    migrate(url)
    with closing(SqlStore(url)) as empty:
        assert went_back(tmp_path, empty) == 3
        accept(tmp_path, empty)
        looked(tmp_path, empty)


def test_one_that_grew_again_is_still_another(tmp_path, older):
    grown(older, 4, 5)
    with pytest.raises(Misconfigured):
        check(tmp_path, older)


@pytest.mark.parametrize("told", ["", "{", "[]", '{"entries": 3}', '{"entries": "x", "leaf": ""}'])
def test_half_a_mark_says_nothing(tmp_path, older, told):
    (tmp_path / FILE).write_text(told, "utf-8")
    assert check(tmp_path, older) == 0


def test_a_running_program_stops(tmp_path, store, older):
    stopped = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.set())

    class Swapped:
        """The store of a running program, below which an older one is put."""

        def __getattr__(self, name):
            return getattr(now[0], name)

    now = [store]
    try:
        with closing(Witness(tmp_path, Swapped(), SOON)):
            now[0] = older
            assert stopped.wait(20)
    finally:
        signal.signal(signal.SIGTERM, before)


def unreadable(folder):
    """Put something in the place of the file that nobody can read, root neither."""
    (folder / FILE).unlink(missing_ok=True)
    (folder / FILE).mkdir()


LOOKS = {
    "the first look": looked,
    "a check": check,
    "whether it went back": went_back,
    "the tree": lambda folder, _: tree_seen(folder),
    "a tree to keep": lambda folder, _: keep_tree(folder, Frontier().with_leaves(leaves(1, 2, 3))),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_mark_that_cannot_be_read_is_not_none(tmp_path, older, look):
    unreadable(tmp_path)
    with pytest.raises(Misconfigured) as refused:
        look(tmp_path, older)
    (finding,) = refused.value.findings
    assert finding.code == "witness.unreadable"
    assert dict(finding.args) == {"path": str(tmp_path / FILE), "reason": "Is a directory"}
    assert (tmp_path / FILE).is_dir()


def test_a_running_program_that_cannot_read_its_mark_says_so_once_and_goes_on(
    tmp_path, store, caplog
):
    grown(store, 1)
    with closing(Witness(tmp_path, store, SOON)):
        unreadable(tmp_path)
        soon("witness.unreadable" in caplog.text for _ in iter(int, 1))
        (tmp_path / FILE).rmdir()
        grown(store, 2)
        soon((tmp_path / FILE).is_file() and seen(tmp_path) == 2 for _ in iter(int, 1))
    assert caplog.text.count("witness.unreadable") == 1


def soon(looks):
    """Look until it is so."""
    end = time.monotonic() + 20
    while not next(looks):
        assert time.monotonic() < end
        time.sleep(SOON)
