"""The route strip in the terminal: order, words, width."""

import io

import pytest
from rich.cells import cell_len

from gateway.cli.strip import print_strip, strip


def office(code, verdict="pass", name="Somewhere", at="2026-11-24T08:00:00+08:00"):
    return {
        "office": code,
        "name": name,
        "role": "transit",
        "verdict": verdict,
        "expected_office_time": at,
    }


ROUTES = {
    "four offices": [office(f"CN00000{n}") for n in range(4)],
    "nine offices go on below": [office(f"CN00000{n}", "unknown") for n in range(9)],
    "a Chinese name that is too long": [office("CN008001", name="重庆两江新区海关驻果园港办事处")],
    "control characters in a name": [office("CN\x1b[31m01", "fail", name="a\nb\tc\x00")],
    "no times known": [office("CN008001", at=None)],
}


@pytest.mark.parametrize("offices", ROUTES.values(), ids=ROUTES.keys())
def test_no_line_is_longer_than_eighty_columns(offices):
    lines = list(strip(offices))
    assert max(map(cell_len, lines)) <= 80
    assert not any(ord(one) < 32 for line in lines for one in line)
    assert sum(line.count(one) for line in lines for one in "✓✗?") == len(offices)


def test_offices_stand_in_travel_order_with_their_words():
    told = list(strip([office("AA1"), office("BB2", "fail"), office("CC3", "unknown")]))
    assert told[0].split() == ["✓", "pass", "─" * 12, "✗", "fail", "─" * 12, "?", "unknown"]
    assert told[1].split() == ["AA1", "BB2", "CC3"]


def test_a_stream_without_unicode_gets_plain_characters():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_strip([office("AA1"), office("BB2", "fail")], stream)
    stream.seek(0)
    assert stream.readline() == "+ pass ------------ x fail\n"
