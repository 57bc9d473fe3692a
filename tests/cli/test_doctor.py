"""``fullroute doctor`` on real data folders, with what is documented as its exit code."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.bootstrap import DEFAULT_TENANT, open_gateway
from gateway.caretaking import examine
from gateway.domain.errors import Misconfigured
from gateway.sections import BrokerSettings
from gateway.settings import load_settings
from gateway.usecases.setup import set_policy
from tests.cli.commands import fullroute


def checks(said) -> dict[str, dict]:
    return {one["check"]: one for one in said.json["checks"]}


@pytest.fixture
def folder(desk, tmp_path):
    """A copy of the data folder, to be spoilt."""
    copied = tmp_path / "d"
    shutil.copytree(desk.folder, copied, ignore=shutil.ignore_patterns("broker"))
    return copied


def test_a_folder_that_stands_well(folder):
    with EmbeddedBroker(folder / "broker"):
        said = fullroute("doctor", "--json", "--data", folder)
    assert said.code == 0, said.both
    names = {
        *("versions", "time-outs", "disk", "migrations", "database", "log", "broker", "keys"),
        *("packs", "certificates", "attention"),
    }
    assert {name: one["verdict"] for name, one in checks(said).items()} == dict.fromkeys(
        names, "well"
    )


@pytest.mark.full
def test_without_a_broker_it_is_slower_and_no_more(folder):
    said = fullroute("doctor", "--json", "--data", folder)
    assert (said.code, checks(said)["broker"]["verdict"]) == (0, "warning")


def _no_database(folder):
    (folder / "fullroute.db").unlink()


def _older_database(folder):
    with closing(sqlite3.connect(folder / "fullroute.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()


def _open_keys(folder):
    key = next((folder / "keys").glob("*.key.pem"))
    key.chmod(0o644)


def _no_keys(folder):
    shutil.rmtree(folder / "keys")


def _full(folder):
    text = "[intake]\ndisk_reserve_megabytes = 1000000\n"
    (folder / "fullroute.toml").write_text(text, "utf-8")


def _timeouts(folder):
    text = "[delivery]\ntotal_seconds = 600\n"
    (folder / "fullroute.toml").write_text(text, "utf-8")


@pytest.mark.full
@pytest.mark.parametrize(
    ("spoil", "check", "code"),
    [
        (_no_database, "migrations", "database.other-version"),
        (_older_database, "migrations", "database.other-version"),
        (_open_keys, "keys", "key.open-to-others"),
        (_no_keys, "keys", "key.no-seal"),
        (_full, "disk", "doctor.disk-full"),
        (_timeouts, "time-outs", "doctor.timeout-misfit"),
    ],
)
def test_what_is_wrong_is_told_by_its_part(folder, spoil, check, code):
    spoil(folder)
    said = fullroute("doctor", "--json", "--data", folder)
    assert said.code == 9, said.both
    found = checks(said)[check]["findings"]
    assert code in [one["code"] for one in found]
    assert all(one["message"] and one["fix"] for one in found)


def _packs_a_file(folder):
    shutil.rmtree(folder / "packs", ignore_errors=True)
    (folder / "packs").write_text("no folder", "utf-8")


def _switch_of_no_pack(folder):
    (folder / "fullroute.toml").write_text("[packs.nosuch]\nfirst = true\n", "utf-8")


def _no_operator(folder):
    with closing(sqlite3.connect(folder / "fullroute.db")) as database:
        database.execute("UPDATE principals SET revoked_at = '2026-01-01 00:00:00.000000'")
        database.commit()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(_packs_a_file, "pack.not-kept", id="packs cannot be kept"),
        pytest.param(
            _switch_of_no_pack, "settings.unknown-key", id="no such pack", marks=pytest.mark.full
        ),
        pytest.param(_no_operator, "cli.no-operator", id="no operator", marks=pytest.mark.full),
    ],
)
def test_what_no_part_shows_and_no_program_starts_on_is_told(folder, spoil, code):
    spoil(folder)
    said = fullroute("doctor", "--json", "--data", folder)
    assert said.code == 9, said.both
    opening = checks(said)["opening"]
    assert opening["verdict"] == "error"
    assert [one["code"] for one in opening["findings"]] == [code]


@pytest.mark.full
def test_that_nothing_is_taken_in_needs_a_person(folder):
    _full(folder)
    said = fullroute("attention", "--json", "--data", folder)
    assert "intake.disk-reserve" in {one["finding"]["code"] for one in said.json["data"]}


@pytest.mark.full
def test_what_a_part_told_is_not_told_twice(folder):
    _no_keys(folder)
    said = fullroute("doctor", "--json", "--data", folder)
    codes = [one["code"] for check in said.json["checks"] for one in check["findings"]]
    assert (said.code, codes.count("key.no-seal")) == (9, 1)
    assert checks(said)["opening"]["verdict"] == "error"


def test_a_part_that_cannot_be_read_is_a_finding_of_that_part(folder):
    settings = replace(load_settings(data=folder), broker=BrokerSettings(url="redis://:pw@:bad"))
    (broker,) = (one for one in examine(settings) if one.name == "broker")
    assert [one.code for one in broker.findings] == ["doctor.not-seen"]
    assert "pw" not in repr(broker)


@pytest.mark.parametrize("command", ["doctor", "migrate", "worker", "serve"])
def test_a_wrong_folder_is_not_made_a_right_one(tmp_path, command):
    said = fullroute(command, "--data", tmp_path)
    assert (said.code, list(tmp_path.iterdir())) == (2, []), said.both
    assert "settings.not-a-data-folder" in said.err
    assert "init" in said.err


@pytest.fixture
def older(folder):
    """The folder, which saw more of the log than the database has that was put back."""
    database = folder / "fullroute.db"
    kept = shutil.copy(database, folder.parent / "older.db")
    settings = load_settings(data=folder)
    with open_gateway(settings, wakeup=False) as before:
        set_policy(before.ports, DEFAULT_TENANT, accepts_unsigned=False)
        before.ports.store.sequence("a worker")
    open_gateway(settings, wakeup=False).close()  # has seen that entry
    for beside in folder.glob("fullroute.db*"):
        beside.unlink()
    shutil.copy(kept, database)
    return folder


def refuses(folder) -> bool:
    """Tell whether programs refuse the folder's database."""
    try:
        open_gateway(load_settings(data=folder), wakeup=False).close()
    except Misconfigured as refused:
        return [one.code for one in refused.findings] == ["database.rolled-back"]
    return False


def reasons(folder) -> list[str]:
    """Return what the log says of why an older database was accepted."""
    with closing(sqlite3.connect(folder / "fullroute.db")) as database:
        rows = database.execute("SELECT entry FROM log").fetchall()
    facts = [json.loads(one).get("facts", {}) for (one,) in rows]
    return [one["reason"] for one in facts if "seen" in one]


@pytest.mark.full
def test_an_older_database_is_refused_until_a_person_accepts_it(older):
    assert refuses(older)
    told = fullroute("doctor", "--json", "--data", older)
    assert told.code == 9
    assert [one["code"] for one in checks(told)["log"]["findings"]] == ["database.rolled-back"]
    arguments = ("accept-older", "--reason", "the newer one is lost", "--json", "--data", older)
    accepted = fullroute(*arguments)
    assert (accepted.code, accepted.json["errors"]) == (0, [])
    assert accepted.json["seen"] > accepted.json["found"]
    assert not refuses(older)
    again = fullroute(*arguments)  # there is nothing left to decide
    assert (again.code, again.json["errors"][0]["code"]) == (6, "database.not-older")
    assert reasons(older) == ["the newer one is lost"]


def _without_a_seal(folder):
    for key in (folder / "keys").glob("seal-*.pem"):
        key.rename(key.with_suffix(".away"))

    def mend():
        for key in (folder / "keys").glob("seal-*.away"):
            key.rename(key.with_suffix(".pem"))

    return mend


def _changed(folder, statement):
    """Change the database, and return what puts it back as it was."""
    database = folder / "fullroute.db"
    kept = shutil.copy(database, folder.parent / "kept.db")
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(statement)
        opened.commit()

    def mend():
        for beside in folder.glob("fullroute.db*"):
            beside.unlink()
        shutil.copy(kept, database)

    return mend


def _without_an_operator(folder):
    return _changed(folder, "UPDATE principals SET scopes = replace(scopes, 'operate', 'watch')")


def _with_another_entry(folder):
    first = "UPDATE log SET leaf = zeroblob(32) WHERE id = (SELECT min(id) FROM log)"
    return _changed(folder, first)


@pytest.mark.full
@pytest.mark.parametrize(
    ("spoil", "reason", "code"),
    [
        (None, "", 3),
        (None, "  ", 3),
        (_without_a_seal, "lost", 2),
        (_without_an_operator, "lost", 2),
        (_with_another_entry, "lost", 9),
    ],
)
def test_what_was_not_accepted_is_refused_as_before(older, spoil, reason, code):
    mend = spoil(older) if spoil else lambda: None
    said = fullroute("accept-older", "--reason", reason, "--json", "--data", older)
    assert said.code == code, said.both
    assert said.json["errors"]
    assert reasons(older) == []
    mend()
    assert refuses(older)


@pytest.mark.full
def test_a_message_and_its_exit_code(desk):
    said = desk.run("submit", desk.declaration(), *desk.pair("exporter"))
    shown = desk.run("movement", "show", said.out.strip(), "--json").json
    by_state = {one["state"]: one["id"] for one in shown["messages"]}
    waiting = desk.run("doctor", "--message", by_state["waiting"], "--json")
    assert (waiting.code, waiting.json["diagnosis"]["code"]) == (10, "diagnosis.precondition")
    due = desk.run("doctor", "--message", by_state["due"])
    # a moment ago, or (on a slow machine) longer than a worker would need
    told = {0: "diagnosis.on-its-way", 8: "diagnosis.no-worker"}
    assert told[due.code] in due.out
    unknown = desk.run("doctor", "--message", "msg_x", "--json")
    assert unknown.code == 4
    assert json.loads(unknown.out)["errors"][0]["code"] == "message.unknown"


def test_no_folder_at_all(tmp_path):
    assert fullroute("doctor", "--data", tmp_path / "none").code == 2
