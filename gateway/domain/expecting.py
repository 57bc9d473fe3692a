"""When goods are expected at the offices ahead, where that is known better than it was declared."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from gateway.domain.calendar_ends import tellable
from gateway.domain.event import REPLACING, Event, EventKind, as_it_happened
from gateway.domain.itinerary import Itinerary

RETIMED: Final = "retimed"
"""The fact by which a new declaration says at which offices it expects the goods at other times."""

NONE_RETIMED: Final = "none"

_BY_OFFICE = "expected:"


def told_times(happened: Iterable[Event]) -> Mapping[str, datetime]:
    """Return by office when the goods are expected, by what was told last of it.

    Reported at departure or estimated since; a newer declaration of other times counts before them.
    """
    found: dict[str, datetime] = {}
    for event in as_it_happened(happened):
        if event.kind is EventKind.ESTIMATED:
            found |= _read(one.partition("=")[::2] for one in event.fact("expected").split())
        elif event.kind is EventKind.DEPARTED:
            found |= _read(
                (name.removeprefix(_BY_OFFICE), value)
                for name, value in event.facts
                if name.startswith(_BY_OFFICE)
            )
        elif event.kind in REPLACING:
            for office in event.fact(RETIMED).split():
                found.pop(office, None)
    return found


def _read(told: Iterable[tuple[str, str]]) -> dict[str, datetime]:
    """Read times with their offsets; reports bear facts of any spelling, and those tell nothing."""
    return {office: at for office, value in told if (at := _moment(value)) is not None}


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None and tellable(at) else None


def estimated_since(happened: Iterable[Event]) -> Event | None:
    """Return the last estimate that was made from the times as they are declared now."""
    last = None
    for event in happened:
        if event.kind is EventKind.ESTIMATED:
            last = event
        elif event.kind in REPLACING and event.fact(RETIMED) not in ("", NONE_RETIMED):
            last = None
    return last


def retimed(before: Itinerary, after: Itinerary) -> str:
    """Return the offices that a new declaration expects the goods at by other times."""
    known = {(one.office.code, one.role): one.expected_at for one in before.stops}
    others = (
        one.office.code
        for one in after.stops
        if one.expected_at != known.get((one.office.code, one.role))
    )
    return " ".join(dict.fromkeys(others)) or NONE_RETIMED
