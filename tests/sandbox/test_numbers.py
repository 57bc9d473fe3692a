"""Official numbers: well-formed, and the same for the same subject."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.identifiers import MovementReference
from gateway.sandbox.numbers import Numbers

CN = Numbers("seed", "CN")


@given(st.text(), st.integers(2020, 2099))
def test_an_mrn_has_its_check_digit(subject: str, year: int) -> None:
    mrn = Numbers("seed", "XI").mrn(subject, "XI", year)
    assert MovementReference.parse(mrn).value == mrn
    assert mrn[:4] == f"{year % 100:02d}XI"


@given(st.text())
def test_digits_are_digits(subject: str) -> None:
    entry = CN.entry(subject, "8001", 2026)
    assert len(entry) == 18
    assert entry.isdigit()
    assert entry.startswith("80012026")
    for imported, first in ((True, "1"), (False, "5")):
        number = CN.twelve_digits(subject, imported=imported)
        assert len(number) == 12
        assert number.isdigit()
        assert number.startswith(first)


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("the same subject", ("seed", "VN", "a"), ("seed", "VN", "a"), True),
        ("another subject", ("seed", "VN", "a"), ("seed", "VN", "b"), False),
        ("another administration", ("seed", "VN", "a"), ("seed", "CN", "a"), False),
        ("another seed", ("seed", "VN", "a"), ("tree", "VN", "a"), False),
    ],
)
def test_what_a_number_depends_on(
    name: str,
    one: tuple[str, str, str],
    other: tuple[str, str, str],
    same: bool,  # noqa: FBT001 - a column of the table
) -> None:
    numbers = [
        Numbers(seed, administration).twelve_digits(subject, imported=True)
        for seed, administration, subject in (one, other)
    ]
    assert (numbers[0] == numbers[1]) is same, name


def test_an_unconfirmed_office_still_gives_eighteen_digits() -> None:
    assert CN.entry("a", "X001", 2026).startswith("00012026")
