"""Dealt out to however many processes, every test is there once, and the rest keep their order."""

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.dealing import dealt


@given(st.lists(st.integers(1, 5), max_size=12), st.integers(0, 40), st.integers(1, 9))
def test_none_is_lost_and_none_is_run_twice(groups, others, processes):
    patient = [[(place, one) for one in range(many)] for place, many in enumerate(groups)]
    rest = list(range(100, 100 + others))
    found = dealt(patient, rest, processes)
    assert Counter(found) == Counter([*itertools.chain(*patient), *rest])
    assert [one for one in found if one in rest] == rest


def test_every_process_begins_with_its_share_of_the_patient():
    patient = [["a"], ["b"], ["c"]]
    assert dealt(patient, list("123456789"), 3) == [*"a123", *"b456", *"c789"]


def test_a_group_stays_in_one_process():
    assert dealt([["a", "b"], ["c"]], list("12345"), 2) == [*"ab12", *"c345"]
