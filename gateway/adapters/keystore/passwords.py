"""Passwords of links that log in as a user: one file each, read when it is needed, shown nowhere.

``<link>.password`` holds the bytes as they are sent, without an end of line, readable by its owner
alone. Nothing else of ours holds them: no row, message, log or setting (design decision 5).
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from gateway.adapters.keystore.files import WrongFile, read_bytes
from gateway.domain.errors import Misconfigured, NotFound
from gateway.domain.finding import Finding

SUFFIX = ".password"
PASSWORD_BYTES_MAX = 256

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def keep_password(folder: Path, link: str, password: bytes) -> None:
    """Keep a link's password in the place of the one before; what follows the first line is cut.

    Raises:
        Misconfigured: ``key.unusable-name``: the link's id makes no file name;
            ``key.unreadable``: the password is empty, too long or not printable.
    """
    word = password.split(b"\n", 1)[0].rstrip(b"\r")
    if not _NAME.fullmatch(link):
        raise Misconfigured(Finding(code="key.unusable-name", value=link))
    printable = word.isascii() and word.decode("ascii").isprintable()
    if not 0 < len(word) <= PASSWORD_BYTES_MAX or not printable:
        args = (("reason", f"1 to {PASSWORD_BYTES_MAX} printable ASCII characters"),)
        raise Misconfigured(Finding(code="key.unreadable", value=link + SUFFIX, args=args))
    path = folder / f"{link}{SUFFIX}"
    draft = folder / f".{link}{SUFFIX}.{os.getpid()}"
    with suppress(FileNotFoundError):
        draft.unlink()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(word)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def password_of(folder: Path, link: str) -> bytes:
    """Return a link's password.

    Raises:
        NotFound: ``key.unknown``: none is kept.
        Misconfigured: ``key.open-to-others``, ``key.unreadable``.
    """
    path = folder / f"{link}{SUFFIX}"
    if not _NAME.fullmatch(link) or not path.exists():
        raise NotFound(Finding(code="key.unknown", value=link + SUFFIX))
    try:
        return read_bytes(path, private=True)
    except WrongFile as wrong:
        raise Misconfigured(wrong.finding) from wrong
