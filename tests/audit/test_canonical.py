"""Canonical JSON: our quick way writes what the library writes, byte for byte."""

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.canonical import canonical

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_it_is_the_library_that_decides(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"\U00010000": 1, "￿": 2}, id="names in the order of UTF-16"),
        pytest.param({"a": '\x00\x1f\x7f"\\/\b\t\n\f\r\u2028'}, id="every escape"),
        pytest.param({"b": True, "a": [None, 0, -1, 2**53 - 1], "B": {}}, id="plain"),
        pytest.param({"a": 0.5}, id="a fraction"),
    ],
)
def test_byte_for_byte(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, float("nan"), "\ud800", {"\ud800": 1}, {1: 2}], ids=str)
def test_what_has_no_canonical_form_has_none(value):
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own
        canonical(value)
