"""The machine's clock and chance keep the promises of their ports."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gateway.adapters.system import SystemClock, SystemIds


def test_now_is_aware_utc():
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_ids_are_prefixed_unique_and_grow():
    ids = SystemIds()
    drawn = [ids.new("msg") for _ in range(2000)]
    assert all(id_.startswith("msg_") and len(id_) == 4 + 32 for id_ in drawn)
    assert drawn == sorted(set(drawn))


def test_ids_of_many_threads_are_unique():
    ids = SystemIds()
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: ids.new("log"), range(4000)))
    assert len(set(drawn)) == 4000


@pytest.mark.parametrize(
    ("alphabet", "length"),
    [("0123456789", 12), ("A", 3), ("ABC", 0)],
    ids=["digits", "one letter", "nothing"],
)
def test_draw_keeps_to_its_alphabet(alphabet, length):
    drawn = SystemIds().draw(alphabet, length)
    assert len(drawn) == length
    assert set(drawn) <= set(alphabet)


def test_every_character_is_drawn():
    assert set(SystemIds().draw("0123456789", 2000)) == set("0123456789")


def test_salts_differ_and_have_sixteen_bytes():
    salts = {SystemIds().salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {16}


def test_jitter_stays_below_one():
    drawn = [SystemIds().jitter() for _ in range(2000)]
    assert all(0 <= number < 1 for number in drawn)
    assert len(set(drawn)) > 1990
