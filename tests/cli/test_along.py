"""Declarations in formats that name no offices, at the command line."""

import json

import pytest

from tests.cli.commands import SHIPPED, fullroute
from tests.interop.samples import ROOM

pytestmark = pytest.mark.full  # a program for every command: minutes in all

WCO = ROOM / "own" / "wco.xml"
ROUTE = ("--along", "wco-neutral")
LISTED = ("--office", "XW00X001:departure", "--office", "XW00X002:destination")


@pytest.mark.parametrize("asked", [ROUTE, LISTED], ids=["a route", "a list"])
def test_convert_and_validate(asked):
    made = fullroute("convert", WCO, *asked, "--json")
    assert made.code == 0
    told = json.loads(made.out)
    assert told["format"] == "wco-dec"
    assert "<ID>XW00X001</ID>" in told["declaration"]
    assert [one["code"] for one in told["findings"]] == ["intake.left-out"]
    verdict = fullroute("validate", WCO, *asked, "--json")
    assert verdict.code == 0
    assert json.loads(verdict.out)["valid"]


WRONG = {
    "nothing": ((), 3, "route.needed"),
    "an unknown route": (("--along", "nowhere"), 4, "route.unknown"),
    "a route and a list": ((*ROUTE, *LISTED), 3, "route.named-and-listed"),
    "an office without role": (("--office", "XW00X001"), 3, "route.not-an-office"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_offices(name):
    asked, code, finding = WRONG[name]
    told = fullroute("convert", WCO, *asked, "--json")
    assert told.code == code
    assert [one["code"] for one in json.loads(told.out)["errors"]] == [finding]


def test_the_json_twin_there_and_back(tmp_path):
    as_json, again = tmp_path / "declaration.json", tmp_path / "again.json"
    assert fullroute("convert", SHIPPED, "--twin", "-o", as_json).code == 0
    assert fullroute("convert", as_json, "--twin", "-o", again).code == 0
    assert json.loads(as_json.read_text("utf-8")) == json.loads(again.read_text("utf-8"))
    told = fullroute("validate", as_json, "--json")
    assert told.code == 0
    assert told.json["valid"]
