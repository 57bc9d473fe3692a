"""Packs as they lie on disk, each by itself (port ``Shelf``): to list, check, compare, vouch for.

Nothing is compiled here: whatever needs that is done in a child (:mod:`.child`).
"""

from collections.abc import Mapping
from pathlib import Path

from gateway.adapters.pack_folder.child import check_apart, compare_apart
from gateway.adapters.pack_folder.folder import read_folder, read_others, read_pin_file
from gateway.domain.finding import Finding
from gateway.packs import tables
from gateway.packs.check import Report
from gateway.packs.compare import Difference
from gateway.packs.pins import PINS, Pin, write_pins
from gateway.packs.vouching import Lying, pin_of

_PRIVATE = 0o700


class FolderShelf:
    """The packs of the release below ``shipped``, and those of a data folder in ``extra``."""

    def __init__(self, shipped: Path, extra: Path) -> None:
        self._shipped = shipped
        self._extra = extra

    def shipped(self) -> tuple[Lying, ...]:
        """Return the packs that came with the program."""
        return _lying(self._shipped)[0]

    def others(self) -> tuple[tuple[Lying, ...], tuple[Finding, ...]]:
        """Return the packs of the data folder, and what cannot be read there."""
        return _lying(self._extra)

    def read(self, folder: str) -> Lying:
        """Return the pack in any folder.

        Raises:
            Refusal: ``pack.no-folder``, ``pack.not-a-file``, ``pack.file-too-large``.
        """
        path = Path(folder)
        return Lying(name=path.name, folder=folder, files=read_folder(path))

    def pins(self) -> tuple[Pin, ...]:
        """Return what the operator vouches for.

        Raises:
            Refusal: ``pack.*``: the list is broken.
        """
        return read_pin_file(self._extra)

    def check(self, files: Mapping[str, bytes]) -> Report:
        """Check a pack in a process of its own, which is ended when it takes too long."""
        return check_apart(files, {})

    def compare(self, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Difference, ...]:
        """Compare two versions in a process of its own.

        Raises:
            Refusal: one of them does not compile.
        """
        return compare_apart(old, new)

    def pin(self, pin: Pin, files: Mapping[str, bytes]) -> str:
        """Vouch for a pack: put it into the data folder unless it lies there, and pin it.

        Returns the folder it lies in.

        Raises:
            Refusal: ``pack.exists``: that version lies there with other files.
        """
        extra = self._extra
        extra.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        folder = extra / f"{pin.pack}@{pin.version}"
        lying = [
            one for one in read_others(extra)[0].items() if pin_of(one[1]).digest == pin.digest
        ]
        if lying:
            folder = extra / lying[0][0]
        elif folder.exists():
            raise tables.refusal("pack.exists", str(folder))
        else:
            for name, raw in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(raw)
        pins = {*read_pin_file(extra), pin}
        written = extra / f".{PINS}.new"
        written.write_bytes(write_pins(pins))
        written.replace(extra / PINS)
        return str(folder)


def _lying(root: Path) -> tuple[tuple[Lying, ...], tuple[Finding, ...]]:
    found, findings = read_others(root)
    packs = (Lying(name=one, folder=str(root / one), files=files) for one, files in found.items())
    return tuple(packs), findings
