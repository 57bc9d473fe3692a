"""The enterprise declaration: what its schema and its rules let through, and what they do not."""

import re

import pytest

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.domain.finding import LANGUAGES
from gateway.markup import safe, tree
from gateway.packs.declaration_format import compile_declaration
from tests.packs import prepared_ctc

FOLDER = schemas_root() / "declaration" / "v1"
EXAMPLE = (FOLDER / "examples" / "chongqing-haiduong.xml").read_text("utf-8")
RICH = tree.serialise(prepared_ctc.own("rich")).decode()
NUMBER = "<SequenceNumeric>{}</SequenceNumeric>"


@pytest.fixture(scope="module")
def ours():
    return compile_declaration(read_folder(FOLDER))


def codes(ours, text):
    return {finding.code for finding in ours.check(safe.parse(text.encode()))}


def changed(text, pattern, new):
    assert re.search(pattern, text, re.DOTALL), pattern
    return re.sub(pattern, new, text, count=1, flags=re.DOTALL)


@pytest.mark.parametrize("text", [EXAMPLE, RICH], ids=["example", "rich"])
def test_the_examples_are_right(ours, text):
    assert codes(ours, text) == set()


# ------------------------------------------------------------------ rules


def numbered(parent, child, old, new):
    """Give the ``child`` elements of the first ``parent`` a gap."""
    return (rf"(<{parent}>.*?<{child}[^>]*>){NUMBER.format(old)}", rf"\g<1>{NUMBER.format(new)}")


def share(packages, mass):
    """What of the goods is on one of several trips."""
    gross = f'<GrossMassMeasure unit="KGM">{mass}</GrossMassMeasure>'
    return f"<PackageQuantity>{packages}</PackageQuantity>{gross}"


HOUSE = "<HouseConsignment>.*?"
ITEM = f"{HOUSE}<GoodsItem>.*?"


def paper(scope, category, new="7"):
    return (
        rf"({scope}<Document>)<SequenceNumeric>1</SequenceNumeric>(<CategoryCode>{category}<)",
        rf"\g<1><SequenceNumeric>{new}</SequenceNumeric>\g<2>",
    )


RULES = {
    "declaration.office-numbers": (RICH, *numbered("Itinerary", "Office", 4, 5)),
    "declaration.no-departure": (EXAMPLE, "<RoleCode>departure<", "<RoleCode>exit<"),
    "declaration.no-destination": (EXAMPLE, "<RoleCode>destination<", "<RoleCode>transit<"),
    "declaration.uscc-invalid": (
        EXAMPLE,
        r'(scheme="USCC">\w{17})(\w)',
        lambda found: found[1] + ("1" if found[2] != "1" else "2"),
    ),
    "declaration.mst-invalid": (
        EXAMPLE,
        r'(scheme="MST">\d{9})(\d)',
        lambda found: f"{found[1]}{(int(found[2]) + 1) % 10}",
    ),
    "declaration.house-numbers": (
        RICH,
        "<HouseConsignment><SequenceNumeric>2<",
        "<HouseConsignment><SequenceNumeric>3<",
    ),
    "declaration.actor-numbers": (
        RICH,
        "<AdditionalActor><SequenceNumeric>2<",
        "<AdditionalActor><SequenceNumeric>3<",
    ),
    "declaration.means-numbers": (
        RICH,
        "<DepartureTransportMeans><SequenceNumeric>2<",
        "<DepartureTransportMeans><SequenceNumeric>3<",
    ),
    "declaration.border-means-numbers": (
        RICH,
        "<BorderTransportMeans><SequenceNumeric>1<",
        "<BorderTransportMeans><SequenceNumeric>2<",
    ),
    "declaration.information-numbers": (
        RICH,
        "<AdditionalInformation><SequenceNumeric>2<",
        "<AdditionalInformation><SequenceNumeric>3<",
    ),
    "declaration.document-numbers-previous": (RICH, *paper("", "previous")),
    "declaration.document-numbers-supporting": (RICH, *paper("", "supporting")),
    "declaration.document-numbers-transport": (RICH, *paper("", "transport")),
    "declaration.document-numbers-reference": (RICH, *paper("", "reference")),
    "declaration.item-numbers": (
        EXAMPLE,
        "<DeclarationItemNumeric>12<",
        "<DeclarationItemNumeric>13<",
    ),
    "declaration.gross-mass-items": (
        EXAMPLE,
        '<GrossMassMeasure unit="KGM">2480.5<',
        '<GrossMassMeasure unit="KGM">2480.50001<',
    ),
    "declaration.gross-mass-houses": (RICH, ">500.000000<", ">500.000001<"),
    "declaration.net-mass-total": (EXAMPLE, ">2210.25<", ">2210.26<"),
    "declaration.package-total": (
        EXAMPLE,
        "<TotalPackageQuantity>124<",
        "<TotalPackageQuantity>125<",
    ),
    "declaration.trip-unnamed": (
        EXAMPLE,
        "</Trip>",
        f"{share(100, 2000.5)}</Trip><Trip>{share(24, 480)}</Trip>",
    ),
    "declaration.trip-repeated": (
        EXAMPLE,
        "</Trip>",
        f"{share(100, 2000.5)}</Trip><Trip><ID>YYG2611240001</ID>{share(24, 480)}</Trip>",
    ),
    "declaration.trip-share": (
        EXAMPLE,
        "</Trip>",
        f"{share(124, 2480.5)}</Trip><Trip><ID>B2</ID></Trip>",
    ),
    "declaration.trip-packages": (EXAMPLE, "</Trip>", f"{share(123, 2480.5)}</Trip>"),
    "declaration.trip-mass": (EXAMPLE, "</Trip>", f"{share(124, 2480)}</Trip>"),
    "declaration.value-total": (EXAMPLE, ">186400.00<", ">186400.01<"),
    "declaration.value-currency": (
        EXAMPLE,
        '<ValueAmount currency="USD">',
        '<ValueAmount currency="CNY">',
    ),
    "declaration.document-item": (EXAMPLE, "<ItemNumeric>1<", "<ItemNumeric>13<"),
    "declaration.temperature-range": (EXAMPLE, ">15</Minimum", ">25.01</Minimum"),
    "declaration.house-item-numbers": (
        EXAMPLE,
        "<SequenceNumeric>12</SequenceNumeric>(\\s*)<DeclarationItemNumeric>",
        r"<SequenceNumeric>13</SequenceNumeric>\1<DeclarationItemNumeric>",
    ),
    "declaration.house-actor-numbers": (
        RICH,
        f"({HOUSE}<AdditionalActor>)<SequenceNumeric>1<",
        r"\g<1><SequenceNumeric>2<",
    ),
    "declaration.house-means-numbers": (
        RICH,
        f"({HOUSE}<DepartureTransportMeans>)<SequenceNumeric>1<",
        r"\g<1><SequenceNumeric>2<",
    ),
    "declaration.house-information-numbers": (
        RICH,
        f"({HOUSE}<AdditionalInformation>)<SequenceNumeric>1<",
        r"\g<1><SequenceNumeric>2<",
    ),
    "declaration.house-document-numbers-previous": (RICH, *paper(HOUSE, "previous")),
    "declaration.house-document-numbers-supporting": (RICH, *paper(HOUSE, "supporting")),
    "declaration.house-document-numbers-transport": (RICH, *paper(HOUSE, "transport")),
    "declaration.house-document-numbers-reference": (RICH, *paper(HOUSE, "reference")),
    "declaration.house-gross-mass": (RICH, ">1000.25<", ">1000.26<"),
    "declaration.item-actor-numbers": (
        RICH,
        f"({ITEM}<AdditionalActor>)<SequenceNumeric>1<",
        r"\g<1><SequenceNumeric>2<",
    ),
    "declaration.item-information-numbers": (
        RICH,
        f"({ITEM}<AdditionalInformation>)<SequenceNumeric>1<",
        r"\g<1><SequenceNumeric>2<",
    ),
    "declaration.packaging-numbers": (
        RICH,
        "<Packaging><SequenceNumeric>2<",
        "<Packaging><SequenceNumeric>3<",
    ),
    "declaration.item-document-numbers-previous": (RICH, *paper(ITEM, "previous")),
    "declaration.item-document-numbers-supporting": (RICH, *paper(ITEM, "supporting")),
    "declaration.item-document-numbers-transport": (RICH, *paper(ITEM, "transport")),
    "declaration.item-document-numbers-reference": (RICH, *paper(ITEM, "reference")),
    "declaration.net-above-gross": (RICH, ">900.0<", ">1000.3<"),
    "declaration.national-code": (
        EXAMPLE,
        '<NationalCode country="CN">853224',
        '<NationalCode country="CN">853225',
    ),
    "declaration.guarantee-reference-numbers": (
        RICH,
        "<Reference><SequenceNumeric>2<",
        "<Reference><SequenceNumeric>3<",
    ),
    "declaration.authorisation-numbers": (
        RICH,
        "<Authorisation><SequenceNumeric>2<",
        "<Authorisation><SequenceNumeric>3<",
    ),
    "declaration.guarantee-numbers": (
        RICH,
        "<Guarantee><SequenceNumeric>2<",
        "<Guarantee><SequenceNumeric>3<",
    ),
    "declaration.routing-numbers": (
        RICH,
        '<RoutingCountryCode sequence="2"',
        '<RoutingCountryCode sequence="3"',
    ),
    "declaration.leg-numbers": (
        EXAMPLE,
        r"(<Leg>\s*)<SequenceNumeric>1<",
        r"\1<SequenceNumeric>2<",
    ),
    "declaration.equipment-numbers": (
        RICH,
        "<TransportEquipment><SequenceNumeric>2<",
        "<TransportEquipment><SequenceNumeric>3<",
    ),
    "declaration.leg-office": (
        EXAMPLE,
        "<FromOfficeID>CN008001<",
        "<FromOfficeID>CN009999<",
    ),
    "declaration.seal-numbers": (
        RICH,
        "<Seal><SequenceNumeric>2<",
        "<Seal><SequenceNumeric>3<",
    ),
    "declaration.goods-reference-numbers": (
        RICH,
        "<GoodsReference><SequenceNumeric>2<",
        "<GoodsReference><SequenceNumeric>3<",
    ),
    "declaration.seal-count": (RICH, "<SealQuantity>2<", "<SealQuantity>1<"),
    "declaration.container-check-digit": (RICH, "CSQU3054383", "CSQU3054384"),
    "declaration.goods-reference-item": (
        RICH,
        "(<GoodsReference><SequenceNumeric>2</SequenceNumeric><DeclarationItemNumeric>)3<",
        r"\g<1>4<",
    ),
}


@pytest.mark.parametrize("code", RULES)
def test_a_broken_rule_is_told(ours, code):
    text, pattern, new = RULES[code]
    assert code in codes(ours, changed(text, pattern, new))


def test_every_rule_has_a_wrong_declaration_here(ours):
    assert set(ours.rules.codes) == set(RULES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_speaks_every_language(ours, language):
    assert set(ours.catalogue.texts[language]) == set(RULES)


RIGHT = {
    "an equipment id that is no container number": ("CSQU3054383", "WGPCGR"),
    "a container number of another form": ("CSQU3054383", "CSQU305438"),
    "numbers in another order": (
        "(<Seal>)<SequenceNumeric>1<(.*?<Seal>)<SequenceNumeric>2<",
        r"\1<SequenceNumeric>2<\2<SequenceNumeric>1<",
    ),
    "an item without a mass": ("<GrossMassMeasure unit=.KGM.>0</GrossMassMeasure>", ""),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_allowed(ours, name):
    assert codes(ours, changed(RICH, *RIGHT[name])) == set()


# ------------------------------------------------------------------ schema

NOT_VALID = {
    "unknown element": ("<TypeCode>EX", "<Colour>red</Colour><TypeCode>EX"),
    "elements in another order": (
        "(<TypeCode>EX</TypeCode>)(\\s*)(<AdditionalTypeCode>A</AdditionalTypeCode>)",
        r"\3\2\1",
    ),
    "reference too long": ("CQ-2026-000117", "C" * 23),
    "additional type": ("<AdditionalTypeCode>A", "<AdditionalTypeCode>B"),
    "time without seconds": ("09:00:00\\+08:00", "09:00+08:00"),
    "a day that is none": ("2026-11-20", "2026-11-31"),
    "midnight at the end of a day": ("09:00:00\\+08:00", "24:00:00+08:00"),
    "a time at the end of the calendar": ("2026-11-23T09", "9999-11-23T09"),
    "a time at its beginning": ("2026-11-23T09", "0001-11-23T09"),
    "role of a party": ('role="broker"', 'role="friend"'),
    "scheme": ('scheme="USCC"', 'scheme="VAT"'),
    "office code": ("CN00X001", "CN00X0001"),
    "role of an office": ("<RoleCode>exit<", "<RoleCode>start<"),
    "mass without a unit": ('<GrossMassMeasure unit="KGM">', "<GrossMassMeasure>"),
    "mass in pounds": ('<GrossMassMeasure unit="KGM">', '<GrossMassMeasure unit="LBR">'),
    "mass with a comma": (">2480.5<", ">2480,5<"),
    "mass of nothing": (">2480.5<", ">0.0<"),
    "mass of seven decimals": (">2480.5<", ">2480.5000001<"),
    "mass with a plus": (">2480.5<", ">+2480.5<"),
    "number with a leading zero": ("<SequenceNumeric>1<", "<SequenceNumeric>01<"),
    "harmonised code": ("<HarmonizedSystemCode>853224<", "<HarmonizedSystemCode>8532<"),
    "text that begins with a blank": ("<CityName>Chongqing", "<CityName> Chongqing"),
    "digest": ("algorithm=.SHA-256.", 'algorithm="MD5"'),
    "the same item number twice": (
        "<DeclarationItemNumeric>2<",
        "<DeclarationItemNumeric>1<",
    ),
    "two codes of one country": (
        '<NationalCode country="VN">85322400',
        '<NationalCode country="CN">85322400',
    ),
    "no item": ("<GoodsItem>.*</GoodsItem>", ""),
    "one office only": (
        "<Office><SequenceNumeric>2.*</Office>",
        "",
    ),
}


@pytest.mark.parametrize("name", NOT_VALID)
def test_schema_refuses(ours, name):
    found = codes(ours, changed(EXAMPLE, *NOT_VALID[name]))
    assert any(code.startswith("xsd.") for code in found)
