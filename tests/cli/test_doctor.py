"""``fullroute doctor`` on real data folders, with what is documented as its exit code."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.bootstrap import DEFAULT_TENANT, open_gateway
from gateway.domain.errors import Misconfigured
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


@pytest.mark.full
def test_an_older_database_is_refused_until_a_person_accepts_it(folder):
    """The folder saw more of the log than the database put back has."""
    database = folder / "fullroute.db"
    older = shutil.copy(database, folder.parent / "older.db")
    settings = load_settings(data=folder)
    with open_gateway(settings, wakeup=False) as before:
        set_policy(before.ports, DEFAULT_TENANT, accepts_unsigned=False)
        before.ports.store.sequence("a worker")
    open_gateway(settings, wakeup=False).close()  # has seen that entry
    for beside in folder.glob("fullroute.db*"):
        beside.unlink()
    shutil.copy(older, database)
    with pytest.raises(Misconfigured) as refused:
        open_gateway(settings, wakeup=False)
    assert refused.value.findings[0].code == "database.rolled-back"
    told = fullroute("doctor", "--json", "--data", folder)
    assert told.code == 9
    assert [one["code"] for one in checks(told)["log"]["findings"]] == ["database.rolled-back"]
    accepted = fullroute(
        "accept-older", "--reason", "the newer one is lost", "--json", "--data", folder
    )
    assert (accepted.code, accepted.json["errors"]) == (0, [])
    assert accepted.json["seen"] > accepted.json["found"]
    open_gateway(settings, wakeup=False).close()


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
