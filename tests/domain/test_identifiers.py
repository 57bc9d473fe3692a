"""Reference numbers and check digits, against published examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.finding import Refusal
from gateway.domain.identifiers import (
    REFERENCE_ALPHABET,
    REFERENCE_RANDOM_LENGTH,
    MovementReference,
    check_digit,
    is_lrn,
    is_office_code,
)

CHECK_DIGITS = {
    "the container of ISO 6346's own example": ("CSQU305438", "3"),
    "a movement reference of a published sample": ("23GB000246YHVFYMJ", "0"),
}


@pytest.mark.parametrize(("body", "digit"), CHECK_DIGITS.values(), ids=CHECK_DIGITS.keys())
def test_check_digit(body, digit):
    assert digit == check_digit(body)


@given(st.text(REFERENCE_ALPHABET, min_size=12, max_size=12), st.integers(2024, 2099))
def test_a_made_reference_parses(random, year):
    made = MovementReference.make(year, "CN", random)
    assert made == MovementReference.parse(str(made))
    assert len(str(made)) == 18


@given(
    st.text(REFERENCE_ALPHABET, min_size=12, max_size=12),
    st.integers(4, 15),
    st.sampled_from(REFERENCE_ALPHABET),
)
def test_one_mistyped_character_is_noticed_unless_the_sum_agrees(random, place, wrong):
    good = str(MovementReference.make(2026, "CN", random))
    bad = good[:place] + wrong + good[place + 1 :]
    if check_digit(bad[:17]) == bad[17]:
        return  # the ten check digits cannot tell every pair apart (11 folds onto 10)
    with pytest.raises(Refusal):
        MovementReference.parse(bad)


REFUSED_REFERENCES = {
    "empty": "",
    "too short": "26CNABCDEF123456J",
    "lower case": "26cnabcdef123456j6",
    "wrong digit": "26CNABCDEF123456J7",
    "spaces": "26CN ABCDEF12345J6",
}


@pytest.mark.parametrize("text", REFUSED_REFERENCES.values(), ids=REFUSED_REFERENCES.keys())
def test_refused_references(text):
    with pytest.raises(Refusal) as refusal:
        MovementReference.parse(text)
    assert refusal.value.findings[0].code == "reference.malformed"


def test_the_alphabet_has_no_lookalikes():
    assert not set(REFERENCE_ALPHABET) & set("IO")
    assert REFERENCE_RANDOM_LENGTH == 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", True),
        ("CQ-2026-000117", True),
        ("x" * 22, True),
        ("x" * 23, False),
        ("a b", True),
        ("a ", False),
        (" a", False),
    ],
)
def test_lrn(text, expected):
    assert is_lrn(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("CN008001", True), ("XI000081", True), ("cn008001", False), ("CN8001", False)],
)
def test_office_code(text, expected):
    assert is_office_code(text) is expected
