"""A process that has loaded the programs and compiled the packs, and forks one when asked.

Loading costs seconds of CPU, and a kill test starts programs a hundred times. What is forked is
the whole program in a process, session and environment of its own; only the compiled packs it is
handed ready made, one set a compute slot, as the packs driver would have made them. That programs
start by themselves is for ``tests/workers/test_runbook.py`` and the demo.

Speaks JSON lines: a request names program, arguments, environment and log file and is answered by
the pid; every death is told as it happens, by pid and exit status.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from functools import cache
from pathlib import Path

CLOCK = "FULLROUTE_TESTS_CLOCK"
"""Names what a program's machine shows for the time: ``SECONDS_AHEAD:SPEED``."""

ROOT = Path(__file__).resolve().parents[2]
SLOTS = 2
LOADING_SECONDS = 240
"""How long loading may take where the machine has much else to do."""


class Forked:
    """A program out of the nursery, with as much of ``subprocess.Popen`` as tests need."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.pid = pid
        self._nursery = nursery

    @property
    def returncode(self) -> int | None:
        return self._nursery.ended.get(self.pid)

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, seconds: float) -> int:
        end = time.monotonic() + seconds
        while (code := self.returncode) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), seconds)
            time.sleep(0.01)
        return code


class Nursery:
    """Our end of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ended: dict[int, int] = {}
        self._born: list[int] = []
        self._news = threading.Condition()
        self._asking = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            told = json.loads(line)
            with self._news:
                if "born" in told:
                    self._born.append(told["born"])
                else:
                    self.ended[told["pid"]] = told["code"]
                self._news.notify_all()

    def start(self, program: str, arguments: list[str], environment: dict, log: Path) -> Forked:
        """Fork a program; its output goes to the end of ``log``."""
        asked = [program, arguments, environment, str(log)]
        with self._asking, self._news:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            assert self._news.wait_for(lambda: self._born, LOADING_SECONDS), "the nursery is dead"
            return Forked(self, self._born.pop())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)


@cache
def nursery() -> Nursery:
    """Return the one of this test process."""
    made = Nursery()
    atexit.register(made.close)
    return made


# ------------------------------------------------------------------ the other end


def _load() -> dict:
    """Load what programs load, and compile the packs once a slot."""
    import gateway.api.__main__ as api  # noqa: PLC0415 - in the nursery alone
    import gateway.sandbox.__main__ as sandbox  # noqa: PLC0415
    import workers.__main__ as worker  # noqa: PLC0415
    from gateway.adapters import celery_wakeup, keystore, links  # noqa: F401, PLC0415
    from gateway.adapters.sql import migration, store  # noqa: F401, PLC0415
    from tests.ready import compile_ahead  # noqa: PLC0415

    compile_ahead(SLOTS)
    return {"api": api.run, "worker": worker.main, "sandbox": sandbox.run}


def _set_clock(told: str) -> None:
    """Let this process believe that its machine's clock shows another time."""
    from gateway.adapters import system  # noqa: PLC0415 - in the nursery alone

    ahead, speed = map(float, told.split(":"))
    really = time.time
    began = really()

    def shown() -> float:
        return began + ahead + (really() - began) * speed

    class Shown(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(shown(), tz)

    time.time = shown
    system.datetime = Shown


def _become(run, arguments: list[str], environment: dict, log: str) -> None:
    """Be the program, to its end."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, log, os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    ):
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.dup2(1, 2)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - for as long as the program lives
    sys.stdout, sys.stderr = (open(n, "w", buffering=1, closefd=False) for n in (1, 2))  # noqa: SIM115
    if told := os.environ.pop(CLOCK, ""):
        _set_clock(told)
    code = 1
    try:
        code = run(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - told, then dead
        sys.excepthook(*sys.exc_info())
    # As at the end of any program: threads that are no daemons are waited for, exits are run.
    threading._shutdown()
    atexit._run_exitfuncs()
    os._exit(code)


def _say(**words: int) -> None:
    os.write(1, (json.dumps(words) + "\n").encode())


def _buried(*_: object) -> None:
    """Tell of every child that died."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say(pid=pid, code=os.waitstatus_to_exitcode(status))


def main() -> None:
    programs = _load()
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1, threading.enumerate()
    signal.signal(signal.SIGCHLD, _buried)
    for line in sys.stdin:
        program, arguments, environment, log = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            _become(programs[program], arguments, environment, log)
        _say(born=pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


if __name__ == "__main__":
    main()
