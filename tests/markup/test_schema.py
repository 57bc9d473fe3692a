"""Schemas: the gate decides; the explanation names kind, place, line, value and expectation."""

import threading

import pytest

from gateway.domain.finding import Refusal
from gateway.markup import explain, safe

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
TYPES = f"""<xs:schema {XS} targetNamespace="urn:t" xmlns="urn:t">
  <xs:simpleType name="Code"><xs:restriction base="xs:string">
    <xs:enumeration value="CN"/><xs:enumeration value="VN"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Number"><xs:restriction base="xs:string">
    <xs:pattern value="[0-9]+"/><xs:maxLength value="6"/><xs:minLength value="2"/>
  </xs:restriction></xs:simpleType>
  <xs:simpleType name="Five"><xs:restriction base="xs:string"><xs:length value="5"/>
  </xs:restriction></xs:simpleType>
  <xs:simpleType name="Mass"><xs:restriction base="xs:decimal">
    <xs:totalDigits value="6"/><xs:fractionDigits value="2"/>
    <xs:minInclusive value="1"/><xs:maxInclusive value="5000"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Open"><xs:restriction base="xs:integer">
    <xs:minExclusive value="0"/><xs:maxExclusive value="10"/></xs:restriction></xs:simpleType>
</xs:schema>"""
MAIN = f"""<xs:schema {XS} targetNamespace="urn:t" xmlns="urn:t" elementFormDefault="qualified">
  <xs:include schemaLocation="types.xsd"/>
  <xs:element name="Root">
    <xs:complexType><xs:sequence>
      <xs:element name="Country" type="Code"/>
      <xs:element name="Number" type="Number" maxOccurs="3"/>
      <xs:element name="Five" type="Five" minOccurs="0"/>
      <xs:element name="Mass" type="Mass" minOccurs="0"/>
      <xs:element name="Open" type="Open" minOccurs="0"/>
      <xs:element name="Day" type="xs:date" minOccurs="0"/>
      <xs:element name="Item" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:attribute name="n" type="xs:int" use="required"/>
        <xs:attribute name="of" type="xs:int"/></xs:complexType></xs:element>
    </xs:sequence></xs:complexType>
    <xs:unique name="n"><xs:selector xpath="*"/><xs:field xpath="@n"/></xs:unique>
  </xs:element>
</xs:schema>"""
FILES = {"xsd/main.xsd": MAIN.encode(), "xsd/types.xsd": TYPES.encode()}


@pytest.fixture(scope="module")
def schema():
    return safe.compile_schema(FILES, "xsd/main.xsd")


def document(inside, country="CN", number="12"):
    return (
        f'<Root xmlns="urn:t">\n<Country>{country}</Country>\n<Number>{number}</Number>\n'
        f"{inside}</Root>"
    )


def told(schema, text):
    return schema.check(safe.parse(text.encode()))


def test_a_valid_document_has_no_findings(schema):
    assert told(schema, document('<Mass>10.5</Mass><Item n="1"/><Item n="2"/>')) == ()


CASES = {
    "enumeration": (document("", country="LA"), "xsd.enumeration", "/Root/Country", 2, "LA"),
    "pattern": (document("", number="1a"), "xsd.pattern", "/Root/Number", 3, "1a"),
    "max length": (document("", number="1234567"), "xsd.max-length", "/Root/Number", 3, "1234567"),
    "min length": (document("", number="1"), "xsd.min-length", "/Root/Number", 3, "1"),
    "length": (document("<Five>1234</Five>"), "xsd.length", "/Root/Five", 4, "1234"),
    "digits": (document("<Mass>1234.567</Mass>"), "xsd.total-digits", "/Root/Mass", 4, "1234.567"),
    "decimals": (document("<Mass>1.234</Mass>"), "xsd.fraction-digits", "/Root/Mass", 4, "1.234"),
    "too small": (document("<Mass>0</Mass>"), "xsd.min-inclusive", "/Root/Mass", 4, "0"),
    "too large": (document("<Mass>5001</Mass>"), "xsd.max-inclusive", "/Root/Mass", 4, "5001"),
    "not above": (document("<Open>0</Open>"), "xsd.min-exclusive", "/Root/Open", 4, "0"),
    "not below": (document("<Open>10</Open>"), "xsd.max-exclusive", "/Root/Open", 4, "10"),
    "not a number": (document("<Mass>5,2</Mass>"), "xsd.type", "/Root/Mass", 4, "5,2"),
    "not a date": (document("<Day>23.11.2026</Day>"), "xsd.type", "/Root/Day", 4, "23.11.2026"),
    "missing": ('<Root xmlns="urn:t"><Country>CN</Country></Root>', "xsd.missing-element", "/Root"),
    "unexpected": (document("<Nonsense/>"), "xsd.unexpected-element", "/Root/Nonsense", 4),
    "once too often": (
        document("<Number>12</Number><Number>12</Number>\n<Number>12</Number>"),
        "xsd.unexpected-element",
        "/Root/Number[4]",
        5,
    ),
    "missing attribute": (document("<Item/>"), "xsd.missing-attribute", "/Root/Item/@n", 4),
    "unexpected attribute": (
        document('<Item n="1" z="9"/>'),
        "xsd.unexpected-attribute",
        "/Root/Item/@z",
        4,
        "9",
    ),
    "attribute of the wrong kind": (
        document('<Item n="1"/><Item n="x"/>'),
        "xsd.type",
        "/Root/Item[2]/@n",
        4,
        "x",
    ),
    "repeated": (document('<Item n="1"/>\n<Item n="1"/>'), "xsd.identity", "/Root/Item[2]", 5),
    "text between elements": (document("stray"), "xsd.text", "/Root"),
    "other root": ('<Other xmlns="urn:t"/>', "xsd.root", "/Other", 1),
    "other namespace": ('<Root xmlns="urn:u"/>', "xsd.root", "/Root", 1),
    "no namespace": ("<Root/>", "xsd.root", "/Root", 1),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_kind_of_fault_has_code_place_line_and_value(schema, case):
    text, code, *rest = case
    found = {finding.code: finding for finding in told(schema, text)}
    assert code in found
    finding = found[code]
    actual = [finding.pointer, finding.line, finding.value][: len(rest)]
    assert rest == actual


EXPECTED = {
    "enumeration": (document("", country="LA"), "CN, VN"),
    "pattern": (document("", number="1a"), "[0-9]+"),
    "bound": (document("<Mass>5001</Mass>"), "5000"),
    "length": (document("<Five>1234</Five>"), "5"),
    "type": (document("<Day>x</Day>"), "date"),
    "missing": ('<Root xmlns="urn:t"><Country>CN</Country></Root>', "Number"),
}


@pytest.mark.parametrize(("text", "expected"), EXPECTED.values(), ids=EXPECTED)
def test_findings_say_what_was_expected(schema, text, expected):
    assert expected in [dict(finding.args).get("expected") for finding in told(schema, text)]


def test_several_faults_are_told_at_once_and_each_once(schema):
    text = document("<Mass>x</Mass><Day>y</Day>", country="LA", number="a")
    found = [finding.code for finding in told(schema, text)]
    assert {"xsd.enumeration", "xsd.pattern", "xsd.type"} <= set(found)
    places = [(finding.code, finding.pointer) for finding in told(schema, text)]
    assert len(places) == len(set(places))


def test_no_more_findings_than_anyone_mends(schema):
    items = "".join(f'<Item n="{n}" z="{n}"/>' for n in range(500))
    assert len(told(schema, document(items))) == explain.FINDINGS_MAX


@pytest.mark.parametrize(
    "text",
    [
        document("".join(f'<Item n="{n}"/>' for n in range(25_000)), country="LA"),
        document("", number="1" * 5000),
    ],
    ids=["very many elements", "a very long text"],
)
def test_what_is_too_dear_to_explain_gets_the_short_account(schema, text):
    found = told(schema, text)
    assert {finding.code for finding in found} & {"xsd.enumeration", "xsd.max-length"}
    assert all("expected" not in dict(finding.args) for finding in found)


def test_location_hints_of_a_document_are_not_followed(schema):
    text = document("", country="LA").replace(
        "<Root ",
        '<Root xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="urn:t file:///etc/passwd" ',
    )
    assert [finding.code for finding in told(schema, text)] == ["xsd.enumeration"]


BROKEN = {
    "include of a local file": ("types.xsd", "/etc/passwd", "pack.outside"),
    "include from the net": ("types.xsd", "http://127.0.0.1/x.xsd", "pack.outside"),
    "include climbing out": ("types.xsd", "../../x.xsd", "pack.outside"),
    "unknown type": ('type="Code"', 'type="Nonsense"', "pack.schema-broken"),
    "entity": ("<xs:schema", "<!DOCTYPE x><xs:schema", "pack.not-xml"),
}


@pytest.mark.parametrize(("old", "new", "code"), BROKEN.values(), ids=BROKEN)
def test_a_schema_reaches_nothing_outside_its_files(old, new, code):
    files = {**FILES, "xsd/main.xsd": MAIN.replace(old, new, 1).encode()}
    with pytest.raises(Refusal) as caught:
        safe.compile_schema(files, "xsd/main.xsd")
    assert caught.value.findings[0].code == code


def test_imports_of_other_namespaces_resolve_inside_the_files():
    other = (
        f'<xs:schema {XS} targetNamespace="urn:o"><xs:element name="O" type="xs:int"/></xs:schema>'
    )
    main = (
        f'<xs:schema {XS} targetNamespace="urn:t" xmlns:o="urn:o" elementFormDefault="qualified">'
        '<xs:import namespace="urn:o" schemaLocation="../o/o.xsd"/><xs:element name="R">'
        '<xs:complexType><xs:sequence><xs:element ref="o:O"/></xs:sequence></xs:complexType>'
        "</xs:element></xs:schema>"
    )
    files = {"xsd/main.xsd": main.encode(), "o/o.xsd": other.encode()}
    schema = safe.compile_schema(files, "xsd/main.xsd")
    assert told(schema, '<R xmlns="urn:t"><O xmlns="urn:o">1</O></R>') == ()
    found = told(schema, '<R xmlns="urn:t"><O xmlns="urn:o">x</O></R>')
    assert [(finding.code, finding.pointer) for finding in found] == [("xsd.type", "/R/O")]


def test_one_schema_per_thread_never_tells_about_another_document():
    """Why compiled sets are handed out by slot: each thread hears about its own document."""
    wrong: list[str] = []
    own = {name: safe.compile_schema(FILES, "xsd/main.xsd") for name in ("LA", "TH", "KH")}

    def check(country):
        mine = own[country]
        for _ in range(150):
            values = {finding.value for finding in told(mine, document("", country=country))}
            if values != {country}:
                wrong.append(country)

    threads = [threading.Thread(target=check, args=(name,)) for name in own]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_included_schemas_without_a_namespace_take_that_of_their_includer():
    types = TYPES.replace(' targetNamespace="urn:t" xmlns="urn:t"', "")
    schema = safe.compile_schema({**FILES, "xsd/types.xsd": types.encode()}, "xsd/main.xsd")
    found = told(schema, document("", country="LA"))
    assert [(dict(finding.args)["expected"], finding.pointer) for finding in found] == [
        ("CN, VN", "/Root/Country")
    ]


def test_prefixes_the_document_chose_do_not_matter(schema):
    text = '<q:Root xmlns:q="urn:t"><z:Sig xmlns:z="urn:z"/><q:Country>CN</q:Country></q:Root>'
    log_only = explain._gate_findings
    root = safe.parse(text.encode())
    schema._compiled.validate(root)
    found = list(log_only(root, list(schema._compiled.error_log)))
    assert "/Root/Sig" in [finding.pointer for finding in found]
    assert told(schema, text)
