"""Help: at once, for every command, with an example."""

import re
import subprocess
import sys
import time

import pytest
from typer.main import get_command

from gateway.cli.main import app
from tests.cli.commands import environment, fullroute


def _commands(command, path=()):
    children = getattr(command, "commands", None)
    if not children:
        yield path, command
        return
    for name, child in children.items():
        yield from _commands(child, (*path, name))


ALL = dict(_commands(get_command(app)))
WANTED = {
    *("demo", "serve", "worker", "init", "convert", "validate", "submit", "sign", "movement"),
    *("trip", "exporter", "mandate", "office", "link", "feed", "keys", "audit", "config"),
}


def test_the_tree_holds_every_command_we_promise():
    assert {path[0] for path in ALL} >= WANTED


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_every_command_says_what_it_is_for_and_gives_an_example(path):
    said = ALL[path].help or ""
    assert re.search(rf"Examples?:\s+fullroute {' '.join(path)}\b", said), said


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_no_two_examples_run_into_one_paragraph(path):
    for paragraph in (ALL[path].help or "").split("\n\n"):
        assert len(re.findall(r"^\s*fullroute ", paragraph, re.MULTILINE)) <= 1, paragraph


def test_help_answers_at_once(record_property):
    began = time.perf_counter()
    said = fullroute("--help")
    seconds = time.perf_counter() - began
    record_property("seconds", seconds)
    print(f"fullroute --help: {seconds:.2f} s")
    assert said.code == 0
    assert all(name in said.out for name in WANTED)


def test_help_loads_nothing_heavy():
    heavy = (
        "lxml",
        "sqlalchemy",
        "celery",
        "fastapi",
        "cryptography",
        "rich",
        "pydantic",
        "openpyxl",
    )
    code = (
        "import sys; import gateway.cli.main; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == "[]"


INTERRUPTED_WHILE_LOADING = """
import builtins
from gateway.__main__ import run

load = builtins.__import__

def interrupted(name, *rest):
    if name == "gateway.cli.main":
        raise KeyboardInterrupt  # as Ctrl-C does wherever Python stands
    return load(name, *rest)

builtins.__import__ = interrupted
run()
"""


def test_ctrl_c_while_loading_ends_like_ctrl_c_later():
    command = [sys.executable, "-c", INTERRUPTED_WHILE_LOADING]
    ended = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, b"")
