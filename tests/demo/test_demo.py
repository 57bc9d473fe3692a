"""``fullroute demo`` from the first key to the last receipt, as a process of its own."""

import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.commands import FULLROUTE, SHIPPED, environment, fullroute
from tests.cli.processes import left_running, running

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "ctc" / "declarations"
NUMBERS = {
    "cn-export": ("entry", 18),
    "vn-transport": ("transport", 12),
    "vn-import": ("import", 12),
}
SIGNED_BY = {
    "MT2401": "broker", "DecMessage": "broker", "MT4402": "carrier", "OLA": "carrier",
    "OLC": "carrier", "TIR": "carrier", "BOA": "carrier", "BIA": "carrier", "IDA": "importer",
    "IDC": "importer",
}  # fmt: skip


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    began = time.perf_counter()
    said = fullroute("demo", "--json", cwd=folder)
    print(f"fullroute demo: {time.perf_counter() - began:.1f} s")
    assert said.code == 0, said.both
    return folder, said


def test_everything_is_closed_and_acknowledged(played):
    _, said = played
    result = said.json
    assert (result["end"], result["exit"], result["state"]) == ("completed", 0, "completed")
    assert result["open"] == []
    assert {one["kind"] for one in result["procedures"]} == {"cn-exit", *NUMBERS}
    assert {one["state"] for one in result["procedures"]} == {"closed"}
    assert {one["state"] for one in result["messages"]} == {"acknowledged"}
    assert {one["receipt_kind"] for one in result["messages"]} == {"signed"}


def test_every_authority_gave_its_number(played):
    _, said = played
    numbers = {one["kind"]: one["numbers"] for one in said.json["procedures"]}
    for kind, (name, length) in NUMBERS.items():
        assert re.fullmatch(rf"\d{{{length}}}", numbers[kind][name])


def test_every_message_is_signed_by_whoever_must(played):
    _, said = played
    signed = {one["type"]: one["signatory"] for one in said.json["messages"] if one["signed_by"]}
    assert signed == SIGNED_BY


ORDER = {
    "the manifest is accepted before the declaration goes": ("← MT2401-01", "→ DecMessage"),
    "a copy before its declaration": ("← OLA-copy", "→ OLC"),
    "an import copy before its declaration": ("← IDA-copy", "→ IDC"),
    "approval before departure": ("← VAS504 approved", "● departed"),
    "the import declaration before departure": ("→ IDC", "● departed"),
    "the border goes dark before the vehicle message": ("✗ cut off", "→ TIR"),
    "the backlog shows before it drains": ("▮ backlog", "✓ backlog drained"),
    "departure hears of the crossing": ("● exited", "→ CrossingNotice"),
    "the bonded leg before the arrival": ("● transit-started", "● arrived"),
    "departure hears of the arrival": ("● arrived", "→ ArrivalNotice"),
    "duties before clearance": ("duties", "● cleared"),
    "clearance before the end": ("● cleared", "● completed"),
}


@pytest.mark.parametrize("name", ORDER)
def test_the_storyboard_keeps_its_order(played, name):
    _, said = played
    first, then = ORDER[name]
    assert 0 <= said.err.find(first) < said.err.find(then), said.err


def test_each_line_has_its_office_and_that_offices_time(played):
    _, said = played
    lines = [line for line in said.err.splitlines() if re.match(r"\d\d:\d\d:\d\d", line)]
    for line in lines:
        offset, office = re.match(r"[\d:]{8}(\S+)\s+(\S+)", line).groups()
        assert offset == {"CN": "+08:00", "VN": "+07:00"}[office[:2]]
    assert len(lines) > 30


def test_what_it_says_to_try_next_works(played):
    folder, said = played
    tried = [shlex.split(one) for one in said.json["next"]]
    for command in tried:
        assert command[0] == "fullroute"
        if command[1] != "serve":
            done = fullroute(*command[1:], cwd=folder)
            assert done.code == 0, done.both
    assert len(tried) == 5


def test_nothing_runs_afterwards(played):
    folder, _ = played
    assert left_running(folder) == {}


# ------------------------------------------------------------------ when it is interrupted


INTERRUPTIBLE = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Undoes what a shell's background job hands down to its children: there Ctrl-C is ignored."""


def _begun(folder: Path, reached: Callable[[Path], bool]) -> "subprocess.Popen[bytes]":
    """Start a demo and wait for a moment that can be seen, not for a time that may pass."""
    command = [*FULLROUTE, "demo", "--data", str(folder)]
    demo = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *command],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not reached(folder) and time.monotonic() < end:
        time.sleep(0.02)
    return demo


def _starting(folder: Path) -> bool:
    return len(running(folder)) > 1


def _submitted(folder: Path) -> bool:
    """Tell whether the declaration is in: seconds of journey lie ahead, and an outage."""
    for file in folder.rglob("fullroute.db"):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            try:
                return database.execute("SELECT count(*) FROM movements").fetchone()[0] > 0
            except sqlite3.OperationalError:  # it is being made
                return False
    return False


ENDS = {
    "Ctrl-C": (signal.SIGINT, 130),
    "SIGTERM": (signal.SIGTERM, 130),
    "killed": (signal.SIGKILL, -9),
}
MOMENTS = {"while programs start": _starting, "under way": _submitted}


@pytest.mark.full
@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("when", MOMENTS)
def test_an_interrupted_demo_leaves_nothing_running(tmp_path, how, when):
    number, code = ENDS[how]
    folder = tmp_path / "data"
    demo = _begun(folder, MOMENTS[when])
    begun = running(folder)
    demo.send_signal(number)
    said = demo.stderr.read().decode()
    demo.stderr.close()
    assert demo.wait(20) == code
    assert "Traceback" not in said
    assert len(begun) > 1
    assert left_running(folder) == {}


def test_an_invalid_file_leaves_nothing_behind(tmp_path):
    raw = SHIPPED.read_bytes().replace(b"VN0003PJ", b"VN0009ZZ")
    (tmp_path / "file.xml").write_bytes(raw)
    said = fullroute("demo", "file.xml", "--json", cwd=tmp_path)
    assert said.code == 3
    assert "office.unknown" in {one["code"] for one in said.json["errors"]}
    assert list((tmp_path / "fullroute-demo").iterdir()) == []
    assert left_running(tmp_path) == {}


def test_a_folder_that_is_used_is_not_played_in(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    said = fullroute("demo", "--data", tmp_path)
    assert said.code == 6
    assert "cli.folder-not-empty" in said.err


# ------------------------------------------------------------------ other journeys


@pytest.mark.full
def test_offices_that_fetch_their_feed(tmp_path):
    said = fullroute("demo", "--link-kind", "feed", "--json", cwd=tmp_path)
    assert (said.code, said.json["state"]) == (0, "completed")


@pytest.mark.full
def test_offices_behind_folders_and_offices_that_are_asked(tmp_path):
    said = fullroute("demo", "--link-kind", "mixed", "--json", cwd=tmp_path)
    assert (said.code, said.json["state"]) == (0, "completed")
    receipts = {one["type"]: one["receipt_kind"] for one in said.json["messages"]}
    # nobody answers them
    unanswered = {"ArrivalNotice", "ClearanceNotice", "WayNotice", "WayNotice-I"}
    assert {kind for kind, one in receipts.items() if one == "transport"} == unanswered
    assert set(receipts.values()) == {"native", "transport"}
    data = said.json["data"]
    assert fullroute("audit", "verify", "--data", data, cwd=tmp_path).code == 0


@pytest.mark.full
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*_ie015.xml")), ids=lambda file: file.stem)
def test_declarations_nobody_here_wrote(tmp_path, file):
    said = fullroute("demo", file, "--json", cwd=tmp_path)
    assert said.code == 0, said.both
    prelodged = file.name.startswith("prelodgement")
    assert said.json["end"] == ("waiting" if prelodged else "completed")


@pytest.mark.full
def test_a_run_whose_time_is_over_says_what_is_open(tmp_path):
    said = fullroute("demo", "--seconds", "1", "--json", cwd=tmp_path)
    assert said.code == 8
    assert said.json["end"] == "late"
    assert said.json["open"]
    assert left_running(tmp_path) == {}


@pytest.mark.full
def test_the_way_north_is_played_from_its_file(tmp_path):
    fruit = SHIPPED.with_name("haiduong-chongqing-dragonfruit.xml")
    said = fullroute("demo", str(fruit), "--json", cwd=tmp_path)
    assert said.code == 0, said.both
    result = said.json
    assert (result["end"], result["state"], result["open"]) == ("completed", "completed", [])
    assert {one["kind"]: one["state"] for one in result["procedures"]} == dict.fromkeys(
        ("vn-export", "vn-exit", "cn-entry", "cn-import"), "closed"
    )
    signed = {one["type"]: one["signatory"] for one in result["messages"] if one["signed_by"]}
    assert signed == {
        "EDA": "exporter",
        "EDC": "exporter",
        "TOR": "carrier",
        "MT1401": "carrier",
        "MT4401": "carrier",
        "DecMessage-I": "broker",
    }
