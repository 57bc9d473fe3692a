"""A party's key at work: XML signature values and detached CMS."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)

COORDINATE_BYTES = 32
"""Length of r and of s for P-256."""

PartyKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class FileSigner:
    """One party's key with its certificate; implements :class:`gateway.ports.Signer`."""

    key: str
    certificate: bytes
    valid_from: datetime
    valid_to: datetime
    _private: PartyKey = field(repr=False)
    _loaded: x509.Certificate = field(repr=False)

    @property
    def algorithm(self) -> str:
        """``ecdsa-sha256`` or ``rsa-sha256``."""
        return "rsa-sha256" if isinstance(self._private, rsa.RSAPrivateKey) else "ecdsa-sha256"

    def sign(self, content: bytes) -> bytes:
        """Sign SHA-256 of ``content``; ECDSA as r and s side by side (RFC 4050, section 3.3)."""
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(content, padding.PKCS1v15(), SHA256())
        r, s = decode_dss_signature(self._private.sign(content, ec.ECDSA(SHA256())))
        return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")

    def cms(self, content: bytes) -> bytes:
        """Return a detached CMS SignedData (RFC 5652) over exactly these bytes, DER."""
        builder = PKCS7SignatureBuilder().set_data(content)
        return builder.add_signer(self._loaded, self._private, SHA256()).sign(
            Encoding.DER,
            [
                PKCS7Options.Binary,  # the content is signed as it is, line ends and all
                PKCS7Options.DetachedSignature,
                PKCS7Options.NoCapabilities,
            ],
        )
