"""Who vouches for a pack: the release for those it ships, an operator for others, by digest.

A pin list is TOML: ``[[pin]]`` with ``pack``, ``version`` and ``digest``. Where the shipped folder
carries none, it is a checkout being worked on, whose packs are as trustworthy as the program beside
them; a wheel carries one, made as it is built, and what it does not list serves nobody. Packs from
elsewhere always need a pin: what nobody vouched for is never compiled in this process, only known
by name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.itinerary import CustomsOffice
from gateway.packs import manifest as manifest_of
from gateway.packs import tables
from gateway.packs.digests import below, digest_of, folders, runs
from gateway.packs.directory import read_offices
from gateway.packs.pins import PINS, Pin, running_digest

OFFICES = "offices.toml"
_MANIFEST_BYTES_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A pack as it lies somewhere: its folder's name, where that is, its files (cases too)."""

    name: str
    folder: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Pins:
    pins: tuple[Pin, ...] = field(default=(), metadata={tables.KEY: "pin"})


def read_pins(raw: bytes, file: str = PINS) -> tuple[Pin, ...]:
    """Read a pin list.

    Raises:
        Refusal: ``pack.*``.
    """
    return tables.read(_Pins, tables.load(raw, file), file).pins


def pin_of(files: Mapping[str, bytes]) -> Pin:
    """Return the pin of a pack's files; whether they are any good is for ``check_pack`` to say.

    Raises:
        Refusal: ``pack.*``: there is no readable ``pack.toml``.
    """
    manifest = read_head(files)
    return Pin(pack=manifest.pack, version=manifest.version, digest=running_digest(files))


def read_head(files: Mapping[str, bytes]) -> manifest_of.Manifest:
    """Return the manifest of a pack without compiling anything else of it.

    Raises:
        Refusal: ``pack.*``.
    """
    raw = files.get(manifest_of.FILE)
    if raw is None:
        raise tables.refusal("pack.missing-file", manifest_of.FILE)
    if len(raw) > _MANIFEST_BYTES_MAX:
        limit = str(_MANIFEST_BYTES_MAX)
        raise tables.refusal("pack.file-too-large", manifest_of.FILE, limit=limit)
    return manifest_of.read_manifest(raw)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What may be compiled, what is only known by name, and what is wrong with the rest.

    ``files`` are those of ``schemas/`` without the packs nobody vouched for and with the others;
    ``unvouched`` are administrations; ``offices`` those that packs bring along, by code.
    """

    files: Mapping[str, bytes]
    unvouched: frozenset[str]
    offices: Mapping[str, CustomsOffice]
    findings: tuple[Finding, ...]


def gather(
    shipped: Mapping[str, bytes], others: Mapping[str, Mapping[str, bytes]], pins: Iterable[Pin]
) -> Gathered:
    """Put shipped packs and others together; ``others`` are by folder name, ``pins`` for them.

    Raises:
        Refusal: ``pack.*``: the release's pin list is broken.
    """
    gathering = _Gathering({name: raw for name, raw in shipped.items() if not _of_pack(name)})
    listed = shipped.get(f"packs/{PINS}")
    released = None if listed is None else _digests(read_pins(listed, f"packs/{PINS}"))
    for folder in folders(shipped, "packs/"):
        gathering.add(folder, below(shipped, f"packs/{folder}/"), released)
    vouched = _digests(pins)
    for folder, files in sorted(others.items()):
        gathering.add(folder, files, vouched)
    return Gathered(
        gathering.files,
        frozenset(gathering.unvouched - gathering.served),
        gathering.offices,
        tuple(gathering.findings),
    )


def _of_pack(name: str) -> bool:
    return name.startswith("packs/") and name.count("/") > 1


def _digests(pins: Iterable[Pin]) -> set[str]:
    return {pin.digest for pin in pins}


class _Gathering:
    """What is known so far while folder after folder is looked at."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.served: set[str] = set()
        self.unvouched: set[str] = set()
        self.offices: dict[str, CustomsOffice] = {}
        self.findings: list[Finding] = []

    def add(self, folder: str, files: Mapping[str, bytes], pinned: set[str] | None) -> None:
        """Take one folder in: compiled later if vouched for, else known by name alone."""
        files = {name: raw for name, raw in files.items() if runs(name)}
        vouched = pinned is None or digest_of(files) in pinned
        try:
            with tables.within(f"packs/{folder}"):
                if vouched and any(name.startswith(f"packs/{folder}/") for name in self.files):
                    raise tables.refusal(
                        "pack.repeated", manifest_of.FILE, key="folder", word=folder
                    )
                manifest = read_head(files)
                offices = dict(_offices(files, manifest.administrations))
        except Refusal as refusal:
            self.findings += refusal.findings
            return
        if vouched:
            self.served.update(manifest.administrations)
            self.files |= {f"packs/{folder}/{name}": raw for name, raw in files.items()}
            self.offices |= offices
        else:
            self.unvouched.update(manifest.administrations)
            self.offices = {**offices, **self.offices}
            args = (("file", f"packs/{folder}"),)
            for one in manifest.administrations:
                warning = Severity.WARNING
                self.findings.append(
                    Finding(code="pack.not-pinned", severity=warning, value=one, args=args)
                )


def _offices(
    files: Mapping[str, bytes], administrations: tuple[str, ...]
) -> Iterator[tuple[str, CustomsOffice]]:
    """Yield the offices of ``offices.toml``, which must be the pack's own."""
    if OFFICES not in files:
        return
    for code, office in read_offices({f"offices/{OFFICES}": files[OFFICES]}).items():
        if office.administration not in administrations:
            raise tables.refusal("pack.foreign-office", OFFICES, word=code)
        yield code, office
