"""Every pack that ever ran here, by its digest: what a movement began with outlives an upgrade.

A release may ship another version, or the same one mended, and forget what it shipped before. So
each program that opens a data folder leaves a copy of what it runs: one archive a pack, named by
the digest that movements pin. What does not have its digest is nobody's.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding, Refusal
from gateway.markup.archive import Entry, Limits, pack, unpack
from gateway.packs.digests import digest_of

KEPT = ".kept"
"""The folder of these copies, among the packs of a data folder."""

_LIMITS = Limits(
    archive_bytes_max=100_000_000, entries_max=10_000, content_bytes_max=100_000_000, folders=True
)


def keep(folder: Path, packs: Mapping[str, Mapping[str, bytes]]) -> None:
    """Leave a copy of every pack (files by path, by digest) that is not there yet.

    Raises:
        Misconfigured: ``pack.not-kept``: the folder cannot be written.
    """
    for digest, files in packs.items():
        target = folder / f"{digest}.zip"
        if target.is_file():
            continue
        written = folder / f".{digest}.{os.getpid()}.new"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            written.write_bytes(pack([Entry(name, raw) for name, raw in sorted(files.items())]))
            written.replace(target)
        except OSError as error:
            args = (("folder", str(folder)), ("reason", error.strerror or str(error)))
            raise Misconfigured(Finding(code="pack.not-kept", args=args)) from error


def kept(folder: Path, digest: str) -> dict[str, bytes] | None:
    """Return the files of the pack with that digest; None where no sound copy is."""
    target = folder / f"{digest}.zip"
    if not (digest.isalnum() and target.is_file()):
        return None
    try:
        files = {one.name: one.content for one in unpack(target.read_bytes(), _LIMITS)}
    except Refusal:
        return None
    return files if digest_of(files) == digest else None
