"""Detached CMS signatures (RFC 5652) of one shape: verification.

Definite-length DER, one signer, SHA-256, RSA PKCS#1 v1.5 or ECDSA, signed attributes present and
holding exactly the digest of the content. The certificate comes from the caller, found by issuer
and serial number or by subject key identifier; what the structure carries itself is not trusted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from gateway.domain.finding import Finding, Refusal, Severity

_BYTES_MAX = 200_000
_LONG_TAG = 0x1F
_LONG_LENGTH = 0x80
_LENGTH_BYTES_MAX = 4
_SEQUENCE, _SET, _INTEGER, _OCTETS, _OID = 0x30, 0x31, 0x02, 0x04, 0x06
_CONTEXT_0, _CONTEXT_1, _CONTEXT_0_PLAIN = 0xA0, 0xA1, 0x80

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_DATA = bytes.fromhex("2a864886f70d010701")  # 1.2.840.113549.1.7.1
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")  # 1.2.840.113549.1.9.3
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")  # 1.2.840.113549.1.9.4
_SHA256 = bytes.fromhex("608648016503040201")  # 2.16.840.1.101.3.4.2.1
_RSA = bytes.fromhex("2a864886f70d010101")  # rsaEncryption, as RFC 3370 allows
_RSA_SHA256 = bytes.fromhex("2a864886f70d01010b")
_ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")


def _refusal(code: str, value: str = "") -> Refusal:
    return Refusal(Finding(code=code, severity=Severity.FATAL, value=value))


# ------------------------------------------------------------------ DER


@dataclass(frozen=True, slots=True)
class _Der:
    """One element: its tag, its content and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list["_Der"]:
        """Return the elements inside."""
        return list(_read_all(self.content))


def _read(raw: bytes, start: int) -> tuple[_Der, int]:
    """Read one element; only short tags and definite, minimal lengths, as DER has them."""
    if len(raw) < start + 2 or raw[start] & _LONG_TAG == _LONG_TAG:
        raise _refusal("signature.other-shape", "DER")
    first, begin = raw[start + 1], start + 2
    length = first
    if first & _LONG_LENGTH:
        size = first & ~_LONG_LENGTH
        spelled = raw[begin : begin + size]
        length = int.from_bytes(spelled)
        minimal = length >= _LONG_LENGTH and spelled[:1] != b"\0"
        if not minimal or len(spelled) != size or size > _LENGTH_BYTES_MAX:
            raise _refusal("signature.other-shape", "DER")
        begin += size
    end = begin + length
    if end > len(raw):
        raise _refusal("signature.other-shape", "DER")
    return _Der(raw[start], raw[begin:end], raw[start:end]), end


def _read_all(raw: bytes) -> Iterator[_Der]:
    place = 0
    while place < len(raw):
        element, place = _read(raw, place)
        yield element


class _Walk:
    """Takes elements one after the other, each with the tag it must have."""

    def __init__(self, elements: list[_Der]) -> None:
        self._left = elements

    def take(self, tag: int) -> _Der:
        """Return the next element, which must be there and have that tag."""
        if (found := self.maybe(tag)) is None:
            raise _refusal("signature.other-shape", f"tag {tag:#04x}")
        return found

    def maybe(self, *tags: int) -> _Der | None:
        """Return the next element if it has one of the tags."""
        return self._left.pop(0) if self._left and self._left[0].tag in tags else None

    def end(self) -> None:
        """Nothing may be left."""
        if self._left:
            raise _refusal("signature.other-shape", f"tag {self._left[0].tag:#04x}")


def _only(raw: bytes, tag: int) -> _Walk:
    elements = list(_read_all(raw))
    if len(elements) != 1 or elements[0].tag != tag:
        raise _refusal("signature.other-shape", "DER")
    return _Walk(elements[0].children())


# ------------------------------------------------------------------ SignedData


@dataclass(frozen=True, slots=True)
class _SignerInfo:
    """The parts of a SignerInfo that verification needs."""

    signer: _Der
    digest_algorithm: bytes
    attributes: _Der
    signature_algorithm: bytes
    signature: bytes


def _signer_info(cms: bytes) -> _SignerInfo:
    outer = _only(cms, _SEQUENCE)
    if outer.take(_OID).content != _SIGNED_DATA:
        raise _refusal("signature.other-shape", "contentType")
    data = _only(outer.take(_CONTEXT_0).content, _SEQUENCE)
    outer.end()
    data.take(_INTEGER)
    data.take(_SET)
    inside = data.take(_SEQUENCE).children()
    if len(inside) != 1 or inside[0].content != _DATA:  # detached: no content travels inside
        raise _refusal("signature.other-shape", "encapContentInfo")
    data.maybe(_CONTEXT_0)
    data.maybe(_CONTEXT_1)
    signers = data.take(_SET).children()
    data.end()
    if len(signers) != 1:
        raise _refusal("signature.several", str(len(signers)))
    info = _Walk(signers[0].children())
    info.take(_INTEGER)
    signer = info.maybe(_SEQUENCE, _CONTEXT_0_PLAIN)
    digest = info.take(_SEQUENCE)
    attributes = info.maybe(_CONTEXT_0)
    method = info.take(_SEQUENCE)
    value = info.take(_OCTETS)
    info.maybe(_CONTEXT_1)
    info.end()
    if signer is None or attributes is None:
        raise _refusal("signature.other-shape", "signedAttrs")
    return _SignerInfo(signer, _oid(digest), attributes, _oid(method), value.content)


def _oid(algorithm: _Der) -> bytes:
    return _Walk(algorithm.children()).take(_OID).content


def _attribute(attributes: _Der, wanted: bytes) -> bytes:
    """Return the single value of one signed attribute."""
    found = []
    for attribute in attributes.children():
        parts = _Walk(attribute.children())
        kind, values = parts.take(_OID).content, parts.take(_SET).children()
        if kind == wanted:
            found.extend(values)
    if len(found) != 1:
        raise _refusal("signature.other-shape", "signedAttrs")
    return found[0].content


def verify(content: bytes, cms: bytes, certificates: Sequence[bytes]) -> bytes:
    """Verify a detached CMS over ``content``; return the registered certificate (DER) it rests on.

    Raises:
        Refusal: ``signature.other-shape``, ``.several``, ``.weak-algorithm``,
            ``.unknown-certificate``, ``.content-changed``, ``.wrong-key``.
    """
    if len(cms) > _BYTES_MAX:
        raise _refusal("signature.other-shape", "size")
    info = _signer_info(cms)
    if info.digest_algorithm != _SHA256:
        raise _refusal("signature.weak-algorithm", info.digest_algorithm.hex())
    certificate, found = _registered(info.signer, certificates)
    if _attribute(info.attributes, _CONTENT_TYPE) != _DATA:
        raise _refusal("signature.other-shape", "contentType")
    if _attribute(info.attributes, _MESSAGE_DIGEST) != sha256(content).digest():
        raise _refusal("signature.content-changed")
    # The attributes are signed as a SET OF, not with the tag they travel under (RFC 5652, 5.4).
    signed = bytes([_SET]) + info.attributes.whole[1:]
    _check_signature(found, info, signed)
    return certificate


def _registered(signer: _Der, certificates: Sequence[bytes]) -> tuple[bytes, x509.Certificate]:
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        if _names(signer, certificate):
            return der, certificate
    raise _refusal("signature.unknown-certificate")


def _names(signer: _Der, certificate: x509.Certificate) -> bool:
    if signer.tag == _CONTEXT_0_PLAIN:
        try:
            extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except x509.ExtensionNotFound:
            return False
        return extension.value.digest == signer.content
    parts = _Walk(signer.children())
    issuer, serial = parts.take(_SEQUENCE), parts.take(_INTEGER)
    parts.end()
    number = int.from_bytes(serial.content, signed=True)
    return issuer.whole == certificate.issuer.public_bytes() and (
        number == certificate.serial_number
    )


def _check_signature(certificate: x509.Certificate, info: _SignerInfo, signed: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and info.signature_algorithm in (_RSA, _RSA_SHA256):
            key.verify(info.signature, signed, padding.PKCS1v15(), hashes.SHA256())
        elif (
            isinstance(key, ec.EllipticCurvePublicKey) and info.signature_algorithm == _ECDSA_SHA256
        ):
            key.verify(info.signature, signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise _refusal("signature.weak-algorithm", info.signature_algorithm.hex())
    except InvalidSignature:
        raise _refusal("signature.wrong-key") from None
