"""The papers of exchange v1: envelope, receipt, answer header, acknowledgement, and their seals.

Each paper is canonical JSON (RFC 8785) and travels as base64 beside an Ed25519 seal over exactly
those bytes, spelled ``<key id>:<base64 signature>``. A reader accepts one spelling only: an object
with exactly the paper's members, in canonical form, so that two readers can never disagree about
what was sealed. Times are UTC and end in ``Z``. The JSON Schemas stand in ``schemas/exchange/v1``.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.canonical import canonical
from gateway.domain.finding import Finding, Refusal

VERSION = 1
"""The exchange version every paper carries in ``v``."""

PAPER_BYTES_MAX = 8192
"""Longest canonical JSON a reader looks at."""

HEADER_ENVELOPE = "Fullroute-Envelope"
HEADER_ANSWER = "Fullroute-Answer"
HEADER_SEAL = "Fullroute-Seal"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # in no name, and not every database takes it
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_SEAL = re.compile(r"([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{86}==)")

_ENVELOPE_TEXTS = (
    "id", "type", "movement", "link", "office", "stream", "digest", "media_type", "issued",
)  # fmt: skip
_RECEIPT_TEXTS = ("message", "digest", "link", "office", "received")
_ANSWER_TEXTS = ("id", "link", "office", "digest", "media_type", "issued")
_ACKNOWLEDGEMENT_TEXTS = ("answer", "digest", "link", "received")
_MAY_BE_EMPTY = MappingProxyType({"answer": frozenset({"office"})})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What we say about one message: who gets it, its place in the stream, the digest of its wire.

    ``digest`` is hex SHA-256 of the wire bytes; ``place`` counts from 1 within ``stream``.
    """

    id: str
    type: str
    movement: str
    link: str
    office: str
    stream: str
    place: int
    digest: str
    media_type: str
    issued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an office says: these bytes of this message were stored here at that time."""

    message: str
    digest: str
    link: str
    office: str
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHeader:
    """What a link says about one answer: its own id, who answers, the digest of the body.

    ``office`` may be empty where the administration answers as a whole.
    """

    id: str
    link: str
    office: str
    digest: str
    media_type: str
    issued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReceipt:
    """What we say back about one answer: these bytes were stored here at that time."""

    answer: str
    digest: str
    link: str
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPaper:
    """A paper's canonical bytes with the seal over them."""

    content: bytes
    seal: str


# ------------------------------------------------------------------ papers


def make_envelope(envelope: Envelope) -> bytes:
    """Return the envelope's canonical JSON: the bytes to be sealed."""
    return _canonical(
        {
            "v": VERSION,
            "id": envelope.id,
            "type": envelope.type,
            "movement": envelope.movement,
            "link": envelope.link,
            "office": envelope.office,
            "stream": envelope.stream,
            "place": envelope.place,
            "digest": envelope.digest,
            "media_type": envelope.media_type,
            "issued": spell_time(envelope.issued),
        }
    )


def read_envelope(content: bytes) -> Envelope:
    """Read an envelope.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    paper = _read(content, "envelope", (*_ENVELOPE_TEXTS, "place"))
    texts = _texts(paper, "envelope", _ENVELOPE_TEXTS)
    place = paper["place"]
    if not isinstance(place, int) or isinstance(place, bool) or place < 1:
        raise _malformed("envelope", "place")
    return Envelope(
        id=texts["id"],
        type=texts["type"],
        movement=texts["movement"],
        link=texts["link"],
        office=texts["office"],
        stream=texts["stream"],
        place=place,
        digest=texts["digest"],
        media_type=texts["media_type"],
        issued=_time(texts["issued"], "envelope"),
    )


def make_receipt(receipt: Receipt) -> bytes:
    """Return the receipt's canonical JSON: the bytes a link seals."""
    return _canonical(
        {
            "v": VERSION,
            "message": receipt.message,
            "digest": receipt.digest,
            "link": receipt.link,
            "office": receipt.office,
            "received": spell_time(receipt.received),
        }
    )


def read_receipt(content: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    texts = _texts(_read(content, "receipt", _RECEIPT_TEXTS), "receipt", _RECEIPT_TEXTS)
    return Receipt(
        message=texts["message"],
        digest=texts["digest"],
        link=texts["link"],
        office=texts["office"],
        received=_time(texts["received"], "receipt"),
    )


def make_answer(header: AnswerHeader) -> bytes:
    """Return an answer header's canonical JSON: the bytes a link seals."""
    return _canonical(
        {
            "v": VERSION,
            "id": header.id,
            "link": header.link,
            "office": header.office,
            "digest": header.digest,
            "media_type": header.media_type,
            "issued": spell_time(header.issued),
        }
    )


def read_answer_header(content: bytes) -> AnswerHeader:
    """Read an answer header.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    texts = _texts(_read(content, "answer", _ANSWER_TEXTS), "answer", _ANSWER_TEXTS)
    return AnswerHeader(
        id=texts["id"],
        link=texts["link"],
        office=texts["office"],
        digest=texts["digest"],
        media_type=texts["media_type"],
        issued=_time(texts["issued"], "answer"),
    )


def make_acknowledgement(acknowledgement: AnswerReceipt) -> bytes:
    """Return the canonical JSON with which we acknowledge an answer: the bytes we seal."""
    return _canonical(
        {
            "v": VERSION,
            "answer": acknowledgement.answer,
            "digest": acknowledgement.digest,
            "link": acknowledgement.link,
            "received": spell_time(acknowledgement.received),
        }
    )


def read_acknowledgement(content: bytes) -> AnswerReceipt:
    """Read what we acknowledged an answer with.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    names = _ACKNOWLEDGEMENT_TEXTS
    texts = _texts(_read(content, "acknowledgement", names), "acknowledgement", names)
    return AnswerReceipt(
        answer=texts["answer"],
        digest=texts["digest"],
        link=texts["link"],
        received=_time(texts["received"], "acknowledgement"),
    )


# ------------------------------------------------------------------ replies


def write_reply(name: str, paper: SealedPaper) -> bytes:
    """Return the JSON body ``{"<name>": base64, "seal": ...}``; ``name`` says which paper."""
    return _canonical({name: to_base64(paper.content), "seal": paper.seal})


def read_reply(name: str, body: bytes) -> SealedPaper:
    """Read ``{"<name>": base64, "seal": ...}``; members we do not know are passed over.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    reply = _object(body, name)
    content, seal = reply.get(name), reply.get("seal")
    if not isinstance(content, str) or not isinstance(seal, str):
        raise _malformed(name, "seal" if isinstance(content, str) else name)
    return SealedPaper(content=from_base64(content, name), seal=seal)


def to_base64(content: bytes) -> str:
    """Return standard base64 with padding, as headers and replies carry papers."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: str, name: str) -> bytes:
    """Read standard base64 with padding; ``name`` is told in the finding.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(name, "base64") from error


# ------------------------------------------------------------------ seals


def verify_seal(content: bytes, seal: str, keys: Mapping[str, bytes]) -> str:
    """Check a seal against raw Ed25519 public keys by id and return the id that sealed.

    Raises:
        Refusal: ``seal.malformed``, ``seal.unknown-key`` or ``seal.wrong``.
    """
    if (name := _taken_apart(seal)[0]) not in keys:
        raise Refusal(Finding(code="seal.unknown-key", value=name))
    verify_link_seal(content, seal, keys[name])
    return name


def verify_link_seal(content: bytes, seal: str, *keys: bytes) -> bytes:
    """Return which of a link's keys sealed, whatever id the link gave it.

    Raises:
        Refusal: ``seal.malformed`` or ``seal.wrong``.
    """
    name, signature = _taken_apart(seal)
    held = next((key for key in keys if _holds(content, signature, key)), None)
    if held is None:
        raise Refusal(Finding(code="seal.wrong", value=name))
    return held


def spell_seal(key: str, signature: bytes) -> str:
    """Return ``<key id>:<base64>``."""
    return f"{key}:{to_base64(signature)}"


def _taken_apart(seal: str) -> tuple[str, bytes]:
    found = _SEAL.fullmatch(seal)
    if found is None:
        raise Refusal(Finding(code="seal.malformed", value=seal))
    return found[1], from_base64(found[2], "seal")


def _holds(content: bytes, signature: bytes, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except (InvalidSignature, ValueError):  # ValueError: the key is no Ed25519 point
        return False
    return True


# ------------------------------------------------------------------ one spelling


def spell_time(at: datetime) -> str:
    """Return UTC to the millisecond with ``Z``; ``at`` must be aware."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _canonical(paper: Mapping[str, str | int]) -> bytes:
    return canonical(dict(paper))


def _malformed(name: str, reason: str) -> Refusal:
    return Refusal(
        Finding(code="exchange.malformed", value=name, args=(("paper", name), ("reason", reason)))
    )


def _object(content: bytes, name: str) -> dict[str, object]:
    if len(content) > PAPER_BYTES_MAX:
        raise _malformed(name, "length")
    try:
        paper = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _malformed(name, "JSON") from error
    if not isinstance(paper, dict):
        raise _malformed(name, "object")
    return paper


def _read(content: bytes, name: str, members: tuple[str, ...]) -> dict[str, object]:
    paper = _object(content, name)
    expected = {"v", *members}
    if set(paper) != expected:
        raise _malformed(name, ", ".join(sorted(expected ^ set(paper))))
    if paper["v"] != VERSION or isinstance(paper["v"], bool):
        raise _malformed(name, "v")
    try:
        written = canonical(paper)
    except (ValueError, RecursionError) as error:
        raise _malformed(name, "canonical") from error
    if written != content:
        raise _malformed(name, "canonical")
    return paper


def _texts(paper: Mapping[str, object], name: str, members: tuple[str, ...]) -> dict[str, str]:
    texts = {}
    for member in members:
        value = paper[member]
        empty_allowed = member in _MAY_BE_EMPTY.get(name, frozenset())
        if not isinstance(value, str) or not (value or empty_allowed) or _CONTROL.search(value):
            raise _malformed(name, member)
        texts[member] = value
    if _DIGEST.fullmatch(texts["digest"]) is None:
        raise _malformed(name, "digest")
    return texts


def _time(text: str, name: str) -> datetime:
    if _TIME.fullmatch(text) is None:
        raise _malformed(name, "time")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _malformed(name, "time") from error
