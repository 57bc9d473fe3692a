"""Run R, shortened: real programs, two workers, PostgreSQL, everything that can die dying.

The long run is ``python -m tests.faults --storm --seed 1-20 --results FILE``, which goes on
where it was stopped.
"""

import pytest

from tests.faults import storm
from tests.postgres import own_postgres

SEED = 1
SECONDS = 60
MOVEMENTS = 40


@pytest.mark.full
@pytest.mark.timeout(400)
def test_run_r(tmp_path, monkeypatch):
    monkeypatch.setenv("FULLROUTE_DELIVERY__TOTAL_SECONDS", "2")
    with own_postgres() as database:
        monkeypatch.setenv("FULLROUTE_DATABASE__URL", database.database())
        assert storm.run(tmp_path, SEED, SECONDS, MOVEMENTS, database) == []
