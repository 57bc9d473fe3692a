"""``timing/*.toml``: which dates are watched, when readings on the way are told of.

The dataclasses are the format of the files, as in :mod:`gateway.packs.manifest`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.domain.deadline import DeadlineRule, DeadlineRules
from gateway.domain.position import PositionRules
from gateway.domain.roles import Status
from gateway.packs import tables

DEADLINES = "timing/deadlines.toml"
POSITIONS = "timing/positions.toml"

AT_ONCE = PositionRules(
    estimate_minutes=0,
    estimate_every_minutes=0,
    temperature_every_minutes=0,
    clock_minutes=0,
    status=Status.UNVERIFIED,
    source="no file",
)
"""What counts where no file says more: everything is told, no wrong clock is excused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeadlineFile:
    rules: tuple[DeadlineRule, ...] = field(metadata={tables.KEY: "deadline"})


def read_deadline_rules(files: Mapping[str, bytes]) -> DeadlineRules:
    """Return the table of deadlines; without the file nothing is watched.

    Raises:
        Refusal: ``pack.*``: the file is broken, a kind has two rows, or hours are negative.
    """
    if DEADLINES not in files:
        return {}
    found = tables.read(_DeadlineFile, tables.load(files[DEADLINES], DEADLINES), DEADLINES)
    rules: dict[object, DeadlineRule] = {}
    for rule in found.rules:
        if rule.kind in rules:
            raise tables.refusal("pack.repeated", DEADLINES, key="kind", word=rule.kind)
        if rule.after_hours < 0 or rule.remind_hours < 0:
            raise tables.refusal(
                "pack.wrong-kind", DEADLINES, key=f"{rule.kind} hours", expected="0 or more"
            )
        rules[rule.kind] = rule
    return {rule.kind: rule for rule in found.rules}


def read_position_rules(files: Mapping[str, bytes]) -> PositionRules:
    """Return when readings are told of.

    Raises:
        Refusal: ``pack.*``: the file is broken.
    """
    if POSITIONS not in files:
        return AT_ONCE
    return tables.read(PositionRules, tables.load(files[POSITIONS], POSITIONS), POSITIONS)
