"""The database's volume is full to the last byte: nobody is told yes, nothing is lost, and with
room again everything goes on without repair.
"""

import os
import time

import pytest

from gateway.cli.client import Problem
from tests.faults.city import City
from tests.volumes import small_volume

FULL_SECONDS = 4
PIECE = b"\0" * 65_536


def fill(volume):
    """Leave not one byte; return the ballast."""
    ballast = volume / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (PIECE, b"\0"):
            try:
                while file.write(piece):
                    pass
            except OSError:
                continue
    return ballast


@pytest.mark.full
@pytest.mark.timeout(200)
def test_a_full_volume_refuses_and_loses_nothing(tmp_path, monkeypatch):
    with small_volume(tmp_path / "small") as volume:
        monkeypatch.setenv("FULLROUTE_DATABASE__URL", f"sqlite:///{volume}/fullroute.db")
        (tmp_path / "city").mkdir()
        with City(tmp_path / "city") as city:
            before = [city.submit() for _ in range(3)]
            ballast = fill(volume)
            with pytest.raises(Problem) as refused:
                city.submit(seconds=FULL_SECONDS)
            assert refused.value.status == 503
            assert "database.unavailable" in {one["code"] for one in refused.value.errors}
            assert os.statvfs(volume).f_bavail == 0
            time.sleep(1)  # receipts come, and cannot be recorded
            ballast.unlink()
            after = [city.submit() for _ in range(2)]
            found = city.drive_all([*before, *after], 60)
            assert all(one.finished for one in found.values()), city.last_words()
            assert city.breaches() == [], city.last_words()
