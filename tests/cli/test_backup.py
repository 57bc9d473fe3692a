"""``fullroute backup`` and ``restore`` as commands."""

import pytest

from tests.cli.commands import fullroute


@pytest.mark.full
def test_there_and_back(desk, tmp_path):
    said = desk.run("submit", desk.declaration(), *desk.pair("exporter"))
    reference = said.out.strip()
    made = desk.run("backup", tmp_path / "kept", "--json")
    assert made.code == 0, made.both
    put = fullroute("restore", tmp_path / "kept", "--json", "--data", tmp_path / "data")
    assert put.code == 0, put.both
    assert (put.json["root"], put.json["errors"]) == (made.json["root"], [])
    shown = fullroute("movement", "show", reference, "--json", "--data", tmp_path / "data")
    assert shown.json == desk.run("movement", "show", reference, "--json").json
    verified = fullroute("audit", "verify", "--json", "--data", tmp_path / "data")
    assert verified.code == 0
    assert verified.json["entries"] > put.json["entries"]  # the restoration is told, too


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_full_folder_is_left_alone(desk, tmp_path, command):
    desk.run("backup", tmp_path / "kept")
    said = desk.run(command, tmp_path / "kept")
    assert said.code == 2
    assert "folder-not-empty" in said.err
