"""Many declarations from files, folders and archives, each signed where a key is given."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from gateway.cli.declarations import read_pair
from gateway.cli.files import read_declaration_file, read_file
from gateway.cli.signing import sign_declaration
from gateway.domain.finding import Finding, Refusal
from gateway.markup.archive import Limits, unpack
from gateway.markup.workbook import looks_like_workbook

LIMITS = Limits(
    archive_bytes_max=200_000_000,
    entries_max=1_000,
    content_bytes_max=200_000_000,
    folders=True,
    workbooks=True,
)


def bundle(
    paths: Sequence[Path], key: Path | None, certificate: Path | None
) -> list[tuple[str, bytes]]:
    """Return names and contents, in the order named; files of a folder by name.

    Files of one name bear that of their folder or archive before it, for findings name files.

    Raises:
        Refusal: ``zip.*`` of an archive that cannot be read, or of a file that is named twice.
    """
    read = [one for path in paths for one in _read(path)]
    met = Counter(name.casefold() for _, name, _ in read)
    found = [
        (f"{place}/{name}" if met[name.casefold()] > 1 else name, raw) for place, name, raw in read
    ]
    twice = Counter(name.casefold() for name, _ in found)
    for name, _ in found:
        if twice[name.casefold()] > 1:
            raise Refusal(Finding(code="zip.repeated-name", value=name))
    if key is None and certificate is None:
        return found
    pair = read_pair(key, certificate)
    return [(name, sign_declaration(_signable(name, raw), pair)) for name, raw in found]


def _read(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield where a file lies, its name, and its content."""
    if path.is_dir():
        for file in sorted(one for one in path.iterdir() if one.is_file()):
            yield from _read(file)
        return
    if path.suffix.lower() == ".zip":  # a workbook is an archive too, so its name tells
        yield from ((path.stem, one.name, one.content) for one in unpack(read_file(path), LIMITS))
    else:
        yield path.resolve().parent.name, path.name, read_declaration_file(path)


def _signable(name: str, raw: bytes) -> bytes:
    if looks_like_workbook(raw):
        raise typer.BadParameter(f"{name}: a workbook carries no signature: convert it, then sign")
    return raw
