"""A reading of position and temperature, from the JSON in which a terminal's owner sends it.

Members: ``source`` (what read it: the name of a Beidou terminal or a reefer), ``at`` (with offset),
and at least one of ``place`` (an office on the way), ``latitude`` with ``longitude`` (WGS 84
degrees), ``temperature_c``. Numbers are decimals, as JSON numbers or as texts.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from gateway.domain.finding import Finding, Refusal
from gateway.domain.position import Reading, ordinary

TEXT_LENGTH_MAX = 64
BYTES_MAX = 4096
_TEXTS = ("source", "at", "place")
_NUMBERS = ("latitude", "longitude", "temperature_c")


def read_reading(raw: bytes) -> Reading:
    """Return the reading.

    Raises:
        Refusal: ``position.malformed``: no JSON object, a member that is unknown, missing, too
            long or of another kind, a time without offset.
    """
    if len(raw) > BYTES_MAX:
        raise _malformed("", f"more than {BYTES_MAX} bytes")
    try:
        found = json.loads(raw, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _malformed("", str(error)) from None
    if not isinstance(found, dict):
        raise _malformed("", "an object was expected")
    for name in found:
        if name not in (*_TEXTS, *_NUMBERS):
            raise _malformed(name, "no such member")
    texts = {name: _text(found, name) for name in _TEXTS}
    return Reading(
        source=_needed("source", texts["source"]),
        at=_moment(_needed("at", texts["at"])),
        place=texts["place"],
        latitude=_number(found, "latitude"),
        longitude=_number(found, "longitude"),
        temperature_c=_number(found, "temperature_c"),
    )


def _no_number(text: str) -> Decimal:
    raise ValueError(f"{text} is no number")


def _text(found: dict[str, object], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX or not value.isprintable():
        raise _malformed(name, f"a text of at most {TEXT_LENGTH_MAX} characters was expected")
    return value


def _needed(name: str, value: str) -> str:
    if not value.strip():
        raise _malformed(name, "it is missing")
    return value


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return _aware(at).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _malformed("at", str(error)) from None


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("the time has no offset, e.g. +08:00")
    return at


def _number(found: dict[str, object], name: str) -> Decimal | None:
    value = found.get(name)
    if value is None:
        return None
    try:
        number = Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        number = None
    if not isinstance(number, Decimal) or not ordinary(number) or abs(number) >= 10**6:
        raise _malformed(name, "a number was expected")
    return number


def _malformed(name: str, reason: str) -> Refusal:
    words = (("reason", reason),)
    return Refusal(Finding(code="position.malformed", pointer=f"/{name}", value=name, args=words))
