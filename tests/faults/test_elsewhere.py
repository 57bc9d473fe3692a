"""The same programs on PostgreSQL and a Redis reached over TCP, by two settings and no more."""

import socket
import subprocess
import time
from contextlib import contextmanager

import psycopg
import pytest
import redis

from gateway.adapters.embedded_broker import find_server
from tests.cli.commands import fullroute
from tests.faults.city import City
from tests.postgres import own_postgres


@contextmanager
def redis_server(folder):
    """A server of somebody else's: on a TCP port, and not started by us."""
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(find_server()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        with redis.Redis(port=port) as client:
            while True:
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    assert server.poll() is None
                    time.sleep(0.02)
            yield client, f"redis://127.0.0.1:{port}/0"
        server.kill()


@pytest.mark.full
@pytest.mark.timeout(300)
def test_two_settings_move_database_and_broker(tmp_path, monkeypatch):
    with own_postgres() as postgres, redis_server(tmp_path / "redis") as (client, broker):
        database = postgres.database()
        monkeypatch.setenv("FULLROUTE_DATABASE__URL", database)
        monkeypatch.setenv("FULLROUTE_BROKER__URL", broker)
        with City(_made(tmp_path / "city")) as city:
            references = [city.submit() for _ in range(3)]
            found = city.drive_all(references, 60)
            for reference in references:
                standing = found[reference]
                assert standing.finished, f"{standing.state}, {standing.open}\n{city.last_words()}"
            assert city.breaches() == []
        verified = fullroute(
            "audit", "verify", "--json", "--data", city.setting.folder,
            FULLROUTE_DATABASE__URL=database, FULLROUTE_BROKER__URL=broker,
        )  # fmt: skip
        assert verified.json["ok"], verified.out
        with psycopg.connect(database) as connection:
            completed = connection.execute("SELECT count(*) FROM movements").fetchone()
        assert completed == (3,)
        assert "cmdstat_lpush" in client.info("commandstats")
    assert not (city.setting.folder / "fullroute.db").exists()
    assert not (city.setting.folder / "broker").exists()


def _made(folder):
    folder.mkdir()
    return folder
