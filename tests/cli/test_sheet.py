"""Declaring in a workbook, at the command line."""

import pytest

from tests.cli.commands import SHIPPED, fullroute
from tests.packs import workbooks

pytestmark = pytest.mark.full  # a program for every command: minutes in all


def test_a_template_is_written(tmp_path):
    to = tmp_path / "t.xlsx"
    assert fullroute("sheet", "template", "--lang", "vi", "-o", to).code == 0
    assert workbooks.opened(to.read_bytes()).sheetnames[0] == "Tờ khai"


def test_a_declaration_goes_into_a_workbook_and_back(tmp_path):
    sheet, again = tmp_path / "d.xlsx", tmp_path / "again.xml"
    filled = fullroute("sheet", "fill", SHIPPED, "-o", sheet, "--json")
    assert (filled.code, filled.json["findings"]) == (0, [])
    assert fullroute("convert", sheet, "-o", again).code == 0
    for file in (sheet, again):
        told = fullroute("validate", file, "--json")
        assert (told.code, told.json["valid"]) == (0, True)
    shown = fullroute("preview", sheet, "--office", "VN0003PJ")
    assert shown.code == 0


def test_findings_name_the_cell_and_stand_in_a_copy(tmp_path):
    sheet, copy = tmp_path / "d.xlsx", tmp_path / "copy.xlsx"
    sheet.write_bytes(workbooks.changed({"Parties!A2": "seller"}))
    told = fullroute("validate", sheet, "--annotate", copy, "--lang", "zh")
    assert told.code == 3
    assert "xsd.enumeration (Parties!A2, /Declaration/Party[1]/@role)" in told.out
    assert workbooks.opened(copy.read_bytes()).sheetnames[0] == "检查结果"


WRONG = {
    "no workbook": (lambda: b"Item;Quantity", "sheet.no-workbook"),
    "cut": (lambda: workbooks.example()[:5000], "sheet.unreadable"),
    "xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sheet.other-workbook"),
}


@pytest.mark.parametrize("command", ["validate", "convert"])
@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_workbook(command, name, tmp_path):
    raw, code = WRONG[name]
    sheet = tmp_path / "d.xlsx"
    sheet.write_bytes(raw())
    told = fullroute(command, sheet)
    assert told.code == 3
    assert code in told.both


def test_only_a_workbook_is_annotated(tmp_path):
    told = fullroute("validate", SHIPPED, "--annotate", tmp_path / "copy.xlsx")
    assert told.code == 2
    assert not (tmp_path / "copy.xlsx").exists()
