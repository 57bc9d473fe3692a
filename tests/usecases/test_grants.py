"""Trust given, taken back and put anew: what rests on it from now on, and what did before."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from gateway import register
from gateway.access import Scope, authenticate
from gateway.adapters.keystore import create_party_key
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import InConflict, NotAuthentic, NotFound, Refused
from gateway.domain.message import MessageState
from gateway.domain.records import Tenant
from gateway.domain.trust import Signatory
from gateway.usecases import setup
from gateway.usecases.audit import verify_log
from gateway.usecases.grants import GrantKind, grants, renew, revoke
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


def manifest(world, name, key):
    """Submit under ``name``; return the state of what the broker signs first, with that key."""
    (raw,) = signed(world, [name])
    (message,) = (
        one
        for one in world.store.messages(world.submit(raw, name).movement)
        if one.type == "MT2401"
    )
    assert (message.signed_by or "").partition("#")[2] == (key and fingerprint(world, key))
    return message.state


def test_what_a_mandate_signs_rests_on_a_certificate_that_stands(world, operator):
    """What attention advises of a lapsed certificate helps: another key under a mandate signs."""
    assert manifest(world, "FIRST", "broker") is MessageState.DUE
    revoke(world.ports, operator, fingerprint(world, "broker"), WHY)
    assert manifest(world, "SECOND", "") is MessageState.AWAITING_SIGNATURE
    create_party_key(
        world.folder / "keys", "next", common_name="next", days=900, at=world.clock.now()
    )
    setup.new_mandate(world.ports, TENANT, world.parties["broker"], "broker", "next", basis="test")
    assert manifest(world, "THIRD", "next") is MessageState.DUE


def test_a_mandate_goes_over_to_the_certificate_that_lasts_longer(world):
    days = {"soon": 500, "later": 900}
    for name, many in days.items():
        create_party_key(
            world.folder / "keys", name, common_name=name, days=many, at=world.clock.now()
        )
        setup.new_mandate(
            world.ports, TENANT, world.parties["broker"], "broker", name, basis="test"
        )
    trust, at = world.store.trust(TENANT), world.clock.now()
    asked = (world.ports, trust, world.parties["broker"], Signatory.BROKER)
    found = [register.mandated(*asked, at + timedelta(days=days)) for days in (1, 366, 501, 901)]
    assert [one and one.key for one in found] == ["broker", "soon", "later", None]


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


def test_a_party_signs_for_two_tenants_and_each_ends_its_own_trust(world, operator):
    """A broker who works for two organisations of one gateway has one certificate."""
    setup.add_tenant(world.ports, Tenant(id="ten_other", name="Other", accepts_unsigned=False))
    theirs, _ = setup.new_principal(world.ports, "ten_other", "operator", ("operate",))
    party = "USCC:91500000MA5U7K2X1T"
    setup.new_mandate(world.ports, "ten_other", party, "exporter", "exporter", basis="contract 7")
    der = world.keys.signer("exporter").certificate
    with pytest.raises(InConflict):
        setup.add_certificate(world.ports, "ten_other", party, der)
    revoke(world.ports, theirs, fingerprint(world), WHY)
    now = world.clock.now()
    assert world.store.trust("ten_other").lapsed(der, now)
    assert not world.store.trust(TENANT).lapsed(der, now)
    revoke(world.ports, operator, fingerprint(world), WHY)
    assert world.store.trust(TENANT).lapsed(der, world.clock.now())
    assert verify_log(world.ports).findings == ()


# ------------------------------------------------------------------ renewing

HOLDERS = {
    "the last operator": (("operate", "read"), {}, False),
    "an exporter": (("declare", "read"), {"party": "USCC:91500000MA5U7K2X1T"}, False),
    "a link": (("link",), {"link": "lnk_vn0015bb"}, False),
    "one revoked before": (("link",), {"link": "lnk_vn0015bb"}, True),
}


@pytest.mark.parametrize(("scopes", "of", "revoked"), HOLDERS.values(), ids=HOLDERS)
def test_a_key_is_renewed(world, operator, scopes, of, revoked):
    old, lost = setup.new_principal(world.ports, TENANT, "holder", scopes, **of)
    if "operate" in scopes:
        revoke(world.ports, old, operator.id, WHY)
    if revoked:
        revoke(world.ports, operator, old.id, WHY)
    ended = {one.id: one.revoked_at for one in world.store.principals(TENANT)}[old.id]
    world.clock.forward(seconds=1)
    new, key = renew(world.ports, old, old.id, WHY)
    known = {one.id: one for one in world.store.principals(TENANT)}
    digest = known[new.id].secret_digest
    assert known[new.id] == replace(old, id=new.id, secret_digest=digest)
    assert known[old.id].revoked_at is not None
    assert ended in (None, known[old.id].revoked_at)
    scope = Scope.LINK if "link" in scopes else Scope.READ
    assert authenticate(world.ports, f"Bearer {key}", scope).id == new.id
    with pytest.raises(NotAuthentic):
        authenticate(world.ports, f"Bearer {lost}", scope)


def test_the_log_tells_of_it_once_and_never_the_key(world, operator):
    world.store.sequence("test")
    before = world.store.log_size()
    new, key = renew(world.ports, operator, operator.id, WHY)
    world.store.sequence("test")
    (told,) = world.store.log(after=before - 1)
    facts = json.loads(told.entry)["facts"]
    assert facts == {
        "renewed": operator.id,
        "principal": new.id,
        "by": operator.id,
        "reason": WHY,
    }
    assert key.rsplit("_", 1)[1].encode() not in told.entry
    assert verify_log(world.ports).findings == ()


NOT_RENEWED = {
    "without a reason": (lambda _, o: o.id, " ", Refused, "act.no-reason"),
    "of nobody": (lambda *_: "prn_nobody", WHY, NotFound, "grant.unknown"),
    "a certificate": (lambda w, _: fingerprint(w), WHY, NotFound, "grant.unknown"),
    "no name": (lambda *_: "", WHY, NotFound, "grant.unknown"),
}


@pytest.mark.parametrize(("name", "reason", "error", "code"), NOT_RENEWED.values(), ids=NOT_RENEWED)
def test_what_is_not_renewed(world, operator, name, reason, error, code):
    before = grants(world.ports, TENANT)
    with pytest.raises(error) as found:
        renew(world.ports, operator, name(world, operator), reason)
    assert found.value.findings[0].code == code
    assert grants(world.ports, TENANT) == before


def test_another_tenants_key_is_nobodys(world, operator):
    with pytest.raises(NotFound):
        renew(world.ports, replace(operator, tenant="elsewhere"), operator.id, WHY)


def test_who_is_revoked_meanwhile_is_renewed_all_the_same(world, operator, monkeypatch):
    other, _ = setup.new_principal(world.ports, TENANT, "other", ("read",))
    commit = type(world.store).commit

    def late(store, change):
        monkeypatch.undo()
        revoke(world.ports, operator, other.id, WHY)
        return commit(store, change)

    monkeypatch.setattr(type(world.store), "commit", late)
    renewed, _ = renew(world.ports, operator, other.id, WHY)
    counting = {one.id for one in world.store.principals(TENANT) if one.revoked_at is None}
    assert (renewed.id in counting, other.id in counting) == (True, False)


# ------------------------------------------------------------------ giving

PARTY = "MST:0800900006"
TERMS = {"party": PARTY, "signatory": "importer", "key": "broker", "basis": "PoA 7/26"}

NOT_MANDATED = {
    "no basis": ({"basis": ""}, Refused, "mandate.no-basis"),
    "a blank basis": ({"basis": " \t"}, Refused, "mandate.no-basis"),
    "no such role": ({"signatory": "king"}, Refused, "mandate.unknown-signatory"),
    "the gateway itself": ({"signatory": "gateway"}, Refused, "mandate.unknown-signatory"),
    "nobody": ({"signatory": "nobody"}, Refused, "mandate.unknown-signatory"),
    "the same again": ({}, InConflict, "setup.exists"),
    "the same, written otherwise": (
        {"party": PARTY.lower(), "basis": " PoA 7/26 "},
        InConflict,
        "setup.exists",
    ),
}


def mandated(world, **changed):
    terms = {**TERMS, **changed}
    return setup.new_mandate(world.ports, TENANT, **terms)


@pytest.mark.parametrize(("changed", "error", "code"), NOT_MANDATED.values(), ids=NOT_MANDATED)
def test_what_is_not_mandated(world, changed, error, code):
    mandated(world)
    before = grants(world.ports, TENANT)
    with pytest.raises(error) as found:
        mandated(world, **changed)
    assert found.value.findings[0].code == code
    assert not {"gateway", "nobody"} & set(
        dict(found.value.findings[0].args).get("known", "").split(", ")
    )
    assert grants(world.ports, TENANT) == before


OTHERWISE = {
    "on another basis": {"basis": "PoA 8/26"},
    "as somebody else": {"signatory": "declarant"},
    "for somebody else": {"party": "MST:0800900014"},
}


@pytest.mark.parametrize("changed", OTHERWISE.values(), ids=OTHERWISE)
def test_another_mandate_is_recorded_beside_it(world, changed):
    assert mandated(world).id != mandated(world, **changed).id


def test_a_mandate_that_ended_is_given_again(world, operator):
    revoke(world.ports, operator, mandated(world).id, WHY)
    world.clock.forward(seconds=1)
    assert mandated(world).basis == "PoA 7/26"


LINK_IDS = {
    "a plain one": ("huu-nghi", True),
    "an underscore": ("lnk_2", True),
    "as long as can be": ("a" * 40, True),
    "too long": ("a" * 41, False),
    "nothing": ("", False),
    "a slash and a space": ("a b/c", False),
    "up the tree": ("..", False),
    "capitals": ("Gate", False),
    "a hyphen first": ("-gate", False),
    "a dot, which no password file has": ("vn.gate", False),
    "a line end": ("gate\n", False),
    "no ASCII": ("cửa", False),
}


@pytest.mark.parametrize(("name", "taken"), LINK_IDS.values(), ids=LINK_IDS)
def test_what_can_be_the_id_of_a_link(world, name, taken):
    new = setup.NewLink(
        id=name,
        administration="CN",
        kind=LinkKind.FEED,
        endpoint="",
        key=b"k" * 32,
        offices=("CN007208",),
    )
    if taken:
        assert setup.add_link(world.ports, TENANT, new).id == name
        return
    with pytest.raises(Refused) as found:
        setup.add_link(world.ports, TENANT, new)
    assert found.value.findings[0].code == "link.id-malformed"
