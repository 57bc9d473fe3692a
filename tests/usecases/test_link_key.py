"""An office changes its key: nothing new is believed by the old one, what was stays proven."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway import register
from gateway.audit.entry import read_entry
from gateway.audit.exchange import read_reply, write_reply
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import Busy, NotAuthentic, NotFound, Refused
from gateway.domain.finding import Refusal
from gateway.domain.message import MessageState
from gateway.domain.records import Principal
from gateway.usecases import feed
from gateway.usecases.audit import verify_log
from gateway.usecases.deliver import deliver
from gateway.usecases.export import export_movement
from gateway.usecases.link_key import change_key, key_digest
from gateway.usecases.receive import receive
from tests.usecases.stopped import principal
from tests.usecases.test_export import matching, unpacked, verified
from tests.world import TENANT, World

LINK = "lnk_cn00x001"
WHY = "their notice 14"
CALLER = Principal(
    id="prn_gate", tenant=TENANT, name="gate", scopes=("link",), secret_digest="", link=LINK
)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A movement whose first receipt and first answer the gate sealed, and more is to come."""
    with closing(World(tmp_path_factory.mktemp("link-key"))) as world:
        world.operator = principal(world, "operator")
        world.movement = world.submit(world.declaration()).movement
        assert deliver(world.ports, LINK, "worker") == 1
        world.letter = world.town.letter(world.town.answers.pop(0))
        world.said = hand_in(world, world.letter)
        world.clock.forward(hours=1)
        yield world


@pytest.fixture
def world(begun, tmp_path):
    with closing(begun.copied(tmp_path)) as world:
        yield world


def changed(world, link=LINK, reason=WHY):
    """Let the gate's link have another key, and return its private half."""
    key = Ed25519PrivateKey.generate()
    change_key(world.ports, world.operator, link, key.public_key().public_bytes_raw(), reason)
    return key


def sealing(world, key, link=LINK):
    """Let the gate's system seal with a key from now on."""
    system = world.town.systems[link]
    system.spec = replace(system.spec, key=key)


def hand_in(world, letter):
    """Post an answer for the gate, and return what it gets back."""
    return receive(
        world.ports, CALLER, LINK, letter.paper.content, letter.paper.seal, letter.content
    )


def sealed(world, content):
    return replace(world.letter, paper=world.town.systems[LINK].sealed(content))


def renamed(header):
    """The same answer under an id of its own."""
    changed = json.loads(header) | {"id": "ans_again"}
    return json.dumps(changed, sort_keys=True, separators=(",", ":")).encode()


def setups(world):
    world.store.sequence("test")
    entries = [read_entry(one.entry) for one in world.store.log(limit=10_000)]
    return [one.facts for one in entries if one.facts.get("act") == "change-link-key"]


def test_a_change_is_told_with_its_reason_and_twice_is_once(world):
    before = world.store.link(LINK)
    key = changed(world).public_key().public_bytes_raw()
    change_key(world.ports, world.operator, LINK, key, WHY)
    link = world.store.link(LINK)
    assert (link.key, [one.key for one in link.former_keys]) == (key, [before.key])
    assert setups(world) == [
        {
            "act": "change-link-key",
            "by": "operator",
            "former": key_digest(before.key),
            "key": key_digest(key),
            "link": LINK,
            "reason": WHY,
        }
    ]


def test_without_a_reason_or_a_link_of_ones_own_nothing_changes(world):
    other = principal(world, "other", "ten_other")
    refused = (
        (Refused, "act.no-reason", world.operator, LINK, " "),
        (NotFound, "link.unknown", world.operator, "lnk_nowhere", WHY),
        (NotFound, "link.unknown", other, LINK, WHY),
    )
    for error, code, caller, name, reason in refused:
        with pytest.raises(error) as told:
            change_key(world.ports, caller, name, b"k" * 32, reason)
        assert told.value.findings[0].code == code
    assert world.store.link(LINK).former_keys == ()


def test_the_movement_goes_on_by_the_new_key_and_everything_holds(world):
    sealing(world, changed(world))
    world.clock.forward(hours=1)
    hand_in(world, sealed(world, renamed(world.letter.paper.content)))
    world.run()
    received = [one for one in world.store.messages(world.movement) if one.link == LINK]
    assert len([one for one in received if one.receipt]) > 1
    assert len([one for one in world.store.answers(world.movement) if one.link == LINK]) > 1
    assert verify_log(world.ports).findings == ()


def test_what_the_former_key_seals_is_worth_nothing(world):
    """A receipt is unclear and its message goes again; an answer is not its office's word."""
    changed(world)
    world.run()
    own = [one for one in world.store.messages(world.movement) if one.link == LINK]
    tried = [one for one in own if one.state is MessageState.DUE and one.attempts]
    assert {world.store.attempts(one.id)[-1].detail for one in tried} == {"seal.wrong"}
    with pytest.raises(NotAuthentic) as refused:
        hand_in(world, sealed(world, renamed(world.letter.paper.content)))
    assert refused.value.findings[0].code == "seal.wrong"
    assert verify_log(world.ports).findings == ()


def test_the_exact_repeat_of_an_answer_gets_the_same_receipt(world):
    sealing(world, changed(world))
    for letter in (world.letter, sealed(world, world.letter.paper.content)):
        again = hand_in(world, letter)
        assert (again.repeated, again.content) == (True, world.said.content)


def test_the_exact_repeat_of_a_receipt_changes_nothing_another_one_is_refused(world):
    (message,) = [one for one in world.store.messages(world.movement) if one.receipt]
    receipt = world.store.body(message.receipt).content
    changed(world)
    batch = feed.acknowledge(
        world.ports, CALLER, LINK, [receipt, receipt.replace(b'"seal"', b' "seal"')]
    )
    assert batch.done == (message.id,)
    assert [one.code for _, one in batch.refused] == ["seal.wrong"]


def test_an_answer_judged_while_the_key_changes_is_not_taken_in(world, monkeypatch):
    """Its seal held a moment ago; the change is there first."""
    store, commit = world.store, world.store.commit
    letter = sealed(world, renamed(world.letter.paper.content))

    def first(change):
        monkeypatch.setattr(store, "commit", commit)
        changed(world)
        commit(change)

    monkeypatch.setattr(store, "commit", first)
    with pytest.raises(Busy):
        hand_in(world, letter)
    assert store.answer(LINK, "ans_again") is None


def test_a_reply_under_way_while_the_key_changes_is_not_believed(tmp_path):
    """Its message goes again, and the office gives the same receipt under a seal that counts."""
    with closing(World(tmp_path)) as world:
        world.operator = principal(world, "operator")
        movement = world.submit(world.declaration()).movement
        carry = world.town.carry

        def meanwhile(link, parcels, more):
            for reply in carry(link, parcels, more):
                key = changed(world)
                yield reply
                sealing(world, key)

        courier = SimpleNamespace(carry=meanwhile)
        world.ports = replace(world.ports, couriers={LinkKind.PUSH: courier})
        assert deliver(world.ports, LINK, "worker") == 0
        assert not any(one.receipt for one in world.store.messages(movement))
        world.ports = replace(world.ports, couriers={LinkKind.PUSH: world.town})
        world.store.release(LINK, world.store.link(LINK).fence)  # as by itself, seconds later
        assert deliver(world.ports, LINK, "worker") == 1
        assert verify_log(world.ports).findings == ()


@pytest.mark.full
def test_an_export_is_verified_with_other_peoples_tools(world, tmp_path):
    former = world.store.link(LINK).key
    sealing(world, changed(world))
    world.clock.forward(hours=1)
    world.run()
    files = dict(export_movement(world.ports, TENANT, world.movement))
    assert len(matching(files, f"keys/link-{LINK}")) == 2
    assert f"keys/link-{LINK}-{key_digest(former)[:16]}.pem" in files
    assert verified(unpacked(files, tmp_path / "export")) == (0, [])


def test_a_receipt_by_a_former_key_dated_after_the_change_is_found(world):
    """The key that leaked proves nothing then, whoever can write the rows."""
    old, new = world.town.systems[LINK].spec.key, changed(world)
    sealing(world, new)
    world.clock.forward(hours=1)
    world.run()
    link = world.store.link(LINK)
    message = [one for one in world.store.messages(world.movement) if one.link == LINK][-1]
    assert message.acknowledged_at > link.former_keys[0].until + timedelta(minutes=30)
    kept = world.store.body(message.receipt).content
    register.check_kept(link, message, kept, ())
    sealing(world, old)
    paper = world.town.systems[LINK].sealed(read_reply("receipt", kept).content)
    with pytest.raises(Refusal) as refused:
        register.check_kept(link, message, write_reply("receipt", paper), ())
    assert refused.value.findings[0].code == "seal.wrong"
