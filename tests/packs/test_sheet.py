"""The workbook layout: what comes back, what is named when it cannot, and where it stood."""

import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.domain.finding import LANGUAGES, Refusal, Severity
from gateway.markup import safe, tree
from gateway.markup.workbook import column_letters
from gateway.markup.workbook_writer import Heading, Page, write
from gateway.packs import sheet_values
from gateway.packs.sheet_filling import fill
from gateway.packs.sheet_layout import FILE, Kind, compile_sheets
from gateway.pipeline.convert import from_sheet
from gateway.usecases.submit import preflight
from tests.packs import prepared_wco, workbooks
from tests.world import NORTHBOUND, SHIPPED

EXAMPLES = {"southbound": SHIPPED, "northbound": NORTHBOUND}


def converted(raw):
    return from_sheet(raw, workbooks.layouts())


def found(raw):
    """What is wrong with a workbook: codes and cells."""
    with pytest.raises(Refusal) as told:
        converted(raw)
    return [(one.code, one.cell) for one in told.value.findings]


# ------------------------------------------------------------------ there and back


def spoken(root):
    """Every element as path, attributes and text: numbers by value, repeats in any order.

    These are the losses of the layout: how a number was spelled, and the order of several names,
    codes or identifiers of one thing.
    """

    def text(node):
        told = (node.text or "").strip()
        return Decimal(told) if told.replace(".", "", 1).isdecimal() and "." in told else told

    def told(node):
        children = [told(child) for child in node]
        several = {tree.name(child) for child in node} & {"ID", "Name", "Line", "Description"}
        whole = sorted(children, key=str) if several else children
        return tree.name(node), sorted(node.attrib.items()), text(node), whole

    return told(tree.without(root, tree.XMLDSIG, "Signature"))


def same_number(one, other):
    """Compare trees where 18000.00 is 18000."""
    if isinstance(one, str) and isinstance(other, Decimal):
        return one.isdecimal() and Decimal(one) == other
    if isinstance(one, Decimal) and isinstance(other, str):
        return same_number(other, one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same_number, one, other))
    return one == other


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_back(name, language):
    raw = EXAMPLES[name].read_bytes()
    back = converted(workbooks.example(EXAMPLES[name], language))
    assert same_number(spoken(safe.parse(raw)), spoken(safe.parse(back.content)))
    assert back.findings == ()
    assert back.format_id == "sheet"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gets_the_verdict_of_its_declaration(name):
    path = EXAMPLES[name]
    ours = preflight(workbooks.ports(), path.read_bytes())
    theirs = preflight(workbooks.ports(), workbooks.example(path))
    assert theirs.valid
    assert [(one.code, one.pointer) for one in theirs.findings] == [
        (one.code, one.pointer) for one in ours.findings
    ]
    assert [one.word for one in theirs.offices] == [one.word for one in ours.offices]


def test_what_has_no_column_is_told():
    item = "/Declaration/Consignment/HouseConsignment/GoodsItem[1]"
    raw = SHIPPED.read_text("utf-8").replace(
        "<Packaging><SequenceNumeric>1</SequenceNumeric>",
        "<GovernmentProcedure><CurrentCode>40</CurrentCode></GovernmentProcedure>"
        "<Packaging><SequenceNumeric>7</SequenceNumeric>",
        1,
    )
    _, left = fill(safe.parse(raw.encode()), workbooks.layouts()[0])
    assert [(one.code, one.severity, one.pointer, one.value) for one in left] == [
        (
            "sheet.not-carried",
            Severity.INFORMATION,
            f"{item}/GovernmentProcedure/CurrentCode",
            "40",
        ),
        ("sheet.not-carried", Severity.INFORMATION, f"{item}/Packaging/SequenceNumeric", "7"),
    ]


TEXT = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=40)
SMALL = st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False)


@settings(max_examples=20, deadline=None)
@given(description=TEXT, marks=TEXT, mass=SMALL, price=SMALL, packages=st.integers(0, 10**8))
def test_any_value_comes_back(description, marks, mass, price, packages):
    values = {
        "Description (English)": description,
        "Packages: marks": marks,
        "Gross mass, kg": mass,
        "Unit price": price,
        "Packages: number": Decimal(packages),
    }
    layout = workbooks.layouts()[0]
    pages = []
    for one in layout.sheets:
        names = dict(one.spec.names)["en"]
        row = tuple(values.get(dict(c.spec.names)["en"], "") for c in one.columns)
        filled = [row] if one.spec.id == "items" else []
        pages.append(page(one, names, filled))
    back = from_sheet(write(pages), workbooks.layouts(), route=prepared_wco.ROUTE)
    root = safe.parse(back.content)
    item = "d:Consignment/d:HouseConsignment/d:GoodsItem"
    # "=1+1" stays a text, 0.1 stays 0.1
    assert tree.text(root, f"{item}/d:Commodity/d:Description") == composed(description)
    assert tree.text(root, f"{item}/d:Packaging/d:Marks") == composed(marks)
    assert Decimal(tree.text(root, f"{item}/d:GrossMassMeasure")) == mass
    assert Decimal(tree.text(root, f"{item}/d:UnitPrice")) == price
    assert tree.text(root, f"{item}/d:Packaging/d:Quantity") == str(packages)


def composed(text):
    return unicodedata.normalize("NFC", text.strip())


def page(layout, title, rows):
    heads = tuple(Heading(name=dict(column.spec.names)["en"]) for column in layout.columns)
    return Page(title=title, headings=heads, rows=rows, form=layout.spec.form)


# ------------------------------------------------------------------ values

SPELLED = {
    "one tenth": (0.1, "0.1"),
    "a sum": (0.1 + 0.2, "0.3"),
    "whole": (853224.0, "853224"),
    "zero": (0.0, "0"),
    "negative": (-18.5, "-18.5"),
    "small": (0.000001, "0.000001"),
    "fifteen digits": (123456789.123456, "123456789.123456"),
    "large": (1e15, "1000000000000000"),
    "text": (" 0810908000 ", "0810908000"),
    "text with zeros": ("18000.00", "18000.00"),
}


@pytest.mark.parametrize("name", SPELLED)
def test_numbers_and_texts_are_spelled(name):
    value, expected = SPELLED[name]
    assert sheet_values.spelled(value, Kind.NUMBER) == expected


EIGHT = datetime.fromisoformat("2026-11-24T08:00")
MOMENTS = {
    "a time and an offset": (EIGHT, "+08:00", "2026-11-24T08:00:00+08:00"),
    "rounded by the sheet": (
        datetime.fromisoformat("2026-11-24T07:59:59.999600"),
        "+07:00",
        "2026-11-24T08:00:00+07:00",
    ),
    "a day": (date(2026, 11, 24), "+08:00", "2026-11-24T00:00:00+08:00"),
    "hours as a number": (EIGHT, 7.0, "2026-11-24T08:00:00+07:00"),
    "hours as a time": (EIGHT, time(8), "2026-11-24T08:00:00+08:00"),
    "UTC+8": (EIGHT, "utc+8", "2026-11-24T08:00:00+08:00"),
    "west": (EIGHT, "-03:30", "2026-11-24T08:00:00-03:30"),
    "UTC": (EIGHT, "Z", "2026-11-24T08:00:00Z"),
    "a text with its offset": ("2026-11-24T08:00:00+08:00", "", "2026-11-24T08:00:00+08:00"),
    "a text and an offset": ("2026-11-24 08:00", "+08:00", "2026-11-24T08:00:00+08:00"),
    "a text of its own": ("tomorrow", "", "tomorrow"),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_times_get_the_offset_beside_them(name):
    value, zone, expected = MOMENTS[name]
    assert sheet_values.moment(value, zone) == expected


UNFIT = {
    "no zone": (lambda: sheet_values.moment(EIGHT, ""), "sheet.no-zone"),
    "a place as zone": (lambda: sheet_values.moment(EIGHT, "Chongqing"), "sheet.no-zone"),
    "no such hour": (lambda: sheet_values.moment(EIGHT, "+25:00"), "sheet.no-zone"),
    "a text without zone": (lambda: sheet_values.moment("2026-11-24 08:00", ""), "sheet.no-zone"),
    "a number as time": (lambda: sheet_values.moment(46350.33, "+08:00"), "sheet.not-a-time"),
    "a number as day": (lambda: sheet_values.spelled(46350.0, Kind.DAY), "sheet.not-a-day"),
    "a time as day": (lambda: sheet_values.spelled(EIGHT, Kind.DAY), "sheet.not-a-day"),
    "a day as text": (lambda: sheet_values.spelled(date(2026, 1, 2), Kind.TEXT), "sheet.not-text"),
    "true": (lambda: sheet_values.spelled(True, Kind.NUMBER), "sheet.not-text"),
    "a bell": (lambda: sheet_values.spelled("a\x07b", Kind.TEXT), "sheet.unfit-text"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_cannot_be_meant_is_named(name):
    make, code = UNFIT[name]
    with pytest.raises(sheet_values.Unfit) as told:
        make()
    assert told.value.code == code


# ------------------------------------------------------------------ faults of a filled sheet


def merged():
    book = workbooks.opened()
    book["Items"].merge_cells("C3:C4")
    return workbooks.saved(book)


def renamed(old, new):
    book = workbooks.opened()
    book[old].title = new
    return workbooks.saved(book)


def two_of_one_kind():
    book = workbooks.opened()
    book.create_sheet("商品")
    return workbooks.saved(book)


def changed(changes):
    return lambda: workbooks.changed(changes)


FAULTS = {
    "a sheet is missing": (
        lambda: renamed("Items", "Goods"),
        [("sheet.missing", ""), ("sheet.not-read", "Goods!A1")],
    ),
    "a sheet in two languages": (two_of_one_kind, [("sheet.repeated", "商品!A1")]),
    "an unknown column": (
        changed({"Items!H1": "Descripton (Chinese)"}),
        [("sheet.unknown-column", "Items!H1")],
    ),
    "a column without heading": (
        changed({"Items!H1": None}),
        [("sheet.unknown-column", "Items!H2")],
    ),
    "an unknown label": (
        changed({"Declaration!A1": "Reference"}),
        [("sheet.unknown-column", "Declaration!B1")],
    ),
    "a column twice": (
        changed({"Items!H1": "HS code, 6 digits"}),
        [("sheet.repeated-column", "Items!H1")],
    ),
    "merged cells": (merged, [("sheet.merged", "Items!C3")]),
    "a formula without a value": (
        changed({"Items!P3": "=1+1"}),
        [("sheet.not-calculated", "Items!P3")],
    ),
    "an error": (changed({"Items!P3": "#N/A"}), [("sheet.error-value", "Items!P3")]),
    "a date where a code belongs": (
        changed({"Documents!C2": date(2026, 5, 1)}),
        [("sheet.not-text", "Documents!C2")],
    ),
    "a number where a day belongs": (
        changed({"Documents!E2": 46350}),
        [("sheet.not-a-day", "Documents!E2")],
    ),
    "a time without zone": (changed({"Route!D3": None}), [("sheet.no-zone", "Route!C3")]),
    "a leg that is not there": (
        changed({"Drivers!A2": 7}),
        [("sheet.unknown-row", "Drivers!A2")],
    ),
    "three at once": (
        changed({"Route!D3": None, "Drivers!A2": 7, "Items!P3": "#N/A"}),
        [
            ("sheet.no-zone", "Route!C3"),
            ("sheet.error-value", "Items!P3"),
            ("sheet.unknown-row", "Drivers!A2"),
        ],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_cell(name):
    make, expected = FAULTS[name]
    assert found(make()) == expected


def heading(sheet, name):
    """The letters of a column, or the number of a row in a form."""
    (layout,) = workbooks.layouts()
    one = next(one for one in layout.sheets if dict(one.spec.names)["en"] == sheet)
    place = [dict(column.spec.names)["en"] for column in one.columns].index(name) + 1
    return place if one.spec.form else column_letters(place)


LATER = {
    "a code too short": (
        ("Items", "HS code, 6 digits", 3, "8533"),
        ("xsd.pattern", "HarmonizedSystemCode"),
    ),
    "zeros that a number lost": (
        ("Items", "HS code, 6 digits", 3, 81090),
        ("xsd.pattern", "HarmonizedSystemCode"),
    ),
    "a name in two lines": (
        ("Items", "Description (Vietnamese)", 4, "một\nhai"),
        ("xsd.pattern", "Description[3]"),
    ),
    "an unknown unit": (
        ("Items", "China: first quantity, unit", 2, "kg"),
        ("xsd.pattern", "@unit"),
    ),
    "a currency in lower case": (("Items", "Currency", 5, "usd"), ("xsd.pattern", "@currency")),
    "a role nobody knows": (("Parties", "Role", 2, "seller"), ("xsd.enumeration", "@role")),
    "an identifier": (
        ("Parties", "USCC (China)", 2, "91500000MA5U7K2X1A"),
        ("declaration.uscc-invalid", "ID[1]"),
    ),
    "in the form": (("Declaration", "Country of export", 0, "China"), ("xsd.pattern", "Code")),
    "hidden in a text": (
        ("Items", "Description (Chinese)", 6, "电容\u200b器"),
        ("xml.hidden-character", "Description[1]"),
    ),
    "missing": (
        ("Items", "Packages: type", 3, None),
        ("xsd.unexpected-element", "Packaging/Quantity"),
    ),
    "the sum": (
        ("Items", "Gross mass, kg", 3, 162.5),
        ("declaration.gross-mass-items", "/Consignment"),
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_what_later_steps_find_leads_to_the_cell(name):
    (sheet, column, row, value), (code, place) = LATER[name]
    at = heading(sheet, column)
    cell = f"{sheet}!B{at}" if sheet == "Declaration" else f"{sheet}!{at}{row}"
    verdict = preflight(workbooks.ports(), workbooks.changed({cell: value}))
    wrong = [one for one in verdict.findings if one.refuses]
    assert wrong, "nothing was found"
    assert all(one.line is None for one in wrong)
    told = [(one.code, one.pointer, one.cell) for one in wrong]
    if name == "the sum":  # the rule points at the consignment, which has no cell of its own
        cell = "Declaration!A1"
    assert any(a.startswith(code) and b.endswith(place) and c == cell for a, b, c in told), told


def test_a_missing_table_leads_to_its_first_row():
    book = workbooks.opened()
    book["Parties"].delete_rows(2, 9)
    verdict = preflight(workbooks.ports(), workbooks.saved(book))
    assert ("xsd.unexpected-element", "Parties!A2") in [(o.code, o.cell) for o in verdict.findings]


# ------------------------------------------------------------------ freedom of who fills it in


def shuffled():
    """Columns in another order, in two languages, with empty rows and a sheet of notes."""
    book = workbooks.opened()
    sheet = book["Items"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    book.remove(sheet)
    other = book.create_sheet(" 商品 ")
    heads = dict(zip(*columns("en", "vi"), strict=True))
    for row in rows[:1]:
        other.append([heads[one] for one in reversed(row)])
    for row in rows[1:]:
        other.append([])
        other.append(list(reversed(row)))
    book.create_sheet("Notes")["C3"] = "call the broker"
    return workbooks.saved(book)


def columns(*languages):
    items = next(one for one in workbooks.layouts()[0].sheets if one.spec.id == "items")
    return [[dict(c.spec.names)[one] for c in items.columns] for one in languages]


def test_order_language_and_empty_rows_do_not_matter():
    back = converted(shuffled())
    plain = converted(workbooks.example())
    assert back.content == plain.content
    assert [(one.code, one.cell) for one in back.findings] == [("sheet.not-read", "Notes!A1")]


def test_several_house_consignments():
    letters = heading("Items", "House consignment no.")
    changes = {f"Items!{letters}{row}": 2 for row in range(8, 14)}
    root = safe.parse(converted(workbooks.changed(changes)).content)
    houses = tree.elements(root, "d:Consignment/d:HouseConsignment")
    assert [tree.text(one, "d:SequenceNumeric") for one in houses] == ["1", "2"]
    numbers = [
        [tree.text(item, "d:SequenceNumeric") for item in tree.elements(one, "d:GoodsItem")]
        for one in houses
    ]
    assert [len(one) for one in numbers] == [6, 6]
    assert numbers[1] == ["1", "2", "3", "4", "5", "6"]


def test_an_empty_template_asks_for_what_is_needed():
    verdict = preflight(workbooks.ports(), workbooks.blank())
    assert not verdict.valid
    assert {one.code for one in verdict.findings} == {"route.needed"}


# ------------------------------------------------------------------ the layout itself

FOLDER = "sheet/"
LAYOUT = read_folder(schemas_root() / "intake" / "sheet")[FILE].decode()
BROKEN = {
    "an element that is not there": (
        ("Commodity/HarmonizedSystemCode", "Commodity/HSCode"),
        "pack.sheet-path",
    ),
    "an attribute that is not there": (
        ("Commodity/NationalCode[country=CN]", "Commodity/NationalCode[land=CN]"),
        "pack.sheet-path",
    ),
    "a class instead of a value": (
        ('path = "Origin/CountryCode"', 'path = "Origin"'),
        "pack.sheet-path",
    ),
    "under a sheet that is not there": (('under = "legs"', 'under = "limbs"'), "pack.sheet-path"),
    "a key that is no column": (
        ('key = "DeclarationItemNumeric"', 'key = "UCR2"'),
        "pack.sheet-path",
    ),
    "a zone of nothing": (('kind = "zone"', 'kind = "text"'), "pack.sheet-path"),
    "an unknown key": (("needed = true", "compulsory = true"), "pack.unknown-key"),
    "an unknown kind": (('kind = "day"', 'kind = "date"'), "pack.unknown-word"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_layout_is_named(name):
    (old, new), code = BROKEN[name]
    assert old in LAYOUT
    files = {FOLDER + FILE: LAYOUT.replace(old, new, 1).encode()}
    with pytest.raises(Refusal) as told:
        compile_sheets(files, workbooks.layouts()[0].twin)
    assert [(one.code, one.value) for one in told.value.findings] == [(code, FOLDER + FILE)]


def test_a_column_more_needs_no_code():
    line = '\n[[sheet.column]]\npath = "FreightPaymentCode"\nnames = { en = "Freight paid by" }\n'
    at = LAYOUT.index("\n[[sheet]]", LAYOUT.index('id = "items"'))
    files = {FOLDER + FILE: (LAYOUT[:at] + line + LAYOUT[at:]).encode()}
    (layout,) = compile_sheets(files, workbooks.layouts()[0].twin)
    book = workbooks.opened()
    sheet = book["Items"]
    end = sheet.max_column + 1
    sheet.cell(1, end, "Freight paid by")
    sheet.cell(3, end, "A")
    root = safe.parse(from_sheet(workbooks.saved(book), (layout,)).content)
    paid = tree.elements(root, "d:Consignment/d:HouseConsignment/d:GoodsItem/d:FreightPaymentCode")
    assert [one.text for one in paid] == ["A"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_there_and_distinct(language):
    (layout,) = workbooks.layouts()
    titles = [dict(one.spec.names)[language] for one in layout.sheets]
    assert len({*titles, dict(layout.spec.summary.names)[language]}) == len(titles) + 1
    for one in layout.sheets:
        names = [dict(column.spec.names)[language] for column in one.columns]
        assert len(set(names)) == len(names)


def test_no_name_means_two_things():
    (layout,) = workbooks.layouts()
    for one in layout.sheets:
        meant = {}
        for column in one.columns:
            for _, name in column.spec.names:
                assert meant.setdefault(name.casefold(), column) is column, name
