"""Step 4: the typed declaration, from a verified and valid element."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from gateway.domain.crossings import HEADING_DIGITS
from gateway.domain.declaration import (
    DatedPaper,
    Declaration,
    DeclaredStop,
    Leg,
    Party,
    Vehicle,
)
from gateway.domain.finding import Finding, Refusal
from gateway.domain.roles import UNECE_MODES, OfficeRole
from gateway.markup import tree

_HS_CODES = "d:Consignment/d:HouseConsignment/d:GoodsItem/d:Commodity/d:HarmonizedSystemCode"


def read_declaration(root: tree.Element) -> Declaration:
    """Read what the core decides on. Schema-valid input is expected.

    Raises:
        Refusal: ``declaration.no-declarant`` when nobody in it can be held to it.
    """
    items = tree.elements(root, "d:Consignment/d:HouseConsignment/d:GoodsItem")
    packages = _packages(root)
    gross = _decimal(tree.text(root, "d:Consignment/d:GrossMassMeasure"))
    declaration = Declaration(
        lrn=tree.text(root, "d:FunctionalReferenceID"),
        prelodged=tree.text(root, "d:AdditionalTypeCode") == "D",
        issued_at=_moment(tree.text(root, "d:IssueDateTime")),
        parties=tuple(_party(node) for node in tree.elements(root, "d:Party")),
        stops=tuple(_stop(node) for node in tree.elements(root, "d:Itinerary/d:Office")),
        vehicles=_vehicles(root, packages, gross),
        packages=packages,
        gross_mass_kg=gross,
        items=len(items),
        legs=tuple(_leg(node) for node in tree.elements(root, "d:Trip/d:Leg")),
        presentation_at=_moment(tree.text(root, "d:TransitOperation/d:PresentationDateTime")),
        limit_on=_day(tree.text(root, "d:TransitOperation/d:LimitDate")),
        papers=_papers(root),
        temperatures=read_temperatures(root),
        headings=_headings(root, len(items)),
    )
    if declaration.declarant is None or not declaration.declarant.ids:
        raise Refusal(Finding(code="declaration.no-declarant", pointer="/Declaration/Party"))
    return declaration


def _party(node: tree.Element) -> Party:
    ids = tuple((tree.text(one, "@scheme"), tree.text(one, ".")) for one in _ids(node))
    return Party(role=tree.text(node, "@role"), ids=ids, name=tree.text(node, "d:Name"))


def _ids(node: tree.Element) -> Iterable[tree.Element]:
    return tree.elements(node, "d:ID")


def _stop(node: tree.Element) -> DeclaredStop:
    return DeclaredStop(
        sequence=int(tree.text(node, "d:SequenceNumeric")),
        office=tree.text(node, "d:ID"),
        role=OfficeRole(tree.text(node, "d:RoleCode")),
        expected_at=_moment(tree.text(node, "d:ExpectedDateTime")),
    )


def _leg(node: tree.Element) -> Leg:
    """Read a leg; of its mode codes that of UNECE recommendation 19 counts (system ``UNECE``)."""
    codes = tree.elements(node, "d:ModeCode[@system = 'UNECE']")
    words = (UNECE_MODES.get(tree.text(one, ".")) for one in codes)
    return Leg(
        from_office=tree.text(node, "d:FromOfficeID"),
        to_office=tree.text(node, "d:ToOfficeID"),
        modes=frozenset(word for word in words if word),
        permits=frozenset(
            tree.text(one, ".") for one in tree.elements(node, "d:Permit/d:TypeCode")
        ),
    )


def _headings(root: tree.Element, items: int) -> frozenset[str]:
    codes = tree.elements(root, _HS_CODES)
    found = frozenset((one.text or "").strip()[:HEADING_DIGITS] for one in codes)
    return found | {""} if len(codes) < items else found


def _vehicles(root: tree.Element, packages: int, gross: Decimal) -> tuple[Vehicle, ...]:
    """Read every trip; without one, the vehicles that transit declarations name."""
    means = tree.elements(root, "d:Consignment/d:DepartureTransportMeans")
    road = tuple(_road_plate(one) for one in means if _is_road(one))
    whole = Vehicle(batch="", plates=road, seals=(), packages=packages, gross_mass_kg=gross)
    return tuple(_vehicle(one, whole) for one in tree.elements(root, "d:Trip")) or (whole,)


def _vehicle(trip: tree.Element, whole: Vehicle) -> Vehicle:
    plates = tree.elements(trip, "d:Leg/d:Vehicle/d:Plate")
    seals = tree.elements(trip, "d:TransportEquipment/d:Seal/d:ID")
    share, gross = (tree.text(trip, f"d:{one}") for one in ("PackageQuantity", "GrossMassMeasure"))
    return Vehicle(
        batch=tree.text(trip, "d:ID"),
        plates=(
            *((tree.text(one, "@country"), tree.text(one, ".")) for one in plates),
            *whole.plates,
        ),
        seals=tuple(tree.text(one, ".") for one in seals),
        packages=int(share) if share else whole.packages,
        gross_mass_kg=_decimal(gross) if gross else whole.gross_mass_kg,
    )


def _is_road(means: tree.Element) -> bool:
    """Tell road vehicles and their trailers, as transit declarations mark them."""
    return tree.text(means, "d:IdentificationTypeCode") in ("30", "31")


def _road_plate(means: tree.Element) -> tuple[str, str]:
    return tree.text(means, "d:RegistrationNationalityCode"), tree.text(means, "d:ID")


def _packages(root: tree.Element) -> int:
    stated = tree.text(root, "d:Consignment/d:TotalPackageQuantity")
    if stated:
        return int(stated)
    path = "d:Consignment/d:HouseConsignment/d:GoodsItem/d:Packaging/d:Quantity"
    return sum(int(tree.text(one, ".")) for one in tree.elements(root, path))


def read_temperatures(root: tree.Element) -> tuple[Decimal, Decimal] | None:
    """Return the lowest and highest temperature allowed, in degrees Celsius, where declared."""
    found = tree.elements(root, "d:Consignment/d:TemperatureRange")
    if not found:
        return None
    low, high = (tree.text(found[0], f"d:{one}Measure") for one in ("Minimum", "Maximum"))
    return Decimal(low), Decimal(high)


def _papers(root: tree.Element) -> tuple[DatedPaper, ...]:
    found = (
        DatedPaper(
            type=tree.text(one, "d:TypeCode"),
            id=tree.text(one, "d:ID"),
            until=date.fromisoformat(tree.text(one, "d:ExpiryDate")[:10]),
        )
        for one in tree.elements(root, "//d:*[d:ExpiryDate][d:TypeCode]")
    )
    return tuple(dict.fromkeys(found))


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _decimal(text: str) -> Decimal:
    return Decimal(text or "0")


def _moment(text: str) -> datetime | None:
    """Read an ISO time; one without an offset is UTC, as in the foreign formats that omit it."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
