import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.audit import entry as log
from gateway.domain.finding import Refusal

AT = datetime(2026, 11, 23, 1, 0, 5, 120, tzinfo=UTC)
SALT = bytes(range(16))
DIGEST = hashlib.sha256(b"<Declaration/>").hexdigest()


def made(**changes: object) -> log.Entry:
    given: dict[str, object] = {
        "movement": "26CN4F7KQ2M8T0XYJ3",
        "link": "lnk_hq",
        "facts": {"office": "CN008001", "place": 1, "stops": ("CN008001", "VN0015BB")},
        "bodies": [("wire", SALT, DIGEST)],
        "versions": {"gateway": "0.1.0", "packs": {"CN": "ab" * 32}},
    }
    return log.make_entry(log.EntryKind.SENT, AT, "acme", **{**given, **changes})


def test_the_bytes_are_canonical_json_with_sorted_members():
    content = made().content
    document = json.loads(content)
    assert list(document) == sorted(document)
    assert document["at"] == "2026-11-23T01:00:05.000120Z"
    assert content == json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def test_the_leaf_is_the_rfc_6962_hash():
    entry = made()
    assert entry.leaf == hashlib.sha256(b"\0" + entry.content).digest()


def test_a_commitment_hides_the_digest_behind_the_salt():
    (body,) = json.loads(made().content)["bodies"]
    assert body == {
        "role": "wire",
        "commitment": hashlib.sha256(SALT + bytes.fromhex(DIGEST)).hexdigest(),
    }
    assert DIGEST.encode() not in made().content


def test_reading_returns_what_was_written():
    view = log.read_entry(made().content)
    assert (view.kind, view.at, view.tenant) == (log.EntryKind.SENT, AT, "acme")
    assert view.facts == {"office": "CN008001", "place": 1, "stops": ["CN008001", "VN0015BB"]}
    assert view.bodies == (("wire", log.commitment(SALT, DIGEST)),)
    assert view.commits_to(log.commitment(SALT, DIGEST))
    assert not view.commits_to(DIGEST)
    assert view.versions == {"gateway": "0.1.0", "packs": {"CN": "ab" * 32}}


def test_the_same_moment_in_another_zone_is_the_same_entry():
    there = AT.astimezone(timezone(timedelta(hours=8)))
    assert log.make_entry(log.EntryKind.SETUP, AT, "a") == log.make_entry(
        log.EntryKind.SETUP, there, "a"
    )


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param({"mass": 1.5}, id="fraction"),
        pytest.param({"at": AT}, id="time"),
        pytest.param({"raw": b"x"}, id="bytes"),
        pytest.param({"big": 2**60}, id="beyond the integers of JSON"),
        pytest.param({"long": "x" * log.ENTRY_BYTES_MAX}, id="too long"),
    ],
)
def test_what_cannot_be_written_is_refused(fact):
    with pytest.raises(ValueError, match=r"entry|exceeds|bounds|range"):
        made(facts=fact)


def test_a_time_without_offset_is_refused():
    with pytest.raises(ValueError, match="aware"):
        log.make_entry(log.EntryKind.SETUP, AT.replace(tzinfo=None), "acme")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda raw: raw.replace(b'"v":1', b'"v":2'), id="another version"),
        pytest.param(lambda raw: raw.replace(b'"v":1', b'"v": 1'), id="a space"),
        pytest.param(lambda raw: raw.replace(b'"sent"', b'"mailed"'), id="unknown kind"),
        pytest.param(lambda raw: raw.replace(b"000120Z", b"00012Z"), id="another time form"),
        pytest.param(lambda raw: raw.replace(b'"acme"', b"7"), id="number for text"),
        pytest.param(lambda raw: raw.replace(b'"tenant":"acme",', b""), id="member missing"),
        pytest.param(lambda raw: raw[:-1], id="cut"),
        pytest.param(lambda _: b"[]", id="no object"),
        pytest.param(lambda _: b"\xff", id="no text"),
        pytest.param(lambda _: b"[" * 100_000, id="deep"),
    ],
)
def test_bytes_that_are_no_entry_are_refused(change):
    with pytest.raises(Refusal) as caught:
        log.read_entry(change(made().content))
    assert [finding.code for finding in caught.value.findings] == ["log.entry-malformed"]
