"""Dealt out to however many processes, every test is there once, and the rest keep their order."""

from hypothesis import given
from hypothesis import strategies as st

from tests.dealing import dealt


@given(st.integers(0, 12), st.integers(0, 40), st.integers(1, 9))
def test_none_is_lost_and_none_is_run_twice(patient, others, processes):
    rest = list(range(100, 100 + others))
    found = dealt(list(range(patient)), rest, processes)
    assert sorted(found) == [*range(patient), *rest]
    assert [one for one in found if one >= 100] == rest


def test_every_process_begins_with_its_share_of_the_patient():
    assert dealt(["a", "b", "c"], list("123456789"), 3) == [*"a123", *"b456", *"c789"]
