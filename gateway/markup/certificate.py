"""X.509 certificates of parties: reading one, and what we accept."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.domain.errors import Refused
from gateway.domain.finding import Finding

RSA_BITS_MIN = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate with its validity (aware UTC) and subject (RFC 4514)."""

    der: bytes
    subject: str
    valid_from: datetime
    valid_to: datetime


def read_certificate(raw: bytes) -> Certificate:
    """Read PEM or DER; only P-256 and RSA keys of at least 2048 bits are accepted.

    Raises:
        Refused: ``certificate.unreadable`` or ``certificate.weak-key``.
    """
    try:
        pem = raw.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_certificate(raw) if pem else x509.load_der_x509_certificate(raw)
        key = found.public_key()
    except ValueError as error:
        raise Refused(Finding(code="certificate.unreadable")) from error
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS_MIN) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    )
    if not strong:
        raise Refused(Finding(code="certificate.weak-key", value=type(key).__name__))
    return Certificate(
        der=found.public_bytes(Encoding.DER),
        subject=found.subject.rfc4514_string(),
        valid_from=found.not_valid_before_utc,
        valid_to=found.not_valid_after_utc,
    )
