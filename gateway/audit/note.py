"""Signed notes (C2SP ``signed-note``): a text and, after an empty line, Ed25519 signature lines.

    fullroute.example/log
    3
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — fullroute.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZ...

A signature covers the text with its last newline. A signature line holds the key's name and, in
base64, four bytes of key id followed by the signature; the id is the start of SHA-256 over the
name, a newline, the byte 0x01 (Ed25519) and the 32 bytes of the public key.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.domain.finding import Finding, Refusal

NOTE_BYTES_MAX = 65_536
SIGNATURES_MAX = 16

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name, its 4-byte id, and the bytes after it."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text (ending in a newline) and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def spell(self) -> bytes:
        """Return the note's bytes."""
        lines = (
            f"{_DASH}{one.name} {base64.b64encode(one.key_id + one.signature).decode()}\n"
            for one in self.signatures
        )
        return (self.text + "\n" + "".join(lines)).encode()


def key_id(name: str, key: bytes) -> bytes:
    """Return the id of an Ed25519 key (raw 32 bytes) under ``name``."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key).digest()[:_ID_BYTES]


def spell_key(name: str, key: bytes) -> str:
    """Return the verifier key as people hand it on: name, id and key, joined by plus signs."""
    encoded = base64.b64encode(_ED25519 + key).decode()
    return f"{_name(name)}+{key_id(name, key).hex()}+{encoded}"


def sign_note(text: str, signatures: Iterable[tuple[str, bytes, bytes]]) -> SignedNote:
    """Put ``signatures``, each (key name, raw public key, Ed25519 over the text), under ``text``.

    Raises:
        Refusal: ``note.malformed``: the text or a name cannot stand in a note.
    """
    signed = tuple(
        NoteSignature(_name(name), key_id(name, key), signature)
        for name, key, signature in signatures
    )
    return SignedNote(_text(text), signed)


def read_note(raw: bytes) -> SignedNote:
    """Read a note without checking its signatures.

    Raises:
        Refusal: ``note.malformed``.
    """
    if len(raw) > NOTE_BYTES_MAX:
        raise _malformed("it is too long")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as bad:
        raise _malformed("it is not UTF-8") from bad
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise _malformed("it has no signature lines")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise _malformed("it has too many signatures")
    return SignedNote(_text(text + "\n"), tuple(_signature(line) for line in lines))


def verify_note(note: SignedNote, keys: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the names of the known keys that signed; ``keys`` are raw Ed25519 keys by name.

    Lines of unknown keys are passed over, as the format demands; a wrong signature by a known key
    spoils the note.

    Raises:
        Refusal: ``note.wrong-signature``, or ``note.unknown-key`` when no known key signed.
    """
    names: list[str] = []
    for one in note.signatures:
        key = keys.get(one.name)
        if key is None or key_id(one.name, key) != one.key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(one.signature, note.text.encode())
        except (InvalidSignature, ValueError) as wrong:
            raise Refusal(Finding(code="note.wrong-signature", value=one.name)) from wrong
        names.append(one.name)
    if not names:
        raise Refusal(Finding(code="note.unknown-key"))
    return tuple(dict.fromkeys(names))


def _signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        packed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as bad:
        raise _malformed("a signature is not base64") from bad
    if not line.startswith(_DASH) or not space or len(packed) <= _ID_BYTES:
        raise _malformed("a signature line is not spelled as the format demands")
    return NoteSignature(_name(name), packed[:_ID_BYTES], packed[_ID_BYTES:])


def _name(name: str) -> str:
    if not name or "+" in name or any(one.isspace() for one in name):
        raise _malformed("a key name is empty or holds a space or a plus sign")
    return name


def _text(text: str) -> str:
    if not text.endswith("\n") or any(one < " " and one != "\n" for one in text):
        raise _malformed("its text does not end in a newline, or holds control characters")
    return text


def _malformed(reason: str) -> Refusal:
    return Refusal(Finding(code="note.malformed", args=(("reason", reason),)))
