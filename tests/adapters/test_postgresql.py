"""What PostgreSQL does to us that SQLite cannot: it turns read-only, and others hold its locks."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from gateway.adapters.sql import engines
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from gateway.domain.errors import Unavailable
from gateway.domain.records import Change
from tests.contract import records as r
from tests.contract.records import inserted
from tests.contract.test_store_erasing import SAID, erasing
from tests.postgres import running_postgres

pytestmark = pytest.mark.full

FROZEN = """
import os, signal, sys
from gateway.adapters.sql import engines, turns
from gateway.adapters.sql.store import SqlStore

def freeze(transaction, next_index):
    os.kill(os.getpid(), signal.SIGSTOP)

engines.TRANSACTION_SECONDS = 4
turns._sequence_log = freeze
SqlStore(sys.argv[1]).sequence("frozen")
"""
"""A program that is stopped while it holds the turn of the sequencer, as a paused machine is."""


@pytest.fixture
def url():
    made = running_postgres().database()
    migrate(made)
    return made


def test_a_database_that_takes_no_writing_is_away_for_a_while(url):
    name = url.partition("@/")[2].partition("?")[0]
    server = url.replace("postgresql+psycopg", "postgresql")
    with closing(SqlStore(url)) as before, psycopg.connect(server, autocommit=True) as admin:
        before.commit(inserted(r.entry(1)))
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        with closing(SqlStore(url)) as standby, pytest.raises(Unavailable):
            standby.commit(inserted(r.entry(2)))


def test_a_program_stopped_while_numbering_stops_nobody(url):
    with closing(SqlStore(url)) as store:
        store.commit(inserted(r.entry(1)))
        frozen = subprocess.Popen([sys.executable, "-c", FROZEN, url])
        try:
            _wait_until(lambda: _state(frozen.pid) == "T")
            assert store.sequence("another") == 0
            _wait_until(lambda: store.sequence("another") == 1)
        finally:
            os.kill(frozen.pid, signal.SIGKILL)
            frozen.wait()


def _state(pid):
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]


def _wait_until(happened, seconds=30):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_erasing_may_take_as_long_as_a_big_database_needs(url, monkeypatch):
    """Everything is looked through; other transactions of ours that take so long are ended."""
    monkeypatch.setattr(engines, "TRANSACTION_SECONDS", 1)
    server = url.replace("postgresql+psycopg", "postgresql")
    with closing(SqlStore(url)) as store, psycopg.connect(server) as slow:
        store.commit(inserted(SAID))
        for look in (store.pointed_at, lambda step: store.commit(Change((step,)))):
            slow.execute("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
            threading.Timer(2.5, slow.rollback).start()
            look(erasing())
        assert store.body(SAID.digest) is None


def test_whoever_may_not_wait_long_for_a_lock_is_told_to_come_again(url):
    """A database's keeper often limits how long anybody waits, for everybody who uses it."""
    name = url.partition("@/")[2].partition("?")[0]
    server = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET lock_timeout = '200ms'")
    with closing(SqlStore(url)) as store, psycopg.connect(server) as other:
        store.commit(inserted(r.LINK))
        other.execute("SELECT id FROM links FOR UPDATE")
        with pytest.raises(Unavailable):
            store.lease(r.LINK.id, "somebody", 4)
        other.rollback()
        assert store.lease(r.LINK.id, "somebody", 4) == 1
