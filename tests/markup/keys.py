"""Keys and signers for tests: real ones, made once per run, valid for the years of the examples."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from lxml import etree

from gateway.markup import signature

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2030, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 23, 1, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class TestSigner:
    """Implements domain.trust.Signer with a key in memory."""

    __test__ = False

    key: str
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: bytes
    algorithm: str

    def sign(self, content: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(content, padding.PKCS1v15(), hashes.SHA256())
        der = self.private.sign(content, ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32) + s.to_bytes(32)

    def cms(self, content: bytes) -> bytes:
        certificate = x509.load_der_x509_certificate(self.certificate)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(certificate, self.private, hashes.SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)


@cache
def make_signer(name: str, kind: str = "ec") -> TestSigner:
    """Return a signer with a self-signed certificate; the same for the same name and kind."""
    private = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        .sign(private, hashes.SHA256())
    )
    algorithm = "ecdsa-sha256" if kind == "ec" else "rsa-sha256"
    return TestSigner(name, private, certificate.public_bytes(Encoding.DER), algorithm)


def signed_exclusively(document: bytes, signer, at: datetime) -> bytes:
    """Return a document signed in our shape but by exclusive C14N throughout, as others may."""
    inclusive = b"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    raw = signature.sign(document, signer, at)
    root = etree.fromstring(raw.replace(inclusive, b"http://www.w3.org/2001/10/xml-exc-c14n#"))
    block = root[-1]
    info, properties = block[0], next(block.iter(f"{{{signature.XADES}}}SignedProperties"))
    parts = {"": signature_left_out(root), "#" + properties.get("Id"): _exclusive(properties)}
    for reference in info[2:]:
        digest = sha256(parts[reference.get("URI")]).digest()
        reference.find("{*}DigestValue").text = b64encode(digest).decode()
    block.find("{*}SignatureValue").text = b64encode(signer.sign(_exclusive(info))).decode()
    return etree.tostring(root)


def signature_left_out(root) -> bytes:
    """Return what a signature over a whole document covers, by exclusive C14N."""
    twin = etree.fromstring(etree.tostring(root))
    twin.remove(twin[-1])
    return _exclusive(twin)


def _exclusive(node) -> bytes:
    twin = etree.fromstring(etree.tostring(node, with_tail=False))
    return etree.tostring(twin, method="c14n", exclusive=True)
