"""`fullroute pack`: a person makes, breaks, explains, compares and pins a pack."""

import tomllib

import pytest

from tests.cli.commands import fullroute

pytestmark = pytest.mark.full  # a program for every command: minutes in all


@pytest.fixture
def xa(tmp_path):
    said = fullroute("pack", "new", "xa", "--administration", "XA", cwd=tmp_path)
    assert said.code == 0, said.both
    return tmp_path / "xa"


def change(folder, file, old, new):
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")


def test_a_new_pack_passes_its_check(xa):
    said = fullroute("pack", "check", xa, "--json")
    (report,) = said.json
    assert (said.code, report["verdict"], report["cases"], report["failed"]) == (0, "fit", 6, 0)
    assert report["findings"] == []  # every message, answer and rule has its case


def test_a_new_pack_goes_into_an_empty_folder_only(xa):
    said = fullroute("pack", "new", "xa", cwd=xa.parent)
    assert (said.code, "pack.exists" in said.err) == (6, True)
    assert fullroute("pack", "new", "X A", cwd=xa.parent).code == 2


FAULTS = {
    "a key nobody knows": ("pack.toml", "deadline_hours = 72", "deadline = 72", "pack.unknown-key"),
    "TOML that is none": ("pack.toml", 'version = "2026.1"', "version = ", "pack.not-toml"),
    "a word nobody knows": (
        "pack.toml",
        'signatory = "nobody"',
        'signatory = "somebody"',
        "pack.unknown-word",
    ),
    "a stylesheet that is no XML": (
        "project/notice.xsl",
        "</xsl:stylesheet>",
        "",
        "pack.not-xml",
    ),
    "a stylesheet that does not compile": (
        "project/notice.xsl",
        'select="p:Message/@id"',
        'select="p:Message/@id["',
        "pack.stylesheet-broken",
    ),
    "a schema that does not compile": (
        "xsd/notice.xsd",
        'name="Reference" type="xs:string"',
        'name="Reference" type="xs:strung"',
        "pack.schema-broken",
    ),
    "a rule outside the subset": (
        "rules/notice.sch",
        "<rule context=",
        '<rule abstract="true" context=',
        "pack.rule-not-supported",
    ),
    "a path that cannot be read": (
        "answers/notice.toml",
        "/n:Reply/n:Number",
        "/n:Reply/n:Number[",
        "pack.xpath-broken",
    ),
    "an expectation that fails": (
        "cases/answer-refused/expect.toml",
        'kind = "refused"',
        'kind = "accepted"',
        "case.differs",
    ),
    "a golden that differs": (
        "cases/notice/expected.xml",
        "<Office>0001",
        "<Office>0002",
        "case.golden-differs",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "code"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_file(xa, file, old, new, code):
    change(xa, file, old, new)
    said = fullroute("pack", "check", xa)
    assert said.code == 3
    first = next(line for line in said.err.splitlines() if code in line)
    folder = file.rpartition("/")[0]
    assert f"{xa}/{folder}" in first


PLACED = (
    "a key nobody knows",
    "TOML that is none",
    "a word nobody knows",
    "a stylesheet that is no XML",
    "a stylesheet that does not compile",
    "a schema that does not compile",
    "a rule outside the subset",
)


@pytest.mark.parametrize("name", PLACED)
def test_a_fault_is_named_with_its_line(xa, name):
    file, old, new, code = FAULTS[name]
    change(xa, file, old, new)
    text = (xa / file).read_text("utf-8")
    line = text[: text.index(new)].count("\n") + 1 if new else text.rstrip().count("\n") + 1
    said = fullroute("pack", "check", xa)
    told = [one for one in said.err.splitlines() if code in one]
    places = {f"{xa}/{file}:{line + near}: " for near in (0, 1, 2)}
    assert any(one.startswith(tuple(places)) for one in told), (told, line)


def test_goldens_are_written_when_asked(xa):
    golden = xa / "cases" / "notice" / "expected.xml"
    kept = golden.read_bytes()
    golden.write_bytes(b"<old/>")
    assert fullroute("pack", "check", xa).code == 3
    assert fullroute("pack", "check", xa, "--write").code == 0
    assert golden.read_bytes() == kept


def test_all_shipped_packs_are_checked(tmp_path):
    shapes = fullroute("pack", "list", "--json", cwd=tmp_path).json
    assert {"cn", "vn", "ctc"} <= {one["name"] for one in shapes}
    reports = fullroute("pack", "check", "--json", cwd=tmp_path).json
    assert {one["name"] for one in reports} == {one["name"] for one in shapes}


EXPLAINED = {
    "a rule": ("vn.transport-number", "rule", {"en", "zh", "vi"}),
    "a message": ("CC015C", "message", {"en"}),
    "an answer": ("CC056C", "answer", {"en"}),
    "a finding of the gateway": ("xsd.pattern", "finding", {"en", "zh", "vi"}),
    "a switch": ("manifest-first", "switch", {"en"}),
}


@pytest.mark.parametrize(("name", "kind", "languages"), EXPLAINED.values(), ids=EXPLAINED)
def test_a_name_is_explained(tmp_path, name, kind, languages):
    found = fullroute("pack", "explain", name, "--json", cwd=tmp_path).json
    assert kind in {one["kind"] for one in found}
    one = next(one for one in found if one["kind"] == kind)
    assert {lang for lang, text in one["texts"].items() if text} == languages
    assert name in fullroute("pack", "explain", name, cwd=tmp_path).out


def test_a_name_nobody_knows_brings_the_nearest(tmp_path):
    said = fullroute("pack", "explain", "vn.transport-numbr", cwd=tmp_path)
    assert said.code == 4
    assert "vn.transport-number" in said.err


def test_a_difference_says_for_whom(xa):
    newer = xa.parent / "xb"
    fullroute("pack", "new", "xa", "--administration", "XA", "--folder", newer)
    change(newer, "pack.toml", 'version = "2026.1"', 'version = "2027.1"')
    change(newer, "pack.toml", 'on = ["submitted"]', 'on = ["submitted", "departed"]')
    change(
        newer,
        "rules/notice.sch",
        'flag="error" test="fr:in-list',
        'flag="warning" test="fr:in-list',
    )
    change(newer, "codelists/packages.csv", "PX,P,", "PX,PL,")
    rows = fullroute("pack", "diff", xa, newer, "--json").json
    told = {(one["part"], one["change"], one["name"]): one for one in rows}
    assert ("pack", "changed", "version") in told
    offices = "destination offices of XA"
    assert told["message", "changed", "ImportNotice"]["whom"] == offices
    assert told["rule", "changed", "xa.unknown-package-kind"]["detail"] == "flag: error → warning"
    assert told["rule", "changed", "xa.unknown-package-kind"]["whom"] == offices
    assert told["code list packages", "changed", "PX"]["detail"] == "P → PL"
    assert fullroute("pack", "diff", xa, xa, "--json").json == []


def test_only_a_fit_pack_is_pinned(xa, tmp_path):
    data = tmp_path / "data"
    assert fullroute("init", "--data", data).code == 0
    change(xa, "cases/answer-refused/expect.toml", 'kind = "refused"', 'kind = "accepted"')
    assert fullroute("pack", "pin", xa, "--data", data).code == 3
    assert not (data / "packs").exists()
    change(xa, "cases/answer-refused/expect.toml", 'kind = "accepted"', 'kind = "refused"')
    assert fullroute("pack", "pin", xa, "--data", data).code == 0
    listed = fullroute("pack", "list", "--data", data, "--json").json
    mine = next(one for one in listed if one["pack"] == "xa")
    assert mine["vouched"] == "operator"
    (pin,) = tomllib.loads((data / "packs" / "PINS.toml").read_text("utf-8"))["pin"]
    assert (pin["pack"], pin["digest"]) == ("xa", mine["digest"])
    change(data / "packs" / "xa@2026.1", "pack.toml", "72", "48")
    listed = fullroute("pack", "list", "--data", data, "--json").json
    assert next(one for one in listed if one["pack"] == "xa")["vouched"] == "nobody"


def test_a_broken_folder_is_a_finding_and_the_folder_opens_all_the_same(tmp_path):
    data = tmp_path / "data"
    assert fullroute("init", "--data", data).code == 0
    (data / "packs" / "broken").mkdir(parents=True)
    (data / "packs" / "broken" / "pack.toml").write_text("pack = ", "utf-8")
    said = fullroute("config", "check", "--data", data)
    assert "pack.not-toml" in said.both
    assert "packs/broken/pack.toml" in said.both
    assert fullroute("movement", "list", "--data", data).code == 0
