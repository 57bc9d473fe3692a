"""The commands at work: in the data folder, and against a running gateway."""

import base64
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from gateway import register
from gateway.adapters.witness import FILE
from gateway.audit.canonical import canonical
from gateway.audit.entry import EntryKind, leaf_hash
from gateway.bootstrap import open_gateway
from gateway.settings import load_settings
from gateway.usecases.timeline import LINES_MAX
from tests.cli.commands import FULLROUTE, SHIPPED, environment, fullroute
from tests.cli.processes import left_running, running


@pytest.fixture(scope="module")
def submitted(desk) -> str:
    said = desk.run("submit", desk.declaration(), *desk.pair("exporter"))
    assert said.code == 0, said.err
    return said.out.strip()


def test_validate_needs_no_data_folder(tmp_path):
    said = fullroute("validate", SHIPPED, "--json", cwd=tmp_path)
    assert said.code == 0
    assert said.json["valid"]
    assert {"type": "OLA", "office": "VN0015BB"}.items() <= {
        (k, v) for one in said.json["messages"] if one["type"] == "OLA" for k, v in one.items()
    }
    assert list(tmp_path.iterdir()) == []


def test_validate_reads_standard_input(tmp_path):
    said = fullroute("validate", "-", "--json", cwd=tmp_path, stdin=SHIPPED.read_bytes())
    assert said.code == 0


def test_convert_returns_our_own_format_as_it_is(tmp_path):
    target = tmp_path / "out.xml"
    assert fullroute("convert", SHIPPED, "-o", target).code == 0
    assert target.read_bytes() == SHIPPED.read_bytes()


def test_submitting_the_same_file_again_gives_the_same_movement(desk):
    path = desk.declaration()
    first = desk.run("submit", path, *desk.pair("exporter"), "--json").json
    again = desk.run("submit", path, *desk.pair("exporter"), "--json").json
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["movement"] == again["movement"]


def test_below_the_reserve_of_the_disk_nothing_is_taken_in_at_the_folder_either(desk, submitted):
    reserve = {"FULLROUTE_INTAKE__DISK_RESERVE_MEGABYTES": "1000000"}
    before, path = desk.movements(), desk.declaration()
    for command in (
        ("submit", path),
        ("group", "submit", path),
        ("movement", "amend", submitted, path),
    ):
        said = desk.run(*command, *desk.pair("exporter"), "--json", **reserve)
        assert said.code == 8, said.both
        assert said.json["errors"][0]["code"] == "intake.disk-reserve"
    assert desk.movements() == before
    assert desk.run("movement", "show", submitted, **reserve).code == 0


@pytest.mark.full
def test_dates_and_readings_of_a_movement(desk, submitted):
    found = desk.run("movement", "deadlines", submitted, "--json").json["data"]
    assert {"declaration", "expected", "paper"} <= {one["kind"] for one in found}
    told = ("movement", "position", submitted, "reefer-7", "--at", "2026-11-23T00:00:00Z")
    wrong = desk.run(*told, "--json")
    assert (wrong.code, wrong.json["errors"][0]["code"]) == (3, "position.before-declaration")
    assert desk.run("movement", "positions", submitted, "--json").json == {"data": []}


@pytest.mark.full
def test_a_closure_is_said_listed_planned_and_ended(desk, submitted):
    asked = ("closure", "add", "CN00X002", "flood", "--until", "2099-01-01T00:00:00Z", "--json")
    name = desk.run(*asked).json["id"]
    listed = desk.run("closure", "list", "--json").json["data"]
    assert name in [one["id"] for one in listed]
    planned = desk.run("closure", "plan", name, "--json").json
    assert submitted not in {one["movement"] for one in planned["movements"]}
    wrong = desk.run("closure", "plan", name, "--via", "nowhere", "--json")
    assert (wrong.code, wrong.json["errors"][0]["code"]) == (3, "closure.not-a-way")
    assert desk.run("closure", "end", name).code == 0


def test_a_movement_as_text_names_every_message_by_its_id(desk, submitted):
    messages = desk.run("movement", "show", submitted, "--json").json["messages"]
    lines = desk.run("movement", "show", submitted).out.splitlines()
    told = {tuple(line.split("\t")[:3]) for line in lines}
    assert messages
    assert told >= {(one["id"], one["type"], one["office"]) for one in messages}


def test_the_timeline_is_whole_however_long_it_is(desk, submitted):
    """Fourteen days of tries are more lines than one page of the log."""
    with open_gateway(load_settings(data=desk.folder)) as gateway:
        ports = gateway.ports
        tenant = ports.store.movement(submitted).tenant
        for _ in range(LINES_MAX):
            writing = register.Writing(ports, tenant, ports.clock.now())
            writing.entry(EntryKind.SENT, movement=submitted)
            ports.store.commit(writing.change())
    found = desk.run("movement", "timeline", submitted, "--json").json["data"]
    assert len(found) > LINES_MAX
    indexes = [one["index"] for one in found]
    assert indexes == sorted({*indexes})
    assert len(desk.run("movement", "timeline", submitted).out.splitlines()) == len(found)


def test_a_message_without_mandate_waits_until_its_signatory_signs(desk, submitted):
    waiting = desk.run("sign", "--movement", submitted, "--json").json["data"]
    assert [(one["type"], one["signatory"]) for one in waiting] == [("IDA", "importer")]
    shown = desk.run("movement", "show", submitted, "--json").json
    assert {one["state"] for one in shown["stops"]} == {"expected"}
    states = {one["type"]: one["state"] for one in shown["messages"]}
    assert states["IDA"] == "awaiting-signature"

    wrong = desk.run("sign", waiting[0]["id"], *desk.pair("stranger"), "--json")
    assert wrong.code == 3
    assert wrong.json["errors"][0]["code"].startswith("signature.")

    said = desk.run("sign", waiting[0]["id"], *desk.pair("importer"), "--json")
    assert said.code == 0, said.both
    assert [(one["type"], one["state"]) for one in said.json["signed"]] == [("IDA", "due")]
    assert desk.run("sign", "--movement", submitted, "--json").json["data"] == []


def test_a_report_before_its_time_is_refused(desk, submitted):
    said = desk.run("movement", "report", submitted, "departed", "CN008001", "--json")
    assert said.code == 3
    assert said.json["errors"][0]["code"] == "report.not-released"


@pytest.mark.full
def test_a_run_is_shown_and_not_told_what_a_movement_cannot_take(desk, submitted):
    (trip,) = [
        one
        for one in desk.run("trip", "list", "--json").json["data"]
        if submitted in one["movements"]
    ]
    shown = desk.run("trip", "show", trip["batch"])
    assert (shown.code, submitted in shown.out) == (0, True), shown.both
    told = desk.run("trip", "report", trip["batch"], "departed", "CN008001", "--json")
    assert told.code == 3
    assert {one["code"] for one in told.json["errors"]} == {"trip.not-all-can"}
    assert desk.run("trip", "show", trip["id"], "--json").json["reports"] == []


@pytest.mark.full
def test_a_declaration_is_amended_and_taken_back(desk):
    path = desk.declaration()
    reference = desk.run("submit", path, *desk.pair("exporter")).out.strip()
    first = path.read_text("utf-8")
    second = first.replace("Fixed chip resistors", "Precision chip resistors")
    path.write_text(second, "utf-8")
    amend = ("movement", "amend", reference, path, "--reason", "001", *desk.pair("exporter"))
    said = desk.run(*amend)
    assert (said.code, said.out.strip()) == (0, reference), said.err
    again = desk.run(*amend, "--json")
    assert again.json["repeated"]
    for text in (first, second):  # who goes back to an earlier file means it
        path.write_text(text, "utf-8")
        changed = desk.run(*amend, "--json")
        assert (changed.code, changed.json["repeated"]) == (0, False), changed.both
    back = desk.run("movement", "invalidate", reference, "--text", "order cancelled", "--json")
    assert [one["kind"] for one in back.json["events"]] == ["invalidation-asked"], back.both
    shown = desk.run("movement", "show", reference, "--json").json
    told = {one["type"]: one["waits_for"] for one in shown["messages"]}
    assert {told["DecMessage"], told["MT4402"], told["TIR"]} == {"invalidation-refused"}


def test_what_is_under_way_is_not_erased(desk, submitted):
    said = desk.run("movement", "erase", submitted, "--reason", "the law", "--json")
    assert said.code == 6, said.both
    assert [one["code"] for one in said.json["errors"]] == ["erase.not-at-end"]


READS = {
    "movements": (["movement", "list", "--json"], "data"),
    "a movement": (["movement", "show", "{ref}", "--json"], "messages"),
    "its timeline": (["movement", "timeline", "{ref}", "--json"], "data"),
    "keys": (["keys", "list", "--json"], "seal"),
    "links": (["link", "list", "--json"], "data"),
    "settings": (["config", "show", "--json"], "data"),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("movements", "keys") else pytest.mark.full)
        for name in READS
    ],
)
def test_everything_can_be_read_as_json(desk, submitted, name):
    arguments, member = READS[name]
    said = desk.run(*(one.format(ref=submitted) for one in arguments))
    assert said.code == 0, said.err
    assert said.err == ""
    assert said.json[member]


def test_the_log_verifies_and_a_movement_is_exported(desk, submitted, tmp_path):
    verified = desk.run("audit", "verify", "--json")
    assert verified.code == 0, verified.out
    assert verified.json["ok"]
    folder = tmp_path / "evidence"
    assert desk.run("movement", "export", submitted, folder).code == 0
    assert (folder / "SHA256SUMS").is_file()
    again = desk.run("movement", "export", submitted, folder)
    assert again.code == 6
    assert "cli.folder-not-empty" in again.err


def _checkpoint_changed(_folder, checkpoint):
    origin, _, rest = checkpoint.read_bytes().split(b"\n", 2)
    checkpoint.write_bytes(b"\n".join((origin, b"1", rest)))
    return "note.wrong-signature"


def _rewritten_since_the_export(folder, _checkpoint):
    (folder / FILE).unlink()
    _rewrite(folder)
    return "log.rewritten"


def _rewritten_since_it_was_seen(folder, checkpoint):
    checkpoint.write_bytes(b"")
    _rewrite(folder)
    return "log.rewritten"


def _rewrite(folder):
    """Change an old entry and its leaf, as somebody with the database's password can."""
    with closing(sqlite3.connect(folder / "fullroute.db")) as database:
        wanted = "SELECT id, entry FROM log WHERE kind = 'setup' ORDER BY \"index\" LIMIT 1"
        ((row, entry),) = database.execute(wanted).fetchall()
        told = json.loads(entry)
        told["facts"]["by"] = "somebody else"
        changed = (canonical(told), leaf_hash(canonical(told)), row)
        database.execute("UPDATE log SET entry = ?, leaf = ? WHERE id = ?", changed)
        database.commit()


@pytest.mark.parametrize(
    "change", [_checkpoint_changed, _rewritten_since_the_export, _rewritten_since_it_was_seen]
)
def test_the_log_is_held_against_what_was_seen_of_it(desk, submitted, tmp_path, change):
    data, evidence = tmp_path / "data", tmp_path / "evidence"
    shutil.copytree(desk.folder, data)
    checkpoint = evidence / "log" / "checkpoint"
    assert fullroute("movement", "export", submitted, evidence, "--data", data).code == 0
    command = ("audit", "verify", "--json", "--data", data)
    agreed = fullroute(*command, "--checkpoint", checkpoint)
    assert (agreed.code, agreed.json["moving"], agreed.json["errors"]) == (0, [], [])
    assert json.loads((data / FILE).read_text("utf-8"))["tree"]["root"] == agreed.json["root"]
    code = change(data, checkpoint)
    against = ("--checkpoint", checkpoint) if checkpoint.stat().st_size else ()
    said = fullroute(*command, *against)
    assert said.code == 9, said.both
    assert [one["code"] for one in said.json["errors"]] == [code]


def test_an_office_added_is_listed_as_unverified(desk):
    said = desk.run(
        *("office", "add", "VN00X0ZZ", "--name", "Nowhere", "--zone", "Asia/Ho_Chi_Minh"),
        *("--role", "entry"),
    )
    assert said.code == 0, said.err
    listed = {one["code"]: one for one in desk.run("office", "list", "--json").json["data"]}
    assert listed["VN00X0ZZ"]["status"] == "unverified"
    assert "CN008001" in listed


# ------------------------------------------------------------------ over HTTP


@pytest.fixture(scope="module")
def served(desk):
    """``fullroute serve`` on a free port; yields its URL, then ends it by SIGTERM."""
    command = [*FULLROUTE, "serve", "--port", "0", "--data", str(desk.folder)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as serving:
        yield re.search(r"http://\S+", serving.stdout.readline())[0]
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(20) == 0


def test_the_same_commands_work_over_http(desk, submitted, served):
    there = {"FULLROUTE_URL": served, "FULLROUTE_API_KEY": desk.operator_key}
    batch = desk.run("movement", "show", submitted, "--json").json["trips"][0]["batch"]
    for arguments in (
        ["movement", "show", submitted],
        ["movement", "timeline", submitted],
        ["trip", "list", "--plate", "桂A8D217"],
        ["trip", "show", batch],
    ):
        near = desk.run(*arguments, "--json")
        far = fullroute(*arguments, "--json", **there)
        assert (far.code, far.json) == (near.code, near.json)


def test_submission_and_signature_over_http(desk, served):
    there = {"FULLROUTE_URL": served, "FULLROUTE_API_KEY": desk.operator_key}
    path = desk.declaration()
    done = fullroute("submit", path, *desk.pair("exporter"), "--json", **there)
    assert done.code == 0, done.both
    reference = done.json["movement"]
    signed = fullroute(
        "sign", "--all", "--movement", reference, *desk.pair("importer"), "--json", **there
    )
    assert [one["state"] for one in signed.json["signed"]] == ["due"]
    refused = fullroute("submit", desk.declaration(), "--json", **there)
    assert refused.code == 3
    assert refused.json["errors"][0]["message"]


CALLERS = {
    "no such key": ("frk_prn_x_" + "0" * 40, 9, "access.wrong-key"),
    "no key at all": ("nonsense", 9, "access.wrong-key"),
    "the wrong scope": ("exporter", 5, "access.scope-missing"),
}


@pytest.mark.parametrize("name", CALLERS)
def test_callers_who_may_not(desk, served, name):
    key, code, finding = CALLERS[name]
    key = desk.link_keys["CN008001"] if key == "exporter" else key
    said = fullroute("movement", "list", "--json", FULLROUTE_URL=served, FULLROUTE_API_KEY=key)
    assert said.code == code
    assert [one["code"] for one in said.json["errors"]] == [finding]


@pytest.mark.usefixtures("submitted")
def test_a_link_reads_its_feed(desk, served, tmp_path):
    there = {"FULLROUTE_URL": served, "FULLROUTE_API_KEY": desk.link_keys["CN00X001"]}
    said = fullroute("feed", "read", "cn00x001", "--json", **there)
    assert said.code == 0, said.both
    assert said.json["data"]
    foreign = fullroute("feed", "read", "vn0015bb", "--json", **there)
    assert foreign.code == 5
    again = fullroute("feed", "replay", "cn00x001", "-o", tmp_path / "again", "--json", **there)
    assert again.json["data"] == said.json["data"]
    kept = [file.read_bytes() for file in sorted((tmp_path / "again").iterdir())]
    assert kept == [base64.b64decode(one["content"]) for one in said.json["data"]]
    later = fullroute("feed", "replay", "cn00x001", "--since", "2999-01-01T00:00:00Z", **there)
    assert (later.code, "0 message(s)" in later.err) == (0, True), later.both
    wrong = fullroute("feed", "replay", "cn00x001", "--only", "some", "--json", **there)
    assert (wrong.code == 0, bool(wrong.json["errors"])) == (False, True), wrong.both


def test_a_group_is_handed_in_over_http(desk, served):
    there = {"FULLROUTE_URL": served, "FULLROUTE_API_KEY": desk.exporter_key}
    files = [desk.declaration() for _ in range(2)]
    said = fullroute("group", "submit", *files, *desk.pair("exporter"), "--json", **there)
    assert said.code == 0, said.both
    assert [one["state"] for one in said.json["members"]] == ["taken-in"] * 2


@pytest.mark.full
def test_a_killed_serve_leaves_nothing_running(desk):
    command = [*FULLROUTE, "serve", "--with-worker", "--port", "0", "--data", str(desk.folder)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as serving:
        serving.stdout.readline()
        end = time.monotonic() + 30
        while len(begun := running(desk.folder)) <= 3 and time.monotonic() < end:
            time.sleep(0.05)
        assert len(begun) > 3, begun  # itself, gateway, worker, broker
        serving.kill()
    assert left_running(desk.folder) == {}


def test_json_errors_are_one_document(tmp_path):
    said = fullroute("movement", "list", "--data", tmp_path / "x", "--json")
    assert json.loads(said.out)["exit"] == said.code == 2
    assert said.err == ""


def test_a_running_gateway_hands_out_the_same_evidence(served, desk, submitted, tmp_path):
    """An exporter has an API key and no data folder."""
    here, there = tmp_path / "here", tmp_path / "there"
    asked = {"FULLROUTE_URL": served, "FULLROUTE_API_KEY": desk.operator_key}
    assert desk.run("movement", "export", submitted, here).code == 0
    said = fullroute("movement", "export", submitted, there, **asked)
    assert said.code == 0, said.both
    assert fullroute("movement", "export", "26CNNOBODY", tmp_path / "x", **asked).code == 4
    found = [sorted(p.relative_to(one) for p in one.rglob("*")) for one in (here, there)]
    assert found[0] == found[1] != []
