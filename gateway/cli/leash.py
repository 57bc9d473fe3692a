"""Runs a program that must not outlive the one that started it.

``python -m gateway.cli.leash FD MODULE ARGUMENT...`` runs ``MODULE`` as a program. ``FD`` is the
reading end of a pipe whose other end only the starter holds: when the starter goes, however it
goes (SIGKILL included), the pipe ends, and the program is asked to stop, then made to. Linux's
parent-death signal would not do: it fires when the *thread* that forked ends.

With ``hold`` before the module, the program's imports are made at once, and it runs when a byte
comes in on standard input: half of what a program's start costs can so be paid while the data
folder it will open is still being made.
"""

import importlib
import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 3.0
"""How long an orphan may tidy up."""


def _watch(end: int) -> None:
    while os.read(end, 1):
        pass  # nobody writes; only the end of the pipe speaks
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)  # its own session: itself and whatever it started


def _held(main: str) -> bool:
    """Import the program, then wait for leave to run it; False when that never comes."""
    importlib.import_module(main)
    del sys.modules[main]  # it will run under its proper name
    return bool(sys.stdin.buffer.read(1))


def run(arguments: list[str]) -> None:
    """Tie this process to the pipe, then become the program."""
    end, *rest = arguments
    threading.Thread(target=_watch, args=(int(end),), name="leash", daemon=True).start()
    if rest[0] == "hold":
        rest = rest[1:]
        if not _held(f"{rest[0]}.__main__"):
            return
    module = rest[0]
    sys.argv = rest
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(sys.argv[1:])
