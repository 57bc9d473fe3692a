"""Runs ``fullroute`` as a person would: a process of its own, exit code, both streams."""

import json
import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.cli import main

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "schemas" / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
FULLROUTE = (sys.executable, "-m", "gateway")
SECONDS = 60


@dataclass(frozen=True)
class Said:
    """What one run came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def both(self) -> str:
        return self.out + self.err


def environment(**more: str) -> dict[str, str]:
    """Return our environment without anything that would steer ``fullroute``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FULLROUTE_")}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH", ""))))
    return {**kept, "PYTHONPATH": path, **more}


def fullroute(
    *arguments: object,
    cwd: Path | None = None,
    stdin: bytes = b"",
    seconds: float = SECONDS,
    **env: str,
) -> Said:
    """Run one command to its end; a traceback fails the test whatever it expects."""
    with TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_bytes(stdin)
        run = _LOADED.Process(
            target=_run, args=([str(one) for one in arguments], cwd, environment(**env), streams)
        )
        run.start()
        run.join(seconds)
        if run.exitcode is None:
            run.kill()
            run.join()
        said = Said(run.exitcode, streams[1].read_text("utf-8"), streams[2].read_text("utf-8"))
    assert "Traceback" not in said.both, said.both
    return said


_LOADED = multiprocessing.get_context("forkserver")
"""A process that has loaded the program and compiled the packs, and forks for every command: most
of what a command costs is that. That it does so by itself is for test_pure, the demo's own
programs, README's commands, and the installed wheel."""

_LOADED.set_forkserver_preload(["tests.cli.loaded"])


def _run(arguments: list[str], cwd: Path | None, env: dict[str, str], streams: list[Path]) -> None:
    """Become the command: its words, environment, folder and streams, and its exit code."""
    os.environ.clear()
    os.environ.update(env)
    if cwd is not None:
        os.chdir(cwd)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in enumerate(("r", "w", "w"))
    )
    sys.argv = ["fullroute", *arguments]
    main.run()
