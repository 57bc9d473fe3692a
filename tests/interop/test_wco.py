"""WCO declarations: the public examples against what their content leads one to expect."""

import re

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.finding import Refusal, Severity
from gateway.domain.route_offices import RouteOffices, listed_offices
from gateway.markup import safe, tree
from gateway.pipeline.convert import convert
from gateway.pipeline.intake import Accepted
from tests.interop import samples
from tests.interop.taking import taken
from tests.interop.wco_faults import FAULTS, WCO, removed
from tests.packs import prepared_ctc
from tests.world import shipped_packs

ROUTE = RouteOffices(
    name="wco-neutral", stops=(("XW00X001", "departure"), ("XW00X002", "destination"))
)
OWN = (samples.ROOM / "own" / "wco.xml").read_bytes()
ROWS = [row for row in samples.WCO_EXPECTED if samples.wco(row["name"]).exists()]
ACCEPTED = [row for row in ROWS if row["verdict"] == "accepted"]
FAULTS_MIN = 3

there = pytest.mark.skipif(not samples.present(), reason="the public test files are not here")


@pytest.fixture(scope="module")
def driver():
    return shipped_packs()


@pytest.fixture(scope="module")
def formats():
    return prepared_ctc.intakes()


def inner(raw):
    return next(safe.parse_foreign(raw).iter(f"{WCO}Declaration"))


# ------------------------------------------------------------------ the public files


@there
def test_the_table_names_exactly_the_files_there_are():
    assert sorted(row["name"] for row in samples.WCO_EXPECTED) == samples.wco_names()
    assert len(samples.WCO_EXPECTED) == 26


@there
def test_at_least_38_of_the_42_public_declarations_are_accepted():
    rows = [*samples.EXPECTED, *samples.WCO_EXPECTED]
    assert len(rows) == 42
    assert sum(row["verdict"] == "accepted" for row in rows) >= 38


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_verdict_and_reason(row, driver):
    result = taken(driver, samples.wco(row["name"]).read_bytes(), ROUTE)
    assert ("accepted" if isinstance(result, Accepted) else "refused") == row["verdict"]
    refusing = [finding for finding in result.findings if finding.refuses]
    assert sorted({finding.code for finding in refusing}) == row.get("refusals", [])
    assert sorted(finding.pointer for finding in refusing) == row.get("pointers", [])
    left_out = [one.pointer for one in result.findings if one.code == "intake.left-out"]
    classes = {re.sub(r"\[\d+\]$", "", one.rpartition("/")[2]) for one in left_out}
    assert sorted(classes) == row.get("left_out", [])
    warned = {one.code for one in result.findings if one.severity is Severity.WARNING}
    assert sorted(warned) == row["warnings"]
    if isinstance(result, Accepted):
        waits = row["end"] == "waiting for presentation"
        assert result.movement.presentation_missing is waits


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row["name"])
def test_what_is_left_out_is_told_with_its_place(row, driver):
    result = taken(driver, samples.wco(row["name"]).read_bytes(), ROUTE)
    for finding in result.findings:
        if finding.code == "intake.left-out":
            assert finding.line
            assert dict(finding.args)["why"]


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row["name"])
def test_planted_faults_are_refused_by_name(row, driver):
    planted = 0
    for fault in FAULTS:
        root = inner(samples.wco(row["name"]).read_bytes())
        if not fault.edit(root):
            continue
        planted += 1
        result = taken(driver, tree.serialise(root), ROUTE)
        assert not isinstance(result, Accepted), fault.name
        codes = {finding.code for finding in result.findings if finding.refuses}
        assert fault.code in codes, fault.name
    assert planted >= FAULTS_MIN


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row["name"])
def test_the_office_gets_what_was_declared(row, driver):
    """All that stands between the file and the message is what is told to be left out."""
    raw = samples.wco(row["name"]).read_bytes()
    result = taken(driver, raw, ROUTE)
    (fired,) = result.advanced.fired
    assert fired.message.type == "DEC"
    again = taken(driver, fired.unsigned, ROUTE)
    assert isinstance(again, Accepted)
    assert again.declaration == result.declaration
    told = [finding.code for finding in again.findings]
    assert "intake.left-out" not in told


# ------------------------------------------------------------------ forms, on an example of our own


def wrapped(before, after):
    declaration = OWN[OWN.index(b"<Declaration") :]
    return before + declaration + after


METADATA = (
    b"<md:MetaData xmlns:md='urn:wco:datamodel:WCO:DocumentMetaData-DMS:2'><md:WCOTypeName/>",
    b"</md:MetaData>",
)
REQUEST = (
    b"<r:request xmlns:r='urn:request'><r:head/><r:detail>" + METADATA[0],
    METADATA[1] + b"</r:detail></r:request>",
)
FORMS = {"bare": (b"", b""), "in MetaData": METADATA, "in a request": REQUEST}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_declaration(form, formats):
    made = convert(wrapped(*FORMS[form]), formats, route=ROUTE)
    assert made.format_id == "wco-dec"
    assert made.content == convert(OWN, formats, route=ROUTE).content


def test_two_declarations_in_one_request_are_refused(formats):
    declaration = OWN[OWN.index(b"<Declaration") :]
    with pytest.raises(Refusal) as told:
        convert(REQUEST[0] + declaration + declaration + REQUEST[1], formats, route=ROUTE)
    assert told.value.findings[0].code == "intake.several-declarations"


def test_comments_are_dropped(formats):
    raw = OWN.replace(b"<TypeCode>EXA", b"<!-- a note --><TypeCode>EXA")
    assert raw != OWN
    assert convert(raw, formats, route=ROUTE).content == convert(OWN, formats, route=ROUTE).content


def refusal(raw, formats, route):
    with pytest.raises(Refusal) as told:
        convert(raw, formats, route=route)
    (finding,) = told.value.findings
    return finding


def test_without_a_route_it_has_no_offices(formats):
    assert refusal(OWN, formats, None).code == "route.needed"


def test_the_route_makes_the_itinerary(formats):
    root = safe.parse(convert(OWN, formats, route=ROUTE).content)
    assert tree.text(root, "d:RouteID") == "wco-neutral"
    stops = tree.elements(root, "d:Itinerary/d:Office")
    assert [tree.text(one, "d:ID") for one in stops] == ["XW00X001", "XW00X002"]
    assert tree.text(root, "d:Submission/d:OfficeID[@role='exit']") == "GB000040"


def test_offices_can_be_listed(formats):
    listed = listed_offices(["XW00X002:departure", "XW00X001:destination"])
    root = safe.parse(convert(OWN, formats, route=listed).content)
    assert tree.text(root, "d:RouteID") == ""
    assert tree.text(root, "d:Itinerary/d:Office[1]/d:ID") == "XW00X002"


@pytest.mark.parametrize("spelled", ["XW00X001", ":departure", "XW00X001:"])
def test_a_list_names_offices_with_roles(spelled):
    with pytest.raises(Refusal) as told:
        listed_offices([spelled])
    assert told.value.findings[0].code == "route.not-an-office"


def test_a_declaration_with_offices_keeps_them(formats):
    raw = (schemas_root() / "declaration/v1/examples/chongqing-haiduong.xml").read_bytes()
    own = (
        ("CN008001", "departure"),
        ("CN00X001", "exit"),
        ("VN0015BB", "entry"),
        ("VN0003PJ", "destination"),
    )
    assert convert(raw, formats, route=RouteOffices(name="same", stops=own)) is None
    assert refusal(raw, formats, ROUTE).code == "route.not-as-declared"


def test_a_total_mass_that_is_stated_is_the_one_checked(driver):
    raw = OWN.replace(
        b"<TotalPackageQuantity>",
        b"<TotalGrossMassMeasure>99</TotalGrossMassMeasure><TotalPackageQuantity>",
    )
    codes = {finding.code for finding in taken(driver, raw, ROUTE).findings}
    assert "declaration.gross-mass-items" in codes


def test_a_wrong_document_is_judged_by_its_own_schema(formats):
    root = inner(OWN)
    assert removed(f"{WCO}TypeCode")(root)
    finding = refusal(tree.serialise(root), formats, ROUTE)
    assert finding.code == "xsd.unexpected-element"
    assert finding.pointer == "/Declaration/GoodsItemQuantity"


def test_pack_and_intake_share_their_files():
    intake_folder = schemas_root() / "intake" / "wco-dec"
    pack = schemas_root() / "packs" / "wco"
    twins = {"dec.xsd": "xsd", "datetime.xsd": "xsd", "body.xsl": "project"}
    for name, folder in twins.items():
        assert (intake_folder / name).read_bytes() == (pack / folder / name).read_bytes()
