"""The register: reading a movement back, and writing what a decision leads to.

Every use case that moves a movement does the same three things: load it as it stands, decide, and
write rows, signatures and log entries in **one** change under the movement's version. This room
is that beginning and that end; what is decided in between is the use case's own.
"""

from gateway.register.gathering import basis, route_offices
from gateway.register.load import (
    Loaded,
    all_offices,
    folded,
    itinerary_of,
    load,
    packs_of,
)
from gateway.register.owing import Owing, Places, make_due, owe, signed_by
from gateway.register.receipts import acknowledge, check_receipt
from gateway.register.writing import (
    Writing,
    message_facts,
    write_events,
    write_message,
    write_movement,
)

__all__ = [
    "Loaded",
    "Owing",
    "Places",
    "Writing",
    "acknowledge",
    "all_offices",
    "basis",
    "check_receipt",
    "folded",
    "itinerary_of",
    "load",
    "make_due",
    "message_facts",
    "owe",
    "packs_of",
    "route_offices",
    "signed_by",
    "write_events",
    "write_message",
    "write_movement",
]
