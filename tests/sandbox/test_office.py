"""A simulated customs system on its own: what it checks, and that it never forgets."""

import base64
from dataclasses import replace
from hashlib import sha256

import pytest

from gateway.adapters.keystore import create_party_key
from gateway.audit.exchange import make_envelope, read_envelope, read_receipt, to_base64
from gateway.markup import signature
from gateway.sandbox.journal import Journal
from gateway.sandbox.office import Arrival, CustomsSystem, Verdict
from tests.world import SIGNATORIES, World

GATE = "lnk_cn00x001"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    world = World(tmp_path_factory.mktemp("office"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def manifest(world: World) -> Arrival:
    """The manifest the gateway owes the gate, exactly as it would be posted."""
    movement = world.submit(world.declaration()).movement
    message = world.messages(movement)["CN00X001", "MT2401"]
    return Arrival(
        envelope=to_base64(message.envelope),
        seal=message.seal,
        media_type=message.media_type,
        content=world.store.body(message.wire).content,
    )


@pytest.fixture
def gate(world: World, tmp_path):
    """The gate's system with empty journals."""
    yield (system := _system(world, tmp_path))
    system.close()


def _system(world: World, folder) -> CustomsSystem:
    known = world.town.systems[GATE]
    certificates = tuple(world.keys.signer(name).certificate for name in SIGNATORIES)
    return CustomsSystem(known.spec, known.pack, folder, world.clock.now, certificates)


def _receive(world: World, system: CustomsSystem, arrival: Arrival) -> Verdict:
    return system.receive(arrival, world.keys.seal_keys())


def _resealed(world: World, arrival: Arrival, **changed: object) -> Arrival:
    """The same message under a changed envelope that the gateway did seal."""
    envelope = read_envelope(_decoded(arrival))
    content = changed.pop("content", arrival.content)
    told = {"digest": sha256(content).hexdigest(), **changed}
    paper = make_envelope(replace(envelope, **told))
    return replace(
        arrival,
        envelope=to_base64(paper),
        seal=world.keys.seal(paper),
        content=content,
        media_type=str(changed.get("media_type", arrival.media_type)),
    )


def _decoded(arrival: Arrival) -> bytes:
    return base64.b64decode(arrival.envelope)


def test_a_good_message_is_receipted(world, gate, manifest) -> None:
    verdict = _receive(world, gate, manifest)
    assert verdict.status == 200, verdict
    receipt = read_receipt(verdict.receipt.content)
    assert receipt.digest == sha256(manifest.content).hexdigest()
    assert receipt.office == "CN00X001"


def test_a_repeat_gets_the_first_receipt_also_after_a_restart(world, manifest, tmp_path) -> None:
    first = _system(world, tmp_path)
    receipt = _receive(world, first, manifest).receipt
    world.clock.forward(minutes=5)
    assert _receive(world, first, manifest).receipt == receipt
    first.close()

    second = _system(world, tmp_path)
    verdict = _receive(world, second, manifest)
    assert (verdict.receipt, verdict.taken) == (receipt, None)
    assert [line["repeated"] for line in second.requests()] == [False, True, True]
    assert len(second.effects()) == 1
    second.close()


def test_a_request_lost_in_a_crash_is_written_at_the_next_start(world, manifest, tmp_path) -> None:
    first = _system(world, tmp_path)
    _receive(world, first, manifest)
    told = first.requests()
    first.close()
    (tmp_path / f"{GATE}.requests.jsonl").write_text("", "utf-8")
    for _ in range(2):
        second = _system(world, tmp_path)
        assert second.requests() == told
        second.close()


def test_an_effect_lost_in_a_crash_is_written_at_the_next_start(world, manifest, tmp_path) -> None:
    first = _system(world, tmp_path)
    _receive(world, first, manifest)
    first.close()
    (tmp_path / f"{GATE}.effects.jsonl").write_text('{"id": "torn', "utf-8")
    second = _system(world, tmp_path)
    assert [line["effect"] for line in second.effects()] == ["stored"]
    second.close()


REJECTED = {
    "a forged seal": (lambda _, a: replace(a, seal=a.seal[:-6] + "AAAA=="), 401),
    "no seal": (lambda _, a: replace(a, seal=""), 401),
    "an envelope that is none": (lambda _, a: replace(a, envelope="%"), 401),
    "other bytes": (lambda _, a: replace(a, content=a.content + b"\n"), 400),
    "another media type": (lambda _, a: replace(a, media_type="text/plain"), 400),
    "for another link": (lambda w, a: _resealed(w, a, link="lnk_other"), 400),
    "for another office": (lambda w, a: _resealed(w, a, office="CN008001"), 400),
    "too early": (lambda w, a: _resealed(w, a, place=2), 425),
    "no document": (lambda w, a: _resealed(w, a, content=b"hello"), 422),
    "a type nobody knows": (lambda w, a: _resealed(w, a, type="MT9999"), 422),
    "signed by somebody else": (
        lambda w, a: _resealed(w, a, content=_signed_by_a_stranger(w, a.content)),
        422,
    ),
    "changed after signing": (
        lambda w, a: _resealed(w, a, content=a.content.replace(b"2480.5", b"2480.6")),
        422,
    ),
}


def _signed_by_a_stranger(world: World, content: bytes) -> bytes:
    unsigned = signature.canonical_unsigned(content)
    stranger = world.keys.signer("stranger")
    return signature.sign(unsigned, stranger, world.clock.now())


@pytest.fixture(scope="module", autouse=True)
def stranger(world: World) -> None:
    at = world.clock.now()
    create_party_key(world.folder / "keys", "stranger", common_name="x", days=9, at=at)


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_not_taken(world, gate, manifest, name: str) -> None:
    change, status = REJECTED[name]
    verdict = _receive(world, gate, change(world, manifest))
    assert verdict.status == status, verdict
    assert verdict.receipt is None
    assert verdict.reason
    assert gate.effects() == []
    assert [line["status"] for line in gate.requests()] == [status]


def test_an_id_is_for_one_content(world, gate, manifest) -> None:
    assert _receive(world, gate, manifest).status == 200
    other = _resealed(world, manifest, content=manifest.content + b"\n")
    assert _receive(world, gate, other).status == 409


def test_a_place_is_for_one_message(world, gate, manifest) -> None:
    assert _receive(world, gate, manifest).status == 200
    assert _receive(world, gate, _resealed(world, manifest, id="msg_other")).status == 409


def test_a_torn_line_is_dropped(tmp_path) -> None:
    path = tmp_path / "x.jsonl"
    journal = Journal(path)
    journal.append({"n": 1})
    journal.close()
    with path.open("a", encoding="utf-8") as file:
        file.write('{"n": 2')
    journal = Journal(path)
    journal.append({"n": 3})
    assert [line["n"] for line in journal.lines()] == [1, 3]
    journal.close()
