"""What a camera may take for what: hand-made pairs, none from the table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.plates import Confusions, plate_key
from tests.domain.lane_runs import rules

READS = {
    "the same": ("桂A8D217", "桂A8D217", 0),
    "small letters": ("桂a8d217", "桂A8D217", 0),
    "spaces and dots": ("桂A·8D 217", "桂A8D217", 0),
    "hyphen and dot": ("15C-123.45", "15C12345", 0),
    "full width": ("桂Ａ８Ｄ２１７", "桂A8D217", 0),
    "0 for O": ("12H-0I734", "12H-01734", 1),
    "O for 0": ("12H-O1734", "12H-01734", 1),
    "B for 8": ("桂ABD217", "桂A8D217", 1),
    "8 for B": ("桂A8D217", "桂ABD217", 1),
    "I for 1": ("桂A8D2I7", "桂A8D217", 1),
    "Z for 2": ("桂A8DZ17", "桂A8D217", 1),
    "S for 5": ("15C-1234S", "15C-12345", 1),
    "D for 0": ("桂A80217", "桂A8D217", 1),
    "province lost": ("A8D217", "桂A8D217", 1),
    "another province": ("渝A8D217", "桂A8D217", 1),
    "sign of the trailer lost": ("桂AK217", "桂AK217挂", 1),
    "province and sign lost": ("AK217", "桂AK217挂", 2),
    "two characters": ("桂AB0217", "桂A8D217", 2),
    "province lost and a character": ("ABD217", "桂A8D217", 2),
    "another plate": ("桂A8D218", "桂A8D217", None),
    "a character lost": ("桂A8D27", "桂A8D217", None),
    "a character too many": ("桂A8D2117", "桂A8D217", None),
    "two changed places": ("桂AD8217", "桂A8D217", None),
    "nothing": ("", "桂A8D217", None),
    "signs alone": ("桂", "渝", None),
    "the D of Vietnamese plates": ("29LD-123.45", "29LĐ-123.45", 1),
}


@pytest.mark.parametrize(("read", "mark", "missed"), READS.values(), ids=READS.keys())
def test_a_read_against_a_mark(read, mark, missed):
    assert rules().confusions.misreads(read, mark) == missed


TEXTS = st.text(alphabet="0O1I2Z5S8BDQACK挂桂渝 -.a", max_size=9)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_misreads_are_mutual_and_stay_within_the_fold(one, other):
    looks = rules().confusions
    assert looks.misreads(one, other) == looks.misreads(other, one)
    same = plate_key(one) == plate_key(other)
    assert (looks.misreads(one, other) == 0) is same
    if looks.misreads(one, other):
        assert looks.keys([one]) == looks.keys([other])


def test_a_plate_without_latin_characters_has_no_key():
    assert rules().confusions.keys(["桂", "", "A8D217", "ABD217"]) == (
        f"{rules().confusions.version}:{rules().confusions.fold('A8D217')}",
    )


def test_other_classes_have_another_version():
    assert Confusions(("0O", "8B")).version == Confusions(("B8", "O0")).version
    assert Confusions(("0O",)).version != Confusions(("0O", "8B")).version
