"""The European office list: customs offices as the Commission's reference data export them.

The document is a list of ``RDEntity``; that of name ``CustomsOffices`` holds one ``RDEntry`` an
office, made of named ``dataItem`` and ``dataGroup`` elements. Elements are told by name, whatever
version their namespace has. The list states, per season and stretch of the week, which *role* an
office plays for which *traffic type*; we keep the roles we know (``ROLES``) and count the others.

The list names no time zone: the country's is taken. Hours of countries with several zones are
marked unverified, so that they never refuse anything.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from gateway.domain.finding import Finding, Refusal
from gateway.domain.hours import DAY_MINUTES, OpeningPeriod
from gateway.domain.identifiers import is_office_code
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.roles import OfficeRole, Status
from gateway.markup.safe import Limits
from gateway.markup.tree import Element, name
from gateway.packs.directory import weekdays

ENTITY = "CustomsOffices"

LIMITS = Limits(bytes_max=200_000_000, elements_max=4_000_000, namespaces_max=100_000)
"""A full export holds 4,136 offices in some 20 MB."""

ROLES: Mapping[str, OfficeRole] = MappingProxyType(
    {
        "DEP": OfficeRole.DEPARTURE,
        "DES": OfficeRole.DESTINATION,
        "TRA": OfficeRole.TRANSIT,
        "TXT": OfficeRole.EXIT,
        "EXT": OfficeRole.EXIT,
        "ENT": OfficeRole.ENTRY,
    }
)
"""The list's roles that a stop can have; the other fifty or so are no roles of routes."""

TRAFFIC: Mapping[str, str] = MappingProxyType(
    {"R": "road", "V": "rail", "P": "sea", "AIR": "air", "C": "water", "PP": "fixed", "5": "mail"}
)
"""The list's traffic types; ``N/A`` names none."""

ZONES: Mapping[str, str] = MappingProxyType(
    {
        "AD": "Europe/Andorra", "AL": "Europe/Tirane", "AT": "Europe/Vienna",
        "BA": "Europe/Sarajevo", "BE": "Europe/Brussels", "BG": "Europe/Sofia",
        "CH": "Europe/Zurich", "CY": "Asia/Nicosia", "CZ": "Europe/Prague",
        "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn",
        "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
        "GB": "Europe/London", "GE": "Asia/Tbilisi", "GR": "Europe/Athens",
        "HR": "Europe/Zagreb", "HU": "Europe/Budapest", "IE": "Europe/Dublin",
        "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "LI": "Europe/Vaduz",
        "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
        "MD": "Europe/Chisinau", "ME": "Europe/Podgorica", "MK": "Europe/Skopje",
        "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo",
        "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest",
        "RS": "Europe/Belgrade", "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana",
        "SK": "Europe/Bratislava", "SM": "Europe/San_Marino", "TR": "Europe/Istanbul",
        "UA": "Europe/Kyiv", "XI": "Europe/London",
    }
)  # fmt: skip
"""Capital's time zone of each country of the list."""

SEVERAL_ZONES = frozenset({"ES", "PT", "FR", "DK", "NL", "NO"})
"""Countries of which some offices lie in another zone than the capital."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeList:
    """What a list held. ``passed_over`` says why entries were left out."""

    offices: tuple[CustomsOffice, ...]
    other_roles: int
    passed_over: tuple[Finding, ...]


@dataclass(slots=True)
class _Entry:
    """The named items and groups of one element; the first of an item's name counts."""

    items: dict[str, str]
    groups: list[tuple[str, Element]]

    def named(self, group: str) -> Iterator["_Entry"]:
        """Yield the groups of that name, read."""
        return (_entry(element) for known, element in self.groups if known == group)


def _entry(element: Element) -> _Entry:
    items: dict[str, str] = {}
    groups = []
    for child in element:
        key = child.get("name")
        if key is None:
            groups.append((name(child), child))
        elif len(child):
            groups.append((key, child))
        else:
            items.setdefault(key, (child.text or "").strip())
    return _Entry(items, groups)


def entries(root: Element) -> list[Element]:
    """Return the entry of each office.

    Raises:
        Refusal: ``office-list.none``: the document lists no customs offices.
    """
    found = [
        entry
        for entity in root
        if entity.get("name") == ENTITY
        for entry in entity
        if name(entry) == "RDEntry"
    ]
    if not found:
        raise Refusal(Finding(code="office-list.none", value=name(root)))
    return found


def read_office_list(
    root: Element, source: str, told: Callable[[int, int], None] = lambda _done, _all: None
) -> OfficeList:
    """Return the offices of a list. ``source`` is what they are marked with.

    ``told`` is called with entries read and entries there are, now and then.

    Raises:
        Refusal: ``office-list.none``.
    """
    found = entries(root)
    offices: dict[str, CustomsOffice] = {}
    passed: list[Finding] = []
    others = 0
    for place, element in enumerate(found, start=1):
        entry = _entry(element)
        code = entry.items.get("ReferenceNumber", "")
        if wrong := _unusable(code, entry, offices):
            passed.append(Finding(code=wrong, value=code, line=element.sourceline))
        else:
            offices[code], left = _office(code, entry, source)
            others += left
        if place % 100 == 0 or place == len(found):
            told(place, len(found))
    return OfficeList(
        offices=tuple(offices.values()), other_roles=others, passed_over=tuple(passed)
    )


def _unusable(code: str, entry: _Entry, known: Mapping[str, CustomsOffice]) -> str:
    if not is_office_code(code):
        return "office.malformed"
    if code in known:
        return "office-list.repeated"
    return "" if _country(code, entry) in ZONES else "office-list.unknown-country"


def _country(code: str, entry: _Entry) -> str:
    return entry.items.get("CountryCode") or code[:2]


def _office(code: str, entry: _Entry, source: str) -> tuple[CustomsOffice, int]:
    country = _country(code, entry)
    status = Status.UNVERIFIED if country in SEVERAL_ZONES else Status.CONFIRMED
    hours: list[OpeningPeriod] = []
    competences: set[tuple[OfficeRole, str]] = set()
    roles: set[OfficeRole] = set()
    others = 0
    for season in entry.named("CustomsOfficeTimetable"):
        for line in season.named("CustomsOfficeTimetableLine"):
            played, left = _competences(line)
            others += left
            roles.update(played)
            competences.update((role, mode) for role in played for mode in played[role])
            hours += _periods(season, line, played, (status, source))
    begun, ended = _validity(entry)
    office = CustomsOffice(
        code=code,
        national_code=code[2:],
        country=country,
        administration=country,
        zone=ZONES[country],
        names=_names(code, entry),
        roles=frozenset(roles),
        modes=frozenset(mode for _, mode in competences),
        status=Status.CONFIRMED,
        source=source,
        valid_from=begun,
        valid_to=ended,
        competences=frozenset(competences),
        hours=tuple(hours),
    )
    return office, others


def _names(code: str, entry: _Entry) -> tuple[tuple[str, str], ...]:
    names: dict[str, str] = {}
    for one in entry.named("CustomsOfficeLsd"):
        usual = " ".join(one.items.get("CustomsOfficeUsualName", "").split())
        if usual:
            names.setdefault(one.items.get("LanguageCode", "").lower(), usual)
    return tuple(names.items()) or (("en", code),)


def _validity(entry: _Entry) -> tuple[date | None, date | None]:
    """Return since when the entry counts, or until when where the list withdrew it."""
    for key, element in entry.groups:
        if key == "RDEntryStatus":
            said = {name(child): (child.text or "").strip() for child in element}
            since = _iso(said.get("activeFrom", ""))
            if said.get("state", "valid") == "valid":
                return since, None
            return None, since - timedelta(days=1) if since else date.min
    return None, None


def _competences(line: _Entry) -> tuple[dict[OfficeRole, set[str]], int]:
    """Return the modes of each role of a line, and how many statements were of other roles."""
    played: dict[OfficeRole, set[str]] = {}
    others = 0
    for one in line.named("CustomsOfficeRoleTrafficCompetence"):
        role = ROLES.get(one.items.get("Role", ""))
        if role is None:
            others += 1
            continue
        modes = played.setdefault(role, set())
        mode = TRAFFIC.get(one.items.get("TrafficType", ""))
        if mode is not None:
            modes.add(mode)
    return played, others


def _periods(
    season: _Entry,
    line: _Entry,
    played: Mapping[OfficeRole, set[str]],
    marks: tuple[Status, str],
) -> Iterator[OpeningPeriod]:
    """Yield the opening periods of a line: one for each stretch and set of modes."""
    by_modes: dict[frozenset[str], set[OfficeRole]] = {}
    for role, modes in played.items():
        by_modes.setdefault(frozenset(modes), set()).add(role)
    first, last = (_compact(season.items.get(f"Season{end}Date", "")) for end in ("Start", "End"))
    for days, opens, closes in _stretches(line):
        for served, roles in by_modes.items():
            yield OpeningPeriod(
                days=days,
                opens=opens,
                closes=closes,
                roles=frozenset(roles),
                modes=served,
                status=marks[0],
                source=marks[1],
                valid_from=first,
                valid_to=last,
            )


def _stretches(line: _Entry) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Yield days, opening and closing minute; what runs over midnight is split there."""
    begin, end = (line.items.get(f"DayInTheWeek{one}Day", "") for one in ("Begin", "End"))
    if not (begin in _DAYS and end in _DAYS):
        return
    days = weekdays(int(begin), int(end))
    for place, which in enumerate(("First", "Second")):
        opens, closes = (
            _minute(line.items.get(f"OpeningHoursTime{which}Period{one}", ""))
            for one in ("From", "To")
        )
        if opens is None or closes is None:
            continue
        if opens == closes:
            if opens or place:
                continue  # nothing, as lists write it
            closes = DAY_MINUTES  # midnight to midnight, in the first stretch: the whole day
        closes = DAY_MINUTES if closes == DAY_MINUTES - 1 else closes
        if opens < closes:
            yield days, opens, closes
        else:
            yield days, opens, DAY_MINUTES
            if closes:
                yield tuple(day % 7 + 1 for day in days), 0, closes


_DAYS = frozenset("1234567")


def _minute(text: str) -> int | None:
    """Read ``HHMM`` as minutes of the day; None where it is none."""
    if len(text) != len("HHMM") or not text.isdecimal() or not text.isascii():
        return None
    minute = int(text[:2]) * 60 + int(text[2:])
    return minute if minute <= DAY_MINUTES and int(text[2:]) < 60 else None  # noqa: PLR2004 - minutes


def _compact(text: str) -> date | None:
    """Read ``YYYYMMDD``; None where it is none."""
    return _iso(f"{text[:4]}-{text[4:6]}-{text[6:]}") if len(text) == len("YYYYMMDD") else None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
