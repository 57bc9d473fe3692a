"""A workbook comes back annotated; a submitted one is kept as it came."""

import pytest
from openpyxl.comments import Comment

from gateway.domain.errors import NotFound, Refused
from gateway.domain.finding import Finding
from gateway.markup import workbook
from gateway.usecases import setup
from gateway.usecases.export import export_movement
from gateway.usecases.sheet import annotated, template
from gateway.usecases.submit import preflight
from tests.packs import workbooks
from tests.world import TENANT, World

ROLE = {"Parties!A2": "seller"}  # read, and refused by the schema
ZONE = {"Route!D3": None}  # refused while it is read


def marked(raw, language="en"):
    findings = preflight(workbooks.ports(), raw).findings
    return workbooks.opened(annotated(workbooks.ports(), raw, findings, language))


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "Findings", "How to mend it"),
        ("zh", "检查结果", "如何更正"),
        ("vi", "Kết quả kiểm tra", "Cách sửa"),
    ],
)
@pytest.mark.parametrize(
    ("changes", "cell", "code"),
    [(ROLE, "A2", "xsd.enumeration"), (ZONE, "C3", "sheet.no-zone")],
    ids=["refused later", "refused while read"],
)
def test_what_is_wrong_stands_at_its_cell(changes, cell, code, language, title, words):
    book = marked(workbooks.changed(changes), language)
    assert book.sheetnames[0] == title
    heads, *rows = book[title].iter_rows(values_only=True)
    assert words in heads
    named = [row for row in rows if code in row]
    place = next(iter(changes)).partition("!")[0]
    assert [row[1] for row in named] == [f"{place}!{cell}"]
    assert named[0][0] == {"en": "error", "zh": "错误", "vi": "lỗi"}[language]
    link = next(row[1] for row in book[title].iter_rows() if row[1].value == f"{place}!{cell}")
    assert link.hyperlink.location == f"{place}!{cell}" or link.hyperlink.target.endswith(cell)
    told = book[place][cell]
    assert named[0][2] in told.comment.text  # what is wrong, in the language asked for
    assert named[0][3] in told.comment.text
    assert told.fill.fgColor.rgb.endswith("F8CBCB")


def test_a_mended_copy_is_taken_and_loses_its_marks():
    book = marked(workbooks.changed(ROLE))
    book["Parties"]["A2"].value = "exporter"
    mended = workbooks.saved(book)
    verdict = preflight(workbooks.ports(), mended)
    assert verdict.valid
    assert "sheet.not-read" not in {one.code for one in verdict.findings}
    again = marked(mended, "zh")
    assert again["Parties"]["A2"].comment is None
    assert again["Parties"]["A2"].fill.fill_type is None
    assert again.sheetnames[0] == "检查结果"
    assert "Findings" not in again.sheetnames


def test_comments_of_others_are_kept():
    book = workbooks.opened(workbooks.changed(ROLE))
    book["Parties"]["A2"].comment = Comment("ask Li Wei", "Zhou")
    twice = marked(workbooks.saved(marked(workbooks.saved(book))))
    text = twice["Parties"]["A2"].comment.text
    assert text.startswith("ask Li Wei")
    assert text.count("— Fullroute —") == 1
    twice["Parties"]["A2"].value = "exporter"
    assert marked(workbooks.saved(twice))["Parties"]["A2"].comment.text == "ask Li Wei"


def test_formulas_stay_and_texts_never_become_one():
    formula = '=HYPERLINK("https://evil.example","x")'
    finding = Finding(code="xsd.pattern", cell="Items!H2", value=formula)
    raw = workbooks.changed({"Items!Z90": "=1+1"})
    book = workbooks.opened(annotated(workbooks.ports(), raw, [finding], "en"))
    assert book["Items"]["Z90"].value == "=1+1"
    cell = book["Findings"]["E2"]
    assert (cell.value, cell.data_type) == (formula, "s")


@pytest.mark.parametrize("raw", [b"<a/>", b"", workbooks.example()[:5000]])
def test_what_is_no_workbook_is_not_annotated(raw):
    with pytest.raises(Refused) as told:
        annotated(workbooks.ports(), raw, (), "en")
    assert told.value.findings[0].code in ("sheet.no-workbook", "sheet.unreadable")


def test_a_finding_at_a_cell_that_is_not_there_is_only_summed_up():
    lost = Finding(code="xsd.pattern", cell="Nowhere!C7", value="x")
    book = workbooks.opened(annotated(workbooks.ports(), workbooks.example(), [lost], "en"))
    assert book["Findings"]["B2"].value == "Nowhere!C7"


@pytest.mark.parametrize("language", ["en", "zh", "vi"])
def test_the_template_offers_what_the_schema_lists(language):
    book = workbooks.opened(template(workbooks.ports(), language))
    (layout,) = workbooks.layouts()
    assert book.sheetnames == [dict(one.spec.names)[language] for one in layout.sheets]
    route = book[book.sheetnames[2]]
    offered = [one.formula1 for one in route.data_validations.dataValidation]
    assert offered == ['"departure,exit,entry,transit,destination"']
    items = book[book.sheetnames[6]]
    place = [column.plain_path for column in layout.sheets[6].columns].index(
        "Commodity/HarmonizedSystemCode"
    )
    letters = workbook.column_letters(place + 1)
    assert items.column_dimensions[letters].number_format == "@"  # 081090 keeps its zero


def test_an_unknown_layout():
    with pytest.raises(NotFound) as told:
        template(workbooks.ports(), "en", "tablet")
    assert [one.code for one in told.value.findings] == ["sheet.no-layout"]


# ------------------------------------------------------------------ submitting


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def test_a_submitted_workbook_is_kept_as_it_came(world):
    raw = workbooks.example()
    done = world.submit(raw, "k1")
    record = world.store.movement(done.movement)
    original = world.store.body(record.original)
    assert (original.content, original.media_type) == (raw, workbook.MEDIA_TYPE)
    assert world.store.body(record.declaration).content.startswith(b"<?xml")
    files = dict(export_movement(world.ports, TENANT, done.movement))
    assert files["declaration/original.xlsx"] == raw
    assert world.submit(raw, "k2").movement == done.movement  # the same content


def test_unsigned_workbooks_need_the_tenants_policy(world):
    setup.set_policy(world.ports, TENANT, accepts_unsigned=False)
    with pytest.raises(Refused) as told:
        world.submit(workbooks.example(), "k1")
    assert [one.code for one in told.value.findings] == ["signature.missing"]


def test_a_refused_workbook_is_logged_as_it_came(world):
    raw = workbooks.changed(ZONE)
    with pytest.raises(Refused) as told:
        world.submit(raw, "k1")
    assert [(one.code, one.cell) for one in told.value.findings] == [("sheet.no-zone", "Route!C3")]
