"""Reading and writing the files people name: bounded, and what fails is a finding."""

import sys
from collections.abc import Iterable
from pathlib import Path

from gateway.domain.errors import Misconfigured, NotFound, Refused
from gateway.domain.finding import Finding

DECLARATION_BYTES_MAX = 10_000_000
"""What the parser takes (``markup.safe.Limits``); one byte more is read, for it to say so."""

FILE_BYTES_MAX = 1_000_000
"""Keys and certificates are small."""


def read_file(path: Path, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """Read at most ``bytes_max`` bytes.

    Raises:
        NotFound: ``cli.file-unreadable``.
    """
    try:
        with path.open("rb") as file:
            return file.read(bytes_max)
    except OSError as error:
        args = (("path", str(path)), ("reason", error.strerror or str(error)))
        raise NotFound(Finding(code="cli.file-unreadable", args=args)) from error


def read_declaration_file(path: Path) -> bytes:
    """Read a declaration, from standard input for ``-``.

    Raises:
        NotFound: ``cli.file-unreadable``.
        Refused: ``sheet.no-workbook``: only its name says that it is one.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read(DECLARATION_BYTES_MAX + 1)
    raw = read_file(path, DECLARATION_BYTES_MAX + 1)
    if path.suffix.lower() == ".xlsx":
        from gateway.markup.workbook import looks_like_workbook

        if not looks_like_workbook(raw):
            raise Refused(Finding(code="sheet.no-workbook", value=path.name))
    return raw


def write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files below a folder, making folders as needed.

    Raises:
        Misconfigured: ``cli.file-unwritable``.
    """
    for name, content in files:
        write_file(folder / name, content)


def write_file(path: Path, content: bytes) -> None:
    """Write one file.

    Raises:
        Misconfigured: ``cli.file-unwritable``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        args = (("path", str(path)), ("reason", error.strerror or str(error)))
        raise Misconfigured(Finding(code="cli.file-unwritable", args=args)) from error
