"""Step 5: the itinerary, the procedures and the messages a declaration leads to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway.domain.declaration import Declaration, DeclaredStop, Leg
from gateway.domain.event import EventKind
from gateway.domain.finding import Finding, Refusal, Severity, refused
from gateway.domain.hours import Opening, Openness
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.domain.roles import Status
from gateway.packs.manifest import MessageSpec, Per
from gateway.packs.pack import Pack, PackSet


@dataclass(frozen=True, slots=True)
class Planned:
    """One message that will be owed to one stop when its triggers fire.

    ``trip`` is the one it is about, where there are several.
    """

    pack: Pack
    spec: MessageSpec
    stop: Stop
    trip: str = ""


def plan_itinerary(
    declaration: Declaration,
    offices: Mapping[str, CustomsOffice],
    packs: PackSet,
    on: date,
    linked: Collection[str] = (),
) -> Itinerary:
    """Return the offices in travel order, each known, in force and able to play its role.

    Right after an office come those that a pack puts beside it (other systems at the same place),
    as far as ``linked`` has them: the declarant need not name them.

    Raises:
        Refusal: ``office.*`` and ``route.*``, all at once.
    """
    findings: list[Finding] = []
    stops: list[Stop] = []
    for declared in sorted(declaration.stops, key=lambda stop: stop.sequence):
        office = offices.get(declared.office)
        if office is None:
            pointer = _pointer(declared.sequence)
            findings.append(Finding(code="office.unknown", pointer=pointer, value=declared.office))
            continue
        stop = Stop(
            sequence=declared.sequence,
            office=office,
            role=declared.role,
            expected_at=declared.expected_at,
            modes=_modes(declaration, declared),
        )
        findings += _unfit(stop, packs, on)
        beside = (offices.get(code) for code in packs.beside(stop.office.code) if code in linked)
        others = (replace(stop, office=one) for one in beside if one and one.serves(stop.role, on))
        stops += (stop, *others)
    findings += _ends(stops)
    if refused(findings):
        raise Refusal(*findings)
    return Itinerary(tuple(stops))


def _pointer(sequence: int) -> str:
    return f"/Declaration/Itinerary/Office[{sequence}]"


def _modes(declaration: Declaration, declared: DeclaredStop) -> frozenset[str]:
    """Return the modes in which the goods come to or leave an office; empty where none is declared.

    A leg covers every office from its first to its last; where two meet, either mode will do.
    """
    places = {stop.office: stop.sequence for stop in declaration.stops}
    return frozenset(
        mode
        for leg in declaration.legs
        if _covers(leg, declared.sequence, places)
        for mode in leg.modes
    )


def _covers(leg: Leg, sequence: int, places: Mapping[str, int]) -> bool:
    if leg.from_office not in places or leg.to_office not in places:
        return False
    return places[leg.from_office] <= sequence <= places[leg.to_office]


def _unfit(stop: Stop, packs: PackSet, on: date) -> Iterable[Finding]:
    office, pointer = stop.office, _pointer(stop.sequence)
    day = _local(stop.expected_at, office).date() if stop.expected_at else on
    if not office.serves(stop.role, day):
        yield Finding(
            code="office.wrong-role",
            pointer=f"{pointer}/RoleCode",
            value=office.code,
            offices=(office.code,),
            args=(("role", stop.role.value), ("day", day.isoformat())),
        )
    pack = packs.by_administration(office.administration)
    if pack is None:
        yield Finding(
            code=packs.absence(office.administration),
            pointer=f"{pointer}/ID",
            value=office.administration,
            offices=(office.code,),
        )


def _spelled(modes: Iterable[str]) -> str:
    return ", ".join(sorted(modes))


# ------------------------------------------------------------------ modes, hours, holidays


def judge_stops(stops: Iterable[Stop], packs: PackSet) -> tuple[Finding, ...]:
    """Return what modes, opening hours and holidays say to stops on their expected days.

    What a confirmed source says refuses; what nobody confirmed warns; what is not known is told as
    information, for all offices together.
    """
    stops = tuple(stops)
    found = [
        finding
        for stop in stops
        for finding in (*_mode(stop), *_without_procedure(stop, packs), *_closed(stop))
    ]
    timed = [one for one in stops if _hours_stated(one)]
    tables = {
        "office.hours-unstated": [one for one in stops if one not in timed],
        "office.time-unknown": [one for one in timed if one.expected_at is None],
        "office.holidays-unstated": [one for one in timed if not _opening(one).calendar_known],
    }
    return (*found, *(one for code, which in tables.items() for one in _untold(code, which)))


def _without_procedure(stop: Stop, packs: PackSet) -> Iterable[Finding]:
    """Refuse where a pack has procedures for the role, but none for the declared mode."""
    office = stop.office
    pack = packs.by_administration(office.administration)
    if pack is None or not stop.modes:
        return
    of_role = [spec for spec in pack.manifest.procedures if spec.role == stop.role]
    if of_role and not any(spec.met(stop) for spec in of_role):
        yield Finding(
            code="procedure.none-for-mode",
            pointer=f"{_pointer(stop.sequence)}/ID",
            value=_spelled(stop.modes),
            offices=(office.code,),
            args=(
                ("administration", office.administration),
                ("role", stop.role.value),
                ("office", office.code),
            ),
        )


def _mode(stop: Stop) -> Iterable[Finding]:
    office = stop.office
    if not office.carries(stop.role, stop.modes):
        yield Finding(
            code="office.mode-not-served",
            severity=_severity(office.status),
            pointer=f"{_pointer(stop.sequence)}/ID",
            value=_spelled(stop.modes),
            offices=(office.code,),
            args=(("office", office.code), ("role", stop.role.value)),
        )


def _closed(stop: Stop) -> Iterable[Finding]:
    opening = _opening(stop)
    if stop.expected_at is None or opening.state not in (Openness.CLOSED, Openness.HOLIDAY):
        return
    local = _local(stop.expected_at, stop.office)
    opens = stop.office.timetable(stop.role, stop.modes).next_open(stop.expected_at)
    args = (
        ("office", stop.office.code),
        ("at", f"{local:%Y-%m-%d %H:%M}"),
        ("day", local.date().isoformat()),
        ("opens", f"{_local(opens, stop.office):%Y-%m-%d %H:%M}" if opens else "?"),
        ("holiday", opening.holiday.name() if opening.holiday else ""),
        ("status", opening.status.value),
    )
    yield Finding(
        code="office.holiday" if opening.holiday else "office.closed",
        severity=_severity(opening.status),
        pointer=f"{_pointer(stop.sequence)}/ExpectedDateTime",
        value=local.isoformat(),
        offices=(stop.office.code,),
        args=args,
    )


def _opening(stop: Stop) -> Opening:
    """Return what is known of the office when the goods are expected there."""
    if stop.expected_at is None:
        return Opening(state=Openness.UNKNOWN, status=Status.UNVERIFIED, calendar_known=True)
    return stop.office.timetable(stop.role, stop.modes).at(stop.expected_at)


def _untold(code: str, stops: list[Stop]) -> Iterable[Finding]:
    codes = tuple(dict.fromkeys(stop.office.code for stop in stops))
    if codes:
        yield Finding(
            code=code,
            severity=Severity.INFORMATION,
            pointer="/Declaration/Itinerary",
            value=", ".join(codes),
            offices=codes,
        )


def _hours_stated(stop: Stop) -> bool:
    return bool(stop.office.timetable(stop.role, stop.modes).periods)


def _severity(status: Status) -> Severity:
    return Severity.ERROR if status is Status.CONFIRMED else Severity.WARNING


def _local(at: datetime, office: CustomsOffice) -> datetime:
    return at.astimezone(ZoneInfo(office.zone))


def _ends(stops: list[Stop]) -> list[Finding]:
    roles = [stop.role for stop in stops]
    found = []
    if not roles or roles[0] is not OfficeRole.DEPARTURE:
        found.append(Finding(code="route.no-departure", pointer="/Declaration/Itinerary"))
    if not roles or roles[-1] is not OfficeRole.DESTINATION:
        found.append(Finding(code="route.no-destination", pointer="/Declaration/Itinerary"))
    return found


def plan_procedures(itinerary: Itinerary, packs: PackSet) -> tuple[tuple[str, str], ...]:
    """Return (administration, procedure kind) of every procedure on the way, without repeats."""
    planned = [
        (stop.office.administration, spec.kind)
        for stop in itinerary.stops
        if (pack := packs.by_administration(stop.office.administration)) is not None
        for spec in pack.manifest.procedures
        if spec.met(stop)
    ]
    return tuple(dict.fromkeys(planned))


def plan_messages(
    itinerary: Itinerary, packs: PackSet, *, prelodged: bool = False
) -> tuple[Planned, ...]:
    """Return every message this itinerary will owe on its way, in travel order.

    What is owed on presentation is owed by goods that were ``prelodged`` only: the others were
    presented when they were declared.

    One message goes to an administration however many of its offices share the role where the
    pack says ``per = "administration"``, and none where a fuller one goes there anyway
    (NCTS rules G0130 and G0170). Occasional messages are planned when their occasion comes.
    """
    return once_each(
        Planned(pack, spec, stop)
        for stop in itinerary.stops
        if (pack := packs.by_administration(stop.office.administration)) is not None
        for spec in pack.messages
        if spec.goes_to(stop.role) and not spec.occasional and _entered(spec, pack, itinerary)
        if prelodged or EventKind.PRESENTED not in spec.on
    )


def plan_newcomers(
    itinerary: Itinerary, packs: PackSet, known: Collection[tuple[str, str, str]]
) -> tuple[Planned, ...]:
    """Return the messages of the journey that offices owe to a diversion were not planned for.

    ``known`` are (type, office, administration) of the messages there are. An administration that
    gets one message for all of its offices has it (NCTS rules G0130, G0170).
    """
    offices = {(kind, office) for kind, office, _ in known}
    administrations = {(kind, administration) for kind, _, administration in known}

    def new(one: Planned) -> bool:
        administration = one.stop.office.administration
        once = one.spec.per is Per.ADMINISTRATION
        told = once and (one.spec.type, administration) in administrations
        fuller = any((kind, administration) in administrations for kind in one.spec.yields_to)
        return not (told or fuller or (one.spec.type, one.stop.office.code) in offices)

    return tuple(filter(new, plan_messages(itinerary, packs)))


def once_each(going_out: Iterable[Planned]) -> tuple[Planned, ...]:
    """Leave one message to an administration where the pack says so, the fullest."""
    planned = tuple(going_out)
    going = {(one.stop.office.administration, one.spec.type) for one in planned}
    kept: list[Planned] = []
    for one in planned:
        administration = one.stop.office.administration
        if any((administration, fuller) in going for fuller in one.spec.yields_to):
            continue
        if one.spec.per is Per.ADMINISTRATION and any(
            other.spec.type == one.spec.type and other.stop.office.administration == administration
            for other in kept
        ):
            continue
        kept.append(one)
    return tuple(kept)


def _entered(spec: MessageSpec, pack: Pack, itinerary: Itinerary) -> bool:
    """Tell whether the movement passes through the procedure that a message serves.

    A message may go to another office than the one that opens its procedure.
    """
    procedure = next(one for one in pack.manifest.procedures if one.kind == spec.procedure)
    opening = [
        stop
        for stop in itinerary.playing(procedure.role)
        if stop.office.administration in pack.manifest.administrations
    ]
    return not opening or any(procedure.met(stop) for stop in opening)
