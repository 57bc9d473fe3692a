"""Movements that are amended, taken back and cancelled while their messages are under way.

A failure is played again by ``python -m tests.faults --changes --seed N``.
"""

import pytest

from tests.faults import changes
from tests.faults.city import City

SEED = 1
MOVEMENTS = 6


@pytest.mark.full
@pytest.mark.timeout(300)
def test_whatever_is_changed_comes_to_an_end(tmp_path):
    with City(tmp_path) as city:
        assert changes.run(city, SEED, MOVEMENTS, 120) == [], city.last_words()
        taken = {call["call"] for call in city.history if call.get("outcome") == "ok"}
        assert taken >= set(changes.DEEDS)  # drawn so early that each is in time
