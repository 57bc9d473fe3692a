"""A backup as a folder: files, and a manifest with the digest of every one of them.

The manifest is written last, so a folder without one is no backup. Nothing in it is secret, but
beside it lie private keys: the folder is its owner's alone.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from gateway.domain.errors import Misconfigured, NotAuthentic, NotFound
from gateway.domain.finding import Finding

MANIFEST = "manifest.json"
UNFINISHED = ".unfinished"
OF_THE_VOLUME = "lost+found"
"""Lies in the root of many a fresh volume and is nobody's file."""

FORMAT = 1
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. ``files`` pairs paths and (hex SHA-256, bytes).

    ``entries`` and ``root`` (hex) are those of the log in the copied database; ``database`` is its
    revision, or empty where it is backed up by its own tools.
    """

    made_at: str
    gateway: str
    database: str
    entries: int
    root: str
    files: Mapping[str, tuple[str, int]]
    format: int = FORMAT


@contextmanager
def filling(folder: Path, last: str) -> Iterator[Path]:
    """Yield a folder to fill; then everything in it appears in ``folder``, ``last`` at the end.

    It lies inside, for ``folder`` may be a mount point, or its parent somebody else's. Without
    ``last`` nobody takes the folder for whole. Whatever goes wrong, nothing stays in it.

    Raises:
        Misconfigured: ``cli.folder-not-empty`` or ``cli.file-unwritable``.
    """
    partial = folder / UNFINISHED
    made = not folder.exists()
    _empty_folder(folder)
    try:
        partial.mkdir(mode=PRIVATE_FOLDER)
    except FileExistsError as error:  # somebody else began at this very moment
        raise _not_empty(folder) from error
    except OSError as error:
        raise _unwritable(partial, error) from error
    try:
        yield partial
        _put_in_place(partial, folder, last)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        if made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _empty_folder(folder: Path) -> None:
    """Make a folder that is its owner's alone, and empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        if any(one.name != OF_THE_VOLUME for one in folder.iterdir()):
            raise _not_empty(folder)
        folder.chmod(PRIVATE_FOLDER)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _put_in_place(partial: Path, folder: Path, last: str) -> None:
    """Move everything one level up; all of it goes back where one of them cannot."""
    placed: list[str] = []
    try:
        for _, path in below(partial):
            _settle(path)
        for name in sorted((one.name for one in partial.iterdir()), key=lambda one: one == last):
            _settle(folder)  # what came before is there for good when the last one comes
            (partial / name).rename(folder / name)
            placed.append(name)
        _settle(folder)
    except OSError as error:
        for name in placed:
            with suppress(OSError):
                (folder / name).rename(partial / name)
        raise _unwritable(folder, error) from error
    with suppress(OSError):  # all of it is there; the parent may be nobody's to read
        partial.rmdir()
        _settle(folder.parent)


def keep(folder: Path, files: Iterable[tuple[str, Path]]) -> None:
    """Copy files into a folder under the names given, each its owner's alone.

    Raises:
        Misconfigured: ``cli.file-unwritable``.
    """
    for name, source in files:
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
            shutil.copyfile(source, target)
            target.chmod(PRIVATE_FILE)
        except OSError as error:
            raise _unwritable(target, error) from error


def below(folder: Path) -> Iterable[tuple[str, Path]]:
    """Yield the files below a folder with their names relative to it, in order."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    """Return digest and length of every file below a folder, the manifest left out."""
    return {
        name: (_digest(path), path.stat().st_size)
        for name, path in below(folder)
        if name != MANIFEST
    }


def _digest(path: Path) -> str:
    summing = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            summing.update(piece)
    return summing.hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make what was copied durable, then say that it is complete.

    Raises:
        Misconfigured: ``cli.file-unwritable``.
    """
    target = folder / MANIFEST
    try:
        for _, path in below(folder):
            _settle(path)
        partial = target.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")
        partial.chmod(PRIVATE_FILE)
        _settle(partial)
        partial.rename(target)
        _settle(folder)
    except OSError as error:
        raise _unwritable(target, error) from error


def _settle(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read_manifest(folder: Path) -> Manifest:
    """Read a manifest and hold every file against it.

    Raises:
        NotFound: ``backup.no-manifest``.
        NotAuthentic: ``backup.differs``, a finding for each file that is missing, changed or more.
    """
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_text("utf-8"))
        files = {name: (str(one[0]), int(one[1])) for name, one in told.pop("files").items()}
        manifest = Manifest(files=files, **told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotFound(Finding(code="backup.no-manifest", value=str(path))) from error
    found = digests(folder)
    wrong = sorted(name for name in {*files, *found} if files.get(name) != found.get(name))
    if wrong or manifest.format != FORMAT:
        raise NotAuthentic(
            *(Finding(code="backup.differs", value=name) for name in wrong or [MANIFEST])
        )
    return manifest


def _not_empty(folder: Path) -> Misconfigured:
    path = (("path", str(folder)),)
    return Misconfigured(Finding(code="cli.folder-not-empty", value=str(folder), args=path))


def _unwritable(path: Path, error: OSError) -> Misconfigured:
    args = (("path", str(path)), ("reason", error.strerror or str(error)))
    return Misconfigured(Finding(code="cli.file-unwritable", args=args))
