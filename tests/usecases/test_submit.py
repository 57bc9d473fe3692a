"""Submitting: one movement or nothing, and refusals that bind only themselves."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.domain.errors import InConflict, Refused
from gateway.domain.records import Tenant
from gateway.markup import signature
from gateway.pipeline.convert import fill_placeholders
from gateway.usecases import setup
from gateway.usecases.submit import preflight, submit
from tests.world import SHIPPED, TENANT, World

OWN_TRANSIT = Path(__file__).parents[1] / "interop" / "own" / "plain.xml"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def movements(world):
    return [record.reference for record in world.store.movements(TENANT)]


def test_the_same_key_gives_the_same_movement(world):
    raw = world.declaration()
    first, second = world.submit(raw, "k1"), world.submit(raw, "k1")
    assert first.movement == second.movement
    assert (first.repeated, second.repeated) == (False, True)
    assert movements(world) == [first.movement]


def test_two_keys_give_one_movement(world):
    raw = world.declaration()
    assert world.submit(raw, "k1").movement == world.submit(raw, "k2").movement
    assert len(movements(world)) == 1


def test_signed_anew_it_is_still_the_same_content(world):
    first = world.submit(world.declaration(), "k1")
    world.clock.forward(minutes=1)
    assert world.submit(world.declaration(), "k2").movement == first.movement


def test_a_key_that_came_second_is_remembered_too(world):
    first = world.submit(world.declaration(), "k1")
    world.clock.forward(minutes=1)
    assert world.submit(world.declaration(), "k2").movement == first.movement
    with pytest.raises(InConflict) as conflict:
        world.submit(world.declaration(texts={"CQ-2026-000117": "CQ-2026-000118"}), "k2")
    assert conflict.value.findings[0].code == "idempotency.other-body"


def test_many_at_once_give_one_movement(world):
    raw = world.declaration()
    found = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(world.submit(raw, f"k{n % 3}").movement))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert movements(world) == list(set(found))


def test_who_signs_the_same_once_more_asks_the_same(world):
    first = world.submit(world.declaration(), "k1")
    world.clock.forward(seconds=1)
    again = world.submit(world.declaration(), "k1")
    assert (again.movement, again.repeated) == (first.movement, True)
    assert movements(world) == [first.movement]


def test_one_key_for_other_content_is_a_conflict(world):
    world.submit(world.declaration(), "k1")
    other = world.declaration(texts={"CQ-2026-000117": "CQ-2026-000118"})
    with pytest.raises(InConflict) as conflict:
        world.submit(other, "k1")
    assert conflict.value.findings[0].code == "idempotency.other-body"


def test_one_reference_for_other_content_is_a_conflict(world):
    world.submit(world.declaration(), "k1")
    other = world.declaration(texts={"NY2611230117": "NY2611230118"})
    with pytest.raises(InConflict) as conflict:
        world.submit(other, "k2")
    assert conflict.value.findings[0].code == "declaration.duplicate-reference"


WRONG = {
    "an unknown office": ({"VN0003PJ": "VN0009ZZ"}, "office.unknown"),
    "an office that cannot play the role": (
        {"VN0003PJ": "CN00X001"},
        "office.wrong-role",
    ),
    "no office of departure": (
        {"<RoleCode>departure</RoleCode>": "<RoleCode>exit</RoleCode>"},
        "declaration.no-departure",
    ),
}


@pytest.mark.parametrize(("texts", "code"), WRONG.values(), ids=WRONG.keys())
def test_refused_declarations_leave_nothing_and_are_logged(world, texts, code):
    with pytest.raises(Refused) as refused:
        world.submit(world.declaration(texts=texts))
    assert code in {finding.code for finding in refused.value.findings}
    assert movements(world) == []
    world.store.sequence("test")
    assert [entry.kind for entry in world.store.log()].count("refused") == 1


def test_a_refused_declaration_corrected_is_accepted(world):
    with pytest.raises(Refused):
        world.submit(world.declaration(texts={"VN0003PJ": "VN0009ZZ"}), "k1")
    submission = world.submit(world.declaration(), "k1")
    assert movements(world) == [submission.movement]


SIGNATURES = {
    "unsigned": (lambda raw: raw.split(b"<ds:Signature")[0] + b"</Declaration>", "signature."),
    "one digit changed": (lambda raw: raw.replace(b"2480.5", b"2481.5", 1), "signature."),
    "not XML": (lambda raw: raw[:-20], "xml."),
    "a DOCTYPE": (lambda raw: raw.replace(b"?>", b"?><!DOCTYPE Declaration>", 1), "xml.doctype"),
    "another encoding": (lambda raw: raw.replace(b"UTF-8", b"UTF-7", 1), "xml.not-utf8"),
    "another root": (lambda _: b"<Order xmlns='urn:other'/>", "intake.unknown-format"),
}


@pytest.mark.parametrize(("spoil", "area"), SIGNATURES.values(), ids=SIGNATURES.keys())
def test_what_is_not_the_declarants_word_is_refused(world, spoil, area):
    with pytest.raises(Refused) as refused:
        world.submit(spoil(world.declaration()))
    assert [f.code for f in refused.value.findings if not f.code.startswith(area)] == []
    assert movements(world) == []


def test_a_party_declares_unsigned_for_itself_only(world):
    """The policy takes a foreign format without a signature; the caller's word stands for it."""
    raw = fill_placeholders(OWN_TRANSIT.read_bytes(), world.clock.now())
    stranger = replace(world.exporter, id="stranger", party=world.parties["carrier"])
    with pytest.raises(Refused) as refused:
        submit(world.ports, raw, stranger, idempotency_key="k1")
    assert [one.code for one in refused.value.findings] == ["signature.missing"]
    assert movements(world) == []
    submit(world.ports, raw, world.exporter, idempotency_key="k1")
    (record,) = world.store.movements(TENANT)
    again = replace(world.exporter, id="declarant", party=record.declarant)
    assert submit(world.ports, raw, again, idempotency_key="k1").repeated


def test_a_lapsed_certificate_is_named_as_such(world):
    raw = world.declaration()
    world.clock.forward(days=400)
    with pytest.raises(Refused) as refused:
        world.submit(raw)
    assert [finding.code for finding in refused.value.findings] == ["signature.expired-certificate"]


def test_somebody_elses_registered_key_does_not_speak_for_the_exporter(world):
    raw = signature.sign(SHIPPED.read_bytes(), world.keys.signer("broker"), world.clock.now())
    with pytest.raises(Refused) as refused:
        world.submit(raw)
    assert [finding.code for finding in refused.value.findings] == ["signature.not-the-declarant"]


def test_preflight_says_what_submission_would_and_stores_nothing(world):
    before = world.store.log_size()
    good = preflight(world.ports, world.declaration(), TENANT)
    assert good.valid
    assert {one.stop.code: one.word.value for one in good.offices} == {
        "CN008001": "pass",
        "CN00X001": "pass",
        "VN0015BB": "unknown",  # nobody confirmed what Viet Nam allows six axles to weigh
        "VN0003PJ": "pass",
    }
    bad = preflight(world.ports, world.declaration(texts={"VN0003PJ": "VN0009ZZ"}), TENANT)
    assert (bad.valid, bad.findings[0].code) == (False, "office.unknown")
    world.store.sequence("test")
    assert (movements(world), world.store.log_size() - before <= world.store.log_size()) == (
        [],
        True,
    )
    assert not [entry for entry in world.store.log() if entry.kind in ("accepted", "refused")]


def test_another_tenants_links_are_not_used(world):
    setup.add_tenant(world.ports, Tenant(id="other", name="Other", accepts_unsigned=True))
    stranger = replace(world.exporter, id="stranger", tenant="other")
    setup.add_principal(world.ports, stranger)
    foreign = fill_placeholders(OWN_TRANSIT.read_bytes(), world.clock.now())
    with pytest.raises(Refused) as refused:
        submit(world.ports, foreign, stranger, idempotency_key="k1")
    refusing = {finding.code for finding in refused.value.findings if finding.refuses}
    assert refusing == {"link.none-for-office"}
