"""Trust taken back: what rests on it from now on, and what rested on it before."""

from dataclasses import replace
from hashlib import sha256

import pytest

from gateway.access import Scope, authenticate
from gateway.domain.errors import InConflict, NotAuthentic, NotFound, Refused
from gateway.domain.message import MessageState
from gateway.usecases import setup
from gateway.usecases.audit import verify_log
from gateway.usecases.grants import GrantKind, grants, revoke
from tests.bench.load import signed
from tests.world import TENANT, World

WHY = "the laptop was lost"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def operator(world):
    return setup.new_principal(world.ports, TENANT, "operator", ("operate",))[0]


def named(world, kind):
    return {one.owner: one for one in grants(world.ports, TENANT) if one.kind is kind}


def fingerprint(world, key="exporter"):
    return sha256(world.keys.signer(key).certificate).hexdigest()


def test_a_revoked_key_opens_nothing_more(world, operator):
    lost, key = setup.new_principal(world.ports, TENANT, "lost", ("read",))
    header = f"Bearer {key}"
    assert authenticate(world.ports, header, Scope.READ).id == lost.id
    revoke(world.ports, operator, lost.id, WHY)
    with pytest.raises(NotAuthentic):
        authenticate(world.ports, header, Scope.READ)


def test_a_revoked_certificate_signs_no_new_declaration_and_the_old_one_stands(world, operator):
    first, second = signed(world, ["FIRST", "SECOND"])
    movement = world.submit(first, "first").movement
    revoke(world.ports, operator, fingerprint(world)[:12], WHY)
    with pytest.raises(Refused) as refused:
        world.submit(second, "second")
    assert refused.value.findings[0].code == "signature.expired-certificate"
    world.run()
    assert world.store.movement(movement).state == "released"
    assert verify_log(world.ports).findings == ()


def test_without_its_mandate_a_message_awaits_its_signatory(world, operator):
    first, second = signed(world, ["FIRST", "SECOND"])
    owed = {one.id: one.state for one in world.store.messages(world.submit(first, "1").movement)}
    for one in named(world, GrantKind.MANDATE).values():
        revoke(world.ports, operator, one.name, WHY)
    world.clock.forward(seconds=1)
    later = world.store.messages(world.submit(second, "2").movement)
    assert MessageState.AWAITING_SIGNATURE in {one.state for one in later}
    assert MessageState.AWAITING_SIGNATURE not in owed.values()
    assert all(world.store.message(one).state is state for one, state in owed.items())


def test_who_did_it_and_why_is_in_the_log(world, operator):
    ended = revoke(world.ports, operator, fingerprint(world), WHY)
    world.ports.store.sequence("test")
    entry = world.store.log(after=world.store.log_size() - 2, limit=1)[0].entry
    assert all(word.encode() in entry for word in (ended.name, operator.id, WHY))
    assert not ended.counts(world.clock.now())
    assert {one.name: one.until for one in grants(world.ports, TENANT)}[ended.name] == ended.until


NOT_DONE = {
    "without a reason": (lambda w, _: fingerprint(w), " ", Refused, "act.no-reason"),
    "of nobody": (lambda *_: "prn_nobody", WHY, NotFound, "grant.unknown"),
    "too short a name": (lambda w, _: fingerprint(w)[:7], WHY, NotFound, "grant.unknown"),
    "no name": (lambda *_: "", WHY, NotFound, "grant.unknown"),
    "the last operator": (lambda _, o: o.id, WHY, InConflict, "grant.last-operator"),
}


@pytest.mark.parametrize(("name", "reason", "error", "code"), NOT_DONE.values(), ids=NOT_DONE)
def test_what_is_not_done(world, operator, name, reason, error, code):
    before = grants(world.ports, TENANT)
    with pytest.raises(error) as found:
        revoke(world.ports, operator, name(world, operator), reason)
    assert found.value.findings[0].code == code
    assert grants(world.ports, TENANT) == before


def test_it_ends_once_and_only_by_its_own_tenant(world, operator):
    stranger = replace(operator, tenant="elsewhere")
    with pytest.raises(NotFound):
        revoke(world.ports, stranger, fingerprint(world), WHY)
    revoke(world.ports, operator, fingerprint(world), WHY)
    with pytest.raises(InConflict) as found:
        revoke(world.ports, operator, fingerprint(world), WHY)
    assert found.value.findings[0].code == "grant.ended"
