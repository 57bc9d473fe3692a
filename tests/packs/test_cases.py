"""Every pack compiles, every case of its folder comes out, every golden is what is made now."""

import pytest

from gateway.adapters.pack_folder import read_folder
from gateway.domain.finding import LANGUAGES, Refusal
from gateway.domain.message import AnswerKind
from gateway.markup import safe
from gateway.packs.check import check_pack
from gateway.packs.faults import Spoiler
from tests.packs.pack_cases import cases, compiled, pack_folders, run

PACKS = {folder.name: folder for folder in pack_folders()}
CASES = {case.name: case for folder in PACKS.values() for case in cases(folder)}


@pytest.fixture(scope="module")
def packs():
    return {name: compiled(folder) for name, folder in PACKS.items()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case, packs):
    pack = packs[case.folder.parent.parent.name]
    assert list(run(pack, case, write=False)) == []


PROJECTED = {name: case for name, case in CASES.items() if case.case.expect.message}


@pytest.mark.parametrize("case", PROJECTED.values(), ids=PROJECTED)
def test_a_message_is_judged_as_its_bytes_would_be(case, packs):
    pack, expect = packs[case.folder.parent.parent.name], case.case.expect
    try:
        made = pack.make(expect.message, safe.parse_foreign(case.case.files[expect.prepared]))
    except Refusal:
        return  # what does not fit its fields has no bytes
    for one in made:
        assert pack.judge(expect.message, one) == pack.check(expect.message, one.content)


FAULTY = {name: case for name, case in CASES.items() if case.case.expect.faults}


@pytest.mark.parametrize("case", FAULTY.values(), ids=FAULTY)
def test_faults_are_told_in_every_language(case, packs):
    pack, expect = packs[case.folder.parent.parent.name], case.case.expect
    prepared = safe.parse_foreign(case.case.files[expect.prepared])
    spoiler = Spoiler(pack, prepared, expect.namespaces, case.name)
    for fault in expect.faults:
        found = (
            spoiler.in_declaration(expect.asks, fault)
            if expect.asks
            else spoiler.in_message(expect.message, fault)
        )
        for finding in (one for one in found if one.code in fault.must_raise):
            assert finding.pointer.startswith("/Declaration" if expect.asks else "/")
            for language in LANGUAGES:
                text = pack.catalogue.text(finding, language)
                assert "{" not in text.message + text.fix
                assert "…" not in text.message + text.fix


@pytest.mark.parametrize("name", ["cn"])
def test_every_rule_is_broken_by_a_case(name):
    """Packs join the list when their cases do so."""
    told = check_pack(read_folder(PACKS[name]), {})
    assert [one.args for one in told.findings if one.code == "case.rule-untried"] == []


@pytest.mark.parametrize("name", PACKS)
def test_every_message_and_answer_has_a_case(name, packs):
    pack, found = packs[name], cases(PACKS[name])
    messages = {case.case.expect.message for case in found}
    assert {spec.type for spec in pack.manifest.messages} - messages == set()
    answers = {case.case.expect.answer for case in found}
    assert {spec.type for spec in pack.answers.specs} - answers == set()


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_speaks_three_languages(name, packs):
    texts = packs[name].catalogue.texts
    assert {*texts} == {*LANGUAGES}
    assert len({frozenset(codes) for codes in texts.values()}) == 1


@pytest.mark.parametrize("name", PACKS)
def test_schemas_can_be_explained(name, packs):
    for form in packs[name]._forms.values():
        if form.schema is not None:
            assert form.schema._explainer._built() is not None, form.spec.schema


@pytest.mark.parametrize("name", PACKS)
def test_what_messages_wait_for_can_come(name, packs):
    """An ``after`` names an answer that some mapping yields for that message."""
    pack = packs[name]
    given = {(spec.about, spec.kind) for spec in pack.answers.specs}
    wanted = {
        (after.message, after.answer) for spec in pack.manifest.messages for after in spec.after
    }
    assert wanted - given == set()
    assert all(isinstance(kind, AnswerKind) for _, kind in wanted)


@pytest.mark.parametrize("name", PACKS)
def test_the_simulated_office_compiles(name, packs):
    assert packs[name].behaviour.to("no such message", b"<a/>") == ()
