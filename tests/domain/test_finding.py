"""Findings and their texts."""

import pytest

from gateway.domain.finding import (
    VALUE_LENGTH_MAX,
    Catalogue,
    Finding,
    Severity,
    Text,
    refused,
)

CATALOGUE = Catalogue(
    {
        "en": {
            "a.b": Text("{value} is wrong, {reason}.", "Mend {pointer}."),
            "c.d": Text("c", "d"),
        },
        "zh": {"a.b": Text("{value} 有误，{reason}。", "请改 {pointer}。")},
    }
)
FINDING = Finding(code="a.b", value="x", pointer="/A", args=(("reason", "because"),))


@pytest.mark.parametrize(
    ("language", "message"),
    [("en", "x is wrong, because."), ("zh", "x 有误，because。"), ("vi", "x is wrong, because.")],
)
def test_a_text_is_filled_and_falls_back_to_english(language, message):
    assert message == CATALOGUE.text(FINDING, language).message


def test_a_code_without_text_speaks_for_itself():
    assert Text("x.y", "") == CATALOGUE.text(Finding(code="x.y"), "en")


def test_a_missing_argument_is_shown_as_a_gap():
    assert CATALOGUE.text(Finding(code="a.b"), "en").message == " is wrong, …."


def test_a_long_value_is_cut():
    assert len(Finding(code="a.b", value="x" * 1000).value) == VALUE_LENGTH_MAX


@pytest.mark.parametrize("severity", Severity, ids=str)
def test_only_errors_refuse(severity):
    expected = severity in (Severity.ERROR, Severity.FATAL)
    assert expected is refused([Finding(code="a.b", severity=severity)])


def test_merged_catalogues_hold_both():
    merged = CATALOGUE.merged(Catalogue({"en": {"c.d": Text("other", "")}}))
    assert merged.text(Finding(code="c.d"), "en").message == "other"
    assert merged.text(FINDING, "en").message == "x is wrong, because."
