"""Papers of exchange v1: one spelling, seals that hold, and the schemas that describe them."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.exchange import (
    AnswerHeader,
    AnswerReceipt,
    Envelope,
    Receipt,
    SealedPaper,
    make_acknowledgement,
    make_answer,
    make_envelope,
    make_receipt,
    read_acknowledgement,
    read_answer_header,
    read_envelope,
    read_receipt,
    read_reply,
    spell_seal,
    verify_link_seal,
    verify_seal,
    write_reply,
)
from gateway.domain.finding import Refusal

AT = datetime(2026, 11, 23, 1, 0, 5, 123000, tzinfo=UTC)
DIGEST = "ab" * 32
SCHEMAS = Path(__file__).parents[2] / "schemas" / "exchange" / "v1"

ENVELOPE = Envelope(
    id="msg_1",
    type="MT2401",
    movement="26CN4F7KQ2M8ZT1XJ3",
    link="lnk_cn",
    office="CN00X001",
    stream="26CN4F7KQ2M8ZT1XJ3/CN00X001",
    place=1,
    digest=DIGEST,
    media_type="application/xml",
    issued=AT,
)
RECEIPT = Receipt(message="msg_1", digest=DIGEST, link="lnk_cn", office="CN00X001", received=AT)
ANSWER = AnswerHeader(
    id="ans_1",
    link="lnk_cn",
    office="",
    digest=DIGEST,
    media_type="application/xml",
    issued=AT,
)
ACKNOWLEDGEMENT = AnswerReceipt(answer="ans_1", digest=DIGEST, link="lnk_cn", received=AT)

PAPERS = {
    "envelope": (make_envelope, read_envelope, ENVELOPE),
    "receipt": (make_receipt, read_receipt, RECEIPT),
    "answer": (make_answer, read_answer_header, ANSWER),
    "acknowledgement": (make_acknowledgement, read_acknowledgement, ACKNOWLEDGEMENT),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_reads_as_it_was_written(name: str) -> None:
    make, read, paper = PAPERS[name]
    content = make(paper)
    assert read(content) == paper
    assert rfc8785.dumps(json.loads(content)) == content


@pytest.mark.parametrize("name", PAPERS)
def test_the_schema_names_exactly_the_members(name: str) -> None:
    make, _, paper = PAPERS[name]
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    members = set(json.loads(make(paper)))
    assert members == set(schema["properties"]) == set(schema["required"])


SPOILT = {
    "no JSON": b"{",
    "no object": b"[]",
    "deep": b"[" * 5000,
    "long": b'"' + b"a" * 9000 + b'"',
    "blanks": make_envelope(ENVELOPE).replace(b",", b", "),
    "a member more": make_envelope(ENVELOPE).replace(b'"v":1', b'"v":1,"w":1'),
    "a member less": make_envelope(ENVELOPE).replace(b',"v":1', b""),
    "a member twice": make_envelope(ENVELOPE).replace(b'"v":1', b'"v":1,"v":1'),
    "another version": make_envelope(ENVELOPE).replace(b'"v":1', b'"v":2'),
    "version true": make_envelope(ENVELOPE).replace(b'"v":1', b'"v":true'),
    "version 1.0": make_envelope(ENVELOPE).replace(b'"v":1', b'"v":1.0'),
    "place nought": make_envelope(ENVELOPE).replace(b'"place":1', b'"place":0'),
    "place true": make_envelope(ENVELOPE).replace(b'"place":1', b'"place":true'),
    "place as text": make_envelope(ENVELOPE).replace(b'"place":1', b'"place":"1"'),
    "place without bounds": make_envelope(ENVELOPE).replace(b'"place":1', b'"place":1e400'),
    "an empty id": make_envelope(ENVELOPE).replace(b'"msg_1"', b'""'),
    "a control in a name": make_envelope(ENVELOPE).replace(b"msg_1", b"msg\\u0000"),
    "a number for text": make_envelope(ENVELOPE).replace(b'"MT2401"', b"2401"),
    "digest in capitals": make_envelope(ENVELOPE).replace(b"abab", b"ABAB"),
    "digest too short": make_envelope(ENVELOPE).replace(b"abab", b""),
    "local time": make_envelope(ENVELOPE).replace(b".123Z", b"+08:00"),
    "no such day": make_envelope(ENVELOPE).replace(b"2026-11-23", b"2026-11-31"),
    "no UTF-8": make_envelope(ENVELOPE).replace(b"MT2401", b"\xff"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_another_spelling_is_refused(name: str) -> None:
    assert SPOILT[name] != make_envelope(ENVELOPE)
    with pytest.raises(Refusal) as refused:
        read_envelope(SPOILT[name])
    assert refused.value.findings[0].code == "exchange.malformed"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for read in (read_envelope, read_receipt, read_answer_header, read_acknowledgement):
        with pytest.raises(Refusal):
            read(content)


KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)  # test names show seals: keep them
OTHER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
GOOD = spell_seal("seal-1", KEY.sign(b"content"))


def test_a_good_seal_names_its_key() -> None:
    assert verify_seal(b"content", GOOD, {"seal-1": PUBLIC}) == "seal-1"
    assert verify_link_seal(b"content", GOOD, b"o" * 32, PUBLIC) == PUBLIC


@pytest.mark.parametrize(
    ("name", "content", "seal", "keys", "code"),
    [
        ("other bytes", b"Content", GOOD, {"seal-1": PUBLIC}, "seal.wrong"),
        (
            "another key",
            b"content",
            spell_seal("seal-1", OTHER.sign(b"content")),
            {"seal-1": PUBLIC},
            "seal.wrong",
        ),
        ("an unknown key", b"content", GOOD, {"seal-2": PUBLIC}, "seal.unknown-key"),
        ("no key", b"content", GOOD, {}, "seal.unknown-key"),
        ("a key that is none", b"content", GOOD, {"seal-1": b"short"}, "seal.wrong"),
        ("empty", b"content", "", {"seal-1": PUBLIC}, "seal.malformed"),
        ("no id", b"content", GOOD.partition(":")[2], {"seal-1": PUBLIC}, "seal.malformed"),
        ("two seals", b"content", f"{GOOD},{GOOD}", {"seal-1": PUBLIC}, "seal.malformed"),
        ("blanks", b"content", f" {GOOD}", {"seal-1": PUBLIC}, "seal.malformed"),
        ("a short signature", b"content", "seal-1:AAAA", {"seal-1": PUBLIC}, "seal.malformed"),
    ],
)
def test_a_seal_that_does_not_hold(
    name: str, content: bytes, seal: str, keys: dict[str, bytes], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        verify_seal(content, seal, keys)
    assert refused.value.findings[0].code == code, name


def test_a_reply_reads_as_it_was_written() -> None:
    paper = SealedPaper(content=make_receipt(RECEIPT), seal=GOOD)
    assert read_reply("receipt", write_reply("receipt", paper)) == paper


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"receipt":1,"seal":"x"}',
        b'{"receipt":"AA=="}',
        b'{"receipt":"A","seal":"x"}',
        json.dumps({"receipt": base64.b64encode(b"x").decode() + "\n", "seal": "x"}).encode(),
    ],
)
def test_what_is_no_reply(body: bytes) -> None:
    with pytest.raises(Refusal):
        read_reply("receipt", body)
