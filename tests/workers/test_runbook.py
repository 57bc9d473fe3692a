"""The runbook does what it says: its blocks, in order, in one shell, in an empty folder."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.demo.loopback import free_ports

RUNBOOK = (Path(__file__).resolve().parents[2] / "workers" / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", RUNBOOK, flags=re.DOTALL)


def test_it_has_a_block_for_everything_an_operator_does():
    sections = re.findall(r"## ([^\n]+)\n\n```sh", RUNBOOK)
    assert sections == [
        "Start", "Scale", "Drain", "Back up", "Upgrade while running", "Restore", "Full disk",
        "Erase by law", "Keys",
    ]  # fmt: skip


@pytest.mark.full
@pytest.mark.timeout(400)
def test_its_commands_do_what_they_say(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FULLROUTE_")}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    (port,) = free_ports(1)
    shell = subprocess.Popen(
        ["bash", "-euxo", "pipefail", "-c", "\n".join(BLOCKS)],
        cwd=tmp_path,
        env=kept | {"PATH": path, "FULLROUTE_HTTP__PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said = shell.communicate(timeout=380)[0].decode()
    finally:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, said
    assert "Traceback" not in said
    for folder in ("fullroute-data", "restored-data"):
        assert (tmp_path / folder / "fullroute.db").is_file()
    assert (tmp_path / "backup-monday" / "manifest.json").is_file()
