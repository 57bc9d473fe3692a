"""Who hears of what: ``synchronisation.toml``, the policy that every pack obeys.

A *cell* is an event, an administration and the role an office plays: the table names the messages
that such an office is owed then, or says why nothing. Packs send; the table says what they may and
must. So that neither drifts from the other, a pack is compared with the table when it is compiled
(:func:`obey`), and one that says otherwise serves nobody.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from gateway.domain.event import FINDINGS, EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.packs import tables
from gateway.packs.manifest import FILE as MANIFEST
from gateway.packs.manifest import Manifest, MessageSpec, Per, To

FILE = "synchronisation.toml"

OUR_OWN = frozenset({EventKind.ANSWERED, EventKind.NUMBER_GIVEN, EventKind.PROCEDURE_MOVED})
"""Events that keep our own books; what they stand for is an event of its own."""

Cell: TypeAlias = tuple[EventKind, str, OfficeRole]
"""An event, an administration, and the role an office plays."""

EVENTS = tuple(kind for kind in EventKind if kind not in OUR_OWN)
"""Every event that somebody could be told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message that offices are owed.

    ``whom`` says which of the offices with the role (see ``manifest.To``); ``once`` that an
    administration gets one however many they are (G0130), and none where one of ``fuller`` goes to
    it (G0170). ``by`` are the modes it is for, empty for any; with ``declared`` one of them must be
    stated.
    """

    events: tuple[EventKind, ...]
    administrations: tuple[str, ...]
    roles: tuple[OfficeRole, ...]
    message: str
    why: str
    whom: To = To.ALL
    once: bool = False
    fuller: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure(Row):
    """A row that tells of a control: findings of ``of`` go to others, with these ``facts`` only.

    ``basis`` is the law or agreement that lets them leave the administration, ``source`` where that
    is read.
    """

    of: tuple[str, ...]
    facts: tuple[str, ...]
    basis: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Why nothing is said in cells that no row fills; what is left empty means all there are.

    The first silence that speaks of a cell is its reason. It is read by people: nothing is decided
    by it, and that every cell has a row or a reason is tested.
    """

    why: str
    events: tuple[EventKind, ...] = ()
    administrations: tuple[str, ...] = ()
    roles: tuple[OfficeRole, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The whole policy. Administrations that it does not name decide for themselves."""

    administrations: tuple[str, ...]
    rows: tuple[Row, ...] = field(default=(), metadata={tables.KEY: "row"})
    disclosures: tuple[Disclosure, ...] = field(default=(), metadata={tables.KEY: "disclosure"})
    silences: tuple[Silence, ...] = field(default=(), metadata={tables.KEY: "silence"})

    def cells(self) -> Iterator[Cell]:
        """Yield every cell there is."""
        yield from product(EVENTS, self.administrations, OfficeRole)


def read_table(raw: bytes) -> Table:
    """Read the table.

    Raises:
        Refusal: ``pack.*``; ``pack.finding-without-basis`` where a row tells of a control without
            being a disclosure, or one does not say on what basis.
    """
    table = tables.read(Table, tables.load(raw, FILE), FILE)
    open_ones = [row for row in table.rows if not FINDINGS.isdisjoint(row.events)]
    baseless = [
        one
        for one in table.disclosures
        if not (one.of and one.basis and one.source and FINDINGS.issuperset(one.events))
    ]
    for row in (*open_ones, *baseless):
        raise tables.refusal("pack.finding-without-basis", FILE, word=row.message)
    return table


_Line: TypeAlias = tuple[str | bool | tuple[str, ...], ...]
_Cells: TypeAlias = defaultdict[Cell, set[_Line]]


def obey(table: Table, manifest: Manifest) -> None:
    """Compare a pack with the table, both ways, cell by cell.

    Raises:
        Refusal: ``pack.against-synchronisation`` with the message and the cell;
            ``pack.finding-without-basis`` where a message tells what no disclosure lets it.
    """
    wanted, found = _owed(table), _sent(manifest)
    for cell in table.cells():
        if cell[1] not in manifest.administrations:
            continue
        for word in sorted(str(line[0]) for line in wanted[cell] ^ found[cell]):
            raise tables.refusal(
                "pack.against-synchronisation", MANIFEST, word=word, cell=" / ".join(cell)
            )
    for spec in manifest.messages:
        if spec.of and not any(_backs(one, spec, manifest) for one in table.disclosures):
            raise tables.refusal("pack.finding-without-basis", MANIFEST, word=spec.type)


def _owed(table: Table) -> _Cells:
    """Return what the table says, by cell."""
    owed: _Cells = defaultdict(set)
    for row in (*table.rows, *table.disclosures):
        line = _of_row(row)
        for cell in product(row.events, row.administrations, row.roles):
            owed[cell].add(line)
    return owed


def _sent(manifest: Manifest) -> _Cells:
    """Return what a pack sends, by cell."""
    sent: _Cells = defaultdict(set)
    for spec in manifest.messages:
        line = _of_spec(spec, manifest)
        for cell in product(spec.on, manifest.administrations, (spec.role, *spec.also)):
            sent[cell].add(line)
    return sent


def _backs(disclosure: Disclosure, spec: MessageSpec, manifest: Manifest) -> bool:
    """Tell whether it is about that message of the pack."""
    to_us = not set(disclosure.administrations).isdisjoint(manifest.administrations)
    return to_us and disclosure.message == spec.type


def _of_row(row: Row) -> _Line:
    disclosed = (row.of, row.facts) if isinstance(row, Disclosure) else ((), ())
    return row.message, row.whom.value, row.once, row.fuller, row.by, row.declared, *disclosed


def _of_spec(spec: MessageSpec, manifest: Manifest) -> _Line:
    procedure = next(one for one in manifest.procedures if one.kind == spec.procedure)
    return (
        spec.type,
        spec.to.value,
        spec.per is Per.ADMINISTRATION,
        spec.yields_to,
        procedure.modes,
        procedure.where_declared,
        spec.of,
        spec.facts,
    )
