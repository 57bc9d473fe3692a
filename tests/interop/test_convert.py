"""CC015C to our declaration and back: nothing may be lost, and nothing may slip in."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.domain.finding import Refusal
from gateway.domain.identifiers import is_lrn
from gateway.markup import safe, tree
from gateway.packs.declaration_format import compile_declaration
from gateway.pipeline.convert import convert, fill_placeholders
from tests.interop import samples
from tests.packs import prepared_ctc

AT = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
PLAIN = (samples.ROOM / "own" / "plain.xml").read_bytes()
RICH = (samples.ROOM / "own" / "rich.xml").read_bytes()
FILES = [*samples.OWN, *(samples.declaration(one["name"]) for one in samples.EXPECTED)]


@pytest.fixture(scope="module")
def formats():
    return prepared_ctc.intakes()


@pytest.fixture(scope="module")
def ours():
    return compile_declaration(read_folder(schemas_root() / "declaration" / "v1"))


def content(path):
    if not path.exists():
        pytest.skip("the public test files are not here")
    return fill_placeholders(path.read_bytes(), AT)


def face(node):
    children = [face(child) for child in node.iterchildren(etree.Element)]
    return node.tag, sorted(node.attrib.items()), (node.text or "").strip(), children


def refusal(raw, formats):
    with pytest.raises(Refusal) as told:
        convert(raw, formats)
    return told.value.findings[0]


# ------------------------------------------------------------------ there and back


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_comes_back_element_by_element(path, formats):
    raw = content(path)
    made = convert(raw, formats)
    back = safe.parse(formats[0].unconvert(safe.parse(made.content)))
    assert face(back) == face(safe.parse_foreign(raw))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_is_a_valid_declaration_of_ours(path, formats, ours):
    made = convert(content(path), formats)
    assert [one for one in ours.check(safe.parse(made.content)) if one.refuses] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_is_the_same_every_time(path, formats):
    raw = content(path)
    assert convert(raw, formats) == convert(raw, formats)


QUALIFIERS = {
    "T": "PostcodeAddress",
    "U": "UNLocode",
    "V": "CustomsOffice",
    "W": "GNSS",
    "X": "EconomicOperator",
    "Y": "authorisationNumber",
    "Z": "Address",
}


@pytest.mark.parametrize("qualifier", QUALIFIERS)
def test_every_way_to_say_where_the_goods_are(qualifier, formats, ours):
    root = safe.parse_foreign(fill_placeholders(RICH, AT))
    (place,) = root.iter("LocationOfGoods")
    place.find("qualifierOfIdentification").text = qualifier
    for child in list(place)[2:]:
        if child.tag != QUALIFIERS[qualifier]:
            place.remove(child)
    made = convert(tree.serialise(root), formats)
    assert ours.check(safe.parse(made.content)) == ()
    assert face(safe.parse(formats[0].unconvert(safe.parse(made.content)))) == face(root)


def test_the_rich_example_holds_every_element_of_the_schema():
    """What the schema of CC015C allows anywhere, the example shows there at least once."""
    types = safe.parse_own(read_folder(prepared_ctc.FOLDER), "xsd/types.xsd")
    schema = safe.parse_own(read_folder(prepared_ctc.FOLDER), "xsd/cc015c.xsd")
    xs = "{http://www.w3.org/2001/XMLSchema}"
    kinds = {
        one.get("name"): one for part in (types, schema) for one in part.iter(f"{xs}complexType")
    }

    def places(element, path):
        kind = kinds.get(element.get("type"))
        inner = kind if kind is not None else element
        for child in inner.iter(f"{xs}element"):
            if child is not element:
                yield f"{path}/{child.get('name')}"
                if kinds.get(child.get("type")) is not None:
                    yield from places(child, f"{path}/{child.get('name')}")

    (root,) = schema.iterchildren(f"{xs}element")
    shown = safe.parse_foreign(fill_placeholders(RICH, AT))
    missing = [path for path in places(root, "") if not shown.xpath(f"/*{path}")]
    assert missing == []


# ------------------------------------------------------------------ what is refused


def test_our_own_declaration_needs_no_conversion(formats):
    raw = (schemas_root() / "declaration/v1/examples/chongqing-haiduong.xml").read_bytes()
    assert convert(raw, formats) is None


def test_an_unknown_format_is_named(formats):
    found = refusal(b"<Order xmlns='urn:other'/>", formats)
    assert (found.code, found.value) == ("intake.unknown-format", "{urn:other}Order")


NOT_CARRIED = {
    "unknown element": (b"<security>", b"<colour>red</colour><security>", "colour"),
    "unknown attribute": (b"<security>", b"<security note='x'>", "security"),
    "element in a wrong place": (
        b"<bindingItinerary>0</bindingItinerary>",
        b"<bindingItinerary>0</bindingItinerary><LRN>TWICE</LRN>",
        "TransitOperation",
    ),
    "text where elements are": (b"<TransitOperation>", b"<TransitOperation>words", "Operation"),
    "extension": (b"<messageSender>", b"<Extensions/><messageSender>", "Extensions"),
}


@pytest.mark.parametrize("name", NOT_CARRIED)
def test_what_has_no_place_is_refused_and_named(name, formats):
    old, new, where = NOT_CARRIED[name]
    raw = fill_placeholders(PLAIN, AT)
    assert raw.count(old) == 1
    found = refusal(raw.replace(old, new), formats)
    assert found.code == "intake.not-carried"
    assert where in found.pointer
    assert found.line


def test_comments_are_dropped(formats):
    raw = fill_placeholders(PLAIN, AT).replace(b"<security>", b"<!-- a note --><security>")
    assert b"a note" not in convert(raw, formats).content


def test_numbers_keep_their_spelling(formats):
    made = convert(fill_placeholders(PLAIN, AT), formats).content
    for spelled in (b">620.500<", b">620.5<", b">620.500000<", b">2500.50<", b">588<"):
        assert spelled in made


# ------------------------------------------------------------------ placeholders


def test_every_placeholder_is_filled():
    for raw in (PLAIN, RICH):
        assert b"{{" not in fill_placeholders(raw, AT)


def test_the_format_documents_exactly_what_is_filled(formats):
    named = dict(formats[0].spec.placeholders)
    assert formats[0].spec.losses
    for name in named:
        assert fill_placeholders(b"{{%s}}" % name.encode(), AT) != b"{{%s}}" % name.encode()
    wanted = re.findall(r"\{\{(\w+)\}\}", (PLAIN + RICH).decode())
    assert set(wanted) <= set(named)


def test_the_local_reference_is_one_and_differs_with_time_and_file():
    references = set()
    for raw in (PLAIN, RICH):
        for step in (0, 1, 1_000_000, 86_400_000_000):
            filled = fill_placeholders(raw, AT + timedelta(microseconds=step)).decode()
            (reference,) = re.findall("<LRN>([^<]+)</LRN>", filled)
            assert is_lrn(reference)
            assert len(reference) <= 22
            references.add(reference)
    assert len(references) == 8


def test_the_same_moment_in_another_zone_is_the_same():
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert fill_placeholders(PLAIN, AT) == fill_placeholders(PLAIN, elsewhere)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("preparationDateAndTime", "2026-11-23T09:00:05"),
        ("requestDateAndTime", "2026-11-23T09:00:05"),
        ("arrivalTime", "2026-11-24T09:00:05"),
        ("arrivalNotificationDateAndTime", "2026-11-25T09:00:05"),
        ("limitDate", "2026-12-01"),
        ("unloadingDate", "2026-11-25"),
        ("somethingElse", "{{somethingElse}}"),
    ],
)
def test_times_follow_from_the_time_given(name, value):
    assert fill_placeholders(b"{{%s}}" % name.encode(), AT).decode() == value


def test_a_document_without_placeholders_stays_as_it_is():
    raw = b"<a>{ {LRN} } {{ LRN }}</a>"
    assert fill_placeholders(raw, AT) == raw
