"""``lanes/table.toml`` and ``lanes/confusable.toml``: what smart lanes decide by.

The dataclasses below are the format of the files, as in :mod:`gateway.packs.manifest`; a row of the
truth table (``[[condition]]``, ``[[point]]``) is the value that decides, word for word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.domain.lane import Condition, LaneRules, Point, Saying, Signal
from gateway.domain.lane_codes import LANE_CODES
from gateway.domain.lane_conditions import CONDITIONS
from gateway.domain.plates import Confusions, plate_key
from gateway.domain.roles import Status
from gateway.packs import tables
from gateway.packs.digests import below, digest_of

TABLE = "lanes/table.toml"
CONFUSABLE = "lanes/confusable.toml"

MAY_BE_MISSING = frozenset({"temperature"})
"""Conditions a table may pass over where nothing is known; all others are part of *go*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _QuarantineRow:
    headings: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _TableFile:
    misreads_max: int
    seal_misreads_max: int
    exact_kinds_min: int
    sure_percent: int
    facts_minutes_max: int
    clock_minutes_max: int
    status: Status
    source: str
    quarantine: _QuarantineRow
    points: tuple[Point, ...] = field(metadata={tables.KEY: "point"})
    conditions: tuple[Condition, ...] = field(metadata={tables.KEY: "condition"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClassRow:
    """One ``[[class]]``."""

    characters: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class _ConfusableFile:
    classes: tuple[_ClassRow, ...] = field(metadata={tables.KEY: "class"})


def read_lane_rules(files: Mapping[str, bytes]) -> LaneRules:
    """Return the rules of the smart lanes.

    Raises:
        Refusal: ``pack.*``: a file is broken, a condition is unknown or has no row, a missing fact
            would count as *go*, or a character is in two classes.
    """
    table = tables.read(_TableFile, tables.load(files.get(TABLE, b""), TABLE), TABLE)
    found = tables.load(files.get(CONFUSABLE, b""), CONFUSABLE)
    confusable = tables.read(_ConfusableFile, found, CONFUSABLE)
    _check_conditions(table.conditions)
    return LaneRules(
        conditions=table.conditions,
        points=table.points,
        confusions=_confusions(confusable),
        misreads_max=table.misreads_max,
        seal_misreads_max=table.seal_misreads_max,
        exact_kinds_min=table.exact_kinds_min,
        sure_percent=table.sure_percent,
        facts_minutes_max=table.facts_minutes_max,
        clock_minutes_max=table.clock_minutes_max,
        quarantine_headings=table.quarantine.headings,
        digest=digest_of(below(files, "lanes/")),
    )


def _check_conditions(rows: tuple[Condition, ...]) -> None:
    names = [row.name for row in rows]
    for row in rows:
        if row.name not in CONDITIONS:
            allowed = ", ".join(CONDITIONS)
            raise tables.refusal(
                "pack.unknown-word", TABLE, key="condition.name", word=row.name, allowed=allowed
            )
        if names.count(row.name) > 1:
            raise tables.refusal("pack.repeated", TABLE, key="condition", word=row.name)
        for key, saying in (("false", row.false), ("missing", row.missing)):
            _check_saying(row.name, key, saying)
    for name in CONDITIONS:
        if name not in names:
            raise tables.refusal("pack.missing-key", TABLE, key=f"condition {name}")


def _check_saying(name: str, key: str, saying: Saying) -> None:
    """Refuse a table by which a condition that does not hold would let a vehicle go."""
    green = saying.says is Signal.GO
    if green and not (key == "missing" and name in MAY_BE_MISSING):
        raise tables.refusal(
            "pack.wrong-kind", TABLE, key=f"{name}.{key}.says", expected="stop or refer"
        )
    if not green and not saying.reason:
        raise tables.refusal("pack.missing-key", TABLE, key=f"{name}.{key}.reason")
    if saying.reason and saying.reason not in LANE_CODES:
        raise tables.refusal(
            "pack.unknown-word",
            TABLE,
            key=f"{name}.{key}.reason",
            word=saying.reason,
            allowed=", ".join(LANE_CODES),
        )


def _confusions(found: _ConfusableFile) -> Confusions:
    seen: set[str] = set()
    for row in found.classes:
        if plate_key(row.characters) != row.characters:
            raise tables.refusal(
                "pack.wrong-kind", CONFUSABLE, key=row.characters, expected="capitals and digits"
            )
        for character in row.characters:
            if character in seen:
                raise tables.refusal("pack.repeated", CONFUSABLE, key="class", word=character)
            seen.add(character)
    return Confusions(tuple(row.characters for row in found.classes))
