"""Help: at once, for every command, with an example."""

import re
import shlex
import subprocess
import sys
import time

import pytest
from typer.main import get_command

from gateway.cli.main import app
from tests.cli.commands import ROOT, environment, fullroute


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


def _printed_examples(path):
    """Return the commands of the examples as a shell reads them from a terminal of 80 columns."""
    command = ALL[path]
    with command.context_class(command, info_name=path[-1], terminal_width=80) as context:
        said = command.get_help(context)
    block = (
        said.partition("  Example:\n")[2].partition("\nArguments:")[0].partition("\nOptions:")[0]
    )
    return [
        shlex.split(one) for one in block.replace("\\\n", " ").splitlines() if one.strip()
    ], block


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_an_example_can_be_taken_from_the_terminal_as_it_stands_there(path):
    commands, block = _printed_examples(path)
    assert commands
    assert all(one[: len(path) + 1] == ["fullroute", *path] for one in commands), block
    assert max(map(len, block.splitlines())) <= 80


LANGUAGES = sorted((ROOT / "schemas" / "lang").glob("*.toml"))
SAID = re.compile(r"fullroute((?: +[-a-zA-Z{}]+)+)")
"""A command as a text names it: plain words, then options or what ends the sentence."""


def _named(words):
    """Return the command that words begin with, and the words behind it."""
    for many in range(len(words), 0, -1):
        if tuple(words[:many]) in ALL:
            return tuple(words[:many]), words[many:]
    return None, words


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_remedy_names_a_command_that_there_is(path):
    wrong = []
    for said in SAID.finditer(path.read_text("utf-8")):
        command, rest = _named(said[1].split())
        known = {one for each in ALL[command].params for one in each.opts} if command else set()
        strange = [one for one in rest if one.startswith("--") and one not in known]
        if command is None or strange:
            wrong.append((said[0], *strange))
    assert wrong == []


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_remedy_names_an_option_that_there_is(path):
    known = {one for command in ALL.values() for each in command.params for one in each.opts}
    told = re.sub(r"pg_dump [^,，]*", "", path.read_text("utf-8"))
    named = re.findall(r"(?<![-\w])--[a-z][a-z-]*", told)
    assert {*named} - known - {"--help"} == set()


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
