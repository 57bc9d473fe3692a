"""Folder links: one archive a message in ``out/``, the office's archives in ``in/``.

The address is ``file:///some/folder``, shared with the office's system by whatever means. A message
is written aside (``tmp/``), flushed to the disk and renamed into ``out/`` under its own id: nobody
ever sees half of it, and writing it again makes the same file. The office takes the file away.

Its archives in ``in/`` are taken in the order of their age and put away afterwards: into ``done/``,
or into ``refused/`` with a file of findings beside. A program that dies in between finds the same
archive again, and the answer in it is known by its bytes.
"""

import errno
import json
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gateway.adapters.links.connection import Failure
from gateway.adapters.links.stayed import Stayed
from gateway.domain.delivery import Link
from gateway.domain.errors import Unavailable
from gateway.domain.finding import LANGUAGES, Catalogue, Finding, Refusal
from gateway.domain.parcel import Collected, More, Parcel, Reply, nothing, plain
from gateway.markup import archive
from gateway.ports import Clock

OUT, IN, DONE, REFUSED, ASIDE = "out", "in", "done", "refused", "tmp"
ENDING = ".zip"
ARCHIVES_MAX = 200
"""Archives of one visit; what is left is read at the next."""

NAME_BYTES_MAX = 200
"""Of a name under which an archive is put away: file systems take 255, its findings included."""

STILL_WRITING = timedelta(seconds=30)
"""An archive that cannot be read may be half there: it is refused only when it is older."""

WRITTEN = 202
FOLDER_MODE, FILE_MODE = 0o770, 0o640

_SUFFIXES = {
    "application/xml": "xml",
    "text/xml": "xml",
    "multipart/signed": "eml",
    "text/plain": "txt",
}
_MEDIA_TYPES = {".xml": "application/xml", ".txt": "text/plain", ".eml": "multipart/signed"}
_OUR_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""What says something of this machine just now, and nothing of an archive."""


_logger = logging.getLogger(__name__)


class FolderCourier:
    """Writes parcels into folders and collects answers from them; safe to share between threads.

    ``catalogue`` has the texts for the people who look into ``refused/``.
    """

    def __init__(self, *, clock: Clock, catalogue: Callable[[], Catalogue]) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._stayed = Stayed()

    # -------------------------------------------------------------- out

    def carry(
        self, link: Link, parcels: Sequence[Parcel], _more: More = nothing, /
    ) -> Iterator[Reply]:
        """Write one archive a parcel, in their order; 202 says that it lies there, on the disk."""
        for parcel in parcels:
            status, error, mistake = WRITTEN, "", False
            try:
                _write(_folder(link), f"{parcel.message}{ENDING}", _packed(parcel))
            except (OSError, ValueError) as failure:
                status, error = 0, f"folder-unusable: {failure}"
            except Exception as stumbled:  # about this parcel, and no harm to the others
                _logger.exception("message %s to link %s", parcel.message, link.id)
                status, error = 0, f"{Failure.OUR_MISTAKE}: {type(stumbled).__name__}"
                mistake = True
            yield Reply(
                message=parcel.message,
                at=self._clock.now(),
                status=status,
                error=error,
                mistake=mistake,
            )

    # -------------------------------------------------------------- in

    def collect(self, link: Link) -> Iterator[Collected]:
        """Yield what lies in ``in/``, oldest first; last what stayed at an earlier visit.

        Raises:
            Unavailable: the folder is not there, or everybody may write into it; or this machine
                has no handle left.
        """
        turns = self._stayed.turns(link.id)
        try:
            folder = _folder(link) / IN
            folder.mkdir(FOLDER_MODE, exist_ok=True)
            # Who may write beside ``in`` may put another in its place.
            if any(one.stat().st_mode & stat.S_IWOTH for one in (folder.parent, folder)):
                raise _unavailable(link, "everybody may write into it")
            ages = {
                entry.name: entry.stat(follow_symlinks=False).st_mtime_ns
                for entry in os.scandir(folder)
                if entry.name.endswith(ENDING) and entry.is_file(follow_symlinks=False)
            }
        except (OSError, ValueError) as failure:
            raise _unavailable(link, str(failure)) from failure
        self._stayed.keep_only(link.id, ages)
        found = sorted((turns.get((name, age), 0), age, name) for name, age in ages.items())
        for _, age, name in found[:ARCHIVES_MAX]:
            self._stayed.look(link.id, name, age)
            collected = self._found(link, folder / name, age)
            if collected is not None:
                yield collected

    def _found(self, link: Link, path: Path, written_ns: int) -> Collected | None:
        """Read one archive; whatever is the matter with it holds up no other."""
        try:
            return self._read(path, written_ns)
        except FileNotFoundError:  # somebody else took it
            return None
        except Exception as mistake:
            if isinstance(mistake, OSError) and mistake.errno in _OUR_ROOM:
                raise _unavailable(link, str(mistake)) from mistake
            name, reason = plain(path.name), type(mistake).__name__
            if self._stayed.say(link.id, path.name, reason):
                _logger.exception("archive %s of link %s stays there", name, link.id)
            args = (("reason", reason),)
            finding = Finding(code="answer.unforeseen", value=name, args=args)
            return Collected(name=path.name, findings=(finding,), stays=True)

    def _read(self, path: Path, written_ns: int) -> Collected | None:
        try:
            entries = archive.unpack(_content(path))
        except Refusal as refusal:
            age = self._clock.now().timestamp() - written_ns / 1e9  # of any year
            broken = any(one.code == "zip.unreadable" for one in refusal.findings)
            if broken and age < STILL_WRITING.total_seconds():
                return None
            return Collected(name=path.name, findings=refusal.findings)
        except PermissionError as error:
            args = (("reason", error.strerror or ""),)
            return Collected(name=path.name, findings=(Finding(code="zip.unreadable", args=args),))
        answers = tuple((entry.content, _media_type(entry.name)) for entry in entries)
        return Collected(name=path.name, answers=answers)

    def _tell(self, finding: Finding) -> dict[str, str]:
        texts = {lang: self._catalogue().text(finding, lang) for lang in LANGUAGES}
        return {"code": finding.code, "value": finding.value} | {
            lang: f"{text.message} {text.fix}".strip() for lang, text in texts.items()
        }

    def settle(self, link: Link, collected: Collected, findings: Sequence[Finding]) -> None:
        """Move an archive to ``done/``, or to ``refused/`` with its findings beside it.

        Raises:
            Unavailable: it cannot be moved.
        """
        try:
            base = _folder(link)
            if not (base / IN / collected.name).exists():
                return
            target = _free(base / (REFUSED if findings else DONE), collected.name)
            if findings:
                told = {"findings": [self._tell(finding) for finding in findings]}
                text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
                target.with_name(f"{target.name}.findings.json").write_text(text, "utf-8")
            with suppress(FileNotFoundError):
                (base / IN / collected.name).rename(target)
            self._stayed.put_away(link.id, collected.name)
        except (OSError, ValueError) as failure:
            raise _unavailable(link, str(failure)) from failure


def _folder(link: Link) -> Path:
    """Return the link's folder, which must be there: a share that is not mounted must not pass.

    Raises:
        ValueError: the address is none.
        FileNotFoundError: there is no such folder.
    """
    address = urlsplit(link.endpoint)
    path = Path(unquote(address.path))
    if address.scheme != "file" or address.netloc not in ("", "localhost") or not address.path:
        raise ValueError(f"no file:// address: {link.endpoint}")
    if not path.is_absolute() or not path.is_dir():
        raise FileNotFoundError(f"no such folder: {path}")
    return path


def _packed(parcel: Parcel) -> bytes:
    suffix = _SUFFIXES.get(parcel.media_type.partition(";")[0].strip().lower(), "bin")
    return archive.pack(
        (
            archive.Entry(f"{parcel.message}.{suffix}", parcel.content),
            archive.Entry("envelope.json", parcel.envelope),
            archive.Entry("envelope.seal", parcel.seal.encode()),
        )
    )


def _write(base: Path, name: str, content: bytes) -> None:
    """Put a file into ``out/``, whole or not at all; one that is there already is left alone."""
    if not name.replace("_", "").replace("-", "").removesuffix(ENDING).isalnum():
        raise ValueError(f"no name for a file: {name}")
    out, aside = base / OUT, base / ASIDE
    for folder in (out, aside):
        folder.mkdir(FOLDER_MODE, exist_ok=True)
    target = out / name
    with suppress(FileNotFoundError):
        if target.read_bytes() == content:
            return
    for left_over in aside.glob(f"{name}.*"):
        left_over.unlink(missing_ok=True)
    draft = aside / f"{name}.{os.getpid()}-{threading.get_ident()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    _flush(out)


def _flush(folder: Path) -> None:
    """Make a rename durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _content(path: Path) -> bytes:
    """Read at most one byte more than an archive may have; links are not followed."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(archive.LIMITS.archive_bytes_max + 1)


def _media_type(name: str) -> str:
    return _MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


def _free(folder: Path, name: str) -> Path:
    """Return a name in ``folder`` that nothing has: an office may use one name twice.

    A name too long for what is put beside it is cut.
    """
    folder.mkdir(FOLDER_MODE, exist_ok=True)
    name = os.fsdecode(os.fsencode(name)[:NAME_BYTES_MAX])
    target, count = folder / name, 1
    while target.exists():
        count += 1
        target = folder / f"{name}.{count}"
    return target


def _unavailable(link: Link, reason: str) -> Unavailable:
    args = (("link", link.id), ("reason", reason))
    return Unavailable(Finding(code="link.not-collected", value=link.id, args=args))
