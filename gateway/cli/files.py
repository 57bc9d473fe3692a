"""Reading the files people name: bounded, and missing ones are findings."""

import sys
from pathlib import Path

from gateway.domain.errors import NotFound
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
    """Read a declaration, from standard input for ``-``."""
    if str(path) == "-":
        return sys.stdin.buffer.read(DECLARATION_BYTES_MAX + 1)
    return read_file(path, DECLARATION_BYTES_MAX + 1)
