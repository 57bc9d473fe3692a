"""Starts the gateway's other programs and ends them, whatever happens to us.

Each child has its own session, so that Ctrl-C reaches only us and we end them in order; each is on
a leash (:mod:`gateway.cli.leash`), so that they go even if we are killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding

STOP_SECONDS = 4.0
"""How long the programs together may take to stop before they are killed."""

LOOK_SECONDS = 0.02


@dataclass(slots=True, kw_only=True)
class Program:
    """One running child; ``log`` holds its output, or is None where it shares ours."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path | None

    def release(self) -> None:
        """Let a program that is held run."""
        if self.popen.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended meanwhile: Programs.check tells
                self.popen.stdin.write(b"!")
                self.popen.stdin.close()

    def said(self) -> str:
        """Return what it wrote so far."""
        return self.log.read_text("utf-8", "replace") if self.log else ""

    @property
    def last_words(self) -> str:
        """The last line it wrote."""
        lines = [line.strip() for line in self.said().splitlines() if line.strip()]
        return lines[-1] if lines else ""


@dataclass(slots=True)
class Programs:
    """The children of this process. Use it as a context: nothing runs after it."""

    folder: Path | None = None  # of their logs; None: they write where we write
    running: list[Program] = field(default_factory=list)
    _reading: int = -1
    _writing: int = -1

    def __enter__(self) -> Self:
        self._reading, self._writing = os.pipe()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()
        os.close(self._writing)
        os.close(self._reading)

    def start(self, name: str, module: str, *arguments: str, held: bool = False) -> Program:
        """Start ``python -m module`` on the leash; ``held`` programs run when they are released."""
        command = [sys.executable, "-m", "gateway.cli.leash", str(self._reading)]
        command += ["hold"] if held else []
        log = self.folder / f"{name}.log" if self.folder else None
        output = log.open("ab") if log else None
        try:
            popen = subprocess.Popen(  # noqa: S603 - our own modules with our own arguments
                [*command, module, *arguments],
                stdin=subprocess.PIPE if held else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                pass_fds=(self._reading,),
                start_new_session=True,
                bufsize=0,
            )
        finally:
            if output:
                output.close()
        program = Program(name=name, popen=popen, log=log)
        self.running.append(program)
        return program

    def wait_until(self, ready: Callable[[], bool], seconds: float, what: str) -> None:
        """Look until ``ready``.

        Raises:
            Unavailable: a program ended, or the time is over.
        """
        end = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > end:
                args = (("what", what), ("seconds", f"{seconds:g}"), ("log", str(self.folder)))
                raise Unavailable(Finding(code="cli.program-slow", args=args))
            time.sleep(LOOK_SECONDS)

    def check(self) -> None:
        """Notice a program that ended by itself.

        Raises:
            Unavailable: one did.
        """
        for program in self.running:
            if program.popen.poll() is not None:
                args = (
                    ("name", program.name),
                    ("code", str(program.popen.returncode)),
                    ("words", program.last_words),
                    ("log", str(program.log or "")),
                )
                raise Unavailable(Finding(code="cli.program-ended", args=args))

    def first_to_end(self) -> Program:
        """Wait until one of them ends; signals interrupt the wait through their handlers."""
        while True:
            for program in self.running:
                if program.popen.poll() is not None:
                    return program
            time.sleep(LOOK_SECONDS * 5)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask all to stop, last started first, wait a little, then make them."""
        for program in reversed(self.running):
            _signal(program, signal.SIGTERM)
        end = time.monotonic() + seconds
        for program in self.running:
            try:
                program.popen.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(program, signal.SIGKILL)
                program.popen.wait()
            _signal(program, signal.SIGKILL)  # whatever it started and left
        self.running.clear()


def _signal(program: Program, number: signal.Signals) -> None:
    try:
        os.killpg(program.popen.pid, number)  # with whatever it started itself
    except ProcessLookupError:
        return
