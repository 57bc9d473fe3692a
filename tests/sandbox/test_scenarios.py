"""Every scenario ends as it says, on SQLite and on PostgreSQL; one that does not is told."""

import tomllib

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.errors import NotFound
from gateway.packs import tables
from gateway.sandbox.scenario import play
from gateway.sandbox.script import Scenario, named, read_scenarios
from gateway.settings import DatabaseSettings, Settings
from tests.postgres import running_postgres
from tests.world import shipped_packs

SCENARIOS = read_scenarios(schemas_root())
QUICK = ("tractor-swap", "diversion", "withheld-precondition", "three-on-one-truck")


def wrong(scenario, settings):
    played = play(scenario, settings, shipped_packs())
    return [finding for step in played for finding in step.findings]


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one in QUICK else pytest.mark.full) for one in SCENARIOS]
)
def test_it_ends_as_it_says(tmp_path, name):
    assert wrong(SCENARIOS[name], Settings(data=tmp_path / "data")) == []


@pytest.mark.full
@pytest.mark.parametrize("name", SCENARIOS)
def test_it_ends_so_on_postgresql_too(tmp_path, name):
    url = running_postgres().database()
    assert (
        wrong(SCENARIOS[name], Settings(data=tmp_path / "data", database=DatabaseSettings(url=url)))
        == []
    )


BROKEN = """
title = "Broken on purpose"
text = "What it expects is not so."
declaration = "chongqing-haiduong.xml"

[[step]]
do = "submit"

[[step]]
do = "expect"
state = "completed"
happened = ["departed"]
not_happened = ["released"]
procedures = { cn-export = "closed" }
told = ["CN00X001 MT4402"]
untold = ["CN00X001 MT2401"]
waiting = ["CN008001 DecMessage"]
dropped = ["VN0015BB TIR"]

[[step]]
do = "report"
event = "departed"
office = "CN008001"
refused = "report.not-released"

[[step]]
do = "report"
event = "cleared"
office = "VN0003PJ"

[[step]]
do = "report"
movement = "nobody"
event = "departed"
office = "CN008001"

[[step]]
do = "lane"
office = "CN00X001"
plates = ["桂A8D217"]
says = "go"
reason = "lane.go"
names = "nobody"
"""


@pytest.mark.full
def test_what_is_not_as_expected_is_told(tmp_path):
    scenario = tables.read(Scenario, tomllib.loads(BROKEN), "broken")
    found = wrong(scenario, Settings(data=tmp_path / "data"))
    told = [dict(one.args).get("what", one.code) for one in found]
    assert told == [
        *("state", "happened", "not_happened", "cn-export"),
        *("told", "waiting", "dropped", "untold", "refused", "report.not-yours"),
        *("scenario.unknown-movement", "says", "reason", "names"),
    ]


def test_an_unknown_name_is_told_with_those_there_are():
    with pytest.raises(NotFound) as caught:
        named(SCENARIOS, "nowhere")
    assert dict(caught.value.findings[0].args)["known"].split(", ") == sorted(SCENARIOS)
