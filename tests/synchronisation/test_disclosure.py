"""What a control found stays inside its administration, but for what a policy names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.domain.event import FINDINGS, Event, EventKind
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import OfficeRole
from gateway.markup import safe, tree
from gateway.packs.manifest import To, read_manifest
from gateway.packs.pack import compile_pack
from gateway.packs.synchronisation import FILE, Disclosure, obey, read_table
from gateway.pipeline.occasion import Told, plan_occasions
from gateway.pipeline.project import Addressee, Subject, prepare
from tests.packs import prepared_cn, prepared_vn
from tests.synchronisation import written

TABLE = written.shipped_table()
CHONGQING, YOUYIGUAN, HUU_NGHI, HAI_DUONG = "CN008001", "CN00X001", "VN0015BB", "VN0003PJ"
AT = datetime(2026, 11, 27, tzinfo=UTC)
WAY = {CHONGQING: "CN", YOUYIGUAN: "CN", HUU_NGHI: "VN", HAI_DUONG: "VN"}


def going(pack: str, found: dict[str, EventKind]) -> Subject:
    """Return goods that arrived, after what was found at these offices of the way south."""
    way = prepared_cn if pack == "cn" else prepared_vn
    told = way.subject(way.example() if pack == "cn" else way.edited(), EventKind.ARRIVED)
    happened = told.movement.happened
    for office, kind in found.items():
        happened += (
            Event(
                sequence=len(happened) + 1,
                kind=kind,
                at=happened[-1].at + timedelta(hours=1),
                office=office,
                facts=(("result", f"result of {office}"), ("officer", f"officer of {office}")),
            ),
        )
    return replace(told, movement=replace(told.movement, happened=happened))


def compiled(name: str, **more: bytes):
    files = read_folder(schemas_root() / "packs" / name)
    kept = {path: raw for path, raw in files.items() if not path.startswith("cases/")}
    return compile_pack(kept | more, {})


@pytest.mark.parametrize("pack", ["cn", "vn"])
def test_no_document_an_office_gets_holds_what_others_found(pack):
    made = compiled(pack)
    for kind in FINDINGS:
        subject = going(pack, dict.fromkeys(WAY, kind))
        for spec in made.messages:
            for stop in subject.itinerary.playing(spec.role):
                asked = Addressee(pack=made, spec=spec, stop=stop, message="msg_1", at=AT)
                text = tree.serialise(prepare(subject, asked)).decode()
                seen = {WAY[office] for office in WAY if f"result of {office}" in text}
                assert seen == {stop.office.administration}, (kind, spec.type)


# ------------------------------------------------------------------ with a policy

POLICY = Disclosure(
    events=(EventKind.QUARANTINE,),
    of=("VN",),
    administrations=("CN",),
    roles=(OfficeRole.DEPARTURE,),
    message="FindingNotice",
    whom=To.TOLD,
    by=("road",),
    facts=("result",),
    why="a test",
    basis="an agreement",
    source="nowhere",
)
SAYING = """
[[message]]
type = "FindingNotice"
procedure = "cn-export"
role = "departure"
on = ["quarantine"]
to = "told"
of = ["VN"]
facts = ["result"]
projection = "project/finding.xsl"
schema = "xsd/finding.xsd"
signatory = "gateway"
suite = "none"
media_type = "application/xml"
"""
TELLS_ALL_IT_SEES = b"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1" exclude-result-prefixes="p">
  <xsl:template match="/p:Prepared">
    <Found>
      <xsl:for-each select="p:Movement/p:Happened/p:Fact">
        <xsl:value-of select="concat(../@kind, ' ', ../@office, ' ', @name, ': ', ., '; ')"/>
      </xsl:for-each>
    </Found>
  </xsl:template>
</xsl:stylesheet>"""
ANY_TEXT = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="Found" type="xs:string"/>
</xs:schema>"""
MANIFEST = (schemas_root() / "packs" / "cn" / "pack.toml").read_text("utf-8") + SAYING


@pytest.fixture(scope="module")
def telling():
    behaviour = (schemas_root() / "packs" / "cn" / "sandbox" / "behaviour.toml").read_bytes()
    more = {
        "pack.toml": MANIFEST.encode(),
        "project/finding.xsl": TELLS_ALL_IT_SEES,
        "xsd/finding.xsd": ANY_TEXT,
        "sandbox/behaviour.toml": behaviour + b'\n[[on]]\nmessage = "FindingNotice"\n',
    }
    return compiled("cn", **more)


def brought(pack, subject: Subject) -> list[str]:
    """Return who gets which message of the pack for what happened last."""
    known = [Told(CHONGQING, "CN", pack.message("DecMessage"))]
    last = subject.movement.happened[-1:]
    found = plan_occasions(last, subject.movement, subject.itinerary, {"CN": pack}.get, known)
    return [f"{one.stop.office.code} {one.spec.type}" for one in found]


LET_OUT = {
    "a finding it names": ({HUU_NGHI: EventKind.QUARANTINE}, [f"{CHONGQING} FindingNotice"]),
    "another finding": ({HUU_NGHI: EventKind.DISCREPANCIES}, []),
    "a finding of one's own needs none": (
        {YOUYIGUAN: EventKind.QUARANTINE},
        [f"{CHONGQING} FindingNotice"],
    ),
    "a finding of a stranger": ({"LA00X001": EventKind.QUARANTINE}, []),
}


@pytest.mark.parametrize("name", LET_OUT)
def test_a_policy_brings_what_it_names_and_nothing_else(telling, name):
    found, told = LET_OUT[name]
    assert brought(telling, going("cn", found)) == told


def test_of_what_it_names_only_the_facts_it_names(telling):
    subject = going("cn", {HAI_DUONG: EventKind.DISCREPANCIES, HUU_NGHI: EventKind.QUARANTINE})
    spec = telling.message("FindingNotice")
    asked = Addressee(
        pack=telling, spec=spec, stop=subject.itinerary.departure, message="msg_1", at=AT
    )
    (content,) = telling.project("FindingNotice", prepare(subject, asked))
    said = tree.text(safe.parse(content), ".")
    assert f"quarantine {HUU_NGHI} result: result of {HUU_NGHI};" in said
    assert "officer" not in said
    assert "discrepancies" not in said


def test_a_policy_and_its_pack_agree():
    obey(replace(TABLE, disclosures=(*TABLE.disclosures, POLICY)), read_manifest(MANIFEST.encode()))


AGAINST = {
    "no policy at all": TABLE,
    "of another administration": replace(TABLE, disclosures=(replace(POLICY, of=("LA",)),)),
    "with other facts": replace(TABLE, disclosures=(replace(POLICY, facts=("officer",)),)),
    "about another event": replace(
        TABLE, disclosures=(replace(POLICY, events=(EventKind.NOT_RELEASED,)),)
    ),
}


@pytest.mark.parametrize("table", AGAINST.values(), ids=AGAINST)
def test_a_pack_that_tells_more_is_not_compiled(table):
    with pytest.raises(Refusal) as caught:
        obey(table, read_manifest(MANIFEST.encode()))
    assert caught.value.findings[0].code in (
        "pack.finding-without-basis",
        "pack.against-synchronisation",
    )


def test_an_administration_the_table_does_not_name_needs_a_policy_too():
    manifest = replace(read_manifest(MANIFEST.encode()), administrations=("MN",))
    with pytest.raises(Refusal) as caught:
        obey(TABLE, manifest)
    assert [one.code for one in caught.value.findings] == ["pack.finding-without-basis"]


ROW = """administrations = ["CN", "VN"]
[[{kind}]]
events = ["{event}"]
administrations = ["CN"]
roles = ["departure"]
message = "FindingNotice"
why = "told"
"""
POLICY_ROW = ROW + 'of = ["VN"]\nfacts = []\nbasis = "{basis}"\nsource = "{source}"\n'
BASELESS = {
    "a plain row on a finding": ROW.format(kind="row", event="quarantine"),
    "a disclosure without a basis": POLICY_ROW.format(
        kind="disclosure", event="quarantine", basis="", source="read"
    ),
    "a disclosure nobody read": POLICY_ROW.format(
        kind="disclosure", event="quarantine", basis="law", source=""
    ),
    "a disclosure of what is no finding": POLICY_ROW.format(
        kind="disclosure", event="exited", basis="law", source="read"
    ),
}


@pytest.mark.parametrize("text", BASELESS.values(), ids=BASELESS)
def test_a_table_without_a_basis_is_refused(text):
    with pytest.raises(Refusal) as caught:
        read_table(text.encode())
    assert [(one.code, one.value) for one in caught.value.findings] == [
        ("pack.finding-without-basis", FILE)
    ]


def test_what_is_shipped_has_a_basis_that_was_read():
    told = {(one.of, one.message): (one.basis, one.source) for one in TABLE.disclosures}
    assert {message for _, message in told} == {"CD018C"}
    assert all(basis and source for basis, source in told.values())
