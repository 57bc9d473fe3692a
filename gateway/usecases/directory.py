"""Customs offices: find them, look one up, take over an official list.

Reading reaches the shipped directory alone where there is no store (``stored=False``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Finding, Refusal
from gateway.domain.hours import Openness
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.records import Lost
from gateway.domain.roles import MODES, OfficeRole
from gateway.markup import safe
from gateway.packs.office_list import LIMITS, read_office_list
from gateway.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for; whatever is empty or None does not narrow the search.

    ``at`` is aware, or local to each office. Offices known to be closed then are left out;
    those of which nobody knows stay, and say so.
    """

    role: str = ""
    mode: str = ""
    country: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOffice:
    """An office, and what is known of it at the wanted time (None if none was asked for)."""

    office: CustomsOffice
    state: Openness | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a list changed. ``other_roles`` counts statements about roles no stop can have."""

    added: int
    changed: int
    unchanged: int
    other_roles: int
    findings: tuple[Finding, ...]


def find_offices(ports: Ports, wanted: Wanted, *, stored: bool = True) -> tuple[FoundOffice, ...]:
    """Return the offices that fit, by code.

    Raises:
        Refused: ``office.unknown-role``, ``office.unknown-mode``.
    """
    role, mode = _words(wanted)
    found = []
    for _, office in sorted(register.all_offices(ports, stored=stored).items()):
        if wanted.country and office.country != wanted.country.upper():
            continue
        if not _fits(office, role, mode, wanted.at):
            continue
        state = _state(office, role, mode, wanted.at) if wanted.at else None
        if state in (None, Openness.OPEN, Openness.UNKNOWN):
            found.append(FoundOffice(office=office, state=state))
    return tuple(found)


def show_office(ports: Ports, code: str, *, stored: bool = True) -> CustomsOffice:
    """Return one office.

    Raises:
        NotFound: ``office.unknown``.
    """
    office = register.all_offices(ports, stored=stored).get(code)
    if office is None:
        raise NotFound(Finding(code="office.unknown", value=code))
    return office


def _words(wanted: Wanted) -> tuple[OfficeRole | None, frozenset[str]]:
    findings = []
    roles = {role.value: role for role in OfficeRole}
    if wanted.role and wanted.role not in roles:
        args = (("known", ", ".join(roles)),)
        findings.append(Finding(code="office.unknown-role", value=wanted.role, args=args))
    if wanted.mode and wanted.mode not in MODES:
        args = (("known", ", ".join(sorted(MODES))),)
        findings.append(Finding(code="office.unknown-mode", value=wanted.mode, args=args))
    if findings:
        raise Refused(*findings)
    return roles.get(wanted.role), frozenset({wanted.mode} - {""})


def _fits(
    office: CustomsOffice, role: OfficeRole | None, modes: frozenset[str], at: datetime | None
) -> bool:
    roles = [role] if role else list(office.roles)
    if at is not None:
        roles = [one for one in roles if office.serves(one, _local(office, at).date())]
    fitting = [one for one in roles if one in office.roles and office.carries(one, modes)]
    return bool(fitting) or not (role or modes or at)


def _state(
    office: CustomsOffice, role: OfficeRole | None, modes: frozenset[str], at: datetime
) -> Openness:
    """Return the best that is known over the roles that fit: open, unknown, holiday, closed."""
    roles = [role] if role else sorted(office.roles)
    states = {office.timetable(one, modes).at(_local(office, at)).state for one in roles}
    ranking = (Openness.OPEN, Openness.UNKNOWN, Openness.HOLIDAY)
    return next((one for one in ranking if one in states), Openness.CLOSED)


def _local(office: CustomsOffice, at: datetime) -> datetime:
    zone = ZoneInfo(office.zone)
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


# ------------------------------------------------------------------ import


def import_offices(
    ports: Ports,
    tenant: str,
    raw: bytes,
    *,
    source: str = "",
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Imported:
    """Take over an office list: new offices are added, known ones follow the list.

    All of it is one change. Names in languages the list has not are kept; ``told`` is called with
    entries read and entries there are.

    Raises:
        Refused: the document is malformed, or lists no offices.
        InConflict: somebody changed offices meanwhile.
    """
    digest = sha256(raw).hexdigest()
    try:
        listed = read_office_list(
            safe.parse_foreign(raw, LIMITS), source or f"office list {digest[:12]}", told
        )
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal
    writing = register.Writing(ports, tenant, ports.clock.now())
    new, changed = _news(ports, listed.offices)
    for office in new:
        writing.insert(office)
    for office in changed:
        writing.update("offices", office.code, _values(office))
    facts: dict[str, object] = {
        "office-list": digest,
        "source": source,
        "added": len(new),
        "changed": len(changed),
    }
    writing.entry(EntryKind.SETUP, facts=facts)
    try:
        ports.store.commit(writing.change())
    except Lost as lost:
        raise InConflict(Finding(code="setup.exists", value=lost.what)) from lost
    return Imported(
        added=len(new),
        changed=len(changed),
        unchanged=len(listed.offices) - len(new) - len(changed),
        other_roles=listed.other_roles,
        findings=listed.passed_over,
    )


def _news(
    ports: Ports, listed: Iterable[CustomsOffice]
) -> tuple[list[CustomsOffice], list[CustomsOffice]]:
    """Return the offices that are new, and those of which the list now says something else."""
    shipped = ports.packs.offices()
    stored = {office.code: office for office in ports.store.offices()}
    new, changed = [], []
    for office in listed:
        known = stored.get(office.code)
        named = known or shipped.get(office.code)
        merged = replace(office, names=_names(office, named)) if named else office
        if known is None:
            new.append(merged)
        elif not _same(known, merged):
            changed.append(merged)
    return new, changed


def _names(office: CustomsOffice, known: CustomsOffice) -> tuple[tuple[str, str], ...]:
    return tuple({**dict(known.names), **dict(office.names)}.items())


_FOLLOWED = (
    "national_code", "country", "administration", "zone", "names", "roles", "modes", "status",
    "valid_from", "valid_to", "competences", "hours",
)  # fmt: skip
"""What the list decides; ``source`` follows when any of it changes, and is no change itself."""


def _same(known: CustomsOffice, merged: CustomsOffice) -> bool:
    return all(_said(known, name) == _said(merged, name) for name in _FOLLOWED)


def _said(office: CustomsOffice, name: str) -> object:
    """Return a value without the source that it repeats."""
    if name == "hours":
        return tuple(replace(period, source="") for period in office.hours)
    return getattr(office, name)


def _values(office: CustomsOffice) -> dict[str, object]:
    return {name: getattr(office, name) for name in (*_FOLLOWED, "source")}
