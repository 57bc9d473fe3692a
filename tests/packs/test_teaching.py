"""Findings teach: every kind of fault has its text, and all faults of a phase are told at once."""

import pytest

from gateway.adapters.pack_folder import read_folder, read_texts, schemas_root
from gateway.domain.finding import LANGUAGES
from gateway.markup import explain
from gateway.packs.compiled import compile_pack
from gateway.packs.digests import runs
from gateway.packs.scaffold import new_pack

TEXTS = read_texts(read_folder(schemas_root()))
KINDS = {*explain._KINDS.values(), *explain._GATE_KINDS.values(), "type"}
NEVER_TOLD = {"attribute", "content"}  # these become missing, unexpected or other kinds
EXTRA = {"missing-element", "unexpected-element", "missing-attribute", "unexpected-attribute"}


@pytest.mark.parametrize("kind", sorted((KINDS | EXTRA) - NEVER_TOLD))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_schema_fault_has_text_and_fix(kind, language):
    text = TEXTS.texts[language][f"xsd.{kind}"]
    assert text.message
    assert text.fix


def test_thirty_faults_are_thirty_findings():
    files = {name: raw for name, raw in new_pack("xa", "XA").items() if runs(name)}
    item = "<Item><Number>{0}</Number><CommodityCode>bad-{0}</CommodityCode>"
    item += "<PackageKind>C</PackageKind><Packages>1</Packages></Item>"
    items = "".join(item.format(number) for number in range(1, 31))
    notice = (
        '<ImportNotice xmlns="urn:example:xa:1"><MessageID>m</MessageID><Office>0001</Office>'
        f"<Reference>r</Reference><Packages>30</Packages>{items}</ImportNotice>"
    )
    found = compile_pack(files, {}).check("ImportNotice", notice.encode())
    assert {finding.code for finding in found} == {"xsd.pattern"}
    assert [finding.pointer for finding in found] == [
        f"/ImportNotice/Item[{number}]/CommodityCode" for number in range(1, 31)
    ]
    assert [finding.value for finding in found] == [f"bad-{number}" for number in range(1, 31)]
