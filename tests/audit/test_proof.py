"""Notes, checkpoints and proof files: text formats that other people's tools read."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit import checkpoint as points
from gateway.audit import merkle, note, proof
from gateway.audit.entry import leaf_hash
from gateway.domain.finding import Refusal

ORIGIN = "fullroute.example/log"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()
KEYS = {ORIGIN: PUBLIC}
ENTRIES = (b"one", b"two", b"three")


def signed(checkpoint: points.Checkpoint, name: str = ORIGIN) -> bytes:
    text = checkpoint.text()
    return note.sign_note(text, [(name, PUBLIC, SECRET.sign(text.encode()))]).spell()


def log(size: int = 3) -> points.Checkpoint:
    leaves = [leaf_hash(one) for one in ENTRIES[:size]]
    return points.Checkpoint(origin=ORIGIN, size=size, root=merkle.root_hash(leaves))


def test_a_checkpoint_is_three_lines_and_a_signature():
    lines = signed(log()).decode().split("\n")
    packed = base64.b64decode(lines[4].split(" ")[2])
    assert lines[:4] == [ORIGIN, "3", base64.b64encode(log().root).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert packed[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    SECRET.public_key().verify(packed[4:], "\n".join(lines[:3]).encode() + b"\n")


def test_the_key_as_people_hand_it_on():
    name, identity, encoded = note.spell_key(ORIGIN, PUBLIC).split("+", 2)
    assert name == ORIGIN
    assert bytes.fromhex(identity) == note.key_id(ORIGIN, PUBLIC)
    assert base64.b64decode(encoded) == b"\x01" + PUBLIC


def test_a_key_published_with_the_format_has_the_published_id():
    """The verifier key of the format's own example (PeterNeumann) names its id."""
    name, identity, encoded = (
        "PeterNeumann",
        "c74f20a3",
        ("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
    )
    assert note.key_id(name, base64.b64decode(encoded)[1:]).hex() == identity


def test_reading_returns_what_was_signed():
    assert points.verify_checkpoint(signed(log()), ORIGIN, KEYS) == log()


def test_further_lines_of_others_are_kept():
    text = log().text() + "extension\n"
    assert points.read_checkpoint(text).extensions == ("extension",)
    assert points.read_checkpoint(text).text() == text


def test_unknown_signers_beside_a_known_one_do_no_harm():
    text = log().text()
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    raw = note.sign_note(
        text,
        [
            ("witness.example", other.public_key().public_bytes_raw(), other.sign(text.encode())),
            (ORIGIN, PUBLIC, SECRET.sign(text.encode())),
        ],
    ).spell()
    assert note.verify_note(note.read_note(raw), KEYS) == (ORIGIN,)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda r: r.replace(b"\n3\n", b"\n4\n"), "note.wrong-signature", id="size"),
        pytest.param(lambda r: r.replace(b"log\n3", b"lag\n3"), "note.wrong-signature", id="name"),
        pytest.param(
            lambda r: r.replace(b" fullroute", b" anyroute"), "note.unknown-key", id="who"
        ),
        pytest.param(lambda r: r.replace("—".encode(), b"-"), "note.malformed", id="dash"),
        pytest.param(lambda r: r[:-1], "note.malformed", id="no last newline"),
        pytest.param(lambda r: r.replace(b"\n\n", b"\n"), "note.malformed", id="no empty line"),
        pytest.param(lambda r: b"\xff" + r, "note.malformed", id="not UTF-8"),
        pytest.param(lambda r: b"\t" + r, "note.malformed", id="control character"),
        pytest.param(lambda r: r[:-3] + b"*=\n", "note.malformed", id="not base64"),
        pytest.param(lambda r: b"x" * 70_000 + r, "note.malformed", id="too long"),
        pytest.param(lambda r: r + r.split(b"\n\n")[1] * 16, "note.malformed", id="too many"),
    ],
)
def test_changed_checkpoints_are_refused(change, code):
    with pytest.raises(Refusal) as caught:
        points.verify_checkpoint(change(signed(log())), ORIGIN, KEYS)
    assert caught.value.findings[0].code == code


def test_a_checkpoint_of_another_log_by_the_same_key_is_refused():
    other = points.Checkpoint(origin="other.example/log", size=3, root=log().root)
    with pytest.raises(Refusal) as caught:
        points.verify_checkpoint(signed(other), ORIGIN, KEYS)
    assert caught.value.findings[0].code == "checkpoint.other-log"


@pytest.mark.parametrize("name", [ORIGIN, "as-the-log-was-called.before"])
def test_any_key_of_ours_may_have_signed_a_checkpoint(name):
    kept = points.Checkpoint(origin=name, size=3, root=log().root)
    newer = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    assert points.verify_any(signed(kept, name), [newer, PUBLIC]) == kept


@pytest.mark.parametrize(
    ("change", "keys", "code"),
    [
        (lambda r: r, [], "note.unknown-key"),
        (lambda r: r, [bytes(32)], "note.unknown-key"),
        (lambda r: r.replace(b"\n3\n", b"\n4\n"), [PUBLIC], "note.wrong-signature"),
        (lambda r: r.replace(b"\n3\n", b"\n03\n"), [PUBLIC], "checkpoint.malformed"),
        (lambda _: b"<html>", [PUBLIC], "note.malformed"),
    ],
)
def test_a_checkpoint_that_no_key_of_ours_signed_is_refused(change, keys, code):
    with pytest.raises(Refusal) as caught:
        points.verify_any(change(signed(log())), keys)
    assert caught.value.findings[0].code == code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("origin\n3\n", id="no root"),
        pytest.param(f"\n3\n{base64.b64encode(bytes(32)).decode()}\n", id="no origin"),
        pytest.param(f"o\n03\n{base64.b64encode(bytes(32)).decode()}\n", id="leading nought"),
        pytest.param(f"o\n-3\n{base64.b64encode(bytes(32)).decode()}\n", id="negative"),
        pytest.param(f"o\n3\n{base64.b64encode(bytes(31)).decode()}\n", id="short root"),
        pytest.param(f"o\n3\n{base64.b64encode(bytes(32)).decode()}", id="no last newline"),
        pytest.param(f"o\n3\n{base64.b64encode(bytes(32)).decode()}\n\n", id="empty line"),
    ],
)
def test_malformed_checkpoints(text):
    with pytest.raises(Refusal) as caught:
        points.read_checkpoint(text)
    assert caught.value.findings[0].code == "checkpoint.malformed"


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_names_that_cannot_stand_in_a_note(name):
    with pytest.raises(Refusal):
        note.spell_key(name, PUBLIC)


@pytest.mark.parametrize("index", range(3))
def test_a_proof_file_proves_its_entry_alone(index):
    leaves = [leaf_hash(one) for one in ENTRIES]
    path = merkle.Tree(leaves).inclusion_proof(index)
    raw = proof.LogProof(index=index, path=path, checkpoint=signed(log())).spell()
    read = proof.read_proof(raw)
    assert read.spell() == raw
    assert proof.verify_proof(read, ENTRIES[index], ORIGIN, KEYS) == log()
    with pytest.raises(Refusal):
        proof.verify_proof(read, b"another entry", ORIGIN, KEYS)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda r: r.replace(b"@v1", b"@v2"), id="another version"),
        pytest.param(lambda r: r.replace(b"index 1", b"index 01"), id="leading nought"),
        pytest.param(lambda r: r.replace(b"index 1\n", b""), id="no index"),
        pytest.param(lambda r: r.split(b"\n\n")[0], id="no checkpoint"),
        pytest.param(lambda r: r.replace(b"\n\n", b"\n*\n\n", 1), id="not base64"),
        pytest.param(lambda r: r.replace(b"\n\n", b"\nAAAA" * 64 + b"\n\n", 1), id="too long"),
        pytest.param(lambda _: b"", id="nothing"),
    ],
)
def test_malformed_proof_files(change):
    leaves = [leaf_hash(one) for one in ENTRIES]
    path = merkle.Tree(leaves).inclusion_proof(1)
    raw = proof.LogProof(index=1, path=path, checkpoint=signed(log())).spell()
    with pytest.raises(Refusal) as caught:
        proof.read_proof(change(raw))
    assert caught.value.findings[0].code == "log.proof-malformed"
