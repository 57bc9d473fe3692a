"""Evidence in the spellings that other people's tools read: PEM keys, raw seals, sealed headers."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.audit.canonical import canonical
from gateway.audit.exchange import VERSION, spell_time
from gateway.domain.finding import Finding, Refusal
from gateway.domain.trust import Trust


def fingerprint(certificate: bytes) -> str:
    """Return the hex SHA-256 of a certificate (DER)."""
    return sha256(certificate).hexdigest()


def signing_certificates(trust: Trust, held: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return every certificate (DER) that may have signed for a tenant.

    The keys are the names that signatures carry, ``SCHEME:identifier#`` and the fingerprint.
    ``held`` are the certificates of the gateway's own signers by key name: mandates name those.
    """
    parties = [(one.party, one.certificate) for one in trust.certificates]
    parties += [(one.party, held[one.key]) for one in trust.mandates if one.key in held]
    return {f"{party}#{fingerprint(certificate)}": certificate for party, certificate in parties}


def certificate_pem(certificate: bytes) -> bytes:
    """Return a certificate (DER) as PEM."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def seal_key_pem(key: bytes) -> bytes:
    """Return a raw Ed25519 public key as PEM (SubjectPublicKeyInfo)."""
    public = Ed25519PublicKey.from_public_bytes(key)
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def split_seal(seal: str) -> tuple[str, bytes]:
    """Return key id and raw signature (64 bytes) of a seal ``<key id>:<base64>``."""
    name, _, signature = seal.partition(":")
    return name, base64.b64decode(signature, validate=True)


def answer_header(
    *, answer: str, link: str, office: str, digest: str, media_type: str, issued: str
) -> bytes:
    """Rebuild the header that a link sealed for one answer.

    Its form is canonical, so its members make its bytes; ``issued`` is the text as the link wrote
    it. A member that differs in the least makes other bytes, and the seal does not hold.
    """
    return canonical(
        {
            "v": VERSION,
            "id": answer,
            "link": link,
            "office": office,
            "digest": digest,
            "media_type": media_type,
            "issued": issued,
        }
    )


def handover(*, message: str, digest: str, link: str, office: str, at: datetime) -> bytes:
    """Return our own note that the transport took a message: all there is without a receipt."""
    return canonical(
        {
            "v": VERSION,
            "message": message,
            "digest": digest,
            "link": link,
            "office": office,
            "handed_over": spell_time(at),
        }
    )


def read_handover(content: bytes) -> tuple[str, str, str, str]:
    """Return message, digest, link and office of such a note.

    Raises:
        Refusal: ``exchange.malformed``.
    """
    try:
        paper = json.loads(content)
        told = (paper["message"], paper["digest"], paper["link"], paper["office"])
    except (ValueError, KeyError, TypeError) as error:
        args = (("paper", "handover"), ("reason", type(error).__name__))
        raise Refusal(Finding(code="exchange.malformed", value="handover", args=args)) from error
    return told
