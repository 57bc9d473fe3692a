"""Workbooks that should not be opened: each is one clear finding, before it costs anything."""

import struct
from datetime import date, datetime

import pytest

from gateway.domain.finding import Refusal
from gateway.markup.workbook import (
    column_letters,
    open_workbook,
    position,
    spell_cell,
    split_cell,
)
from tests.packs import workbooks

SHEET = "xl/worksheets/sheet7.xml"  # Items: the seventh sheet of the layout
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(rows, after=""):
    return f'<worksheet xmlns="{SPACE}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def cells(*references):
    return sheet("".join(f'<row><c r="{one}"><v>1</v></c></row>' for one in references))


def many_rows():
    return sheet("".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(1, 600_000)))


def many_elements_in_two_parts():
    return workbooks.zipped(
        workbooks.parts()
        | {f"xl/more{n}.xml": b"<a>" + b"<a/>" * 600_000 + b"</a>" for n in range(2)}
    )


def one_text_again_and_again():
    files = workbooks.parts()
    files["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{SPACE}"><si><t>{"x" * 30_000}</t></si></sst>'.encode()
    )
    row = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, 1000))
    files[SHEET] = sheet(f"<row>{row}</row>".replace("</c><c", "</c></row><row><c"))
    return workbooks.zipped(files)


def without(name):
    return workbooks.zipped({k: v for k, v in workbooks.parts().items() if k != name})


def lying_about_size():
    """A part whose directory says one byte: what it unpacks to is what counts."""
    raw = workbooks.with_part("xl/media/big.xml", b" " * 40_000_000)
    at = raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"xl/media/big.xml"))
    return raw[: at + 24] + struct.pack("<I", 1) + raw[at + 28 :]


DOCTYPE = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
ODS = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}

HOSTILE = {
    "no zip": (lambda: b"Item;Quantity\n1;5\n", "sheet.no-workbook", ""),
    "empty": (lambda: b"", "sheet.no-workbook", ""),
    "cut in the middle": (lambda: workbooks.example()[:9000], "sheet.unreadable", ""),
    "xls, or with a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "sheet.other-workbook",
        "",
    ),
    "ods": (lambda: workbooks.zipped(ODS), "sheet.other-workbook", ""),
    "another zip": (lambda: workbooks.zipped({"a.txt": b"a"}), "sheet.other-workbook", ""),
    "bomb": (
        lambda: workbooks.with_part("xl/media/big.xml", b" " * 40_000_000),
        "sheet.too-large",
        "",
    ),
    "bomb that lies": (lying_about_size, "sheet.unreadable", ""),
    "a million elements": (
        lambda: workbooks.with_part(SHEET, many_rows()),
        "sheet.too-large",
        "",
    ),
    "a million elements, in two parts": (many_elements_in_two_parts, "sheet.too-large", ""),
    "one cell far below": (
        lambda: workbooks.with_part(SHEET, cells("A1", "C1048576")),
        "sheet.too-many-rows",
        "Items!A10001",
    ),
    "a row without cells far below": (
        lambda: workbooks.with_part(SHEET, sheet('<row r="1048576"/>')),
        "sheet.too-many-rows",
        "Items!A10001",
    ),
    "one cell far right": (
        lambda: workbooks.with_part(SHEET, cells("A1", "XFD2")),
        "sheet.too-many-columns",
        "Items!IW1",
    ),
    "cells without a place": (
        lambda: workbooks.with_part(SHEET, sheet("<row>" + "<c><v>1</v></c>" * 300 + "</row>")),
        "sheet.too-many-columns",
        "Items!IW1",
    ),
    "a place that is none": (
        lambda: workbooks.with_part(SHEET, cells("A99999999999")),
        "sheet.unreadable",
        "",
    ),
    "one text again and again": (one_text_again_and_again, "sheet.too-large", ""),
    "merged beyond all limits": (
        lambda: workbooks.with_part(
            SHEET, sheet("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
        ),
        "sheet.merged",
        "Items!A1",
    ),
    "entities": (
        lambda: workbooks.with_part(SHEET, DOCTYPE + sheet("")),
        "sheet.unreadable",
        "",
    ),
    "entities in the texts": (
        lambda: workbooks.with_part("xl/sharedStrings.xml", DOCTYPE + b"<sst/>"),
        "sheet.unreadable",
        "",
    ),
    "UTF-16": (
        lambda: workbooks.with_part(SHEET, sheet("").decode().encode("utf-16")),
        "sheet.unreadable",
        "",
    ),
    "not well-formed": (
        lambda: workbooks.with_part(SHEET, b"<worksheet>"),
        "sheet.unreadable",
        "",
    ),
    "out of the archive": (
        lambda: workbooks.with_part("../../evil.xml", b"<a/>"),
        "sheet.unreadable",
        "",
    ),
    "no relations": (lambda: without("xl/_rels/workbook.xml.rels"), "sheet.unreadable", ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused_by_one_finding(name):
    make, code, cell = HOSTILE[name]
    raw = make()
    with pytest.raises(Refusal) as told:
        open_workbook(raw)
    assert [(one.code, one.cell) for one in told.value.findings] == [(code, cell)]


def test_a_shared_text_that_does_not_exist():
    raw = workbooks.with_part(SHEET, sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'))
    book = open_workbook(raw)
    with pytest.raises(Refusal) as told:
        book.sheet("Items")
    assert [one.code for one in told.value.findings] == ["sheet.unreadable"]


def test_values_keep_their_kind():
    raw = workbooks.changed(
        {
            "Items!A20": 0.1,
            "Items!B20": "0810908000",
            "Items!C20": date(2026, 11, 24),
            "Items!D20": datetime.fromisoformat("2026-11-24T08:30"),
            "Items!E20": True,
        }
    )
    row = open_workbook(raw).sheet("Items").rows[19]
    expected = [
        0.1,
        "0810908000",
        date(2026, 11, 24),
        datetime.fromisoformat("2026-11-24T08:30"),
        True,
    ]
    assert row[:5] == expected


def test_pictures_and_the_like_are_left_out():
    assert open_workbook(workbooks.with_part("xl/media/logo.png", b"\x89PNG")).titles[6] == "Items"


PLACES = {
    ("Items", 7, 3): "Items!C7",
    ("商品", 1, 26): "商品!Z1",
    ("Hàng hóa", 2, 27): "'Hàng hóa'!AA2",
    ("It's", 1, 703): "'It''s'!AAA1",
}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_cells_are_spelled_and_understood(place):
    title, row, column = place
    assert spell_cell(title, row, column) == PLACES[place]
    found, reference = split_cell(PLACES[place])
    assert (found, *position(reference)) == place


@pytest.mark.parametrize("text", ["", "Items", "Items!", "C7", "Items!7", "/Declaration/TypeCode"])
def test_what_is_no_cell(text):
    assert split_cell(text) == ("", "")


def test_column_letters_are_those_of_spreadsheets():
    assert [column_letters(n) for n in (1, 26, 27, 52, 702, 703)] == [
        *("A", "Z", "AA", "AZ", "ZZ", "AAA")
    ]
