"""The public trader test pack against what its content leads one to expect."""

import pytest

from gateway.domain.finding import Severity
from gateway.markup import safe
from gateway.pipeline.convert import fill_placeholders
from gateway.pipeline.intake import Accepted
from tests.interop import samples
from tests.interop.taking import AT, taken
from tests.packs import prepared_ctc
from tests.world import shipped_packs

NAMES = [one["name"] for one in samples.EXPECTED]

pytestmark = pytest.mark.skipif(not samples.present(), reason="the public test files are not here")


@pytest.fixture(scope="module")
def driver():
    return shipped_packs()


def test_the_table_names_exactly_the_files_there_are():
    there = sorted(path.name for path in (samples.FOLDER / "declarations").glob("*_ie015.xml"))
    assert sorted(NAMES) == there
    assert len(there) == 16


@pytest.mark.parametrize("row", samples.EXPECTED, ids=NAMES)
def test_verdict_and_warnings(row, driver):
    raw = fill_placeholders(samples.declaration(row["name"]).read_bytes(), AT)
    result = taken(driver, raw)
    assert ("accepted" if isinstance(result, Accepted) else "refused") == row["verdict"]
    told = {one.code for one in result.findings if one.severity is not Severity.INFORMATION}
    assert sorted(told) == row["warnings"]
    assert {one.code for one in result.findings} - told == {"office.hours-unstated"}
    waits = row["end"] == "waiting for presentation"
    assert result.movement.presentation_missing is waits


@pytest.mark.parametrize("row", samples.EXPECTED, ids=NAMES)
def test_the_departure_office_gets_what_was_declared(row, driver):
    """All that stands between the file and the message is the header we write ourselves."""
    raw = fill_placeholders(samples.declaration(row["name"]).read_bytes(), AT)
    declared = safe.parse_foreign(raw)
    with driver.slot() as packs:
        pack = packs.by_administration("GB")
        document = prepared_ctc.prepared(pack, "CC015C", prepared_ctc.converted(raw))
        (sent,) = pack.project("CC015C", document)
        assert pack.check("CC015C", sent) == ()
    header = ("messageSender", "messageRecipient", "messageIdentification")
    for mine, theirs in zip(safe.parse(sent), declared, strict=True):
        assert mine.tag == theirs.tag
        if mine.tag == "messageIdentification":
            continue
        same = [(one.tag, (one.text or "").strip()) for one in mine.iter()]
        assert same == [(one.tag, (one.text or "").strip()) for one in theirs.iter()], header


ANSWERS = {
    "CC928C.xml": ("CC928C", "received", {}),
    "CC028C.xml": ("CC028C", "accepted", {"mrn": "23GB000246YHVFYMJ0"}),
    "CC056C_Multiple_FunctionalError.xml": ("CC056C", "refused", {}),
    "CC060C.xml": ("CC060C", "to-a-person", {}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_of_a_real_office_are_understood(name, driver):
    raw = (samples.FOLDER / "responses" / name).read_bytes()
    raw = raw.replace(b"{{Declarant EORI Number}}", b"GB953574106000")
    kind, says, numbers = ANSWERS[name]
    with driver.slot() as packs:
        pack = packs.by_administration("XI")
        answer = pack.read_answer(raw)
        schema = safe.compile_schema(pack.files, f"xsd/{kind.lower()}.xsd")
        assert schema.check(safe.parse(raw)) == ()
    assert (answer.type, answer.kind.value, dict(answer.numbers)) == (kind, says, numbers)
    assert answer.about == "CC015C"
    assert answer.occurred_at is not None
