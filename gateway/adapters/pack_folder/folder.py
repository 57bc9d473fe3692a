"""Packs from a folder on disk (port ``Packs``): read once, compiled once per slot.

All files are read into memory when the driver is made; nothing opens a file afterwards, so the
digests that movements pin are those of what really runs. A slot holds one compiled set and is used
by one thread at a time, because compiled schemas share their error logs (DESIGN 5.8). Slots are
compiled when first needed and kept.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.adapters.pack_folder.keeping import KEPT, keep, kept
from gateway.domain.crossings import Crossings
from gateway.domain.deadline import DeadlineRules
from gateway.domain.finding import LANGUAGES, Catalogue, Finding, Refusal, Text
from gateway.domain.hours import Holiday
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import LaneRules
from gateway.domain.position import PositionRules
from gateway.domain.roles import OfficeRole
from gateway.domain.routes import Route
from gateway.packs import tables
from gateway.packs.digests import below, digest_of, folders, runs
from gateway.packs.directory import read_crossings, read_holidays, read_offices, read_routes
from gateway.packs.field_sources import read_matrix
from gateway.packs.lane_files import read_lane_rules
from gateway.packs.pack import Pack, PackSet, Versions, compile_pack, compile_set
from gateway.packs.pins import PINS, Pin
from gateway.packs.timing_files import read_deadline_rules, read_position_rules
from gateway.packs.vouching import gather, read_head, read_pins

FILE_BYTES_MAX = 20_000_000
"""No file of ``schemas/`` comes near; a larger one is a mistake or an attack."""


def schemas_root() -> Path:
    """Return the ``schemas`` folder: inside an installed wheel, else beside the sources."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "_schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def read_folder(root: Path) -> dict[str, bytes]:
    """Return every file below ``root`` by relative path with forward slashes.

    Raises:
        Refusal: ``pack.no-folder``; ``pack.not-a-file`` for links and the like;
            ``pack.file-too-large``.
    """
    if not root.is_dir():
        raise tables.refusal("pack.no-folder", str(root))
    files: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file():
            raise tables.refusal("pack.not-a-file", name)
        if path.stat().st_size > FILE_BYTES_MAX:
            raise tables.refusal("pack.file-too-large", name, limit=str(FILE_BYTES_MAX))
        files[name] = path.read_bytes()
    return files


@dataclass(frozen=True, slots=True)
class _TextRow:
    message: str
    fix: str


def read_texts(files: Mapping[str, bytes]) -> Catalogue:
    """Return the texts of ``lang/*.toml``.

    Raises:
        Refusal: ``pack.*``.
    """
    texts: dict[str, dict[str, Text]] = {}
    for language in LANGUAGES:
        name = f"lang/{language}.toml"
        rows = tables.load(files.get(name, b""), name)
        found = {code: tables.read(_TextRow, row, name, code) for code, row in rows.items()}
        texts[language] = {code: Text(row.message, row.fix) for code, row in found.items()}
    return Catalogue(texts)


def read_others(extra: Path | None) -> tuple[dict[str, dict[str, bytes]], tuple[Finding, ...]]:
    """Return the files of every pack folder in ``extra``, and what could not be read."""
    others: dict[str, dict[str, bytes]] = {}
    findings: list[Finding] = []
    if extra is None or not extra.is_dir():
        return others, ()
    for folder in sorted(one for one in extra.iterdir() if one.is_dir() and one.name != KEPT):
        try:
            with tables.within(f"packs/{folder.name}"):
                others[folder.name] = read_folder(folder)
        except Refusal as refusal:
            findings += refusal.findings
    return others, tuple(findings)


def read_pin_file(extra: Path | None) -> tuple[Pin, ...]:
    """Return what the operator vouches for.

    Raises:
        Refusal: ``pack.*``: the list is broken.
    """
    file = extra / PINS if extra is not None else None
    return read_pins(file.read_bytes()) if file is not None and file.is_file() else ()


class FolderPacks:
    """Driver of ports.Packs over one ``schemas`` folder.

    ``switches`` is keyed by pack id; ``slots`` is how many threads may compute at once. Files,
    offices and texts are read at once, packs compiled when a slot is first used. ``versions`` are
    those that settings ask for; ``extra`` is a folder of further packs with its list of pins.
    """

    def __init__(
        self,
        root: Path,
        switches: Mapping[str, Mapping[str, bool]],
        slots: int,
        *,
        versions: Versions | None = None,
        extra: Path | None = None,
    ) -> None:
        if slots < 1:
            raise ValueError("at least one slot is needed")
        everything = read_folder(root)
        shipped = {name: raw for name, raw in everything.items() if runs(name)}
        others, broken = read_others(extra)
        self._gathered = gather(shipped, others, read_pin_file(extra))
        self._broken = (*broken, *self._gathered.findings)
        self._files = self._gathered.files
        self._kept = extra / KEPT if extra is not None else None
        self._switches = switches
        self._versions = versions or {}
        self._offices = {**self._gathered.offices, **read_offices(self._files)}
        self._holidays = read_holidays(self._files)
        self._routes = read_routes(self._files)
        self._crossings = read_crossings(self._files)
        lanes = any(name.startswith("lanes/") for name in self._files)
        self._lane_rules = read_lane_rules(self._files) if lanes else None
        self._deadline_rules = read_deadline_rules(self._files)
        self._position_rules = read_position_rules(self._files)
        self._roles: Mapping[str, OfficeRole] | None = None
        self._texts = read_texts(self._files)
        self._catalogue: Catalogue | None = None
        self._compiling = threading.Lock()
        self._slots: queue.LifoQueue[PackSet | None] = queue.LifoQueue()
        for _ in range(slots):
            self._slots.put(None)

    @contextmanager
    def slot(self) -> Iterator[PackSet]:
        """Give one compiled set to the calling thread alone; waits while all are in use.

        Raises:
            Refusal: ``pack.*``: a folder is broken, which shows when it is first compiled.
        """
        held = self._slots.get()
        try:
            if held is None:
                held = self._compiled()
                self._catalogue = _merged(self._texts, held)
            yield held
        finally:
            self._slots.put(held)

    def compile(self) -> None:
        """See :meth:`gateway.ports.Packs.compile`."""
        with ExitStack() as lent:
            for _ in range(self._slots.qsize()):
                lent.enter_context(self.slot())

    def keep(self) -> None:
        """Leave a copy of what runs, for movements that will outlive it.

        Raises:
            Misconfigured: ``pack.not-kept``.
        """
        if self._kept is not None:
            running = (
                below(self._files, f"packs/{one}/") for one in folders(self._files, "packs/")
            )
            keep(self._kept, {digest_of(files): files for files in running})

    def _compiled(self) -> PackSet:
        with self._compiling:  # libxml2 has one loader of included files for all threads
            made = compile_set(self._files, self._switches, self._versions)
        findings = (*self._broken, *made.findings)
        return replace(
            made,
            findings=findings,
            unvouched=self._gathered.unvouched,
            older=self._remembering(),
        )

    def _remembering(self) -> Callable[[str], Pack | None]:
        """Return what looks for older packs of one slot, to which belongs what is compiled.

        What is missing is looked for each time: a person may be about to put it there.
        """
        found: dict[str, Pack] = {}

        def older(digest: str) -> Pack | None:
            if digest not in found and (pack := self._older(digest)) is not None:
                found[digest] = pack
            return found.get(digest)

        return older

    def _older(self, digest: str) -> Pack | None:
        """Compile a pack that ran here before; those that run now are not asked for."""
        files = kept(self._kept, digest) if self._kept is not None else None
        if files is None:
            return None
        name = read_head(files).pack
        fields = read_matrix(self._files).get(name)
        with self._compiling:
            return compile_pack(files, self._switches.get(name, {}), fields)

    def offices(self) -> Mapping[str, CustomsOffice]:
        """Return the offices of ``schemas/offices`` by code."""
        return self._offices

    def holidays(self) -> Mapping[str, tuple[Holiday, ...]]:
        """Return the calendars of ``schemas/offices/holidays`` by country."""
        return self._holidays

    def routes(self) -> Mapping[str, Route]:
        """Return the routes of ``schemas/routes`` by id."""
        return self._routes

    def crossings(self) -> Crossings:
        """See :meth:`gateway.ports.Packs.crossings`."""
        return self._crossings

    def lane_rules(self) -> LaneRules:
        """Return what stands in ``schemas/lanes``."""
        return self._lane_rules or read_lane_rules(self._files)

    def deadline_rules(self) -> DeadlineRules:
        """Return what stands in ``schemas/timing/deadlines.toml``."""
        return self._deadline_rules

    def position_rules(self) -> PositionRules:
        """Return what stands in ``schemas/timing/positions.toml``."""
        return self._position_rules

    def procedure_roles(self) -> Mapping[str, OfficeRole]:
        """Return the role of every procedure of every pack; no slot is asked for a second time."""
        if self._roles is None:
            with self.slot() as packs:
                self._roles = {
                    spec.kind: spec.role
                    for pack in packs.packs
                    for spec in pack.manifest.procedures
                }
        return self._roles

    def catalogue(self) -> Catalogue:
        """Return every text: ``schemas/lang``, the declaration's rules, every pack's rules."""
        if self._catalogue is None:
            with self.slot() as packs:
                self._catalogue = _merged(self._texts, packs)
        return self._catalogue


def _merged(texts: Catalogue, packs: PackSet) -> Catalogue:
    merged = texts.merged(packs.declaration.catalogue)
    for pack in packs.packs:
        merged = merged.merged(pack.catalogue)
    return merged
