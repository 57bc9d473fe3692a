"""A witness beside the database: how far the log had come when this machine last looked.

An older backup put back under running programs looks whole: its own log verifies. But sequences
and places that offices have seen would be given a second time, and what they said since is gone.
So every machine keeps the last entry it saw in its data folder, and holds the log against it
before anything is done with the store and every few seconds while a program runs. Nobody goes on
before a person has looked.
"""

import json
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from gateway.domain.errors import InConflict, Misconfigured, Unavailable
from gateway.domain.finding import Finding
from gateway.ports import Store

FILE = "log-witness.json"
LOOK_SECONDS = 5.0

_logger = logging.getLogger(__name__)


class Witness:
    """Looks at the log of ``store`` from the data folder; stops this program when it went back.

    Raises:
        Misconfigured: ``database.rolled-back``.
        Unavailable: the store cannot be reached for the first look.
    """

    def __init__(self, folder: Path, store: Store, every_seconds: float = LOOK_SECONDS) -> None:
        self._folder = folder
        self._store = store
        self._every_seconds = every_seconds
        self._look()
        self._closing = Event()
        self._thread = Thread(target=self._work, name="witness", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._thread.join()

    def _look(self) -> None:
        check(self._folder, self._store)
        with suppress(OSError):  # a full disk is told of elsewhere; the older mark still holds
            _mark(self._folder, self._store)

    def _work(self) -> None:
        while not self._closing.wait(self._every_seconds):
            try:
                self._look()
            except Unavailable:
                continue
            except Misconfigured as error:
                found = dict(error.findings[0].args)
                _logger.critical("database.rolled-back: %s; this program stops", found)
                os.kill(os.getpid(), signal.SIGTERM)
                return


def check(folder: Path, store: Store) -> int:
    """Hold a log against the last entry seen from this folder; return how many were seen.

    Raises:
        Misconfigured: ``database.rolled-back``: that entry is gone, or another is in its place.
    """
    entries, leaf = _read(folder / FILE)
    if not _holds(store, entries, leaf):
        args = (("seen", str(entries)), ("found", str(store.log_size())))
        raise Misconfigured(Finding(code="database.rolled-back", value=leaf, args=args))
    return entries


def went_back(folder: Path, store: Store) -> int:
    """Return how many entries were seen of a log that went back.

    Raises:
        InConflict: ``database.not-older``: it did not.
    """
    entries, leaf = _read(folder / FILE)
    if _holds(store, entries, leaf):
        args = (("seen", str(entries)), ("found", str(store.log_size())))
        raise InConflict(Finding(code="database.not-older", value=leaf, args=args))
    return entries


def accept(folder: Path, store: Store) -> None:
    """Look from now on for the last entry there is: a person knows that the log went back.

    Raises:
        Misconfigured: ``cli.file-unwritable``; the older mark still holds.
    """
    try:
        if not _mark(folder, store):
            (folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        args = (("path", str(folder / FILE)), ("reason", error.strerror or str(error)))
        raise Misconfigured(Finding(code="cli.file-unwritable", args=args)) from error


def _holds(store: Store, entries: int, leaf: str) -> bool:
    """Tell whether the last entry that was seen is there; it is where none was."""
    if not entries:
        return True
    found = store.log(after=entries - 2, limit=1)
    return bool(found) and found[0].leaf.hex() == leaf


def _mark(folder: Path, store: Store) -> bool:
    """Keep the last entry there is; False where there is none."""
    size = store.log_size()
    for last in store.log(after=size - 2, limit=1):
        _write(folder / FILE, {"entries": size, "leaf": last.leaf.hex()})
        return True
    return False


def _read(file: Path) -> tuple[int, str]:
    """Return what was seen; nothing where there is no file, or half of one."""
    try:
        seen = json.loads(file.read_text("utf-8"))
        return int(seen["entries"]), str(seen["leaf"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _write(file: Path, seen: dict[str, object]) -> None:
    partial = file.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(seen), "utf-8")
    partial.replace(file)
