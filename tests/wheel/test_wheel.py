"""What people install: the wheel, in an environment of its own, used in an empty folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gateway.packs.digests import below
from gateway.packs.pins import PINS
from gateway.packs.vouching import pin_of, read_pins

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.full, pytest.mark.timeout(600), pytest.mark.xdist_group("wheel")]


def _run(*command, cwd, environment=None):
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, ROOT, cwd=folder)
    return next(folder.glob("fullroute-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder with the commands of a fresh environment that has nothing but the wheel."""
    folder = tmp_path_factory.mktemp("fresh")
    _run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    commands = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    _run(commands / "python", "-m", "pip", "install", "--no-compile", wheel, cwd=folder)
    return commands


def _bare(commands):
    """An environment that leads nowhere but to the commands: no checkout, no other tool."""
    return {"PATH": str(commands), "HOME": str(commands.parent), "LANG": "C.UTF-8"}


def test_every_schema_travels_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    schemas = ROOT / "schemas"
    listed = [path.relative_to(schemas).as_posix() for path in schemas.rglob("*") if path.is_file()]
    missing = [name for name in listed if f"gateway/_schemas/{name}" not in names]
    assert listed
    assert missing == []
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {
        "gateway",
        "workers",
    }


def test_the_wheel_vouches_for_the_packs_it_ships(wheel):
    with zipfile.ZipFile(wheel) as opened:
        shipped = {
            name.removeprefix("gateway/_schemas/packs/"): opened.read(name)
            for name in opened.namelist()
            if name.startswith("gateway/_schemas/packs/")
        }
    pins = read_pins(shipped.pop(PINS))
    folders = {name.partition("/")[0] for name in shipped}
    assert {pin.pack for pin in pins} >= {"cn", "vn", "ctc"}
    assert set(pins) == {pin_of(below(shipped, f"{folder}/")) for folder in folders}


def test_a_pack_changed_after_installation_serves_nobody(installed, tmp_path):
    """One blank more in one rule file: China says nothing any more, Viet Nam still does."""
    (rules,) = installed.parent.rglob("_schemas/packs/cn/rules/road.sch")
    as_installed = rules.read_bytes()
    declaration = ROOT / "schemas/declaration/v1/examples/chongqing-haiduong.xml"
    command = [installed / "fullroute", "validate", declaration, "--route", "--json"]

    def told():
        done = subprocess.run(
            command, cwd=tmp_path, env=_bare(installed), capture_output=True, check=False
        )
        return done.returncode, json.loads(done.stdout)

    code, before = told()
    assert (code, before["valid"]) == (0, True)
    rules.write_bytes(as_installed + b"\n")
    try:
        code, after = told()
    finally:
        rules.write_bytes(as_installed)
    assert (code, after["valid"]) == (3, False)
    assert "pack.not-pinned" in {finding["code"] for finding in after["findings"]}
    assert told()[0] == 0


def test_the_demo_runs_in_an_empty_folder(installed, tmp_path):
    said = _run(
        installed / "fullroute", "demo", "--json", cwd=tmp_path, environment=_bare(installed)
    )
    played = json.loads(said)
    assert played["end"] == "completed"
    assert [path.name for path in tmp_path.iterdir()] == ["fullroute-demo"]


def test_commands_find_packs_and_migrations_inside_the_wheel(installed, tmp_path):
    for command in (
        ["init", "--data", "gateway-data"],
        ["config", "check", "--data", "gateway-data"],
        ["audit", "verify", "--data", "gateway-data"],
        ["office", "list", "--data", "gateway-data"],
    ):
        _run(installed / "fullroute", *command, cwd=tmp_path, environment=_bare(installed))
