"""A country is a folder: one is added without a line of Python and a declaration goes through it.

The folder brings its own XSD, its own fixed-field format, its own rules, offices, link kind and a
simulated office. It lies in a data folder, as an operator would put it there.
"""

import pytest

from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.adapters.pack_folder.shelf import FolderShelf
from gateway.domain.errors import Refused
from gateway.packs.scaffold import new_pack
from gateway.packs.vouching import pin_of
from tests.world import SHIPPED, World

ARRIVAL = """
[[message]]
type = "ARV"
procedure = "xa-import"
role = "destination"
on = ["arrived"]
after = [{ message = "ImportNotice", answer = "accepted" }]
projection = "project/arrival.xsl"
layout = "layouts/arv.toml"
rules = ["rules/arrival.sch"]
signatory = "nobody"
suite = "none"
media_type = "text/plain"
deadline_hours = 12
status = "unverified"
source = "tests"
text = "Tells that the vehicle has arrived."
"""
LAYOUT = """
job = "ARV"
field = [
  { name = "NUM", length = 12, mandatory = true, kind = "n", label = "import number" },
  { name = "PLT", length = 10, unit = "chars", mandatory = true, label = "plate" },
  { name = "PKG", length = 6, kind = "n", label = "packages" },
]
"""
OUT_LAYOUT = """
job = "ARV"
output = "ARVOUT"
field = [
  { name = "NUM", length = 12, mandatory = true, kind = "n" },
  { name = "RES", length = 6, mandatory = true },
]
"""
HEADER = """
length = 400
field = [
  { name = "code", length = 5 },
  { name = "output", length = 7 },
  { name = "input", length = 40 },
  { name = "rest", length = 342 },
  { name = "length", length = 6 },
]
"""
ARRIVAL_XSL = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1" xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1" exclude-result-prefixes="p d">
  <xsl:template match="/p:Prepared">
    <Job code="ARV" input="{p:Message/@id}">
      <Field name="NUM">
        <xsl:value-of select="p:Movement/p:Procedure[@kind = 'xa-import']/p:Number"/>
      </Field>
      <Field name="PLT"><xsl:value-of select="d:Declaration/d:Trip//d:Plate"/></Field>
      <Field name="PKG"><xsl:value-of select="p:Totals/@packages"/></Field>
    </Job>
  </xsl:template>
</xsl:stylesheet>
"""
OUT_XSL = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:j="urn:fullroute:job:1" xmlns="urn:fullroute:job:1" exclude-result-prefixes="j">
  <xsl:template match="/j:Job">
    <Job code="ARV" output="ARVOUT" input="{@input}">
      <Field name="NUM"><xsl:value-of select="j:Field[@name = 'NUM']"/></Field>
      <Field name="RES">CLOSED</Field>
    </Job>
  </xsl:template>
</xsl:stylesheet>
"""
ARRIVAL_SCH = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt">
  <ns prefix="j" uri="urn:fullroute:job:1"/>
  <pattern><rule context="j:Field[@name = 'NUM']">
    <assert id="xa.import-number" flag="error" test="starts-with(., '1') or . = '000000000000'"
        diagnostics="xa.import-number.en xa.import-number.zh xa.import-number.vi"/>
  </rule></pattern>
  <diagnostics>
    <diagnostic id="xa.import-number.en" xml:lang="en">{value} is no number || Ask</diagnostic>
    <diagnostic id="xa.import-number.zh" xml:lang="zh">{value} 不是编号 || 询问</diagnostic>
    <diagnostic id="xa.import-number.vi" xml:lang="vi">{value} không phải số || Hỏi</diagnostic>
  </diagnostics>
</schema>
"""
ARRIVAL_ANSWER = """
[namespaces]
j = "urn:fullroute:job:1"

[[answer]]
type = "ARV closed"
output = "ARVOUT"
when = "/j:Job/j:Field[@name = 'RES'] = 'CLOSED'"
kind = "closed"
about = "ARV"
procedure = "xa-import"
procedure_state = "closed"
correlation = "/j:Job/@input"
numbers = { import = "/j:Job/j:Field[@name = 'NUM']" }
"""
BEHAVIOUR = """
[[on]]
message = "ARV"

[[on.answer]]
template = "sandbox/out.xsl"
layout = "layouts/arvout.toml"
effect = "arrived"
"""
CASE = """
<Prepared xmlns="urn:fullroute:prepared:1"><Message id="msg_1"/><Movement>
<Procedure kind="xa-import"><Number kind="import">{number}</Number></Procedure></Movement>
<Totals packages="30"/><Declaration xmlns="urn:fullroute:declaration:1"><Trip><Leg><Vehicle>
<Plate>A12345</Plate></Vehicle></Leg></Trip></Declaration></Prepared>
"""
OUTPUT = """<Job xmlns="urn:fullroute:job:1" code="ARV" output="ARVOUT" input="msg_1">
<Field name="NUM">100000000001</Field><Field name="RES">CLOSED</Field></Job>"""


def country() -> dict[str, bytes]:
    """The folder: what `pack new` makes, with a second message in a fixed-field format."""
    files = new_pack("xa", "XA")
    first = files["sandbox/behaviour.toml"].decode().partition("[[on.answer]]")
    accepted = "[[on.answer]]".join(first[2].split("[[on.answer]]")[:1])  # no closing by the notice
    files["sandbox/behaviour.toml"] = (first[0] + first[1] + accepted + BEHAVIOUR).encode()
    files["pack.toml"] += ARRIVAL.encode()
    for name, text in {
        "layouts/header.toml": HEADER,
        "layouts/arv.toml": LAYOUT,
        "layouts/arvout.toml": OUT_LAYOUT,
        "project/arrival.xsl": ARRIVAL_XSL,
        "rules/arrival.sch": ARRIVAL_SCH,
        "answers/arrival.toml": ARRIVAL_ANSWER,
        "sandbox/out.xsl": OUT_XSL,
        "cases/arv-number/prepared.xml": CASE.format(number="900000000001").strip(),
        "cases/arv-number/expect.toml": 'message = "ARV"\nmust_raise = ["xa.import-number"]\n',
        "cases/arv-output/answer.job.xml": OUTPUT,
        "cases/arv-output/expect.toml": (
            'answer = "ARV closed"\nnumbers = { import = "100000000001" }\n'
        ),
    }.items():
        files[name] = text.encode()
    return files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("xa")
    for name, raw in country().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(raw)
    return root


def packs(extra):
    return FolderPacks(schemas_root(), {}, slots=1, extra=extra)


def shelf(extra):
    return FolderShelf(schemas_root() / "packs", extra)


def declared(folder):
    """From Chongqing over the Chinese border to the new country."""
    text = SHIPPED.read_text("utf-8")
    entry, end = text.index("<Office><SequenceNumeric>3"), text.index("<RoutingCountryCode>CN")
    office = (
        "<Office><SequenceNumeric>3</SequenceNumeric><ID>XA000001</ID>"
        "<RoleCode>destination</RoleCode></Office>\n    "
    )
    path = folder / "declaration.xml"
    text = text[:entry] + office + text[end:]
    text = text.replace("VN0003PJ", "XA000001").replace("VN0015BB", "CN00X001")
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def worlds(tmp_path):
    opened = []

    def open_world(**kwargs):
        opened.append(World(tmp_path, shipped=declared(tmp_path), **kwargs))
        return opened[-1]

    yield open_world
    for world in opened:
        world.close()


def test_the_folder_is_fit(folder, tmp_path):
    report = shelf(tmp_path).check(shelf(tmp_path).read(str(folder)).files)
    assert report.faults == ()
    assert (report.messages, report.answers) == (2, 4)


def test_nobody_vouched_for_it_so_it_carries_nothing(folder, tmp_path, worlds):
    extra = tmp_path / "packs"
    lying = extra / "xa"
    for path in folder.rglob("*"):
        if path.is_file():
            (lying / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (lying / path.relative_to(folder)).write_bytes(path.read_bytes())
    world = worlds(packs=packs(extra))
    with pytest.raises(Refused) as refused:
        world.submit(world.declaration())
    assert "pack.not-pinned" in {finding.code for finding in refused.value.findings}


def test_a_declaration_goes_through_it(folder, tmp_path, worlds):
    extra = tmp_path / "packs"
    files = shelf(extra).read(str(folder)).files
    shelf(extra).pin(pin_of(files), files)
    world = worlds(packs=packs(extra), more={"XA": ("XA000001",)})
    done = world.submit(world.declaration())
    world.run()
    before = world.messages(done.movement)
    assert before["XA000001", "ImportNotice"].state == "acknowledged"
    assert before["XA000001", "ARV"].state == "waiting"
    world.report(done.movement, "departed", "CN008001", seal="CQ1")
    world.run()
    world.report(done.movement, "arrived", "XA000001")
    world.run()
    assert world.messages(done.movement)["XA000001", "ARV"].state == "acknowledged"
    assert world.procedures(done.movement)["xa-import"] == "closed"
