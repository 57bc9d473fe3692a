"""``offices/``, ``offices/holidays/``, ``routes/`` and ``routes/crossings/``: what is shipped.

The dataclasses below are the format of the files, as in :mod:`gateway.packs.manifest`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.domain.crossings import Crossing, Crossings, GoodsGates, PermitGates
from gateway.domain.hours import DAY_MINUTES, DayKind, Holiday, OpeningPeriod
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.roles import MODES, OfficeRole, Status
from gateway.domain.routes import Route, RouteStop
from gateway.packs import tables

_CLOCK = re.compile(r"([0-2][0-9]):([0-5][0-9])")
_DAYS = re.compile(r"([1-7])(?:-([1-7]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _HoursRow:
    """One ``[[office.hours]]``: ``days`` as ``1-5`` or ``6``, times as ``HH:MM``."""

    days: str
    opens: str
    closes: str
    status: Status
    source: str
    roles: tuple[OfficeRole, ...] = ()
    modes: tuple[str, ...] = ()
    on_holidays: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfficeRow:
    """One ``[[office]]``."""

    code: str
    national_code: str
    country: str
    administration: str
    zone: str
    names: tables.PAIRS
    roles: tuple[OfficeRole, ...]
    modes: tuple[str, ...]
    status: Status
    source: str
    valid_from: date | None = None
    valid_to: date | None = None
    hours: tuple[_HoursRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _OfficeFile:
    office: tuple[_OfficeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _HolidayRow:
    """One ``[[holiday]]``; without ``last`` a single day."""

    first: date
    names: tables.PAIRS
    status: Status
    source: str
    last: date | None = None
    kind: DayKind = DayKind.HOLIDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class _HolidayFile:
    country: str
    holidays: tuple[_HolidayRow, ...] = field(metadata={tables.KEY: "holiday"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _StopRow:
    """One ``[[office]]`` of a route."""

    code: str
    role: OfficeRole
    mode: str
    usual_hours: int
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _RouteFile:
    id: str
    names: tables.PAIRS
    usual_hours: int
    status: Status
    source: str
    stops: tuple[_StopRow, ...] = field(metadata={tables.KEY: "office"})
    distance_km: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _CrossingRow:
    """One ``[[crossing]]``: two offices opposite each other."""

    offices: tuple[str, ...]
    modes: tuple[str, ...]
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _GoodsRow:
    """One ``[[goods]]``: HS headings that come into an administration at some offices only."""

    into: str
    headings: tuple[str, ...]
    offices: tuple[str, ...]
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _PermitRow:
    """One ``[[permit]]``: a kind of permit and the offices it lists; none where it lists none."""

    kind: str
    status: Status
    source: str
    offices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _CrossingFile:
    crossing: tuple[_CrossingRow, ...]
    goods: tuple[_GoodsRow, ...] = ()
    permit: tuple[_PermitRow, ...] = ()


def _files(files: Mapping[str, bytes], folder: str) -> list[str]:
    """Return the TOML files that lie directly in ``folder``."""
    return sorted(
        name for name in files if name.endswith(".toml") and name.rpartition("/")[0] == folder
    )


def read_offices(files: Mapping[str, bytes]) -> dict[str, CustomsOffice]:
    """Return the offices of ``offices/*.toml`` by code, holidays of their country attached.

    Raises:
        Refusal: ``pack.*``.
    """
    calendars = read_holidays(files)
    offices: dict[str, CustomsOffice] = {}
    for name in _files(files, "offices"):
        for row in tables.read(_OfficeFile, tables.load(files[name], name), name).office:
            if row.code in offices:
                raise tables.refusal("pack.repeated", name, key="office", word=row.code)
            offices[row.code] = _office(row, name, calendars.get(row.country, ()))
    return offices


def _office(row: _OfficeRow, file: str, holidays: tuple[Holiday, ...]) -> CustomsOffice:
    return CustomsOffice(
        code=row.code,
        national_code=row.national_code,
        country=row.country,
        administration=row.administration,
        zone=row.zone,
        names=row.names,
        roles=frozenset(row.roles),
        modes=frozenset(_modes(row.modes, file, row.code)),
        status=row.status,
        source=row.source,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        hours=tuple(_period(one, file, row.code) for one in row.hours),
        holidays=holidays,
    )


def _modes(modes: tuple[str, ...], file: str, where: str) -> tuple[str, ...]:
    for mode in modes:
        if mode not in MODES:
            allowed = ", ".join(sorted(MODES))
            raise tables.refusal("pack.unknown-word", file, key=where, word=mode, allowed=allowed)
    return modes


def _period(row: _HoursRow, file: str, code: str) -> OpeningPeriod:
    where = f"{code}.hours"
    opens, closes = (
        _minute(one, file, f"{where}.{key}")
        for key, one in (("opens", row.opens), ("closes", row.closes))
    )
    if opens >= closes:
        raise tables.refusal("pack.wrong-kind", file, key=f"{where}.closes", expected="later time")
    return OpeningPeriod(
        days=_days(row.days, file, f"{where}.days"),
        opens=opens,
        closes=closes,
        roles=frozenset(row.roles),
        modes=frozenset(_modes(row.modes, file, f"{where}.modes")),
        on_holidays=row.on_holidays,
        status=row.status,
        source=row.source,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _minute(text: str, file: str, where: str) -> int:
    found = _CLOCK.fullmatch(text)
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise tables.refusal("pack.wrong-kind", file, key=where, expected="HH:MM")
    return minute


def _days(text: str, file: str, where: str) -> tuple[int, ...]:
    found = _DAYS.fullmatch(text)
    if found is None:
        raise tables.refusal("pack.wrong-kind", file, key=where, expected="1-7")
    return weekdays(int(found[1]), int(found[2] or found[1]))


def weekdays(first: int, last: int) -> tuple[int, ...]:
    """Return ISO weekdays from ``first`` to ``last``, over Sunday where ``last`` is smaller."""
    if first <= last:
        return tuple(range(first, last + 1))
    return (*range(first, 8), *range(1, last + 1))


def read_holidays(files: Mapping[str, bytes]) -> dict[str, tuple[Holiday, ...]]:
    """Return the calendars of ``offices/holidays/*.toml`` by country.

    Raises:
        Refusal: ``pack.*``.
    """
    calendars: dict[str, tuple[Holiday, ...]] = {}
    for name in _files(files, "offices/holidays"):
        found = tables.read(_HolidayFile, tables.load(files[name], name), name)
        if found.country in calendars:
            raise tables.refusal("pack.repeated", name, key="country", word=found.country)
        calendars[found.country] = tuple(_holiday(row, name) for row in found.holidays)
    return calendars


def _holiday(row: _HolidayRow, file: str) -> Holiday:
    last = row.last or row.first
    if last < row.first:
        raise tables.refusal("pack.wrong-kind", file, key="last", expected="later date")
    return Holiday(
        first=row.first,
        last=last,
        kind=row.kind,
        names=row.names,
        status=row.status,
        source=row.source,
    )


def read_routes(files: Mapping[str, bytes]) -> dict[str, Route]:
    """Return the routes of ``routes/*.toml`` by id.

    Raises:
        Refusal: ``pack.*``, also where times go backwards.
    """
    routes: dict[str, Route] = {}
    for name in _files(files, "routes"):
        found = tables.read(_RouteFile, tables.load(files[name], name), name)
        if found.id in routes:
            raise tables.refusal("pack.repeated", name, key="id", word=found.id)
        routes[found.id] = _route(found, name)
    return routes


def _route(found: _RouteFile, file: str) -> Route:
    hours = [stop.usual_hours for stop in found.stops]
    if not hours or hours[0] != 0 or hours != sorted(hours) or hours[-1] != found.usual_hours:
        raise tables.refusal("pack.wrong-kind", file, key="usual_hours", expected="rising hours")
    stops = tuple(
        RouteStop(
            code=row.code,
            role=row.role,
            mode=_modes((row.mode,), file, f"{row.code}.mode")[0],
            usual_hours=row.usual_hours,
            status=row.status,
            source=row.source,
        )
        for row in found.stops
    )
    return Route(
        id=found.id,
        names=found.names,
        usual_hours=found.usual_hours,
        status=found.status,
        source=found.source,
        stops=stops,
        distance_km=found.distance_km,
    )


def read_crossings(files: Mapping[str, bytes]) -> Crossings:
    """Return the crossings of ``routes/crossings/*.toml``, and what is admitted where.

    Raises:
        Refusal: ``pack.*``.
    """
    crossings: list[Crossing] = []
    goods: list[GoodsGates] = []
    permits: list[PermitGates] = []
    for name in _files(files, "routes/crossings"):
        found = tables.read(_CrossingFile, tables.load(files[name], name), name)
        crossings += (_crossing(row, name) for row in found.crossing)
        goods += (
            GoodsGates(
                into=row.into,
                headings=frozenset(row.headings),
                offices=frozenset(row.offices),
                status=row.status,
                source=row.source,
            )
            for row in found.goods
        )
        permits += (
            PermitGates(
                kind=row.kind,
                offices=frozenset(row.offices),
                status=row.status,
                source=row.source,
            )
            for row in found.permit
        )
    return Crossings(crossings=tuple(crossings), goods=tuple(goods), permits=tuple(permits))


def _crossing(row: _CrossingRow, file: str) -> Crossing:
    try:
        one, other = row.offices
    except ValueError:
        raise tables.refusal(
            "pack.wrong-kind", file, key="offices", expected="two offices"
        ) from None
    modes = frozenset(_modes(row.modes, file, f"{one}.modes"))
    return Crossing(offices=(one, other), modes=modes, status=row.status, source=row.source)
