"""Vehicles that took the goods over at an incident: those that count before the declared ones.

Offices, gates and lanes must be told the same vehicle, so what counts is worked out here alone.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gateway.domain.event import Event, EventKind, as_it_happened
from gateway.domain.parts import alone

TRAILER_SIGN: Final = "\u6302"
"""The last character of a Chinese trailer's plate (GA 36-2018)."""

_RENEWING = (EventKind.AMENDED, EventKind.SUBSTITUTED)
_BETWEEN = re.compile(r"\s*[,;]\s*")
_COUNTRY = re.compile(r"([A-Z]{2}):\s*(.+)")
_VIETNAMESE_TRAILER = re.compile(r"\d\dR")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """One plate of a vehicle that took the goods over, and the office where that was reported.

    ``country`` is the one that was told, else the one whose plates look like it.
    """

    plate: str
    country: str
    office: str

    @property
    def is_trailer(self) -> bool:
        """Tell it from a tractor by its shape: nothing else is known of it."""
        return self.plate.endswith(TRAILER_SIGN) or bool(_VIETNAMESE_TRAILER.match(self.plate))


def taken_over(happened: Collection[Event], trip: str) -> tuple[TakenOver, ...]:
    """Return the plates that were reported last at an incident of a trip, the tractor's first.

    Nothing where the declared vehicle drives: none was reported since, or a newer declaration names
    its vehicles. One that only changes the way changes no vehicle.
    """
    found: tuple[TakenOver, ...] = ()
    for event in as_it_happened(alone(happened, trip)):
        if event.kind in _RENEWING:
            found = ()
        elif event.kind is EventKind.INCIDENT:
            found = reported_by(event) or found
    return found


def reported_by(event: Event) -> tuple[TakenOver, ...]:
    """Return the plates an incident names: apart by commas, or else by spaces."""
    told = event.fact("plates").strip()
    words = _BETWEEN.split(told) if _BETWEEN.search(told) else told.split()
    return tuple(_read(word, event.office) for word in words if word)


def _read(word: str, office: str) -> TakenOver:
    if named := _COUNTRY.fullmatch(word):
        return TakenOver(plate=named[2], country=named[1], office=office)
    return TakenOver(plate=word, country="VN" if word[0].isdecimal() else "CN", office=office)
