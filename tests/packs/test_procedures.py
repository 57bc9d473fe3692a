"""What procedures ask of a declaration: vehicle law, papers, fruit; each broken and kept."""

import pytest

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.domain.finding import LANGUAGES, Severity
from gateway.markup import tree
from gateway.packs.codelists import read_codelists
from gateway.packs.declaration_format import compile_declaration
from gateway.packs.pack import Pack, PackSet
from gateway.packs.rules import compile_rules
from gateway.pipeline.project import judge
from tests.packs import prepared_cn as south
from tests.packs import prepared_north as north
from tests.packs.edits import Edit, removed, replaced
from tests.packs.pack_cases import compiled

FORMAT = compile_declaration(read_folder(schemas_root() / "declaration" / "v1"))


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {name: compiled(folder) for name, folder in north.FOLDERS.items()}


def found(packs, where: str, *edits: Edit):
    """Return what an office finds; ``where`` is way and office: ``north CN00X001``."""
    way, _, office = where.partition(" ")
    if way == "north":
        told = north.subject(north.edited(*edits), north.EventKind.SUBMITTED, numbers=False)
    else:
        told = south.subject(south.edited(*edits))
    both_packs = PackSet(tuple(packs.values()), FORMAT, ())
    findings = judge(told, both_packs, told.movement.happened[-1].at)
    return tuple(one for one in findings if one.offices == (office,))


# ------------------------------------------------------------------ edits

LEG = "d:Trip/d:Leg"
TRACTOR = f"{LEG}/d:Vehicle[@kind='tractor']"
TRAILER = f"{LEG}/d:Vehicle[@kind='trailer']"
GROUP = f"{TRACTOR}/d:AxleGroup[2]"
TRIDEM = f"{TRAILER}/d:AxleGroup"
PAPER = "d:Consignment/d:Document[d:TypeCode='{}']"
ORIGIN = PAPER.format("ACFTA")


def both(*edits: Edit) -> Edit:
    def edit(root):
        for one in edits:
            one(root)

    return edit


def gross(mass: int) -> Edit:
    """Let the goods weigh so much that the total is ``mass`` kg (17,000 kg of it is tare)."""
    first = "d:Consignment/d:HouseConsignment/d:GoodsItem[1]/d:GrossMassMeasure"
    others = "d:Consignment/d:HouseConsignment/d:GoodsItem[position() > 1]/d:GrossMassMeasure"
    return both(replaced(first, str(mass - 17_000)), replaced(others, "0"))


def axles(tractor: str, trailer: str) -> Edit:
    return both(
        replaced(f"{TRACTOR}/d:AxleQuantity", tractor),
        replaced(f"{TRAILER}/d:AxleQuantity", trailer),
    )


def permit(kind: str) -> Edit:
    def edit(root):
        leg = tree.elements(root, LEG)[0]
        first = tree.elements(leg, "d:Permit")[0]
        twin = tree.copied(first)
        tree.elements(twin, "d:TypeCode")[0].text = kind
        first.addprevious(twin)

    return edit


def registered(country: str) -> Edit:
    """Let the vehicles be registered elsewhere: the first plate says where."""

    def edit(root):
        for plate in tree.elements(root, f"{LEG}/d:Vehicle/d:Plate"):
            plate.getparent().remove(plate)
        for vehicle in tree.elements(root, f"{LEG}/d:Vehicle"):
            plate = tree.build(
                tree.DECLARATION, "Plate", [("country", country)], content="12C-12345"
            )
            vehicle.insert(0, plate)

    return edit


def axle_group(path: str, mass: str, spacing: str | None = None) -> Edit:
    edits = [replaced(f"{path}/d:MassMeasure", mass)]
    if spacing is not None:
        edits.append(
            replaced(f"{path}/d:SpacingMeasure", spacing)
            if spacing
            else removed(f"{path}/d:SpacingMeasure")
        )
    return both(*edits)


def second_equipment(root) -> None:
    first = tree.elements(root, "d:Trip/d:TransportEquipment")[0]
    twin = tree.copied(first)
    tree.elements(twin, "d:SequenceNumeric")[0].text = "2"
    first.addnext(twin)


def guarantee(reference: str) -> Edit:
    def edit(root):
        given = tree.build(tree.DECLARATION, "Guarantee")
        given.append(tree.build(tree.DECLARATION, "SequenceNumeric", content="1"))
        given.append(tree.build(tree.DECLARATION, "TypeCode", content="1"))
        if reference:
            given.append(tree.build(tree.DECLARATION, "OtherReferenceID", content=reference))
        tree.elements(root, "d:Party")[0].addprevious(given)

    return edit


CN_IN, CN_OUT, CN_END = "north CN00X001", "south CN00X001", "north CN008001"
VN_OUT, VN_IN, VN_END = "north VN0015BB", "south VN0015BB", "south VN0003PJ"
PLATE_CN = f"{TRACTOR}/d:Plate[@country='CN']"
PLATE_VN = f"{TRACTOR}/d:Plate[@country='VN']"
TAD = f"{LEG}/d:Permit[d:TypeCode='TAD']"
GMS = f"{LEG}/d:Permit[d:TypeCode='GMS']"

BROKEN = [
    # China: total mass by axles (18, 25-27, 31-36, 43, 46-49 t)
    (CN_IN, "cn.road-total-mass", gross(49_001)),
    (CN_OUT, "cn.road-total-mass", gross(49_001)),
    (
        CN_IN,
        "cn.road-total-mass",
        both(gross(46_001), replaced(f"{TRACTOR}/d:DriveAxleQuantity", "1")),
    ),
    (CN_IN, "cn.road-total-mass", both(gross(43_001), axles("2", "3"))),
    (CN_IN, "cn.road-total-mass", both(gross(36_001), axles("2", "2"))),
    (CN_IN, "cn.road-total-mass", both(gross(27_001), axles("2", "1"))),
    (CN_IN, "cn.road-total-mass", both(gross(18_001), axles("1", "1"))),
    (
        CN_IN,
        "cn.road-total-mass-unknown",
        both(gross(46_001), removed(f"{TRACTOR}/d:DriveAxleQuantity")),
    ),
    (CN_IN, "cn.road-total-mass-unknown", both(gross(31_001), axles("2", "2"))),
    (CN_IN, "cn.road-total-mass-unknown", both(gross(25_001), axles("2", "1"))),
    (CN_IN, "cn.road-total-mass-unknown", axles("3", "4")),
    (CN_IN, "cn.road-total-mass-unknown", removed(f"{TRAILER}/d:TareMassMeasure")),
    (CN_IN, "cn.road-total-mass-unknown", removed(f"{TRAILER}/d:AxleQuantity")),
    (CN_IN, "cn.road-length", replaced(f"{LEG}/d:LengthMeasure", "18.11")),
    (CN_IN, "cn.road-size-unknown", removed(f"{LEG}/d:LengthMeasure")),
    (CN_IN, "cn.road-size-unknown", removed(f"{TRAILER}/d:HeightMeasure")),
    (CN_IN, "cn.road-width", replaced(f"{TRAILER}/d:WidthMeasure", "2.601")),
    (CN_IN, "cn.road-width", replaced(f"{TRACTOR}/d:WidthMeasure", "2.56")),
    (CN_IN, "cn.road-height", replaced(f"{TRAILER}/d:HeightMeasure", "4.01")),
    (CN_IN, "cn.plate-shape", replaced(PLATE_CN, "桂I6E903")),
    (CN_IN, "cn.plate-shape", replaced(PLATE_CN, "桂A6E9")),
    (CN_IN, "cn.plate-trailer", replaced(PLATE_CN, "桂A6E90挂")),
    (CN_IN, "cn.plate-trailer", replaced(f"{TRAILER}/d:Plate", "桂AL9051")),
    (CN_IN, "cn.permit-missing", both(registered("VN"), removed(GMS))),
    (CN_IN, "cn.admission-missing", both(registered("VN"), removed(TAD))),
    (
        CN_IN,
        "cn.admission-expired",
        both(registered("VN"), replaced(f"{TAD}/d:ExpiryDate", "2026-11-24")),
    ),
    (CN_IN, "cn.admission-unknown", both(registered("VN"), removed(f"{TAD}/d:ExpiryDate"))),
    (CN_IN, "cn.permit-expired", replaced(f"{GMS}/d:ExpiryDate", "2026-11-24")),
    (CN_IN, "cn.temperature-missing", removed("d:Consignment/d:TemperatureRange")),
    (CN_OUT, "cn.temperature-missing", removed("d:Consignment/d:TemperatureRange")),
    (CN_IN, "cn.seal-repeated", replaced("d:Trip/d:TransportEquipment/d:Seal/d:ID", "S1")),
    (CN_IN, "cn.seal-repeated", second_equipment),
    (CN_IN, "cn.seal-none", removed("d:Trip/d:TransportEquipment/d:Seal")),
    # China: fresh fruit, licences, proofs of origin
    (CN_END, "cn.fruit-phytosanitary", removed(PAPER.format("851"))),
    (CN_END, "cn.fruit-phytosanitary", removed(f"{PAPER.format('851')}/d:ItemNumeric[2]")),
    (CN_END, "cn.fruit-grower", removed("d:Party[@role='grower']")),
    (CN_END, "cn.fruit-grower", removed("d:Party[@role='grower']/d:ID")),
    (CN_END, "cn.fruit-packing-house", removed("d:Party[@role='packing-house']")),
    (CN_END, "cn.fruit-site", removed("d:Consignment/d:GoodsLocation")),
    (CN_END, "cn.fruit-licence-unknown", removed(PAPER.format("911"))),
    (CN_END, "cn.fruit-temperature", removed("d:Consignment/d:TemperatureRange")),
    (
        CN_END,
        "cn.licence-quantity",
        replaced(f"{PAPER.format('911')}/d:WrittenOffQuantity", "182000.01"),
    ),
    (CN_END, "cn.document-expired", replaced(f"{PAPER.format('851')}/d:ExpiryDate", "2026-11-26")),
    (
        CN_END,
        "cn.document-not-issued",
        replaced(f"{PAPER.format('851')}/d:IssueDate", "2026-11-28"),
    ),
    (CN_END, "cn.origin-missing", removed(ORIGIN)),
    (CN_END, "cn.origin-missing", removed(f"{ORIGIN}/d:ItemNumeric[1]")),
    (CN_END, "cn.origin-missing", replaced(f"{ORIGIN}/d:TypeCode", "RCEP")),
    (CN_END, "cn.origin-items", removed(f"{ORIGIN}/d:ItemNumeric")),
    (CN_END, "cn.origin-quantity", replaced(f"{ORIGIN}/d:Quantity", "17999.99")),
    (CN_END, "cn.origin-quantity", replaced(f"{ORIGIN}/d:WrittenOffQuantity", "1")),
    (CN_END, "cn.origin-quantity-unknown", removed(f"{ORIGIN}/d:Quantity")),
    (CN_END, "cn.origin-quantity-unknown", replaced(f"{ORIGIN}/d:MeasurementUnitCode", "C62")),
    # Viet Nam: axles (10; 11, 16, 18; 21, 24 t)
    (VN_OUT, "vn.road-axle-mass", axle_group(f"{TRACTOR}/d:AxleGroup[1]", "10001")),
    (VN_IN, "vn.road-axle-mass", axle_group(f"{TRACTOR}/d:AxleGroup[1]", "10001")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "11001", "0.99")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "16001", "1.29")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "18001", "1.3")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "18001", "")),
    (VN_OUT, "vn.road-axle-mass", axle_group(TRIDEM, "21001", "1.3")),
    (VN_OUT, "vn.road-axle-mass", axle_group(TRIDEM, "24001", "1.31")),
    (VN_OUT, "vn.road-axle-mass-unknown", axle_group(GROUP, "11001", "")),
    (VN_OUT, "vn.road-axle-mass-unknown", axle_group(TRIDEM, "21001", "")),
    (VN_OUT, "vn.road-axle-mass-unknown", replaced(f"{TRIDEM}/d:AxleQuantity", "4")),
    (VN_OUT, "vn.road-axles-unknown", removed(TRIDEM)),
    (VN_OUT, "vn.road-axles-unknown", removed(f"{LEG}/d:Vehicle/d:AxleQuantity")),
    (VN_OUT, "vn.road-total-mass-unknown", both()),
    (VN_OUT, "vn.road-size-unknown", both()),
    (VN_OUT, "vn.plate-shape", replaced(PLATE_VN, "1H-01822")),
    (VN_OUT, "vn.plate-shape", replaced(PLATE_VN, "12-01822")),
    (VN_OUT, "vn.plate-shape", replaced(PLATE_VN, "12H-018")),
    (VN_OUT, "vn.plate-shape", replaced(PLATE_VN, "12H-0A822")),
    (VN_IN, "vn.permit-missing", removed(GMS)),
    (VN_IN, "vn.admission-missing", removed(TAD)),
    (VN_IN, "vn.admission-expired", replaced(f"{TAD}/d:ExpiryDate", "2026-11-24")),
    (VN_IN, "vn.admission-unknown", removed(f"{TAD}/d:ExpiryDate")),
    (VN_IN, "vn.permit-expired", replaced(f"{GMS}/d:ExpiryDate", "2026-11-24")),
    (VN_IN, "vn.temperature-missing", removed("d:Consignment/d:TemperatureRange")),
    (VN_IN, "vn.seal-repeated", second_equipment),
    (VN_IN, "vn.seal-none", removed("d:Trip/d:TransportEquipment/d:Seal")),
    (VN_IN, "vn.guarantee-unknown", both()),
    (VN_IN, "vn.guarantee-reference", guarantee("")),
    (VN_IN, "vn.gate-declaration-unknown", both()),
    (VN_OUT, "vn.gate-declaration-unknown", both()),
    (VN_END, "vn.document-expired", replaced(f"{PAPER.format('RCEP')}/d:ExpiryDate", "2026-11-25")),
    (
        VN_END,
        "vn.document-not-issued",
        replaced(f"{PAPER.format('380')}/d:IssueDate", "2026-11-27"),
    ),
    (VN_END, "vn.origin-missing", removed(f"{PAPER.format('RCEP')}/d:ItemNumeric[.='6']")),
    (VN_END, "vn.origin-items", removed(f"{PAPER.format('RCEP')}/d:ItemNumeric")),
    (VN_END, "vn.origin-quantity", replaced(f"{PAPER.format('RCEP')}/d:Quantity", "1108.09")),
    (VN_END, "vn.origin-quantity-unknown", removed(f"{PAPER.format('RCEP')}/d:Quantity")),
]

KEPT = [
    (CN_IN, "cn.road-total-mass", gross(49_000)),
    (
        CN_IN,
        "cn.road-total-mass",
        both(gross(46_000), replaced(f"{TRACTOR}/d:DriveAxleQuantity", "1")),
    ),
    (CN_IN, "cn.road-total-mass", both(gross(43_000), axles("2", "3"))),
    (CN_IN, "cn.road-total-mass", both(gross(52_000), permit("OVERWEIGHT"))),
    (CN_IN, "cn.road-total-mass-unknown", gross(49_000)),
    (CN_IN, "cn.road-total-mass-unknown", both(gross(31_000), axles("2", "2"))),
    (
        CN_IN,
        "cn.road-total-mass-unknown",
        both(gross(46_000), removed(f"{TRACTOR}/d:DriveAxleQuantity")),
    ),
    (CN_IN, "cn.road-length", replaced(f"{LEG}/d:LengthMeasure", "18.1")),
    (CN_IN, "cn.road-width", replaced(f"{TRAILER}/d:WidthMeasure", "2.6")),
    (CN_IN, "cn.road-width", replaced(f"{TRACTOR}/d:WidthMeasure", "2.55")),
    (CN_IN, "cn.road-height", replaced(f"{TRAILER}/d:HeightMeasure", "4")),
    (CN_IN, "cn.plate-shape", replaced(PLATE_CN, "桂AD12345")),
    (CN_IN, "cn.plate-trailer", replaced(PLATE_CN, "粤ZF023港")),
    (CN_IN, "cn.permit-missing", both(registered("VN"))),
    (CN_IN, "cn.permit-missing", removed(GMS)),
    (
        CN_IN,
        "cn.admission-expired",
        both(registered("VN"), replaced(f"{TAD}/d:ExpiryDate", "2026-11-25")),
    ),
    (CN_IN, "cn.permit-expired", replaced(f"{GMS}/d:ExpiryDate", "2026-11-25")),
    (CN_END, "cn.document-expired", replaced(f"{PAPER.format('851')}/d:ExpiryDate", "2026-11-27")),
    (
        CN_END,
        "cn.document-not-issued",
        replaced(f"{PAPER.format('851')}/d:IssueDate", "2026-11-27"),
    ),
    (CN_END, "cn.fruit-phytosanitary", removed(f"{PAPER.format('851')}/d:ItemNumeric")),
    (
        CN_END,
        "cn.fruit-phytosanitary",
        both(
            removed(PAPER.format("851")),
            replaced(
                "d:Consignment/d:HouseConsignment/d:GoodsItem/d:Commodity/d:HarmonizedSystemCode",
                "081190",
            ),
        ),
    ),
    (
        CN_END,
        "cn.licence-quantity",
        replaced(f"{PAPER.format('911')}/d:WrittenOffQuantity", "182000"),
    ),
    (
        CN_END,
        "cn.origin-missing",
        both(
            removed(ORIGIN),
            removed("d:Consignment/d:HouseConsignment/d:GoodsItem/d:Origin/d:PreferenceCode"),
        ),
    ),
    (VN_OUT, "vn.road-axle-mass", axle_group(f"{TRACTOR}/d:AxleGroup[1]", "10000")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "11000", "0.99")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "16000", "1.0")),
    (VN_OUT, "vn.road-axle-mass", axle_group(GROUP, "18000", "1.3")),
    (VN_OUT, "vn.road-axle-mass", axle_group(TRIDEM, "21000", "1.3")),
    (VN_OUT, "vn.road-axle-mass", axle_group(TRIDEM, "24000", "1.31")),
    (VN_OUT, "vn.road-axle-mass-unknown", axle_group(GROUP, "11000", "")),
    (VN_OUT, "vn.plate-shape", replaced(PLATE_VN, "29LD 1234")),
    (VN_OUT, "vn.permit-missing", both(registered("VN"), removed(GMS))),
    (VN_IN, "vn.permit-missing", replaced(f"{GMS}/d:TypeCode", "BILATERAL")),
    (VN_IN, "vn.admission-expired", replaced(f"{TAD}/d:ExpiryDate", "2026-11-25")),
    (VN_IN, "vn.guarantee-unknown", guarantee("GRT-1")),
    (VN_IN, "vn.guarantee-reference", guarantee("GRT-1")),
    (
        VN_IN,
        "vn.road-total-mass-unknown",
        both(
            replaced(f"{LEG}/d:ModeCode[@system='UNECE']", "2"),
            replaced(f"{LEG}/d:ModeCode[@system='VN']", "25"),
        ),
    ),
    (VN_END, "vn.origin-quantity", both()),
]

REFUSES_NOT = ("-unknown", ".seal-none")


def named(rows):
    return [f"{code}-{place}" for place, (_, code, _) in enumerate(rows)]


@pytest.mark.parametrize("where", [CN_IN, CN_OUT, CN_END, VN_OUT, VN_IN, VN_END])
def test_the_shipped_declarations_lack_nothing(packs, where):
    assert [one for one in found(packs, where) if not one.code.endswith("-unknown")] == []


@pytest.mark.parametrize(("where", "code", "edit"), BROKEN, ids=named(BROKEN))
def test_what_is_asked_and_lacking_is_named(packs, where, code, edit):
    office = where.partition(" ")[2]
    told = [one for one in found(packs, where, edit) if one.code == code]
    assert told
    assert told[0].offices == (office,)
    assert told[0].pointer.startswith("/Declaration")
    assert told[0].refuses is not code.endswith(REFUSES_NOT)
    for language in LANGUAGES:
        text = packs[office[:2].lower()].catalogue.text(told[0], language)
        assert "{" not in text.message + text.fix
        assert "…" not in text.message + text.fix


@pytest.mark.parametrize(("where", "code", "edit"), KEPT, ids=named(KEPT))
def test_what_is_allowed_is_not_held_against_it(packs, where, code, edit):
    assert code not in {one.code for one in found(packs, where, edit)}


@pytest.mark.parametrize("name", ["cn", "vn"])
def test_everything_asked_is_tried(packs, name):
    pack = packs[name]
    lists = read_codelists(pack.files, "codelists/")
    codes = {
        code
        for procedure in pack.manifest.procedures
        for path in procedure.rules
        for code in compile_rules(pack.files, path, lists).codes
    }
    by_rail = {"vn.wagons-unknown"}  # tried by the pack's own cases
    assert codes - by_rail == {code for _, code, _ in BROKEN if code.startswith(f"{name}.")}


def test_what_nobody_could_decide_is_information_and_names_the_figure(packs):
    told = {one.code: one for one in found(packs, VN_OUT)}["vn.road-total-mass-unknown"]
    assert told.severity is Severity.INFORMATION
    assert dict(told.args)["total"] == "36200"
    text = packs["vn"].catalogue.text(told, "en")
    assert "36200 kg on 6 axles" in text.message
