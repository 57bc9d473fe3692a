"""Every pack at hand, in every version, and which of them a movement uses.

Compiled schemas and stylesheets belong to one thread at a time; the packs driver hands out whole
sets (DESIGN 5.8). A movement keeps the versions it began with: they are found by their digest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.packs import manifest as manifest_of
from gateway.packs import tables
from gateway.packs.compiled import Pack, compile_pack
from gateway.packs.declaration_format import DeclarationFormat, compile_declaration
from gateway.packs.digests import below, folders
from gateway.packs.field_sources import read_matrix
from gateway.packs.intake_format import IntakeFormat, compile_intakes
from gateway.packs.sheet_layout import SheetFormat, compile_sheets
from gateway.packs.synchronisation import FILE as SYNCHRONISATION
from gateway.packs.synchronisation import obey, read_table

__all__ = [
    "DeclarationFormat",
    "IntakeFormat",
    "Pack",
    "PackSet",
    "Versions",
    "compile_pack",
    "compile_set",
]

Versions: TypeAlias = Mapping[str, Mapping[str, str]]
"""Versions that settings ask for: by pack id, then by administration (empty: all of them)."""


def _nothing_older(_digest: str) -> Pack | None:
    """Know no pack but those that lie here."""
    return None


@dataclass(frozen=True, slots=True)
class PackSet:
    """Everything compiled from ``schemas/``: packs, our declaration, foreign formats.

    ``packs`` holds every version, oldest first; ``choose`` says which one begins a movement.
    ``sheets`` are the layouts of workbooks. ``older`` finds by its digest a pack that ran here once
    and begins nothing any more; ``begun`` are those a movement began with, by administration.
    ``findings`` name the folders that are broken: they serve nobody, the others all the same.
    ``unvouched`` are administrations whose only pack nobody pinned.
    """

    packs: tuple[Pack, ...]
    declaration: DeclarationFormat
    intakes: tuple[IntakeFormat, ...]
    findings: tuple[Finding, ...] = ()
    pinned: Versions = field(default_factory=dict)
    day: date | None = None
    unvouched: frozenset[str] = frozenset()
    sheets: tuple[SheetFormat, ...] = ()
    older: Callable[[str], Pack | None] = _nothing_older
    begun: Mapping[str, Pack] = field(default_factory=dict)

    def on(self, day: date) -> "PackSet":
        """Return the set as a movement that begins on ``day`` sees it: versions in force then."""
        return replace(self, day=day)

    def keeping(self, begun: Iterable[tuple[str, str]]) -> "PackSet":
        """Return the set as a movement sees it that began with some packs.

        ``begun`` pairs administration and digest; for the others the set stays as it is.
        """
        found = {name: pack for name, digest in begun if (pack := self.by_digest(digest))}
        return replace(self, begun={**self.begun, **found})

    def by_administration(self, administration: str) -> Pack | None:
        """Return the pack that is used with an administration: the one begun with, if there is one.

        Else that of a new movement: the version that settings name for the administration, or for
        the pack; else, on a day, the newest in force; else the newest of all.
        """
        if administration in self.begun:
            return self.begun[administration]
        serving = self.versions_of(administration)
        for pack in serving:
            named = self.pinned.get(pack.manifest.pack, {})
            version = named.get(administration, named.get("", ""))
            if version:
                same = [one for one in serving if one.manifest.pack == pack.manifest.pack]
                return next((one for one in same if one.manifest.version == version), None)
        in_force = (one for one in serving if self.day is None or one.manifest.in_force(self.day))
        return next(in_force, None)

    def beside(self, office: str) -> tuple[str, ...]:
        """Return the codes of offices that packs put beside another at the same place."""
        found = {one.manifest.pack: dict(one.manifest.beside).get(office, "") for one in self.packs}
        return tuple(code for code in found.values() if code)

    def absence(self, administration: str) -> str:
        """Return the code that says why :meth:`by_administration` has nothing."""
        if self.versions_of(administration):
            return "pack.none-in-force"
        return "pack.not-pinned" if administration in self.unvouched else "pack.none-for-office"

    def versions_of(self, administration: str) -> tuple[Pack, ...]:
        """Return every pack that serves an administration, newest first."""
        return tuple(
            pack for pack in reversed(self.packs) if administration in pack.manifest.administrations
        )

    def by_digest(self, digest: str) -> Pack | None:
        """Return the pack with that digest, though it begin nothing any more."""
        here = (pack for pack in self.packs if pack.digest == digest)
        return next(here, None) or self.older(digest)


def _age(pack: Pack) -> tuple[str, str]:
    return pack.manifest.valid_from.isoformat(), pack.manifest.version


def compile_set(
    files: Mapping[str, bytes],
    switches: Mapping[str, Mapping[str, bool]],
    pinned: Versions | None = None,
) -> PackSet:
    """Compile all of ``schemas/``, given as bytes by path relative to it.

    ``switches`` and ``pinned`` are keyed by pack id; several folders may hold versions of one pack.
    A folder that is broken, or against the synchronisation table, becomes findings of the set; the
    file they name is relative to ``schemas/``.

    Raises:
        Refusal: ``pack.*``: the declaration or a foreign format is broken.
    """
    fields = read_matrix(files)
    table = read_table(files[SYNCHRONISATION]) if SYNCHRONISATION in files else None
    packs: dict[tuple[str, str], Pack] = {}
    findings: list[Finding] = []
    for folder in folders(files, "packs/"):
        try:
            with tables.within(f"packs/{folder}"):
                inside = below(files, f"packs/{folder}/")
                known = _pack_id(inside)
                pack = compile_pack(inside, switches.get(known, {}), fields.get(known))
                if table is not None:
                    obey(table, pack.manifest)
                _add(packs, pack)
        except Refusal as refusal:
            findings += refusal.findings
    with tables.within("declaration/v1"):
        declaration = compile_declaration(below(files, "declaration/v1/"))
    with tables.within("intake"):
        intakes = compile_intakes(below(files, "intake/"))
        sheets = compile_sheets(below(files, "intake/"), declaration.twin)
    ordered = tuple(sorted(packs.values(), key=_age))
    findings += _unpinnable(ordered, pinned or {})
    return PackSet(ordered, declaration, intakes, tuple(findings), pinned or {}, sheets=sheets)


def _add(packs: dict[tuple[str, str], Pack], pack: Pack) -> None:
    key = pack.manifest.pack, pack.manifest.version
    if key in packs:
        label = pack.manifest.source_label
        raise tables.refusal("pack.repeated", manifest_of.FILE, key="version", word=label)
    packs[key] = pack


def _unpinnable(packs: tuple[Pack, ...], pinned: Versions) -> Iterator[Finding]:
    """Name the versions that settings ask for and nobody has: their packs serve nobody."""
    known = {(pack.manifest.pack, pack.manifest.version) for pack in packs}
    for name, versions in pinned.items():
        for version in versions.values():
            if (name, version) not in known:
                have = ", ".join(have for pack, have in sorted(known) if pack == name) or "-"
                args = (("pack", name), ("version", version), ("have", have))
                yield Finding(
                    code="pack.no-such-version", severity=Severity.FATAL, value=name, args=args
                )


def _pack_id(files: Mapping[str, bytes]) -> str:
    raw = files.get(manifest_of.FILE, b"")
    return str(tables.load(raw, manifest_of.FILE).get("pack", ""))
