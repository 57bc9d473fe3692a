"""What every store promises about the end of a program: what it said is kept, and kept whole."""

import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from gateway.adapters.sql.tables import tenants
from gateway.domain.errors import Misconfigured, Unavailable
from tests.contract import records as r
from tests.contract.records import due, entry, inserted
from tests.postgres import own_postgres

MESSAGES = 4
ENTRIES = 3

WRITER = f"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from gateway.adapters.sql.store import SqlStore
from tests.contract import records as r

store = SqlStore(sys.argv[1])

def write(own):
    number = 100 * own
    store.commit(r.inserted(
        r.movement(own),
        replace(r.BODY, digest=str(own), content=bytes(20_000)),
        *(r.due(number + n, stream=f"s{{own}}", place=n, movement=f"m{{own}}")
          for n in range({MESSAGES})),
        *(r.entry(number + n, movement=f"m{{own}}") for n in range({ENTRIES})),
    ))
    store.sequence("child")
    os.write(1, f"{{own}}\\n".encode())

with ThreadPoolExecutor(4) as pool:
    for _ in pool.map(write, range(100_000)):
        pass
"""


@pytest.mark.parametrize("said", [1, 40], ids=["at once", "in full swing"])
def test_a_killed_program_leaves_whole_changes_only(url, opened, said):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as child:
        try:
            told = [int(child.stdout.readline()) for _ in range(said)]
        finally:
            child.send_signal(signal.SIGKILL)
        told += [int(line) for line in child.stdout.read().split()]

    store = opened()
    store.sequence("parent")
    found = store.movements("ten_1", limit=100_000)
    whole = {int(m.lrn.removeprefix("LRN-")) for m in found}
    assert set(told) <= whole
    for own in whole:
        assert store.body(str(own)) is not None
        assert len(store.messages(f"m{own}")) == MESSAGES
        assert len(store.log(movement=f"m{own}")) == ENTRIES
    assert store.log_size() == len(whole) * ENTRIES
    log = store.log(limit=1_000_000)
    assert [e.index for e in log] == list(range(len(log)))
    assert store.body(str(max(whole) + 1_000)) is None


def test_reopening_keeps_everything(opened):
    first = opened()
    first.commit(inserted(r.TENANT, r.MOVEMENT, r.MESSAGE, r.LINK, entry(1)))
    first.sequence("a")
    fence = first.lease("lnk_cn", "a", 60)
    first.close()
    second = opened()
    assert second.tenant("ten_1") == r.TENANT
    assert second.movement(r.MOVEMENT.reference) == r.MOVEMENT
    assert second.message("msg_1") == replace(r.MESSAGE, feed_sequence=1)
    assert second.link("lnk_cn").fence == fence
    assert second.lease("lnk_cn", "b", 60) is None
    second.commit(inserted(entry(2), due(2, stream="b", place=1)))
    second.sequence("b")
    assert [e.index for e in second.log()] == [0, 1]
    assert [m.feed_sequence for m in second.feed("lnk_cn", 0, 9)] == [1, 2]


def test_closing_twice_is_closing_once(opened):
    store = opened()
    store.close()
    store.close()


def test_a_sqlite_store_that_is_closed_says_so(sqlite_store):
    sqlite_store.close()
    with pytest.raises(Unavailable) as caught:
        sqlite_store.commit(inserted(r.TENANT))
    assert [f.code for f in caught.value.findings] == ["database.closed"]


def test_a_full_disk_is_told_and_writes_nothing(sqlite_store):
    """The page limit stands in for a full disk: SQLite reports both as SQLITE_FULL."""
    sqlite_store.commit(inserted(r.TENANT))
    sqlite_store._writer.run(
        lambda transaction: transaction._below.execute("PRAGMA max_page_count = 1")
    )
    with pytest.raises(Unavailable) as caught:
        sqlite_store.commit(inserted(r.MOVEMENT, replace(r.BODY, content=bytes(1_000_000))))
    assert [f.code for f in caught.value.findings] == ["database.unavailable"]
    assert sqlite_store.movement(r.MOVEMENT.reference) is None
    sqlite_store._writer.run(
        lambda transaction: transaction._below.execute("PRAGMA max_page_count = 100000")
    )
    sqlite_store.commit(inserted(r.MOVEMENT))
    assert sqlite_store.movement(r.MOVEMENT.reference) == r.MOVEMENT


@pytest.mark.full
def test_a_killed_postgresql_is_told_and_taken_up_again():
    with own_postgres() as server:
        url = server.database()
        migrate(url)
        with closing(SqlStore(url)) as store:
            store.commit(inserted(r.TENANT))
            server.kill()
            for act in (lambda: store.tenant("ten_1"), lambda: store.commit(inserted(r.MOVEMENT))):
                with pytest.raises(Unavailable) as caught:
                    act()
                assert [f.code for f in caught.value.findings] == ["database.unavailable"]
            server.start()
            assert store.tenant("ten_1") == r.TENANT
            assert store.movement(r.MOVEMENT.reference) is None
            store.commit(inserted(r.MOVEMENT))


UNUSABLE = {
    "in memory": "sqlite://",
    "in memory, named": "sqlite:///:memory:",
    "another system": "mysql://user:secret@host/name",
    "no URL": "fullroute.db",
    "no scheme": "user:secret@host/name",
    "a port that is none": "postgresql://user:secret@host:port/name",
    "an option nobody knows": "postgresql://user:secret@host/name?nonsense=1",
    "an option of a file": "sqlite:///fullroute.db?nonsense=1",
    "a password with a slash": "postgresql://user@host:secret/name",
}


@pytest.mark.parametrize("where", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_url_is_a_finding_without_its_password(where):
    with pytest.raises(Misconfigured) as caught:
        SqlStore(where)
    (finding,) = caught.value.findings
    assert finding.code == "database.unknown-url"
    assert "secret" not in finding.value
    assert caught.value.__cause__ is None  # nor in what a traceback would show


def test_a_unit_that_breaks_harms_nobody_else(sqlite_store):
    def broken(transaction):
        transaction.write(delete(tenants), [{}], "tenants")
        raise RuntimeError("a mistake of ours")

    sqlite_store.commit(inserted(r.TENANT))
    with pytest.raises(RuntimeError):
        sqlite_store._writer.run(broken)
    assert sqlite_store.tenant("ten_1") == r.TENANT
    sqlite_store.commit(inserted(r.MOVEMENT))


def test_readers_cannot_write(sqlite_store):
    with pytest.raises(Unavailable, match=r"database\.unavailable"):
        sqlite_store._readers.rows(delete(tenants), {})


def test_a_commit_is_on_the_disk_itself(sqlite_store):
    """A killed program loses nothing either way; only a power cut would show the difference."""
    (told,) = sqlite_store._writer.run(lambda unit: unit._below.execute("PRAGMA synchronous"))
    assert told == (2,)
