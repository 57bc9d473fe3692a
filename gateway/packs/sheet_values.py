"""What a cell says, spelled as the declaration spells it, and the other way."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from gateway.markup.workbook import Value
from gateway.packs.sheet_layout import Kind
from gateway.packs.twin import UNFIT

DIGITS = 15
"""Significant digits of a number in a workbook; what lies beyond is an artefact of its storage."""

_HALF = timedelta(milliseconds=500)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-\u2212]?)([0-9]{1,2})(?::?([0-9]{2}))?")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?\s*(Z|[+-]\d{2}:\d{2})?")
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_HOURS_MAX = 14


class Unfit(Exception):
    """A value cannot be what its column says; ``code`` is the finding's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# ------------------------------------------------------------------ from cells


def spelled(value: Value, kind: Kind) -> str:
    """Return the text of a cell; what is no text or number is refused where none is expected.

    Raises:
        Unfit: ``sheet.not-text``, ``sheet.not-a-day``, ``sheet.unfit-text``.
    """
    if kind is Kind.DAY:
        return _day(value)
    if isinstance(value, str):
        return _fit(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("sheet.not-text")
    return number(value)


def number(value: float) -> str:
    """Return a number's decimal spelling: 0.1 is 0.1, 853224.0 is 853224."""
    exact = Decimal(f"{value:.{DIGITS}g}")
    return format(exact, "f") if exact else "0"


def _day(value: Value) -> str:
    if isinstance(value, datetime):
        if value.time() != time():
            raise Unfit("sheet.not-a-day")
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _fit(value)
    raise Unfit("sheet.not-a-day")


def moment(value: Value, zone: Value) -> str:
    """Return a time with its offset; the cell holds a date and time, or a text that says both.

    Raises:
        Unfit: ``sheet.not-a-time``, ``sheet.no-zone``, ``sheet.unfit-text``.
    """
    if isinstance(value, str):
        return _told_moment(_fit(value), zone)
    if not isinstance(value, date):
        raise Unfit("sheet.not-a-time")
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (at + _HALF).replace(microsecond=0).isoformat() + offset(zone)


def _told_moment(text: str, zone: Value) -> str:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text  # the schema says what is wrong with it
    return f"{found[1]}T{found[2]}{found[3] or ':00'}{found[4] or offset(zone)}"


def offset(zone: Value) -> str:
    """Return an offset from UTC: ``+08:00``, also where a cell holds 8, UTC+8 or the time 8:00.

    Raises:
        Unfit: ``sheet.no-zone``.
    """
    if isinstance(zone, time):
        return f"+{zone:%H:%M}"
    text = zone.strip().upper() if isinstance(zone, str) else _whole(zone)
    if text in ("Z", "UTC", "GMT"):
        return "Z"
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > _HOURS_MAX:
        raise Unfit("sheet.no-zone")
    sign = "-" if found[1] in ("-", "\u2212") else "+"
    return f"{sign}{int(found[2]):02}:{found[3] or '00'}"


def _whole(zone: Value) -> str:
    plain_number = isinstance(zone, int | float) and not isinstance(zone, bool)
    return f"{zone:g}" if plain_number else ""


def _fit(text: str) -> str:
    if UNFIT.search(text):
        raise Unfit("sheet.unfit-text")
    return unicodedata.normalize("NFC", text.strip())  # keyboards of some systems decompose


# ------------------------------------------------------------------ into cells


def cell_of(text: str, kind: Kind) -> Value | Decimal:
    """Return what a cell holds for a text of the declaration; a text where nothing else says it."""
    try:
        if kind is Kind.NUMBER and _PLAIN_NUMBER.fullmatch(text):
            exact = Decimal(text)
            return exact if len(exact.as_tuple().digits) <= DIGITS else text
        if kind is Kind.DAY:
            return date.fromisoformat(text)
        if kind is Kind.MOMENT and (found := _MOMENT.fullmatch(text)):
            return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}")
    except ValueError:
        return text
    return text


def zone_of(text: str) -> str:
    """Return the offset of a time; one without is UTC."""
    found = _MOMENT.fullmatch(text)
    return (found[4] or "Z") if found else ""
