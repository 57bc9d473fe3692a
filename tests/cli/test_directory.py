"""The office directory and the named routes by command."""

import pytest

from tests.cli.commands import fullroute
from tests.packs.office_lists import ROOM

pytestmark = pytest.mark.full  # a program for every command: minutes in all

SMALL = ROOM / "offices" / "small.xml"
ROUTE = "chongqing-haiduong-road"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a data folder with an office list in it, and what its import said."""
    data = tmp_path_factory.mktemp("offices") / "data"
    assert fullroute("init", "--data", data).code == 0
    said = fullroute("office", "import", SMALL, "--source", "a list", "--json", "--data", data)
    assert said.code == 0, said.err
    return data, said


def test_import_counts_and_tells_what_was_passed_over(folder):
    data, said = folder
    assert {key: said.json[key] for key in ("added", "changed", "unchanged", "other_roles")} == {
        "added": 3,
        "changed": 0,
        "unchanged": 0,
        "other_roles": 1,
    }
    assert [one["value"] for one in said.json["findings"]] == ["DE00A001", "12345", "QQ00A001"]
    again = fullroute("office", "import", SMALL, "--data", data)
    assert "0 added, 0 changed, 3 unchanged." in again.err
    assert again.out == ""


def test_imported_offices_are_listed_beside_the_shipped_ones(folder):
    data, _ = folder
    asked = ("--country", "DE", "--role", "departure", "--mode", "road", "--data", data, "--json")
    assert [one["code"] for one in fullroute("office", "list", *asked).json["data"]] == ["DE00A001"]
    assert fullroute("office", "list", "--country", "VN", "--data", data).out.count("\n") > 10


def test_list_at_a_time_says_open_or_unknown():
    said = fullroute(
        *("office", "list", "--role", "exit", "--mode", "road", "--country", "CN"),
        *("--at", "2026-11-25T10:00", "--json"),
    )
    states = {one["code"]: one["open"] for one in said.json["data"]}
    assert (states["CN00X001"], states["CN007208"]) == ("open", "unknown")
    night = fullroute("office", "list", "--role", "exit", "--at", "2026-11-25T23:00", "--json")
    assert "CN00X001" not in {one["code"] for one in night.json["data"]}


def test_show_says_hours_holidays_and_sources():
    said = fullroute("office", "show", "VN0015BB", "--lang", "vi")
    assert said.code == 0
    assert "Hải quan cửa khẩu Hữu Nghị" in said.out
    assert "Mon-Sun 07:00-18:00 for entry exit road, also on holidays (unverified:" in said.out
    unknown = fullroute("office", "show", "VN0003PJ")
    assert "Opening hours, local time\n  unknown\n" in unknown.out
    whole = fullroute("office", "show", "CN008001", "--json").json
    assert whole["hours"] == []
    assert {"holiday", "workday"} == {one["kind"] for one in whole["holidays"]}


def test_routes_are_listed_and_shown():
    listed = fullroute("route", "list", "--json").json["data"]
    assert ROUTE in {one["id"] for one in listed}
    shown = fullroute("route", "show", ROUTE)
    assert [line.split("\t")[1] for line in shown.out.splitlines() if "\t" in line] == [
        "CN008001",
        "CN00X001",
        "VN0015BB",
        "VN0003PJ",
    ]


def test_a_plan_waits_for_the_gate_and_says_what_is_unknown():
    said = fullroute("route", "plan", ROUTE, "--depart", "2026-11-24T20:00", "--json")
    assert said.code == 0
    assert [one["office"] for one in said.json["stops"] if one["waits_minutes"]] == ["CN00X001"]
    assert {"route.waits", "office.hours-unstated"} <= {
        one["code"] for one in said.json["findings"]
    }
    with_offset = ("--depart", "2026-11-24T20:00+0800", "--json")
    assert fullroute("route", "plan", ROUTE, *with_offset).json == said.json
    text = fullroute("route", "plan", ROUTE, "--depart", "2026-11-24T20:00", "--lang", "zh")
    assert "2026-11-26 08:00 +08:00" in text.out
    assert "等待至" in text.err


WRONG = {
    "an unknown office": (("office", "show", "XX000000"), 4),
    "an unknown role": (("office", "list", "--role", "gate"), 3),
    "an unknown route": (("route", "plan", "nowhere", "--depart", "2026-11-24T20:00"), 4),
    "no time": (("route", "plan", ROUTE, "--depart", "noon"), 2),
    "a list that is none": (("office", "import", __file__), 3),
    "a list that is not there": (("office", "import", "nowhere.xml"), 4),
}


@pytest.mark.parametrize(("arguments", "code"), WRONG.values(), ids=WRONG.keys())
def test_wrong(arguments, code, folder):
    data, _ = folder
    options = () if arguments[1] == "plan" else ("--data", data)
    assert fullroute(*arguments, *options).code == code
