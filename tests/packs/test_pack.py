"""A pack from manifest to answers: what it does, and how each broken part is named."""

from datetime import UTC, date, datetime

import pytest

from gateway.domain.event import EventKind
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import OfficeRole
from gateway.domain.message import AnswerKind, Suite
from gateway.domain.trust import Signatory
from gateway.markup import safe, signature, tree
from gateway.packs import layout
from gateway.packs.compiled import Made
from gateway.packs.manifest import Per, Subject, read_manifest
from gateway.packs.pack import compile_pack
from tests.markup.keys import AT, make_signer
from tests.packs import mini


@pytest.fixture(scope="module")
def pack():
    return compile_pack(mini.files(), {})


def refusal(files, switches=None):
    with pytest.raises(Refusal) as caught:
        compile_pack(files, switches or {}).behaviour  # noqa: B018 - compiled lazily
    return caught.value.findings[0]


# ------------------------------------------------------------------ manifest


def test_the_manifest_is_read_as_written(pack):
    manifest = pack.manifest
    second = manifest.messages[1]
    assert ("mini", "2026.1", date(2026, 1, 1)) == (
        manifest.pack,
        manifest.version,
        manifest.valid_from,
    )
    assert (manifest.administrations, manifest.source_label) == (("XA", "XB"), "mini@2026.1")
    assert (
        second.role,
        second.on,
        second.subject,
        second.per,
    ) == (OfficeRole.EXIT, (EventKind.DEPARTED,), Subject.TRIP, Per.ADMINISTRATION)
    assert (
        second.after[0].message,
        second.after[0].answer,
        second.after[0].switch,
    ) == ("A", AnswerKind.ACCEPTED, "first-things-first")
    assert (
        second.signatory,
        second.suite,
        second.deadline_hours,
    ) == (Signatory.CARRIER, Suite.CMS, 24)
    assert (
        manifest.procedures[0].numbers[0].kind,
        manifest.procedures[0].numbers[0].placeholder,
    ) == ("entry", "000000")
    assert dict(manifest.procedures[0].name)["zh"] == "出口"


MANIFESTS = {
    "not TOML": ("pack = ", "pack = = ", "pack.not-toml", ""),
    "unknown key": ('title = "', 'titel = "', "pack.unknown-key", "titel"),
    "unknown key of a message": (
        "deadline_hours",
        "deadline",
        "pack.unknown-key",
        "message[2].deadline",
    ),
    "missing key": ('zone = "Asia/Shanghai"\n', "", "pack.missing-key", "zone"),
    "text for a number": ("deadline_hours = 24", 'deadline_hours = "24"', "pack.wrong-kind", ""),
    "truth for a number": ("deadline_hours = 24", "deadline_hours = true", "pack.wrong-kind", ""),
    "text for a list": ('modes = ["road"]', 'modes = "road"', "pack.wrong-kind", "modes"),
    "text for a date": ("2026-01-01", '"2026-01-01"', "pack.wrong-kind", "valid_from"),
    "table for a text": ('title = "A pack for tests"', "title = {}", "pack.wrong-kind", "title"),
    "text for a table": ("name = {", 'name = "x" #', "pack.wrong-kind", "name"),
    "unknown role": ('"exit"', '"leaving"', "pack.unknown-word", "role"),
    "unknown event": ('on = ["departed"]', 'on = ["gone"]', "pack.unknown-word", "on"),
    "unknown answer": ('"accepted"', '"fine"', "pack.unknown-word", "answer"),
    "unknown suite": ('suite = "cms"', 'suite = "pgp"', "pack.unknown-word", "suite"),
    "unknown link": ('link = "push"', 'link = "pigeon"', "pack.unknown-word", "link"),
    "after an unknown message": ('message = "A"', 'message = "Z"', "pack.unknown-reference", ""),
    "unknown switch": (
        'switch = "first',
        'switch = "last',
        "pack.unknown-reference",
        "",
    ),
    "unknown procedure": (
        'procedure = "x-export"',
        'procedure = "y"',
        "pack.unknown-reference",
        "procedure",
    ),
    "yields to nobody": (
        'per = "administration"',
        'yields_to = ["Z"]',
        "pack.unknown-reference",
        "yields_to",
    ),
    "a type twice": ('type = "B"', 'type = "A"', "pack.repeated", "message"),
    "schema and layout": (
        'layout = "layouts/b.toml"',
        'layout = "layouts/b.toml"\nschema = "xsd/a.xsd"',
        "pack.schema-or-layout",
        "B",
    ),
    "neither": ('layout = "layouts/b.toml"\n', "", "pack.schema-or-layout", "B"),
    "never owed": ('on = ["submitted"]', "on = []", "pack.never-owed", "A"),
}


@pytest.mark.parametrize(("old", "new", "code", "key"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_broken_manifest_names_its_key(old, new, code, key):
    assert old in mini.TOML
    with pytest.raises(Refusal) as caught:
        read_manifest(mini.TOML.replace(old, new, 1).encode())
    finding = caught.value.findings[0]
    assert (code, "pack.toml") == (finding.code, finding.value)
    assert key in dict(finding.args).get("key", "")


def test_a_misspelt_key_gets_a_suggestion():
    with pytest.raises(Refusal) as caught:
        read_manifest(mini.TOML.replace('title = "', 'titel = "', 1).encode())
    assert dict(caught.value.findings[0].args)["suggestion"] == "title"


# ------------------------------------------------------------------ compiling

BROKEN = {
    "no manifest": ({"pack_dot_toml": None}, "pack.missing-file", "pack.toml"),
    "no projection": ({"project__a_dot_xsl": None}, "pack.missing-file", "project/a.xsl"),
    "no schema": ({"xsd__a_dot_xsd": None}, "pack.missing-file", "xsd/a.xsd"),
    "no rules": ({"rules__a_dot_sch": None}, "pack.missing-file", "rules/a.sch"),
    "no code list": ({"codelists__units_dot_csv": None}, "pack.missing-file", "codelists/units"),
    "no layout": ({"layouts__b_dot_toml": None}, "pack.missing-file", "layouts/b.toml"),
    "projection is not XML": ({"project__a_dot_xsl": "<a"}, "pack.not-xml", "project/a.xsl"),
    "projection is no stylesheet": (
        {"project__a_dot_xsl": "<a/>"},
        "pack.stylesheet-broken",
        "project/a.xsl",
    ),
    "schema is no schema": ({"xsd__a_dot_xsd": "<a/>"}, "pack.schema-broken", "xsd/a.xsd"),
    "rules are no rules": ({"rules__a_dot_sch": "<a/>"}, "pack.rule-not-supported", "rules/a.sch"),
    "code list without header": (
        {"codelists__units_dot_csv": "KGM,035\n"},
        "pack.codelist-broken",
        "codelists/units.csv",
    ),
    "code list, short row": (
        {"codelists__units_dot_csv": mini.FILES["codelists/units.csv"] + "A,B\n"},
        "pack.codelist-broken",
        "codelists/units.csv",
    ),
    "code list, no date": (
        {
            "codelists__units_dot_csv": mini.FILES["codelists/units.csv"]
            + "A,B,,,,soon,,s,confirmed"
        },
        "pack.codelist-broken",
        "codelists/units.csv",
    ),
    "code list, no status": (
        {"codelists__units_dot_csv": mini.FILES["codelists/units.csv"] + "A,B,,,,,,s,maybe"},
        "pack.codelist-broken",
        "codelists/units.csv",
    ),
    "code list, a code twice": (
        {"codelists__units_dot_csv": mini.FILES["codelists/units.csv"] + "XXX,B,,,,,,s,confirmed"},
        "pack.codelist-broken",
        "codelists/units.csv",
    ),
    "answer with broken XPath": (
        {"answers__answers_dot_toml": mini.ANSWERS.replace("/a:Reply/@for", "/a:[")},
        "pack.xpath-broken",
        "answers/answers.toml",
    ),
    "answer of an unknown procedure": (
        {"answers__answers_dot_toml": mini.ANSWERS.replace("x-export", "y", 1)},
        "pack.unknown-reference",
        "answers/answers.toml",
    ),
    "answer about an unknown message": (
        {"answers__answers_dot_toml": mini.ANSWERS.replace('about = "A"', 'about = "Z"', 1)},
        "pack.unknown-reference",
        "answers/answers.toml",
    ),
    "answer to an unknown state": (
        {"answers__answers_dot_toml": mini.ANSWERS.replace('state = "accepted"', 'state = "x"')},
        "pack.unknown-reference",
        "answers/answers.toml",
    ),
    "answer without root and output": (
        {"answers__answers_dot_toml": mini.ANSWERS.replace('output = "BBBOUT"\n', "")},
        "pack.root-or-output",
        "answers/answers.toml",
    ),
    "behaviour without its template": (
        {"sandbox__reply_dot_xsl": None},
        "pack.missing-file",
        "sandbox/reply.xsl",
    ),
    "behaviour without its layout": (
        {"sandbox__behaviour_dot_toml": mini.BEHAVIOUR.replace("out.toml", "no.toml")},
        "pack.missing-file",
        "layouts/no.toml",
    ),
    "behaviour with an unknown key": (
        {"sandbox__behaviour_dot_toml": mini.BEHAVIOUR.replace("after_ms", "after")},
        "pack.unknown-key",
        "sandbox/behaviour.toml",
    ),
}


@pytest.mark.parametrize(("changes", "code", "file"), BROKEN.values(), ids=BROKEN)
def test_a_broken_part_is_named_by_its_file(changes, code, file):
    finding = refusal(mini.files(**changes))
    assert finding.code == code
    assert file in finding.value


def test_switches(pack):
    assert pack.switch("first-things-first")
    assert not compile_pack(mini.files(), {"first-things-first": False}).switch(
        "first-things-first"
    )
    assert refusal(mini.files(), {"other": True}).code == "pack.unknown-switch"
    with pytest.raises(Refusal, match=r"pack\.unknown-switch"):
        pack.switch("other")


def test_the_digest_says_everything_about_the_folder(pack):
    assert pack.digest == compile_pack(dict(reversed(mini.files().items())), {}).digest
    changed = mini.files(project__a_dot_xsl=mini.A + "\n")
    assert compile_pack(changed, {}).digest != pack.digest
    assert len(pack.digest) == 64


def test_unknown_names_are_refused(pack):
    for call in (pack.message, pack.lists, lambda name: pack.check(name, b"<a/>")):
        with pytest.raises(Refusal):
            call("none")


def test_lists_leave_out_what_has_no_counterpart(pack):
    assert pack.lists("units") == (("KGM", "035"),)


# ------------------------------------------------------------------ projecting and checking


@pytest.mark.parametrize("names", [(), ("one",), ("one", "two")])
def test_a_projection_yields_none_one_or_several(pack, names):
    contents = pack.project("A", safe.parse(mini.prepared(*names)))
    assert len(contents) == len(names)
    for name, content in zip(names, contents, strict=True):
        root = safe.parse(content)
        assert ("{urn:a}A", name, {None: "urn:a"}) == (root.tag, root[0].text, root.nsmap)
        assert content.startswith(b"<?xml")


def test_a_result_is_judged_by_schema_and_rules(pack):
    (good,) = pack.project("A", safe.parse(mini.prepared("good")))
    (bad,) = pack.project("A", safe.parse(mini.prepared("much too long!")))
    assert pack.check("A", good) == ()
    found = pack.check("A", bad)
    assert {"xsd.max-length", "mini.no-shouting"} == {finding.code for finding in found}
    assert {"mini@2026.1"} == {finding.source for finding in found}


def test_what_is_made_is_judged_without_reading_it_back(pack):
    (good,) = pack.make("A", safe.parse(mini.prepared("good")))
    (bad,) = pack.make("A", safe.parse(mini.prepared("much too long!")))
    (hidden,) = pack.make("A", safe.parse(mini.prepared("go")))
    hidden.root[0].text = "go\u200bod"
    hidden = Made(tree.serialise(hidden.root), hidden.root)
    assert pack.judge("A", good) == ()
    for one in (bad, hidden):
        assert pack.judge("A", one) == pack.check("A", one.content) != ()


def test_a_signed_message_is_judged_without_its_signature(pack):
    (good,) = pack.project("A", safe.parse(mini.prepared("good")))
    assert pack.check("A", signature.sign(good, make_signer("broker"), AT)) == ()


def test_what_is_no_message_at_all_is_a_finding_too(pack):
    assert [finding.code for finding in pack.check("A", b"<a")] == ["xml.malformed"]
    assert [finding.code for finding in pack.check("B", b"short")] == ["layout.header-too-short"]


def test_fixed_fields_are_encoded_and_judged(pack):
    (raw,) = pack.project("B", safe.parse(mini.prepared("good")))
    assert len(raw) == 400 + 11
    assert pack.check("B", raw) == ()
    assert [f.code for f in pack.check("B", raw.replace(b"good", b"no! "))] == ["mini.b"]


def test_what_does_not_fit_its_field_brings_the_rules_along(pack):
    with pytest.raises(Refusal) as caught:
        pack.project("B", safe.parse(mini.prepared("much too long!")))
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["layout.too-long", "mini.b"]


def test_the_catalogue_holds_the_texts_of_all_rules(pack):
    assert {"mini.no-shouting", "mini.b"} == {*pack.catalogue.texts["zh"]}


# ------------------------------------------------------------------ answers


def reply(code="01", at="2026-11-23T09:00:05+08:00", extra=""):
    return (
        f'<Reply xmlns="urn:a" for="msg_1"><Code>{code}</Code><At>{at}</At>'
        f"<Number> 223320260001 </Number>{extra}</Reply>"
    ).encode()


def test_an_answer_is_told_in_our_words(pack):
    answer = pack.read_answer(reply(extra="<Channel>1</Channel>"))
    assert (
        answer.type,
        answer.kind,
        answer.about,
        answer.procedure,
    ) == ("A-accepted", AnswerKind.ACCEPTED, "A", "x-export")
    assert (answer.correlation, answer.procedure_state, answer.event) == ("msg_1", "accepted", "")
    assert (answer.numbers, answer.facts) == ((("entry", "223320260001"),), (("channel", "1"),))
    assert answer.occurred_at == datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC)


def test_the_first_entry_that_fits_wins(pack):
    assert pack.read_answer(reply(code="02")).type == "A-refused"


TIMES = {
    "2026-11-23T09:00:05+08:00": datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC),
    "2026-11-23T01:00:05Z": datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC),
    "2026-11-23T09:00:05": datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC),
    "20261123090005": datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC),
    "20261123090005123": datetime(2026, 11, 23, 1, 0, 5, 123000, tzinfo=UTC),
    "202611230900": datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
    "2026112309": datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
    "": None,
}


@pytest.mark.parametrize(("text", "moment"), TIMES.items())
def test_times_with_an_offset_or_local_digits(pack, text, moment):
    assert pack.read_answer(reply(at=text)).occurred_at == moment


UNREADABLE = {
    "unknown root": (b'<Other xmlns="urn:a"/>', "answer.unknown"),
    "other namespace": (b'<Reply xmlns="urn:b"/>', "answer.unknown"),
    "hostile": (b"<!DOCTYPE a><Reply/>", "xml.doctype"),
    "no time": (reply(at="yesterday"), "answer.time-malformed"),
    "impossible time": (reply(at="20261323090005"), "answer.time-malformed"),
    "before all time": (reply(at="0001-01-01T00:00:00"), "answer.time-malformed"),
    "before all time, in digits": (reply(at="00010101000000"), "answer.time-malformed"),
    "the first year": (reply(at="0001-06-01T00:00:00Z"), "answer.time-malformed"),
    "after all time": (reply(at="9999-12-31T23:59:59-14:00"), "answer.time-malformed"),
    "the last moment": (reply(at="9999-12-31T23:59:59Z"), "answer.time-malformed"),
    "too few digits": (reply(at="20261123"), "answer.time-malformed"),
    "neither": (b"OK", "layout.header-too-short"),
}


@pytest.mark.parametrize(("raw", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_answers_are_refused(pack, raw, code):
    with pytest.raises(Refusal) as caught:
        pack.read_answer(raw)
    assert caught.value.findings[0].code == code


def job(output=""):
    mark = f' output="{output}"' if output else ""
    text = f'<Job xmlns="urn:fullroute:job:1" code="BBB"{mark}><Field name="NAM">x</Field></Job>'
    return safe.parse(text.encode())


def encoded(pack, one):
    body = pack.layouts.body(one.get("code", ""), one.get("output", ""))
    return layout.encode(one, body, pack.layouts.header)


def test_fixed_field_answers_are_told_by_their_output(pack):
    answer = pack.read_answer(encoded(pack, job("BBBOUT")))
    assert (answer.type, answer.event, answer.facts) == ("B-released", "released", (("name", "x"),))
    with pytest.raises(Refusal, match=r"answer\.unknown"):
        pack.read_answer(encoded(pack, job()))


# ------------------------------------------------------------------ the simulated office


def test_behaviour_answers_as_its_file_says(pack):
    (content,) = pack.project("A", safe.parse(mini.prepared("good")))
    (scripted,) = pack.behaviour.to("A", content)
    assert (scripted.after_ms, scripted.effect, scripted.key) == (120, "accepted", "good")
    raw = scripted.render({"id": "ans_1", "code": "99"})
    assert pack.read_answer(raw).type == "A-accepted"
    assert pack.read_answer(raw).correlation == "ans_1"


def test_silence_and_messages_nobody_scripted(pack):
    (content,) = pack.project("A", safe.parse(mini.prepared("silent")))
    assert pack.behaviour.to("A", content) == ()
    assert pack.behaviour.to("C", content) == ()


def test_behaviour_in_fixed_fields(pack):
    (content,) = pack.project("B", safe.parse(mini.prepared("good")))
    (scripted,) = pack.behaviour.to("B", content)
    assert pack.read_answer(scripted.render({})).type == "B-released"


def test_a_pack_without_behaviour_is_silent():
    silent = compile_pack(mini.files(sandbox__behaviour_dot_toml=None), {})
    assert silent.behaviour.to("A", b"<a/>") == ()


XPATHS = {
    "unknown function": "current-dateTime()",
    "function of the rules": "fr:valid-id('MST', 'x')",
    "variable": "$x",
    "unknown prefix": "/z:Reply",
}


@pytest.mark.parametrize("path", XPATHS.values(), ids=XPATHS)
def test_paths_that_cannot_be_evaluated_are_found_when_compiling(path):
    text = mini.ANSWERS.replace("/a:Reply/@for", path)
    assert refusal(mini.files(answers__answers_dot_toml=text)).code == "pack.xpath-broken"


def test_paths_that_fail_on_an_answer_only_are_a_refusal():
    text = mini.ANSWERS.replace("/a:Reply/@for", "/a:Reply[unheard-of()]")
    broken = compile_pack(mini.files(answers__answers_dot_toml=text), {})
    with pytest.raises(Refusal, match=r"pack\.xpath-broken"):
        broken.read_answer(reply())
