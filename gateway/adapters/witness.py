"""A witness beside the database: how far the log had come when this machine last looked.

An older backup put back under running programs looks whole: its own log verifies. But sequences
and places that offices have seen would be given a second time, and what they said since is gone.
So every machine keeps the last entry it saw in its data folder, and holds the log against it
before anything is done with the store and every few seconds while a program runs. Nobody goes on
before a person has looked.

Beside it stands the tree over all entries that were seen, which grows by a few leaves at every
look. Whoever rewrites an old entry with all its hashes changes no last entry, but this root; it is
compared where the whole log is read anyway (``audit verify``).
"""

import json
import logging
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread, get_ident

from gateway.audit.merkle import Frontier
from gateway.domain.errors import InConflict, Misconfigured, Unavailable
from gateway.domain.finding import Finding
from gateway.ports import Store

FILE = "log-witness.json"
LOOK_SECONDS = 5.0
LEAVES_AT_ONCE = 1_000
"""How far the tree grows at one look: one that is far behind catches up in some of them."""

_ROLLED_BACK = "database.rolled-back"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What was seen: how many entries, the last one's leaf (hex), the tree as far as it grew."""

    entries: int = 0
    leaf: str = ""
    tree: Frontier = field(default_factory=Frontier)


class Witness:
    """Looks at the log of ``store`` from the data folder; stops this program when it went back.

    Raises:
        Misconfigured: ``database.rolled-back`` or ``witness.unreadable``.
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
            _mark(self._folder, self._store, _read(self._folder / FILE).tree)

    def _work(self) -> None:
        told = ""
        while not self._closing.wait(self._every_seconds):
            try:
                self._look()
            except Unavailable:
                continue
            except Misconfigured as error:
                finding = error.findings[0]
                found = dict(finding.args)
                if finding.code == _ROLLED_BACK:
                    _logger.critical("%s: %s; this program stops", _ROLLED_BACK, found)
                    os.kill(os.getpid(), signal.SIGTERM)
                    return
                if told != finding.code:  # no handle left, say: it passes, or a person is told
                    _logger.warning("%s: %s; a log that goes back is not seen", finding.code, found)
                told = finding.code
            else:
                told = ""


def check(folder: Path, store: Store) -> int:
    """Hold a log against the last entry seen from this folder; return how many were seen.

    Raises:
        Misconfigured: ``database.rolled-back``: that entry is gone, or another is in its place;
            ``witness.unreadable``.
    """
    seen = _read(folder / FILE)
    if not _holds(store, seen):
        args = (("seen", str(seen.entries)), ("found", str(store.log_size())))
        raise Misconfigured(Finding(code=_ROLLED_BACK, value=seen.leaf, args=args))
    return seen.entries


def went_back(folder: Path, store: Store) -> int:
    """Return how many entries were seen of a log that went back.

    Raises:
        InConflict: ``database.not-older``: it did not.
        Misconfigured: ``witness.unreadable``.
    """
    seen = _read(folder / FILE)
    if _holds(store, seen):
        args = (("seen", str(seen.entries)), ("found", str(store.log_size())))
        raise InConflict(Finding(code="database.not-older", value=seen.leaf, args=args))
    return seen.entries


def accept(folder: Path, store: Store) -> None:
    """Look from now on for the last entry there is: a person knows that the log went back.

    Raises:
        Misconfigured: ``cli.file-unwritable``; the older mark still holds.
    """
    try:
        if not _mark(folder, store, Frontier()):
            (folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        args = (("path", str(folder / FILE)), ("reason", error.strerror or str(error)))
        raise Misconfigured(Finding(code="cli.file-unwritable", args=args)) from error


def _holds(store: Store, seen: _Mark) -> bool:
    """Tell whether the last entry that was seen is there; it is where none was."""
    if not seen.entries:
        return True
    found = store.log(after=seen.entries - 2, limit=1)
    return bool(found) and found[0].leaf.hex() == seen.leaf


def _mark(folder: Path, store: Store, tree: Frontier) -> bool:
    """Keep the last entry there is, and the tree grown; False where there is none."""
    size = store.log_size()
    for last in store.log(after=size - 2, limit=1):
        _write(folder / FILE, _Mark(size, last.leaf.hex(), _grown(tree, store)))
        return True
    return False


def tree_seen(folder: Path) -> Frontier:
    """Return the tree over the entries seen from this folder; an empty one where there is none.

    Raises:
        Misconfigured: ``witness.unreadable``.
    """
    return _read(folder / FILE).tree


def keep_tree(folder: Path, tree: Frontier) -> None:
    """Keep a tree over the whole log, which somebody has just verified, if it has grown.

    Raises:
        Misconfigured: ``witness.unreadable``.
    """
    seen = _read(folder / FILE)
    if seen.entries and tree.size > seen.tree.size:
        with suppress(OSError):  # as above
            _write(folder / FILE, _Mark(seen.entries, seen.leaf, tree))


def _grown(tree: Frontier, store: Store) -> Frontier:
    """Return the tree with the next leaves; a gap ends it, for ``audit verify`` to tell of."""
    for one in store.log(after=tree.size - 1, limit=LEAVES_AT_ONCE):
        if one.index != tree.size:
            break
        tree = tree.with_leaf(one.leaf)
    return tree


def _read(file: Path) -> _Mark:
    """Return what was seen; nothing where there is no file, or half of one.

    Raises:
        Misconfigured: ``witness.unreadable``: it is there, and is none of ours to replace unread.
    """
    try:
        seen = json.loads(file.read_text("utf-8"))
        mark = _Mark(int(seen["entries"]), str(seen["leaf"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return _Mark()
    except OSError as error:
        args = (("path", str(file)), ("reason", error.strerror or str(error)))
        raise Misconfigured(Finding(code="witness.unreadable", args=args)) from error
    try:  # files of earlier versions have no tree: it grows from the beginning
        told = seen["tree"]
        tree = Frontier(int(told["size"]), tuple(bytes.fromhex(one) for one in told["nodes"]))
        whole = len(tree.nodes) == tree.size.bit_count() and tree.root().hex() == told["root"]
    except (ValueError, KeyError, TypeError):
        return mark
    return _Mark(mark.entries, mark.leaf, tree) if whole else mark


def _write(file: Path, mark: _Mark) -> None:
    """Replace the file at once."""
    nodes = [one.hex() for one in mark.tree.nodes]
    tree = {"size": mark.tree.size, "root": mark.tree.root().hex(), "nodes": nodes}
    told = {"entries": mark.entries, "leaf": mark.leaf, "tree": tree}
    partial = file.with_suffix(f".{os.getpid()}-{get_ident()}")  # a program may have two that look
    partial.write_text(json.dumps(told), "utf-8")
    partial.replace(file)
