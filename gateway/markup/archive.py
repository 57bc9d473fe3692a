"""ZIP files in and out of folders: ours byte for byte reproducible, others' read with suspicion.

What we write has fixed times, one order, no extra fields, so that the same entries always make the
same bytes. What we read is refused by name before anything is unpacked beyond its limits: names
that lead out of a folder, encryption, archives inside archives, links, too many entries, too much
content (counted while it is unpacked: what the directory promises is nobody's word), entries that
share bytes. Nothing is ever unpacked onto a disk.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal, Severity

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP can spell; the time of a message stands in the message."""

_FLAG_ENCRYPTED = 0x1
_FLAGS_KNOWN = 0x2 | 0x4 | 0x8 | 0x800  # speed of deflate, sizes behind the entry, UTF-8 names
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVE_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_PIECE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one archive may be: bytes as it lies there, entries, bytes of all entries unpacked.

    ``folders`` lets names lead into folders of the archive, as in a workbook; never out of it.
    ``workbooks`` lets entries be workbooks, which are archives; whoever reads one looks into it.
    """

    archive_bytes_max: int = 20_000_000
    entries_max: int = 16
    content_bytes_max: int = 20_000_000
    name_length_max: int = 120
    folders: bool = False
    workbooks: bool = False


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive."""

    name: str
    content: bytes


def pack(entries: Sequence[Entry]) -> bytes:
    """Return an archive of these entries, in this order; the same entries make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            told = zipfile.ZipInfo(entry.name, _EPOCH)
            told.create_system = 3  # else it would differ by the machine it was written on
            told.external_attr = 0o600 << 16
            archive.writestr(told, entry.content)
    return buffer.getvalue()


def unpack(raw: bytes, limits: Limits = LIMITS) -> tuple[Entry, ...]:
    """Return the entries of an archive in the order of its directory.

    Raises:
        Refusal: ``zip.*``, the first thing that is wrong.
    """
    with _opened(raw, limits) as (archive, told):
        return tuple(_read(archive, told, limits))


def unpacked_bytes(raw: bytes, limits: Limits = LIMITS) -> int:
    """Return how many bytes the entries of an archive have at most: nobody reads more of one.

    Raises:
        Refusal: ``zip.*``, as far as the directory shows it.
    """
    with _opened(raw, limits) as (_, told):
        return sum(one.file_size for one in told)


@contextmanager
def _opened(raw: bytes, limits: Limits) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open an archive whose directory is in order; whatever is wrong with it is a finding."""
    if len(raw) > limits.archive_bytes_max:
        raise _refusal("zip.too-large", limit=limits.archive_bytes_max)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            told = [one for one in archive.infolist() if not (limits.folders and one.is_dir())]
            _check_directory(told, limits, len(raw))
            yield archive, told
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise _refusal("zip.unreadable", reason=str(error)) from None
    except (UnicodeError, ValueError, RuntimeError) as error:
        raise _refusal("zip.unreadable", reason=type(error).__name__) from None


def _check_directory(told: Sequence[zipfile.ZipInfo], limits: Limits, size: int) -> None:
    if not told:
        raise _refusal("zip.empty")
    if len(told) > limits.entries_max:
        raise _refusal("zip.too-many-entries", limit=limits.entries_max, found=len(told))
    names = [one.filename.casefold() for one in told]
    for one in told:
        _check_entry(one, limits)
        if names.count(one.filename.casefold()) > 1:
            raise _refusal("zip.repeated-name", one.filename)
    if sum(one.compress_size for one in told) > size:
        raise _refusal("zip.overlapping")  # entries share bytes: a bomb that no ratio shows
    if sum(one.file_size for one in told) > limits.content_bytes_max:
        raise _refusal("zip.expands-too-far", limit=limits.content_bytes_max)


def _check_entry(told: zipfile.ZipInfo, limits: Limits) -> None:
    name = told.orig_filename  # as it stands there: zipfile itself cuts names at a zero byte
    if told.flag_bits & _FLAG_ENCRYPTED:
        raise _refusal("zip.encrypted", name)
    if told.flag_bits & ~_FLAGS_KNOWN or told.compress_type not in _METHODS:
        raise _refusal("zip.unknown-method", name)
    parts = name.split("/") if limits.folders else [name]
    plain = all(_is_plain(one, inside=limits.folders) for one in parts)
    if not plain or len(name) > limits.name_length_max:
        raise _refusal("zip.unsafe-name", name[: limits.name_length_max])
    kind = stat.S_IFMT(told.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _refusal("zip.not-a-file", name)


def _is_plain(name: str, *, inside: bool) -> bool:
    """Tell whether a name is a file's alone: no folder, no drive, no dots to lead out.

    ``inside`` an archive that is never unpacked onto a disk a file may begin with a dot.
    """
    return (
        name not in ("", ".", "..")
        and (inside or not name.startswith("."))
        and name.isprintable()
        and not any(mark in name for mark in '/\\:*?"<>|')
    )


def _read(
    archive: zipfile.ZipFile, told: Sequence[zipfile.ZipInfo], limits: Limits
) -> Iterator[Entry]:
    left = limits.content_bytes_max
    for one in told:
        content = bytearray()
        with archive.open(one) as file:
            while piece := file.read(_PIECE):
                content += piece
                if len(content) > left:
                    raise _refusal("zip.expands-too-far", limit=limits.content_bytes_max)
        left -= len(content)
        name = one.filename.lower()
        workbook = limits.workbooks and name.endswith(".xlsx")
        if not workbook and (name.endswith(".zip") or content.startswith(_ARCHIVE_STARTS)):
            raise _refusal("zip.nested", one.filename)
        yield Entry(one.filename, bytes(content))


def _refusal(code: str, value: str = "", **words: object) -> Refusal:
    args = tuple((name, str(word)) for name, word in words.items())
    return Refusal(Finding(code=code, severity=Severity.FATAL, value=value, args=args))
