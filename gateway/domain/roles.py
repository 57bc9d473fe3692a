"""What offices do, how goods move, and how far a fact can be trusted."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class OfficeRole(StrEnum):
    """What an office does for one movement."""

    DEPARTURE = "departure"
    EXIT = "exit"
    ENTRY = "entry"
    TRANSIT = "transit"
    DESTINATION = "destination"


class Status(StrEnum):
    """How far a fact can be trusted: read in a source, or not (then never a silent default)."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


UNECE_MODES: Mapping[str, str] = MappingProxyType(
    {
        "1": "sea",
        "2": "rail",
        "3": "road",
        "4": "air",
        "5": "mail",
        "7": "fixed",
        "8": "water",
    }
)
"""Words for the codes of UNECE recommendation 19; 6 (multimodal) and 9 (unknown) name no mode."""

MODES = frozenset(UNECE_MODES.values())
"""Every word for a mode of transport that offices, routes and packs use."""


def weakest(*statuses: Status) -> Status:
    """Return ``confirmed`` only where everything a decision stands on is."""
    return Status.UNVERIFIED if Status.UNVERIFIED in statuses else Status.CONFIRMED
