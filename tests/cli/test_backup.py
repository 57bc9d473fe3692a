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


@pytest.mark.full
@pytest.mark.parametrize("database", ["with", "without"])
def test_a_rehearsal_never_opens_the_live_database(desk, tmp_path, database):
    """The settings name the live one, as those of a deployment on another volume do."""
    options = ["--without-database"] if database == "without" else []
    kept, data = tmp_path / "kept", tmp_path / "data"
    live = {"FULLROUTE_DATABASE__URL": f"sqlite:///{desk.folder / 'fullroute.db'}"}
    assert desk.run("backup", kept, *options).code == 0
    before = desk.run("audit", "verify", "--json").json["entries"]
    said = fullroute("restore", kept, "--json", "--data", data, **live)
    if database == "with":
        assert (said.code, said.json["errors"][0]["code"]) == (2, "backup.settings-elsewhere")
        assert all(said.json["errors"][0][one] for one in ("message", "fix"))
        assert not data.exists()
    else:
        assert said.code == 0, said.both
        assert (said.json["with_database"], said.json["data"]) == (False, str(data))
        assert (data / "keys").is_dir()
    assert desk.run("audit", "verify", "--json").json["entries"] == before


def test_it_is_put_where_one_stands(desk, tmp_path):
    desk.run("backup", tmp_path / "kept")
    (tmp_path / "data").mkdir()
    put = fullroute("restore", tmp_path / "kept", "--data", ".", cwd=tmp_path / "data")
    assert put.code == 0, put.both
    assert (tmp_path / "data" / "fullroute.db").is_file()
