"""``fullroute sandbox``: journeys that somebody asks for by a wrong name, or has enough of."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import FULLROUTE, environment, fullroute
from tests.demo.test_demo import INTERRUPTIBLE

READY_SECONDS = 60


def test_an_unknown_scenario_is_not_found():
    said = fullroute("sandbox", "run", "nobody-wrote-this")
    assert said.code == 4
    assert "scenario.unknown" in said.err
    assert "smooth-northbound" in said.err


def _loading(temporary: Path, said: Path) -> bool:
    """Tell whether the program that plays is there; it has said nothing for a second yet."""
    ours = str(temporary).encode()
    programs = Path("/proc").glob("[0-9]*")
    mine = (_read(one / "cmdline") for one in programs if ours in _read(one / "environ"))
    return not said.read_text("utf-8") and any(b"gateway.sandbox.rehearse" in one for one in mine)


def _playing(_temporary: Path, said: Path) -> bool:
    return "amended" in said.read_text("utf-8")  # the first of all


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it ended meanwhile, or is somebody else's
        return b""


@pytest.mark.parametrize("reached", [_loading, _playing], ids=["while it loads", "while it plays"])
def test_ctrl_c_ends_the_play_and_leaves_nothing(tmp_path, reached):
    temporary, said = tmp_path / "temporary", tmp_path / "said"
    temporary.mkdir()
    with said.open("wb") as out:
        play = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, *FULLROUTE, "sandbox", "run"],
            env=environment(TMPDIR=str(temporary)),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        end = time.monotonic() + READY_SECONDS
        while not reached(temporary, said) and time.monotonic() < end:
            time.sleep(0.02)
        play.send_signal(signal.SIGINT)
        assert play.wait(20) == 130
    assert "Traceback" not in said.read_text("utf-8")
    assert list(temporary.iterdir()) == []
