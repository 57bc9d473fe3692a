"""The same programs on PostgreSQL and a Redis reached over TCP, by two settings and no more."""

import psycopg
import pytest

from tests.cli.commands import fullroute
from tests.faults.city import City
from tests.faults.distress import redis_server
from tests.postgres import own_postgres


@pytest.mark.full
@pytest.mark.timeout(300)
def test_two_settings_move_database_and_broker(tmp_path, monkeypatch):
    with own_postgres() as postgres, redis_server(tmp_path / "redis") as (client, port):
        database, broker = postgres.database(), f"redis://127.0.0.1:{port}/0"
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
