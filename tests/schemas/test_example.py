"""The shipped declaration is right to the last digit: sums, identifiers, references."""

import re
from collections import Counter
from datetime import datetime
from decimal import Decimal

import pytest
from lxml import etree
from stdnum.cn import uscc
from stdnum.vn import mst

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.packs.declaration_format import compile_declaration

FILE = schemas_root() / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
D = {"d": "urn:fullroute:declaration:1"}
SIZE_MAX = 60_000


@pytest.fixture(scope="module")
def root() -> etree._Element:
    return etree.fromstring(FILE.read_bytes())


def texts(root, path: str) -> list[str]:
    return [str(one) for one in root.xpath(f"{path}/text()", namespaces=D)]


def one(root, path: str) -> str:
    (found,) = texts(root, path)
    return found


ITEM = "d:Consignment/d:HouseConsignment/d:GoodsItem"

SUMS = [
    ("d:Consignment/d:TotalPackageQuantity", f"{ITEM}/d:Packaging/d:Quantity"),
    ("d:Consignment/d:GrossMassMeasure", f"{ITEM}/d:GrossMassMeasure"),
    ("d:Consignment/d:NetMassMeasure", f"{ITEM}/d:NetMassMeasure"),
    ("d:Consignment/d:Invoice/d:Amount", f"{ITEM}/d:ValueAmount"),
]


@pytest.mark.parametrize(("total", "parts"), SUMS)
def test_totals_add_up(root, total, parts):
    assert sum(map(Decimal, texts(root, parts))) == Decimal(one(root, total))


def test_there_are_twelve_items_numbered_without_gaps(root):
    numbers = [str(n) for n in range(1, 13)]
    assert texts(root, f"{ITEM}/d:SequenceNumeric") == numbers
    assert texts(root, f"{ITEM}/d:DeclarationItemNumeric") == numbers


def test_quantity_times_price_is_the_value(root):
    for item in root.xpath(ITEM, namespaces=D):
        quantity = Decimal(one(item, "d:Quantity[@country='CN'][@use='declared']"))
        assert quantity * Decimal(one(item, "d:UnitPrice")) == Decimal(one(item, "d:ValueAmount"))
        assert Decimal(one(item, "d:GrossMassMeasure")) >= Decimal(one(item, "d:NetMassMeasure"))


def test_national_codes_continue_the_six_common_digits(root):
    for item in root.xpath(ITEM, namespaces=D):
        common = one(item, "d:Commodity/d:HarmonizedSystemCode")
        chinese = one(item, "d:Commodity/d:NationalCode[@country='CN']")
        vietnamese = one(item, "d:Commodity/d:NationalCode[@country='VN']")
        assert re.fullmatch(rf"{common}\d{{4}}", chinese)
        assert re.fullmatch(rf"{common}\d{{2}}", vietnamese)


def test_every_item_is_described_in_three_languages(root):
    for item in root.xpath(ITEM, namespaces=D):
        spoken = item.xpath("d:Commodity/d:Description/@lang", namespaces=D)
        assert Counter(spoken) == Counter(["zh", "en", "vi"])
        assert "品牌" in one(item, "d:Commodity/d:DeclarationElements[@country='CN']")


def test_identifiers_have_right_check_characters(root):
    codes = texts(root, "//d:ID[@scheme='USCC']")
    taxpayers = texts(root, "//d:ID[@scheme='MST']")
    assert len(codes) == 3
    assert len(taxpayers) == 2
    assert all(uscc.is_valid(code) for code in codes)
    assert all(mst.is_valid(number) for number in taxpayers)


def test_plates(root):
    chinese = texts(root, "//d:Plate[@country='CN']")
    assert chinese
    for plate in chinese:
        assert re.fullmatch(r"[\u4e00-\u9fff][A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂]", plate)
    for plate in texts(root, "//d:Plate[@country='VN']"):
        assert re.fullmatch(r"\d{2}[A-Z]{1,2}-?\d{4,5}", plate)


def test_the_proof_of_origin_covers_what_claims_preference(root):
    claimed = texts(root, f"{ITEM}[d:Origin/d:PreferenceCode='RCEP']/d:SequenceNumeric")
    covered = texts(root, "d:Consignment/d:Document[d:TypeCode='RCEP']/d:ItemNumeric")
    assert claimed == covered
    assert 0 < len(covered) < 12
    assert set(texts(root, f"{ITEM}[d:Origin/d:PreferenceCode='RCEP']/d:Origin/d:CountryCode")) == {
        "CN"
    }


def test_marks_follow_each_other(root):
    places = []
    for item in root.xpath(f"{ITEM}/d:Packaging", namespaces=D):
        first, last = re.fullmatch(r"JL (\d+)-(\d+)", one(item, "d:Marks")).groups()
        assert int(last) - int(first) + 1 == int(one(item, "d:Quantity"))
        places += range(int(first), int(last) + 1)
    assert places == list(range(1, 125))


def test_offices_exist_and_times_run_forward(root):
    offices = read_offices(read_folder(schemas_root()))
    stops = root.xpath("d:Itinerary/d:Office", namespaces=D)
    times = [datetime.fromisoformat(one(stop, "d:ExpectedDateTime")) for stop in stops]
    assert times == sorted(times)
    assert all(time.utcoffset() is not None for time in times)
    for stop in stops:
        office = offices[one(stop, "d:ID")]
        assert one(stop, "d:RoleCode") in office.roles


def test_two_drivers_meet_at_the_border(root):
    stops = texts(root, "d:Itinerary/d:Office/d:ID")
    assert [
        texts(driver, "d:LegFromOfficeID")[0] for driver in root.xpath("//d:Driver", namespaces=D)
    ] == [
        stops[0],
        stops[2],
    ]


def test_addresses_are_invented(root):
    for mail in texts(root, "//d:Email"):
        assert mail.endswith(".example")
    for telephone in texts(root, "//d:Telephone"):
        assert "555" in telephone


def test_it_is_small_and_plain():
    raw = FILE.read_bytes()
    assert len(raw) < SIZE_MAX
    assert b"<!--" not in raw
    assert b"<!DOCTYPE" not in raw


def test_it_passes_its_own_schema_and_rules(root):
    folder = read_folder(schemas_root() / "declaration" / "v1")
    form = compile_declaration(folder)
    assert form.check(root) == ()
