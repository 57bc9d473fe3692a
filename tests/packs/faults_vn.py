"""Faults for the cases of the Vietnamese pack: every rule broken, and kept at its limit.

The limits are those of ``formats.md``: lengths and codes of the published job templates (6.2), axle
masses of circular 39/2024 (8), tax codes and plates (6.4).
"""

from gateway.markup import tree
from tests.packs.case_spelling import JOB, Fault, allows, at, doubles, removes, writes
from tests.packs.edits import Edit, replaced
from tests.packs.rich_vn import every

# ------------------------------------------------------------------ what many messages have

KIND, LONG, TWICE = "layout.wrong-kind", "layout.too-long", "layout.repeated"
PERSON, BRANCH, WRONG = "001099012345", "0100100008001", "0100100009"
"""A person's twelve digits, a branch of thirteen, and ten with a wrong check digit."""


def group(name: str, place: int | str = 1) -> str:
    """Return the path of an occurrence of a group."""
    return f"{JOB}/j:Group[@name='{name}'][{place}]"


def weights(path: str, code: str) -> tuple[Fault, ...]:
    """KGM, TNE and LBR are confirmed; others are not the office's."""
    return (writes(path, "GRM", code), allows(path, "TNE", code), allows(path, "LBR", code))


EARLY, LATE = ("20260001", "20261100"), ("20261301", "20261132")
"""No month 00, no day 00; no month 13, no day 32."""


def days(*paths: str, values: tuple[str, ...] = (*EARLY, *LATE, "2026112")) -> tuple[Fault, ...]:
    """A day has eight digits that are one."""
    return tuple(writes(path, value, "vn.day-form", KIND) for path in paths for value in values)


def hours(*paths: str) -> tuple[Fault, ...]:
    return tuple(
        writes(path, value, "vn.hour-form", KIND) for path in paths for value in ("24", "9")
    )


def tax_codes(path: str, code: str) -> tuple[Fault, ...]:
    return (
        writes(path, WRONG, code),
        writes(path, "12345", code),
        *(allows(path, value, code) for value in (BRANCH, PERSON, "0100100008")),
    )


def seals(name: str) -> tuple[Fault, ...]:
    first = f"{group(name)}/j:Field[@name='SEL'][1]"
    return (
        doubles(first, "vn.seals-at-most-six", TWICE),
        writes(first, "CQ88011720000001", "vn.seal-length", LONG),
        allows(first, "CQ8801172000001", "vn.seal-length"),
        writes(f"{group(name, 2)}/j:Field[@name='CNO']", "CSQU3054384", "vn.container-check-digit"),
        allows(f"{group(name, 2)}/j:Field[@name='CNO']", "MSKU1234565", "vn.container-check-digit"),
    )


def function(path: str, code: str) -> tuple[Fault, ...]:
    return (writes(path, "0", code), *(allows(path, one, code) for one in "951"))


OFFICE = (
    writes(at("CHC"), "15B", "vn.office-code"),
    writes(at("CHC"), "15bb", "vn.office-code"),
    writes(at("CHC"), "15BB001", "vn.office-code", LONG),
    allows(at("CHC"), "15BB01", "vn.office-code"),
)


def numbers(path: str, code: str, first: str) -> tuple[Fault, ...]:
    """An official number has twelve digits; an import begins with 1, an export with 3."""
    wrong = (f"{first}0012345678", f"{first}001234567890"[:12] + "0")
    return (
        writes(path, wrong[0], code),
        writes(path, wrong[1], code, LONG),
        allows(path, f"{first}00999999999", code),
    )


MODES = ("25", "11", "16", "6", "17")

# ------------------------------------------------------------------ south

TRANSPORT = (
    *days(at("SDT"), values=(*EARLY, "2026112")),
    *days(at("EDT"), values=LATE),
    *hours(at("SDH")),
    writes(at("EDH"), "24", "vn.hour-form", KIND),
    removes(at("TRC"), "vn.transporter-missing"),
    *tax_codes(at("TRC"), "vn.transporter-tax-code"),
    writes(at("SDT"), "20261127", "vn.start-after-finish"),
    allows(at("EDT"), "20261127", "vn.start-after-finish"),
    removes(group("cargo", "position() > 0"), "vn.cargo-lines"),
    writes(at("ARR"), "15BB", "vn.places-alike"),
    writes(at("IEI"), "X", "vn.import-export-kind"),
    allows(at("IEI"), "E", "vn.import-export-kind"),
    allows(at("IEI"), "C", "vn.import-export-kind"),
    writes(at("BYA"), "30", "vn.means-of-transport"),
    *(allows(at("BYA"), code, "vn.means-of-transport") for code in MODES),
    writes(at("HSF", "cargo"), "853", "vn.heading-four-digits"),
    writes(at("HSF", "cargo"), "85.3", "vn.heading-four-digits"),
    writes(at("GWT", "cargo"), "0", "vn.weight-positive"),
    allows(at("GWT", "cargo"), "0.001", "vn.weight-positive"),
    *weights(at("WUT", "cargo"), "vn.weight-unit"),
    writes(at("ORG", "cargo"), "XX", "vn.country-code"),
)
OLA = (
    *OFFICE,
    *TRANSPORT,
    doubles(group("cargo", "position() > 0"), "vn.cargo-lines", "layout.too-many-groups"),
    *seals("equipment"),
)
COT = (
    *OFFICE,
    *TRANSPORT,
    *seals("equipment"),
    *numbers(at("OLT"), "vn.transport-number", "5"),
    writes(at("FNC"), "9", "vn.change-function"),
    removes(at("RSN"), "vn.change-reason"),
    removes(at("BYA"), "vn.change-incomplete"),
    removes(at("DPR"), "vn.change-incomplete"),
    removes(at("ARR"), "vn.change-incomplete"),
    removes(at("SDT"), "vn.change-incomplete"),
    removes(at("EDT"), "vn.change-incomplete", "vn.start-after-finish"),
    *days(at("STA", "stop")),
)
COT_CANCEL = (
    *OFFICE,
    *numbers(at("OLT"), "vn.transport-number", "5"),
    writes(at("FNC"), "0", "vn.change-function", "vn.transporter-missing", "vn.cargo-lines"),
    removes(at("RSN"), "vn.change-reason"),
)
IMPORT_LINES = (
    writes(at("HSC", "line"), "853224", "vn.tariff-code"),
    writes(at("HSC", "line"), "8532.2400", "vn.tariff-code"),
    allows(at("HSC", "line"), "853224000000", "vn.tariff-code"),
    removes(at("NAM", "line"), "vn.line-name"),
    removes(at("QT1", "line"), "vn.line-quantity"),
    removes(at("QU1", "line"), "vn.line-quantity"),
    writes(at("QT1", "line"), "0", "vn.line-quantity"),
    removes(at("ORG", "line"), "vn.line-origin"),
    writes(at("ORG", "line"), "QQ", "vn.country-code"),
    writes(at("QU1", "line"), "ZZ", "vn.quantity-unit"),
    writes(at("QU2", "line"), "ZZ", "vn.quantity-unit"),
    allows(at("QU1", "line"), "SET", "vn.quantity-unit"),
)
IDA = (
    *OFFICE,
    removes(at("IMC"), "vn.importer-missing"),
    *tax_codes(at("IMC"), "vn.importer-tax-code"),
    writes(at("TVA"), "186400.01", "vn.line-values"),
    allows(at("TVA"), "186400", "vn.line-values"),
    writes(at("IVC"), "CNY", "vn.currencies-differ"),
    writes(at("MOD"), "99", "vn.import-mode"),
    *(allows(at("MOD"), code, "vn.import-mode") for code in MODES),
    *weights(at("WUT"), "vn.import-weight-unit"),
    writes(at("EPC"), "XX", "vn.country-code"),
    *days(at("ARD"), at("IVD")),
    *IMPORT_LINES,
)
IDA01 = (
    *IDA,
    *numbers(at("ICN"), "vn.import-number", "1"),
    removes(at("ICN"), "vn.correction-number"),
)
FIFTY_LINES = (
    doubles(group("line"), "vn.lines-at-most-fifty", "vn.line-values", "layout.too-many-groups"),
)
FIFTY_EXPORTS = (
    doubles(
        group("line"),
        "vn.export-lines-at-most-fifty",
        "vn.export-line-values",
        "layout.too-many-groups",
    ),
)
VEHICLE = (
    *days(at("ADT")),
    writes(at("AMT"), "1260", "vn.time-form", KIND),
    writes(at("AMT"), "2400", "vn.time-form", KIND),
    writes(at("AMT"), "930", "vn.time-form", KIND),
    *function(at("KBN"), "vn.function-code"),
    writes(at("VCC"), "XX", "vn.country-code"),
    writes(f"{group('driver')}/j:Field[@name='DNA']", "XX", "vn.country-code"),
    removes(group("driver", "position() > 0"), "vn.drivers-one-to-five"),
    doubles(group("driver"), "vn.drivers-one-to-five", "layout.too-many-groups"),
    writes(at("CTY", "container"), "GP", "vn.refrigerated-container-type"),
    removes(at("PER"), "vn.vehicle-permit"),
    writes(at("FEI", "container"), "X", "vn.full-or-empty"),
    allows(at("FEI", "container"), "E", "vn.full-or-empty"),
    removes(f"{group('driver', 3)}/j:Field[@name='DPP' or @name='DBP']", "vn.driver-document"),
    Fault(f"{group('driver')}/j:Field[@name='DPP']", done="removed", never=("vn.driver-document",)),
    *seals("container"),
)
TIR = (
    *VEHICLE,
    *days(at("TID"), values=(*EARLY, "2026112")),
    *days(at("TIT"), values=LATE),
    writes(at("TIT"), "20261124", "vn.temporary-import-term"),
    allows(at("TIT"), "20261125", "vn.temporary-import-term"),
)
TOR = (*VEHICLE, *days(at("REX")))
BIA = (
    *numbers(at("OLT"), "vn.transport-number", "5"),
    *days(at("SDT"), at("EDT")),
    *hours(at("SDH"), at("EDH")),
    writes(at("EDT"), "20261124", "vn.arrival-before-start"),
    *weights(at("WUT", "cargo"), "vn.arrival-weight-unit"),
    *seals("equipment"),
)
PLAIN = {
    "OLC": numbers(at("OLT"), "vn.transport-number", "5"),
    "IDC": numbers(at("ICN"), "vn.import-number", "1"),
    "BOA": (*numbers(at("OLT"), "vn.transport-number", "5"), *days(at("SDT")), *hours(at("SDH"))),
}

# ------------------------------------------------------------------ north

EDA = (
    *OFFICE,
    removes(at("EXC"), "vn.exporter-missing"),
    *tax_codes(at("EXC"), "vn.exporter-tax-code"),
    writes(at("TVA"), "18000.01", "vn.export-line-values"),
    allows(at("TVA"), "18000", "vn.export-line-values"),
    writes(at("IVC"), "CNY", "vn.export-currencies-differ"),
    writes(at("MOD"), "30", "vn.export-mode"),
    *(allows(at("MOD"), code, "vn.export-mode") for code in MODES),
    writes(at("DST"), "VNHDG", "vn.export-destination"),
    writes(at("DST"), "CNC", "vn.export-destination"),
    *weights(at("WUT"), "vn.export-weight-unit"),
    writes(at("CNC"), "XX", "vn.country-code"),
    *days(at("DPD"), at("STA", "stop")),
    writes(at("HSC", "line"), "081090", "vn.export-tariff-code"),
    writes(at("HSC", "line"), "0810.9092", "vn.export-tariff-code"),
    allows(at("HSC", "line"), "081090920000", "vn.export-tariff-code"),
    removes(at("NAM", "line"), "vn.export-line-name"),
    writes(at("QT1", "line"), "0", "vn.export-line-quantity"),
    removes(at("QU1", "line"), "vn.export-line-quantity"),
    writes(at("QU1", "line"), "ZZ", "vn.export-quantity-unit"),
    allows(at("QU1", "line"), "SET", "vn.export-quantity-unit"),
)
EDC = numbers(at("ECN"), "vn.export-number", "3")
NOTICE = "/n:MovementNotice"
CROSSING = (
    writes(f"{NOTICE}/n:Movement/n:Reference", "26VN8H2JC5R7WXDPJ0", "vn.notice-reference"),
    writes(f"{NOTICE}/n:Event/n:Kind", "arrived", "vn.notice-kind"),
)
ARRIVAL = (
    writes(f"{NOTICE}/n:Event/n:Kind", "exited", "vn.notice-kind"),
    removes(f"{NOTICE}/n:Movement/n:ExportID", "vn.notice-export"),
)

# ------------------------------------------------------------------ on occasion

AMENDMENT = (
    *OFFICE,
    writes(at("NUM"), "500123456789", "vn.amendment-number"),
    writes(at("NUM"), "10012345678", "vn.amendment-number"),
    *(
        allows(at("NUM"), number, "vn.amendment-number")
        for number in ("100123456789", "300123456789")
    ),
    removes(at("RSN")),
    removes(f"{JOB}/j:Field[@name='RSN' or @name='CHG']", "vn.amendment-reason"),
    *weights(at("WUT"), "vn.amendment-weight-unit"),
)
REQUEST = "/c:CancellationRequest"
CANCELLATION = (
    writes(f"{REQUEST}/c:MovementReference", "26CN4F7KQ2M9XTBNJ0", "vn.cancellation-reference"),
    removes(f"{REQUEST}/c:Reason", "vn.cancellation-reason"),
)
RMR = (
    *seals("equipment"),
    removes(f"{JOB}/j:Group[@name='wagon' or @name='equipment']", "vn.manifest-empty"),
    Fault(group("wagon", "position() > 0"), done="removed", never=("vn.manifest-empty",)),
    Fault(group("equipment", "position() > 0"), done="removed", never=("vn.manifest-empty",)),
    writes(at("GWT", "cargo"), "0", "vn.manifest-weight"),
    *weights(at("WUT", "cargo"), "vn.manifest-weight-unit"),
    *days(at("ADT")),
)
OCCASION = {
    "COT-cancel": COT_CANCEL,
    "IDD": numbers(at("ICN"), "vn.import-number", "1"),
    "EDA01": (
        *numbers(at("ECN"), "vn.export-number", "3"),
        removes(at("ECN"), "vn.correction-number"),
    ),
    "AMA": AMENDMENT,
    "AMA-E": AMENDMENT,
    "ImportCancellation": (
        *CANCELLATION,
        writes(f"{REQUEST}/c:DeclarationID", "300123456789", "vn.cancellation-number"),
    ),
    "ExportCancellation": (
        *CANCELLATION,
        writes(f"{REQUEST}/c:DeclarationID", "100123456789", "vn.cancellation-number"),
    ),
}

# ------------------------------------------------------------------ what procedures ask

LEG = "//d:Trip/d:Leg"
TRACTOR, TRAILER = f"{LEG}/d:Vehicle[@kind='tractor']", f"{LEG}/d:Vehicle[@kind='trailer']"
SINGLE = f"{TRACTOR}/d:AxleGroup[1]/d:MassMeasure"
TANDEM, TRIDEM = f"{TRACTOR}/d:AxleGroup[2]/d:MassMeasure", f"{TRAILER}/d:AxleGroup/d:MassMeasure"
PERMIT = f"{LEG}/d:Permit[d:TypeCode='{{}}']"
GMS, BOOK = PERMIT.format("GMS"), PERMIT.format("TAD")
OVER, UNTOLD = "vn.road-axle-mass", "vn.road-axle-mass-unknown"
AT_EXIT = ("vn.road-total-mass-unknown", "vn.road-size-unknown", "vn.gate-declaration-unknown")
GUARANTEED = AT_EXIT
ALWAYS = (*AT_EXIT, "vn.guarantee-unknown")
"""Of every truck: unconfirmed limits, the digital gate without a link, a guarantee not declared."""


def spacing(tandem: str, tridem: str) -> Edit:
    """Return an edit that sets the spacing of the tractor's tandem and of the trailer's tridem."""
    path = "d:Trip/d:Leg/d:Vehicle[@kind='{}']/d:AxleGroup/d:SpacingMeasure"
    return every(replaced(path.format("tractor"), tandem), replaced(path.format("trailer"), tridem))


def vietnamese(root: tree.Element) -> None:
    """Let the vehicles be registered in Viet Nam, without permit or book: neither is asked for."""
    for vehicle in tree.elements(root, "d:Trip/d:Leg/d:Vehicle"):
        for plate in tree.elements(vehicle, "d:Plate"):
            vehicle.remove(plate)
        vehicle.insert(
            0, tree.build(tree.DECLARATION, "Plate", [("country", "VN")], content="12C-12345")
        )
    for permit in tree.elements(root, "d:Trip/d:Leg/d:Permit"):
        permit.getparent().remove(permit)


def mass(path: str, most: int, *codes: str) -> tuple[Fault, ...]:
    """Allowed is what the limit says, a kilogram more is not."""
    return (writes(path, str(most + 1), *codes), allows(path, str(most), *codes))


CLOSE_AXLES = (*mass(TANDEM, 11_000, OVER), *mass(TRIDEM, 21_000, OVER))
MIDDLE_AXLES = (*mass(TANDEM, 16_000, OVER), *mass(TRIDEM, 24_000, OVER))
UNKNOWN_AXLES = (
    *mass(TANDEM, 11_000, UNTOLD),
    *mass(TRIDEM, 21_000, UNTOLD),
    writes(TANDEM, "18001", OVER),
    writes(TRIDEM, "24001", OVER),
)
ROAD_SHARED = (
    *mass(SINGLE, 10_000, OVER),
    *mass(TANDEM, 18_000, OVER),
    *mass(TRIDEM, 24_000, OVER),
    writes(f"{TRAILER}/d:AxleGroup/d:AxleQuantity", "4", UNTOLD, "vn.road-axles-unknown"),
    removes(f"{TRAILER}/d:AxleGroup", "vn.road-axles-unknown"),
    removes(f"{LEG}/d:Vehicle/d:AxleQuantity", "vn.road-axles-unknown"),
    *(
        writes(f"{TRACTOR}/d:Plate[@country='VN']", plate, "vn.plate-shape")
        for plate in ("1H-01734", "12-01734", "12H-017", "12H-0A734", "12HLD-01734", "XXH-01734")
    ),
    *(
        allows(f"{TRACTOR}/d:Plate[@country='VN']", plate, "vn.plate-shape")
        for plate in ("29LD 1234", "12H-017.34")
    ),
    removes(GMS, "vn.permit-missing"),
    allows(f"{GMS}/d:TypeCode", "BILATERAL", "vn.permit-missing"),
    removes(BOOK, "vn.admission-missing"),
    writes(f"{BOOK}/d:ExpiryDate", "2026-11-24", "vn.admission-expired"),
    allows(f"{BOOK}/d:ExpiryDate", "2026-11-25", "vn.admission-expired"),
    removes(f"{BOOK}/d:ExpiryDate", "vn.admission-unknown"),
    writes(f"{GMS}/d:ExpiryDate", "2026-11-24", "vn.permit-expired"),
    allows(f"{GMS}/d:ExpiryDate", "2026-11-25", "vn.permit-expired"),
    removes("//d:Consignment/d:TemperatureRange", "vn.temperature-missing"),
    doubles("//d:Trip/d:TransportEquipment/d:Seal[1]", "vn.seal-repeated"),
    doubles("//d:Trip/d:TransportEquipment", "vn.seal-repeated"),
    removes("//d:Trip/d:TransportEquipment/d:Seal", "vn.seal-none"),
)
GATE = (
    allows("/p:Prepared/p:Office/@office", "VN00X002"),
    Fault("/p:Prepared/p:Office/@office", "VN00X003", never=("vn.gate-declaration-unknown",)),
    Fault(
        "/p:Prepared/p:Stop[1]/@administration",
        "VN-GATE",
        never=("vn.gate-declaration-unknown",),
    ),
)
ROAD = (*ROAD_SHARED, *GATE)
GUARANTEE = (
    removes("//d:Guarantee/d:OtherReferenceID", "vn.guarantee-reference"),
    removes("//d:Guarantee", "vn.guarantee-unknown"),
)
PAPER = "//d:Consignment/d:Document[d:TypeCode='{}']"
PROOF = PAPER.format("RCEP")
IMPORT = (
    writes(f"{PROOF}/d:ExpiryDate", "2026-11-25", "vn.document-expired"),
    allows(f"{PROOF}/d:ExpiryDate", "2026-11-26", "vn.document-expired"),
    writes(f"{PAPER.format('380')}/d:IssueDate", "2026-11-27", "vn.document-not-issued"),
    allows(f"{PAPER.format('380')}/d:IssueDate", "2026-11-26", "vn.document-not-issued"),
    removes(PROOF, "vn.origin-missing"),
    removes(f"{PROOF}/d:ItemNumeric[.='6']", "vn.origin-missing"),
    writes(f"{PROOF}/d:TypeCode", "ACFTA", "vn.origin-missing"),
    removes(f"{PROOF}/d:ItemNumeric", "vn.origin-items", "vn.origin-missing"),
    writes(f"{PROOF}/d:Quantity", "1108.09", "vn.origin-quantity"),
    allows(f"{PROOF}/d:Quantity", "1108.10", "vn.origin-quantity"),
    removes(f"{PROOF}/d:Quantity", "vn.origin-quantity-unknown"),
    writes(f"{PROOF}/d:MeasurementUnitCode", "C62", "vn.origin-quantity-unknown"),
)
TRAIN = (
    removes("//d:Trip/d:TransportEquipment"),
    removes("//d:Trip/d:Leg/d:Vehicle"),
    removes("//d:Trip/d:TransportEquipment | //d:Trip/d:Leg/d:Vehicle", "vn.wagons-unknown"),
)
