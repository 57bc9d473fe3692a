"""Fills the placeholders of template declarations, by one documented rule.

Public test templates carry ``{{LRN}}`` and the like where a sender writes its own references and
times. The rule, with *at* as the moment of filling:

=================================  ==========================================
``LRN``, ``messageIdentification``  a fresh reference, at most 22 characters
``preparationDateAndTime``          *at*, in UTC without offset
``arrivalTime``                     one day after *at*
``limitDate``                       the date eight days after *at*
other names ending in ``Time``      *at*
other names ending in ``Date``      the date of *at*
=================================  ==========================================

Everything else in double braces is left, for the schema to refuse.
"""

import re
from datetime import UTC, datetime, timedelta

ARRIVAL_DAYS = 1
LIMIT_DAYS = 8

_PLACEHOLDER = re.compile(rb"\{\{([A-Za-z]+)\}\}")


def fill(raw: bytes, at: datetime, reference: str) -> bytes:
    """Return ``raw`` with its placeholders filled; bytes without any come back unchanged."""
    at = at.astimezone(UTC).replace(microsecond=0, tzinfo=None)

    def value(found: "re.Match[bytes]") -> bytes:
        return _value(found[1].decode(), at, reference, found[0])

    return _PLACEHOLDER.sub(value, raw)


def _value(name: str, at: datetime, reference: str, unfilled: bytes) -> bytes:
    if name in ("LRN", "messageIdentification"):
        return reference.encode()
    if name == "arrivalTime":
        return (at + timedelta(days=ARRIVAL_DAYS)).isoformat().encode()
    if name == "limitDate":
        return (at + timedelta(days=LIMIT_DAYS)).date().isoformat().encode()
    if name.endswith("Time"):
        return at.isoformat().encode()
    if name.endswith("Date"):
        return at.date().isoformat().encode()
    return unfilled


def fresh_reference(at: datetime, drawn: str) -> str:
    """Return a local reference number: ``FR``, the second, and ``drawn`` characters of chance."""
    return f"FR{at.astimezone(UTC):%y%m%d%H%M%S}{drawn}"
