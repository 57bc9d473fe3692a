"""Lane commands: set up, asked in the folder and over HTTP, cut off and reconciled."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway import gatehouse
from gateway.audit.snapshot import read_sealed
from gateway.bootstrap import open_gateway, open_packs
from gateway.cli.lane_desk import _keys
from gateway.settings import load_settings
from tests.cli.commands import fullroute
from tests.serving import served

MARKS = ("--plate", "桂A8D217", "--plate", "桂AK217挂", "--seal", "CQ8801172")
WHOLE = (*MARKS, "--seal", "ES20261123A7", "--weight", "19480.5", "--direction", "out")


@pytest.fixture(scope="module")
def lane(desk):
    said = desk.run(
        *("lane", "add", "cli-1", "--office", "CN00X001", "--role", "exit"),
        *("--tolerance", "3", "--hours", "72", "--json"),
    )
    assert said.code == 0, said.err
    assert said.json["tolerance_percent"] == "3"
    assert desk.run("submit", desk.declaration(), *desk.pair("exporter")).code == 0
    return "cli-1"


@pytest.mark.full
def test_a_lane_that_cannot_be(desk, lane):
    said = desk.run("lane", "add", lane, "--office", "CN00X001", "--role", "exit")
    assert said.code == 6
    said = desk.run("lane", "add", "x", "--office", "CN00X001", "--role", "guard")
    assert (said.code, "choose one of" in said.err) == (2, True)
    said = desk.run("lane", "add", "x", "--office", "NOWHERE1", "--role", "exit")
    assert said.code == 4
    said = desk.run("lane", "set", lane)
    assert said.code == 2


@pytest.mark.full
def test_lanes_are_listed_and_set(desk, lane):
    assert desk.run("lane", "set", lane, "--hours", "80").code == 0
    (found,) = desk.run("lane", "list", "--json").json["data"]
    assert (found["lane"], found["declaration_hours"]) == (lane, 80)


def test_what_is_not_released_stops_with_its_own_exit_code(desk, lane):
    said = desk.run("lane", "check", lane, *WHOLE, "--id", "cli-a")
    assert said.code == 7
    first, second, *_ = said.out.splitlines()
    assert first == "STOP"
    assert "is not released for this point" in second
    assert "0 min 0 s old" in said.out
    again = desk.run("lane", "passages", lane, "--json").json["data"]
    assert [one["passage"] for one in again] == ["cli-a"]


def test_what_is_not_known_is_referred_in_the_language_asked_for(desk, lane):
    said = desk.run(
        "lane", "check", lane, "--plate", "粤Z99999", "--direction", "out", "--lang", "zh"
    )
    assert (said.code, said.out.splitlines()[0]) == (10, "REFER")
    assert "没有与" in said.out


@pytest.mark.full
def test_a_reading_from_a_file(desk, lane, tmp_path):
    file = tmp_path / "reading.json"
    told = {"id": "cli-file", "at": datetime.now(UTC).isoformat(), "plates": ["桂A8D217"]}
    file.write_text(json.dumps(told), "utf-8")
    said = desk.run("lane", "check", lane, file, "--json")
    assert (said.code, said.json["passage"]) == (7, "cli-file")
    for wrong, code in (("{", 3), ("[]", 3), ('{"plates": 7}', 3), ('{"at": "noon"}', 3)):
        file.write_text(wrong, "utf-8")
        assert desk.run("lane", "check", lane, file).code == code
    assert desk.run("lane", "check", lane, tmp_path / "none.json").code == 4
    assert desk.run("lane", "check", "nowhere", "--plate", "A1").code == 4


@pytest.mark.full
def test_an_override_needs_two_persons_and_a_reason(desk, lane):
    desk.run("lane", "check", lane, "--plate", "粤Z99999", "--id", "cli-o")
    assert desk.run("lane", "override", lane, "cli-o", "go").code == 3
    said = desk.run("lane", "override", lane, "cli-o", "go", "--reason", "known driver")
    assert (said.code, "second person" in said.err) == (0, True)
    said = desk.run("lane", "override", lane, "cli-o", "go")
    assert (said.code, "lane.same-person" in said.err) == (3, True)
    assert desk.run("lane", "override", lane, "cli-o", "perhaps").code == 2


@pytest.fixture
def carried(desk, lane, tmp_path):
    """What a lane takes along: its snapshot, and the gateway's public keys."""
    snapshot, keys = tmp_path / "snapshot.json", tmp_path / "keys.json"
    assert desk.run("lane", "snapshot", lane, "-o", snapshot).code == 0
    keys.write_text(desk.run("keys", "list", "--json").out, "utf-8")
    return "--snapshot", snapshot, "--keys", keys


@pytest.mark.full
def test_cut_off_the_lane_answers_alone_and_is_reconciled(desk, lane, carried, tmp_path):
    journal = tmp_path / "journal.jsonl"
    said = fullroute(
        *(
            "lane",
            "check",
            lane,
            *WHOLE,
            "--id",
            "alone-1",
            *carried,
            "--journal",
            journal,
            "--json",
        ),
        cwd=tmp_path,
    )
    assert said.code == 7, said.err
    assert said.json["reason"]["code"] == "lane.not-released"
    assert said.json["age_seconds"] < 60
    done = desk.run("lane", "reconcile", lane, journal, "--json")
    assert (done.code, done.json) == (0, {"passages": 1, "differing": [], "refused": []})
    line = json.loads(journal.read_text("utf-8"))
    line["id"], line["offline"]["says"] = "alone-2", "go"
    journal.write_text(json.dumps(line) + "\n", "utf-8")
    done = desk.run("lane", "reconcile", lane, journal)
    assert (done.code, "said go, but stop" in done.err) == (10, True)
    found = desk.run("lane", "passages", lane, "--json").json["data"][0]
    assert (found["says"], found["stands"], found["differs"]) == ("stop", "stop", True)


def _said_alone(name, says="stop", **more):
    """A line of a journal."""
    now = datetime.now(UTC).isoformat()
    offline = {"says": says, "reason": "lane.not-released", "facts_at": now, "decided_at": now}
    return {"id": name, "at": now, "plates": ["桂A8D217"], "offline": offline, **more}


NOT_TAKEN = {
    "asked twice with one id": (_said_alone("twice-1"), "lane.passage-reused"),
    "no reading": (_said_alone("shape-1", plates=7), "json.shape"),
    "a word that is none": (_said_alone("word-1", "perhaps"), "json.shape"),
}


@pytest.mark.full
@pytest.mark.parametrize("http", [False, True], ids=["folder", "url"])
@pytest.mark.parametrize("name", NOT_TAKEN)
def test_a_line_that_is_not_taken_keeps_no_other_back(desk, lane, tmp_path, name, http):
    """A driver who drives up twice while the lane is cut off is asked twice."""
    wrong, code = NOT_TAKEN[name]
    key, journal = f"{name[:3]}{http}", tmp_path / "journal.jsonl"
    wrong = {**wrong, "id": f"{wrong['id']}{key}"}
    lines = [_said_alone(wrong["id"]), wrong, _said_alone(f"last-{key}")]
    journal.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    asked = ("lane", "reconcile", lane, journal, "--json")
    with open_gateway(load_settings(data=desk.folder)) as gateway, served(gateway) as url:
        there = {"FULLROUTE_URL": url, "FULLROUTE_API_KEY": desk.operator_key}
        done = fullroute(*asked, **there) if http else desk.run(*asked)
    assert (done.code, done.json["passages"]) == (10, 2), done.both
    assert done.json["refused"] == [{"passage": wrong["id"], "codes": [code]}]
    found = desk.run("lane", "passages", lane, "--json").json["data"]
    assert found[0]["passage"] == f"last-{key}"


@pytest.mark.full
def test_a_snapshot_that_is_not_the_gateways(desk, lane, carried):
    _, snapshot, _, keys = carried
    other = desk.run("lane", "check", "elsewhere", *WHOLE, *carried)
    assert (other.code, "lane.snapshot-other-lane" in other.err) == (3, True)
    told = json.loads(snapshot.read_text("utf-8"))
    told["seal"] = told["seal"].partition(":")[0] + ":" + "A" * 86 + "=="
    snapshot.write_text(json.dumps(told), "utf-8")
    said = desk.run("lane", "check", lane, *WHOLE, *carried)
    assert (said.code, "seal.wrong" in said.err) == (9, True)
    keys.write_text("{}", "utf-8")
    assert desk.run("lane", "check", lane, *WHOLE, *carried).code == 3
    assert desk.run("lane", "check", lane, *WHOLE, "--snapshot", snapshot).code == 2


@pytest.mark.usefixtures("lane")
def test_the_index_is_complete(desk):
    assert desk.run("lane", "index", "--json").json == {"trips": 0}


@pytest.mark.full
def test_facts_older_than_the_limit_are_referred(lane, carried):

    _, snapshot, _, keys = carried
    taken = read_sealed(snapshot.read_bytes(), _keys(keys))
    late = taken.at + timedelta(minutes=61)
    told = {"id": "old", "at": late.isoformat(), "direction": "out", "plates": ["桂A8D217"]}
    rules = open_packs().lane_rules()
    said = gatehouse.alone(lane, gatehouse.reading_of(told), taken, rules, late)
    asked = dict(said.decision.asked)
    assert (asked["facts-fresh"], said.decision.age) == ("false", timedelta(minutes=61))


def test_no_officer_is_made_for_a_link_that_is_not_there(desk):
    said = desk.run("lane", "officer", "Mai", "--link", "nowhere")
    assert (said.code, "link.unknown" in said.err, said.out) == (4, True, "")


@pytest.mark.full
def test_over_http(desk, lane):
    key = desk.run("lane", "officer", "Mai", "--json").json["api_key"]
    with open_gateway(load_settings(data=desk.folder)) as gateway, served(gateway) as url:
        there = {"FULLROUTE_URL": url, "FULLROUTE_API_KEY": key}
        said = fullroute("lane", "check", lane, *WHOLE, **there)
        assert said.code == 7, said.err
        found = fullroute("lane", "passages", lane, "--json", **there)
        assert found.json["data"][0]["says"] == "stop"
        said = fullroute("lane", "passages", "nowhere", **there)
        assert (said.code, "lane.unknown" in said.err) == (4, True)
        assert fullroute("lane", "passages", lane, FULLROUTE_URL=url).code == 2
