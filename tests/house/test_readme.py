"""README does what it says: every block is executed by a test, or by ``.ci/run``.

The first block of *Run* and of *Test* is what ``.ci/run`` executes from an empty environment; here
it is only checked that it does. Every other ``sh`` block runs here, in order, in one empty folder.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from gateway.bootstrap import open_packs
from gateway.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CI = ROOT / ".ci" / "run"
SHIPPED = ROOT / "schemas" / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
TRANSIT = ROOT / "tests" / "interop" / "own" / "plain.xml"
LANGUAGES = {"sh", "toml", "text"}
NARROWED = (
    "tests/house/test_house.py -k test_the_top_level_holds_what_the_design_names "
    "-n 0 -p no:cacheprovider"
)
"""What the uv form of the second command runs: the whole tier has just run by the pip form."""


@dataclass(frozen=True)
class Block:
    section: str
    language: str
    text: str


def _blocks():
    found, section, language, lines = [], "", None, []
    for line in README.splitlines():
        if language is None and line.startswith("## "):
            section = line.removeprefix("## ")
        elif language is None and line.startswith("```"):
            language, lines = line.removeprefix("```"), []
        elif line == "```":
            found.append(Block(section, language, "\n".join(lines) + "\n"))
            language = None
        else:
            lines.append(line)
    assert language is None, "a block is not closed"
    return found


BLOCKS = _blocks()


def _of(section, language="sh"):
    return [one for one in BLOCKS if (one.section, one.language) == (section, language)]


def _first_commands():
    return [_of("Run")[0], _of("Test")[0]]


UV = [one for one in BLOCKS if one.language == "sh" and one.text.startswith("uv ")]
HERE = [
    one for one in BLOCKS if one.language == "sh" and one not in UV and one not in _first_commands()
]


def test_every_block_is_of_a_kind_that_is_tested():
    assert {one.language for one in BLOCKS} <= LANGUAGES


@pytest.mark.parametrize("section", ["Run", "Test"])
def test_a_section_begins_with_its_one_command(section):
    body = README.split(f"\n## {section}\n", 1)[1]
    assert body.lstrip().startswith("```sh\n")
    assert len(_of(section)[0].text.splitlines()) == 1


def test_continuous_integration_runs_the_two_commands_from_readme_itself():
    script = CI.read_text("utf-8")
    for section in ("Run", "Test"):
        assert re.search(rf'bash -euo pipefail -c "\$\(block {section}\)"', script), section
        cut = script.split("block() {", 1)[1].split("\n}", 1)[0]
        printed = subprocess.run(
            ["bash", "-c", f"block() {{{cut}\n}}\nblock {section}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert printed.stdout == _of(section)[0].text


@pytest.mark.full
def test_the_other_commands_do_what_readme_says(tmp_path):
    shutil.copy(SHIPPED, tmp_path / "declaration.xml")
    shutil.copy(TRANSIT, tmp_path / "cc015c.xml")
    assert HERE
    for block in HERE:
        _run(block.text, tmp_path, _environment())
    assert (tmp_path / "converted.xml").is_file()


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_uv_form_of_both_commands(tmp_path):
    """In a copy of the checkout, which uv gives an environment of its own."""
    if find_spec("uv") is None:
        pytest.skip("uv is not installed beside the tests")
    copy = tmp_path / "fullroute"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "fullroute-*", "__pycache__"))
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    environment = _environment() | {"PYTEST_ADDOPTS": NARROWED, "UV_LINK_MODE": "copy"}
    environment.pop("VIRTUAL_ENV", None)
    assert [one.section for one in UV] == ["Run", "Test"]
    for block in UV:
        _run(block.text, copy, environment)
    assert (copy / "fullroute-demo").is_dir()


def _environment():
    kept = {name: v for name, v in os.environ.items() if not name.startswith("FULLROUTE_")}
    own = str(Path(sys.executable).parent)
    return kept | {"PATH": os.pathsep.join((own, kept.get("PATH", "")))}


def _run(text, folder, environment):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{text}\n{said}"
    assert "Traceback" not in said


TOML = [one for one in BLOCKS if one.language == "toml"]


@pytest.mark.parametrize("block", TOML, ids=[f"{one.section}" for one in TOML])
def test_settings_shown_are_settings(tmp_path, block):
    (tmp_path / "fullroute.toml").write_text(block.text, "utf-8")
    settings = load_settings(data=tmp_path, environment={})
    assert [one for one in settings.show() if one.source.endswith("fullroute.toml")]
    if settings.packs:
        open_packs(settings)
