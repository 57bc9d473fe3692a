"""Fixed-field messages: exact bytes, nothing cut, and back again."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.domain.finding import Refusal
from gateway.markup import safe
from gateway.markup.tree import JOB, build
from gateway.packs import layout
from gateway.packs.layout_file import read_layouts

HEADER = b"""length = 400
field = [
  { name = "reserved1", length = 3 }, { name = "code", length = 5 },
  { name = "output", length = 7 }, { name = "user", length = 8 },
  { name = "password", length = 8 }, { name = "subject", length = 64 },
  { name = "reserved2", length = 299 }, { name = "length", length = 6 },
]
"""
BODY = b"""job = "TST"
encoding = "utf-8"
field = [
  { name = "OFF", length = 6, kind = "a", mandatory = true, label = "office" },
  { name = "NAM", length = 10, kind = "an", unit = "chars", label = "name in characters" },
  { name = "PLA", length = 12, kind = "an", label = "plate in bytes" },
  { name = "WGT", length = 8, kind = "n", label = "weight" },
  { name = "DAY", length = 8, kind = "date" },
  { name = "TIM", length = 4, kind = "time" },
  { name = "SEL", length = 5, kind = "an", repeat = 3, label = "seals" },
]
[[group]]
name = "line"
repeat = 4
mandatory = true
label = "goods"
field = [
  { name = "HSC", length = 8, kind = "n", mandatory = true },
  { name = "MRK", length = 3, repeat = 2 },
]
[[group]]
name = "box"
repeat = 2
field = [{ name = "CNO", length = 11 }]
"""
COPY = BODY.replace(b'job = "TST"', b'job = "TST"\noutput = "TSTCOPY"')
ANY = b'output = "REFUSAL"\nfield = [{ name = "TXT", length = 20 }]\n'
FILES = {
    "layouts/header.toml": HEADER,
    "layouts/tst.toml": BODY,
    "layouts/copy.toml": COPY,
    "layouts/refusal.toml": ANY,
}
LAYOUTS = read_layouts(FILES)
TST = LAYOUTS.bodies["layouts/tst.toml"]


def job(inside="", attributes='code="TST"'):
    return safe.parse(f'<Job xmlns="{JOB}" {attributes}>{inside}</Job>'.encode())


def field(name, value, index=""):
    mark = f' index="{index}"' if index else ""
    return f'<Field name="{name}"{mark}>{value}</Field>'


LINE = f'<Group name="line">{field("HSC", "85322400")}</Group>'
GOOD = field("OFF", "15BB") + LINE


def encode(one):
    return layout.encode(one, TST, LAYOUTS.header)


def findings(inside, attributes='code="TST"'):
    return layout.check(job(inside, attributes), TST, LAYOUTS.header)


def test_the_bytes_are_exactly_these():
    inside = (
        field("OFF", "15BB")
        + field("NAM", "Hữu Nghị")
        + field("PLA", "桂A8D217")
        + field("WGT", "10.5")
        + field("DAY", "20261124")
        + field("TIM", "0800")
        + field("SEL", "S1", "1")
        + field("SEL", "S3", "3")
        + f'<Group name="line">{field("HSC", "85322400")}{field("MRK", "x", "2")}</Group>'
        + f'<Group name="box">{field("CNO", "TGHU1234567")}</Group>'
    )
    raw = encode(job(inside, 'code="TST" subject="CQ-1"'))
    lines = ["15BB  ", "Hữu Nghị  ", "桂A8D217   ", "10.5    ", "20261124", "0800"]
    lines += ["S1   ", "     ", "S3   ", "001", "85322400", "   ", "x  ", "001", "TGHU1234567"]
    body = "".join(line + "\r\n" for line in lines).encode()
    length = str(400 + len(body)).zfill(6)
    head = " " * 3 + "TST  " + " " * 7 + " " * 16 + "CQ-1".ljust(64) + " " * 299 + length
    assert raw == head.encode() + body


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")),
    max_size=10,
).map(lambda text: text.strip(" "))
short = st.text("ABC xyz019-", max_size=3).map(lambda text: text.strip(" "))
digits = st.decimals(0, 99999, places=2).map(lambda number: format(Decimal(number), "f"))
days = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: day.strftime("%Y%m%d"))
times = st.times().map(lambda time: datetime.combine(date(2026, 1, 1), time).strftime("%H%M"))


def _field(name, value, index=""):
    return build(JOB, "Field", [("name", name), ("index", index)], content=value)


@st.composite
def jobs(draw):
    children = [_field("OFF", draw(st.text("ABC019", min_size=1, max_size=6)))]
    given_fields = (("NAM", texts), ("PLA", short), ("WGT", digits), ("DAY", days), ("TIM", times))
    for name, values in given_fields:
        if value := draw(st.one_of(st.just(""), values)):
            children.append(_field(name, value))
    children += [
        _field("SEL", value, str(index)) for index in range(1, 4) if (value := draw(short))
    ]
    for _ in range(draw(st.integers(1, 4))):
        fields = [_field("HSC", draw(st.text("0123456789", min_size=1, max_size=8)))]
        fields += [_field("MRK", value, str(index)) for index in (1, 2) if (value := draw(short))]
        children.append(build(JOB, "Group", [("name", "line")], fields))
    for _ in range(draw(st.integers(0, 2))):
        value = draw(short)
        fields = [_field("CNO", value)] if value else []
        children.append(build(JOB, "Group", [("name", "box")], fields))
    subject = draw(short)
    return build(JOB, "Job", [("code", "TST"), ("subject", subject)], children)


def spelled(element):
    return etree.tostring(element, method="c14n")


@settings(max_examples=150)
@given(jobs())
def test_what_is_encoded_decodes_to_the_same(one):
    raw = encode(one)
    assert spelled(layout.decode(raw, LAYOUTS)) == spelled(one)
    assert encode(layout.decode(raw, LAYOUTS)) == raw


def test_a_field_that_says_nothing_is_left_out_as_reading_back_does():
    one = job(field("OFF", "15BB") + field("NAM", "  ") + LINE + field("PLA", ""))
    read = layout.decode(encode(one), LAYOUTS)
    layout.drop_blank(one)
    assert spelled(one) == spelled(read)
    assert "NAM" not in {child.get("name") for child in one}


WRONG = {
    "too long in bytes": (GOOD + field("PLA", "桂A8D217桂A8"), "layout.too-long", "PLA"),
    "too long in characters": (GOOD + field("NAM", "12345678901"), "layout.too-long", "NAM"),
    "letters in a number": (GOOD + field("WGT", "10kg"), "layout.wrong-kind", "WGT"),
    "comma in a number": (GOOD + field("WGT", "10,5"), "layout.wrong-kind", "WGT"),
    "other digits": (GOOD + field("WGT", "１２"), "layout.wrong-kind", "WGT"),
    "small letters in a code": (field("OFF", "15bb") + LINE, "layout.wrong-kind", "OFF"),
    "a day that is none": (GOOD + field("DAY", "20260230"), "layout.wrong-kind", "DAY"),
    "an hour that is none": (GOOD + field("TIM", "2460"), "layout.wrong-kind", "TIM"),
    "a short time": (GOOD + field("TIM", "08"), "layout.wrong-kind", "TIM"),
    "line break": (GOOD + field("NAM", "a&#10;b"), "layout.wrong-kind", "NAM"),
    "tab": (GOOD + field("NAM", "a&#9;b"), "layout.wrong-kind", "NAM"),
    "mandatory field missing": (LINE, "layout.missing-field", "OFF"),
    "mandatory field blank": (field("OFF", "  ") + LINE, "layout.missing-field", "OFF"),
    "mandatory group missing": (field("OFF", "15BB"), "layout.missing-group", "Group"),
    "unknown field": (GOOD + field("XXX", "1"), "layout.unknown-field", "XXX"),
    "unknown group": (GOOD + '<Group name="x"/>', "layout.unknown-group", "Group[2]"),
    "field of a group at the top": (GOOD + field("HSC", "1"), "layout.unknown-field", "HSC"),
    "one seal too many": (
        GOOD + "".join(field("SEL", "x", n) for n in (1, 2, 3, 4)),
        "layout.too-many",
        "SEL",
    ),
    "place nought": (GOOD + field("SEL", "x", "0"), "layout.too-many", "SEL"),
    "place that is no number": (GOOD + field("SEL", "x", "²"), "layout.too-many", "SEL"),
    "one place twice": (
        GOOD + field("SEL", "x", 1) + field("SEL", "y", 1),
        "layout.repeated",
        "SEL",
    ),
    "a single field twice": (GOOD + field("NAM", "a") * 2, "layout.too-many", "NAM"),
    "one group too many": (field("OFF", "15BB") + LINE * 5, "layout.too-many-groups", "Group"),
    "fault inside a group": (
        GOOD + f'<Group name="line">{field("HSC", "x")}</Group>',
        "layout.wrong-kind",
        "/Job/Group[2]/Field[@name='HSC']",
    ),
}


@pytest.mark.parametrize(("inside", "code", "place"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_a_finding_and_never_cut(inside, code, place):
    found = findings(inside)
    assert (code, True) in [(finding.code, place in finding.pointer) for finding in found]
    with pytest.raises(Refusal):
        encode(job(inside))


ROOTS = {
    "another code": ('code="XXX"', "layout.wrong-job"),
    "an output": ('code="TST" output="TSTCOPY"', "layout.wrong-job"),
    "unknown header field": ('code="TST" colour="red"', "layout.unknown-field"),
    "a password": ('code="TST" password="secret"', "layout.unknown-field"),
    "a length": ('code="TST" length="1"', "layout.unknown-field"),
    "subject too long": (f'code="TST" subject="{"x" * 65}"', "layout.too-long"),
}


@pytest.mark.parametrize(("attributes", "code"), ROOTS.values(), ids=ROOTS)
def test_the_header_is_checked_too(attributes, code):
    assert code in [finding.code for finding in findings(GOOD, attributes)]


def test_something_else_is_no_job():
    other = safe.parse(b"<Job/>")
    assert layout.check(other, TST, LAYOUTS.header)[0].code == "layout.not-a-job"


RAW = encode(job(GOOD + field("NAM", "Hữu Nghị")))


def with_length(raw):
    return raw[:394] + str(len(raw)).zfill(6).encode() + raw[400:]


DAMAGED = {
    "nothing": (b"", "layout.header-too-short"),
    "half a header": (RAW[:399], "layout.header-too-short"),
    "cut short": (RAW[:-2], "layout.length-differs"),
    "something behind": (RAW + b"x", "layout.length-differs"),
    "length is no number": (RAW[:394] + b"00x000" + RAW[400:], "layout.length-differs"),
    "no line end": (with_length(RAW[:-2]), "layout.lines-differ"),
    "one line less": (with_length(RAW[:400] + RAW[400:].split(b"\r\n", 1)[1]), "width"),
    "one line more": (with_length(RAW + b"xx\r\n"), "layout.lines-differ"),
    "line ends without CR": (with_length(RAW.replace(b"\r\n", b"\n")), "layout.lines-differ"),
    "a field too wide": (with_length(RAW.replace(b"15BB  ", b"15BB   ")), "layout.width-differs"),
    "a field too narrow": (with_length(RAW.replace(b"15BB  ", b"15BB ")), "layout.width-differs"),
    "count is no number": (with_length(RAW.replace(b"\r\n001", b"\r\n0x1")), "count-differs"),
    "count beyond the limit": (with_length(RAW.replace(b"\r\n001", b"\r\n999")), "count-differs"),
    "count beyond the lines": (with_length(RAW.replace(b"\r\n001", b"\r\n004")), "layout."),
    "unknown code": (RAW.replace(b"TST  ", b"XXX  ", 1), "layout.unknown-message"),
    "unknown output": (RAW[:8] + b"NONE   " + RAW[15:], "layout.unknown-message"),
    "not UTF-8": (RAW.replace(b"15BB", b"15\xff\xfe"), "layout.not-utf8"),
    "control character": (RAW.replace(b"15BB", b"15\0\0"), "layout.control-character"),
    "control character in the header": (RAW.replace(b"TST  ", b"TST\0 "), "control-character"),
}


@pytest.mark.parametrize(("raw", "code"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_bytes_are_refused(raw, code):
    with pytest.raises(Refusal) as caught:
        layout.decode(raw, LAYOUTS)
    assert code in caught.value.findings[0].code


@settings(max_examples=200)
@given(st.integers(0, len(RAW) - 1), st.binary(max_size=4))
def test_any_damage_is_refused_or_read_as_it_stands(place, noise):
    raw = with_length(RAW[:place] + noise + RAW[place + len(noise) :])
    try:
        read = layout.decode(raw, LAYOUTS)
    except Refusal:
        return
    assert layout.check(
        read, LAYOUTS.body("TST", read.get("output", "")), LAYOUTS.header
    ) or encode(read)


def test_an_output_is_told_by_its_code_and_serves_any_job_that_names_none():
    assert LAYOUTS.body("TST", "TSTCOPY").output == "TSTCOPY"
    assert LAYOUTS.body("ABC", "REFUSAL").output == "REFUSAL"


FILE_FAULTS = {
    "no header": ({"layouts/header.toml": None}, "pack.missing-file"),
    "header not 400": (
        {"layouts/header.toml": HEADER.replace(b"299", b"298")},
        "pack.layout-broken",
    ),
    "header without output": (
        {"layouts/header.toml": HEADER.replace(b'"output"', b'"reserved3"')},
        "pack.layout-broken",
    ),
    "unknown key": ({"layouts/tst.toml": b'job = "T"\nwidth = 3'}, "pack.unknown-key"),
    "unknown kind": ({"layouts/tst.toml": BODY.replace(b'"date"', b'"day"')}, "pack.unknown-word"),
    "no width": ({"layouts/tst.toml": BODY.replace(b"length = 6", b"length = 0")}, "layout-broken"),
    "a name twice": ({"layouts/tst.toml": BODY.replace(b'"NAM"', b'"OFF"')}, "pack.layout-broken"),
    "no code at all": ({"layouts/tst.toml": b"field = []"}, "pack.layout-broken"),
    "another encoding": (
        {"layouts/tst.toml": BODY.replace(b"utf-8", b"tcvn")},
        "pack.layout-broken",
    ),
    "not TOML": ({"layouts/tst.toml": b"job = "}, "pack.not-toml"),
}


@pytest.mark.parametrize(("change", "code"), FILE_FAULTS.values(), ids=FILE_FAULTS)
def test_broken_layout_files_are_named(change, code):
    files = {path: raw for path, raw in {**FILES, **change}.items() if raw is not None}
    with pytest.raises(Refusal) as caught:
        read_layouts(files)
    assert code in caught.value.findings[0].code
    assert caught.value.findings[0].value == next(iter(change))


def test_a_pack_without_layouts_has_none():
    assert read_layouts({"pack.toml": b""}) is None
