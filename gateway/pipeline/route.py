"""Step 5: the itinerary, the procedures and the messages a declaration leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.domain.declaration import Declaration, DeclaredStop
from gateway.domain.finding import Finding, Refusal, refused
from gateway.domain.itinerary import CustomsOffice, Itinerary, OfficeRole, Stop
from gateway.packs.manifest import MessageSpec
from gateway.packs.pack import Pack, PackSet


@dataclass(frozen=True, slots=True)
class Planned:
    """One message that will be owed to one stop when its triggers fire."""

    pack: Pack
    spec: MessageSpec
    stop: Stop


def plan_itinerary(
    declaration: Declaration, offices: Mapping[str, CustomsOffice], packs: PackSet, on: date
) -> Itinerary:
    """Return the offices in travel order, each known, in force and able to play its role.

    Raises:
        Refusal: ``office.*`` and ``route.*``, all at once.
    """
    findings: list[Finding] = []
    stops: list[Stop] = []
    for declared in sorted(declaration.stops, key=lambda stop: stop.sequence):
        office = offices.get(declared.office)
        pointer = f"/Declaration/Itinerary/Office[{declared.sequence}]"
        if office is None:
            findings.append(Finding(code="office.unknown", pointer=pointer, value=declared.office))
            continue
        findings += _unfit(office, declared, packs, pointer, on)
        stops.append(
            Stop(
                sequence=declared.sequence,
                office=office,
                role=declared.role,
                expected_at=declared.expected_at,
            )
        )
    findings += _ends(stops)
    if refused(findings):
        raise Refusal(*findings)
    return Itinerary(tuple(stops))


def _unfit(
    office: CustomsOffice, declared: DeclaredStop, packs: PackSet, pointer: str, on: date
) -> list[Finding]:
    day = declared.expected_at.date() if declared.expected_at else on
    found = []
    if not office.serves(declared.role, day):
        role = (("role", declared.role.value), ("day", day.isoformat()))
        found.append(
            Finding(
                code="office.wrong-role",
                pointer=f"{pointer}/RoleCode",
                value=office.code,
                offices=(office.code,),
                args=role,
            )
        )
    if packs.by_administration(office.administration) is None:
        found.append(
            Finding(
                code="pack.none-for-office",
                pointer=f"{pointer}/ID",
                value=office.administration,
                offices=(office.code,),
            )
        )
    return found


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
        if spec.role == stop.role
    ]
    return tuple(dict.fromkeys(planned))


def plan_messages(itinerary: Itinerary, packs: PackSet) -> tuple[Planned, ...]:
    """Return every message this itinerary will owe, in travel order.

    One message goes to an administration however many of its offices share the role where the
    pack says ``per = "administration"``, and none where a fuller one goes there anyway
    (NCTS rules G0130 and G0170).
    """
    planned = [
        Planned(pack, spec, stop)
        for stop in itinerary.stops
        if (pack := packs.by_administration(stop.office.administration)) is not None
        for spec in pack.manifest.messages
        if spec.role == stop.role
    ]
    going = {(one.stop.office.administration, one.spec.type) for one in planned}
    kept: list[Planned] = []
    for one in planned:
        administration = one.stop.office.administration
        if any((administration, fuller) in going for fuller in one.spec.yields_to):
            continue
        if one.spec.per == "administration" and any(
            other.spec.type == one.spec.type and other.stop.office.administration == administration
            for other in kept
        ):
            continue
        kept.append(one)
    return tuple(kept)
