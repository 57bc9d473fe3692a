"""Enveloped XML signatures of one shape: XAdES-B (ETSI EN 319 132-1) with inclusive C14N.

We write one shape, byte-stable apart from the signature value. What others signed is verified by
signxml against certificates registered beforehand, and only after its shape was checked: exactly
one ``ds:Signature``, the last child of the root, signing exactly the whole document and its own
``SignedProperties``, with algorithms of a list that holds neither HMAC nor SHA-1. What comes back
is parsed anew from the bytes that were signed, so nothing outside the signature can be read.
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256, sha384, sha512

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.trust import Signer
from gateway.markup import safe
from gateway.markup.plain_signature import (
    ENVELOPED,
    INCLUSIVE,
    MORE,
    SHA256,
    XML,
    base64,
    in_scope,
    plainly_holds,
)
from gateway.markup.tree import XMLDSIG, Element, canonical, copied, serialise

XADES = "http://uri.etsi.org/01903/v1.3.2#"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE_1_1 = "http://www.w3.org/2006/12/xml-c14n11"

_CANONICAL = frozenset({INCLUSIVE, _INCLUSIVE_1_1, _EXCLUSIVE})
_DIGESTS = {
    SHA256: sha256,
    MORE + "sha384": sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": sha512,
}
_METHODS = frozenset(
    {
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
    }
)
_DIGEST_METHODS = frozenset(
    {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}
)

_PREFIXES = {"ds": XMLDSIG, "xades": XADES}
_ANYWHERE = etree.XPath("//ds:Signature", namespaces=_PREFIXES)
_PROPERTIES = etree.XPath(
    "ds:Object/xades:QualifyingProperties[@Target = concat('#', ../../@Id)]"
    "/xades:SignedProperties[@Id]",
    namespaces=_PREFIXES,
)
_CERTIFICATE_DIGEST = etree.XPath(
    "xades:SignedSignatureProperties/xades:SigningCertificateV2/xades:Cert/xades:CertDigest",
    namespaces=_PREFIXES,
)
_EMBEDDED = etree.XPath(
    "string(ds:KeyInfo/ds:X509Data/ds:X509Certificate)",
    namespaces=_PREFIXES,
    smart_strings=False,
)
_PARTS = ("SignedInfo", "SignatureValue", "KeyInfo", "Object")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified signature covers.

    ``element`` is the document without its signature, parsed from the signed bytes;
    ``certificate`` the registered one (DER), ``fingerprint`` its hex SHA-256; ``content`` the
    canonical form (inclusive C14N 1.0) without the signature, by which repeats are recognised.
    """

    element: Element
    certificate: bytes
    fingerprint: str
    content: bytes

    @property
    def stated(self) -> bytes:
        """What any of the allowed forms covers: exclusive C14N, without namespaces nobody uses.

        Where those were not signed others can add some, and ``content`` would be another.
        """
        return canonical(self.element, exclusive=True)


def _refusal(code: str, value: str = "") -> Refusal:
    return Refusal(Finding(code=code, severity=Severity.FATAL, value=value))


# ------------------------------------------------------------------ canonical forms


def unsigned(element: Element) -> bytes:
    """Return the canonical form (inclusive C14N 1.0) of a document without its signature."""
    if len(element) and element[-1].tag == f"{{{XMLDSIG}}}Signature":
        element = copied(element)
        _drop_last(element)
    return canonical(element)


def canonical_unsigned(document: bytes) -> bytes:
    """Return the same for bytes.

    Raises:
        Refusal: ``xml.*``.
    """
    return unsigned(safe.parse(document))


def _drop_last(root: Element) -> None:
    """Remove the last child and keep the text behind it, as the enveloped transform does."""
    last = root[-1]
    if last.tail:
        if len(root) > 1:
            root[-2].tail = (root[-2].tail or "") + last.tail
        else:
            root.text = (root.text or "") + last.tail
    root.remove(last)


# ------------------------------------------------------------------ signing


def sign(document: bytes, signer: Signer, at: datetime) -> bytes:
    """Return ``document`` with an enveloped XAdES-B signature as the last child of its root.

    ``at`` (aware) becomes the signing time, to the second.

    Raises:
        Refusal: ``xml.*``; ``signature.already-signed``; ``signature.root-attribute`` where the
            root carries ``xml:*`` attributes, whose inheritance verifiers treat differently.
    """
    root = safe.parse(document)
    if _ANYWHERE(root.getroottree()):
        raise _refusal("signature.already-signed")
    if any(name.startswith(f"{{{XML}}}") for name in root.attrib):
        raise _refusal("signature.root-attribute")
    content = canonical(root)
    name = "sig-" + sha256(content).hexdigest()[:16]
    spaces = dict(root.nsmap)
    spaces.update(_PREFIXES)
    signature = _ds("Signature", Id=name)
    properties = _signed_properties(name, signer.certificate, at)
    info = _signed_info(name, signer.algorithm, content, in_scope(properties, spaces))
    value = signer.sign(in_scope(info, spaces))
    keys = _ds("KeyInfo")
    _under(_under(keys, "X509Data"), "X509Certificate", text=base64(signer.certificate))
    holder = _ds("Object")
    qualifying = etree.SubElement(
        holder, f"{{{XADES}}}QualifyingProperties", {"Target": "#" + name}, _PREFIXES
    )
    qualifying.append(properties)
    signature.append(info)
    _under(signature, "SignatureValue", text=base64(value))
    signature.extend([keys, holder])
    root.append(signature)
    etree.cleanup_namespaces(signature, keep_ns_prefixes=["ds", "xades"])
    return serialise(root)


def _ds(tag: str, **attributes: str) -> Element:
    return etree.Element(f"{{{XMLDSIG}}}{tag}", attributes, _PREFIXES)


def _under(parent: Element, tag: str, *, text: str = "", **attributes: str) -> Element:
    """Append a child in the parent's own namespace family: ``xades:`` when the tag says so."""
    space, _, local = tag.rpartition(":")
    child = etree.SubElement(parent, f"{{{_PREFIXES[space or 'ds']}}}{local}", attributes)
    child.text = text or None
    return child


def _signed_properties(name: str, certificate: bytes, at: datetime) -> Element:
    properties = etree.Element(
        f"{{{XADES}}}SignedProperties", {"Id": f"{name}-properties"}, _PREFIXES
    )
    about = _under(properties, "xades:SignedSignatureProperties")
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _under(about, "xades:SigningTime", text=moment)
    listed = _under(_under(about, "xades:SigningCertificateV2"), "xades:Cert")
    digest = _under(listed, "xades:CertDigest")
    _digested(digest, certificate)
    objects = _under(properties, "xades:SignedDataObjectProperties")
    form = _under(objects, "xades:DataObjectFormat", ObjectReference=f"#{name}-document")
    _under(form, "xades:MimeType", text="application/xml")
    return properties


def _digested(parent: Element, content: bytes) -> None:
    _under(parent, "DigestMethod", Algorithm=SHA256)
    _under(parent, "DigestValue", text=base64(sha256(content).digest()))


def _signed_info(name: str, algorithm: str, content: bytes, properties: bytes) -> Element:
    info = _ds("SignedInfo")
    _under(info, "CanonicalizationMethod", Algorithm=INCLUSIVE)
    _under(info, "SignatureMethod", Algorithm=MORE + algorithm)
    references = (
        ({"Id": f"{name}-document", "URI": ""}, (ENVELOPED, INCLUSIVE), content),
        (
            {"Type": SIGNED_PROPERTIES, "URI": f"#{name}-properties"},
            (INCLUSIVE,),
            properties,
        ),
    )
    for attributes, transforms, digested in references:
        reference = _under(info, "Reference", **attributes)
        listed = _under(reference, "Transforms")
        for transform in transforms:
            _under(listed, "Transform", Algorithm=transform)
        _digested(reference, digested)
    return info


# ------------------------------------------------------------------ verifying


def verify(document: bytes, certificates: Sequence[bytes]) -> Signed:
    """Verify a signed document against registered certificates (DER).

    Whether a certificate stands (validity, revocation) is the caller's to decide: give only those
    that do.

    Raises:
        Refusal: ``xml.*``; ``signature.missing``, ``.several``, ``.misplaced``, ``.other-shape``,
            ``.weak-algorithm``, ``.unknown-certificate``, ``.wrong-certificate``,
            ``.content-changed``, ``.wrong-key``.
    """
    return verify_parsed(safe.parse(document), certificates)


def verify_parsed(root: Element, certificates: Sequence[bytes]) -> Signed:
    """Verify a document that the closed parser has let in; it is left as it is.

    Raises:
        Refusal: ``signature.*``, as :func:`verify`.
    """
    signature = _only_signature(root)
    properties = _check_shape(signature)
    certificate = _registered(signature, certificates)
    _check_certificate_digest(properties, certificate)
    content = unsigned(root)
    if not plainly_holds(root, signature, properties, certificate, content):
        _check_with_signxml(root, certificate)
    first_line = b"\n" * max((root.sourceline or 1) - 1, 0)  # so that findings keep their lines
    # Text behind the signature joins what stood before it, so it is looked at anew.
    parse = safe.parse if (signature.tail or "").strip() else safe.parse_again
    return Signed(
        element=parse(first_line + content),
        certificate=certificate,
        fingerprint=sha256(certificate).hexdigest(),
        content=content,
    )


def one_of_a_kind(document: bytes) -> int:
    """Return the number that tells one act of signing from every other; 0 for an unsigned document.

    It is the first half of the value: where that is *r* of ECDSA, others can write *s* in a second
    way, and nobody can change *r*. White space and whatever else is not signed count for nothing.

    Raises:
        Refusal: ``xml.*``.
    """
    root = safe.parse(document)
    value = root.findtext(f"{{{XMLDSIG}}}Signature/{{{XMLDSIG}}}SignatureValue") or ""
    raw = b64decode("".join(value.split()))
    return int.from_bytes(raw[: len(raw) // 2])


def _only_signature(root: Element) -> Element:
    found = _ANYWHERE(root.getroottree())
    if not found:
        raise _refusal("signature.missing")
    if len(found) > 1:
        raise _refusal("signature.several", str(len(found)))
    signature: Element = found[0]
    if signature.getparent() is not root or signature.getnext() is not None:
        raise _refusal("signature.misplaced")
    return signature


def _check_shape(signature: Element) -> Element:
    """Check every choice the signature could make before any of it is followed."""
    parts = [etree.QName(child).localname for child in signature]
    if not {*parts} <= {*_PARTS} or len({*parts}) != len(parts):
        raise _refusal("signature.other-shape", ", ".join(parts)[:80])
    info = signature.find(f"{{{XMLDSIG}}}SignedInfo")
    properties: list[Element] = _PROPERTIES(signature)
    if info is None or len(properties) != 1:
        raise _refusal("signature.other-shape", "SignedProperties")
    if [etree.QName(child).localname for child in info] != [
        "CanonicalizationMethod",
        "SignatureMethod",
        "Reference",
        "Reference",
    ]:
        raise _refusal("signature.other-shape", "SignedInfo")
    _check_algorithm(info[0], _CANONICAL)
    _check_algorithm(info[1], frozenset(method.value for method in _METHODS))
    target = "#" + properties[0].get("Id", "")
    references = {reference.get("URI"): reference for reference in info[2:]}
    if set(references) != {"", target} or references[target].get("Type") != SIGNED_PROPERTIES:
        raise _refusal("signature.other-shape", "Reference")
    _check_reference(references[""], enveloped=True)
    _check_reference(references[target], enveloped=False)
    return properties[0]


def _check_algorithm(node: Element, allowed: frozenset[str]) -> None:
    """Refuse what is not listed, or takes parameters (XPath filters, prefix lists)."""
    if node.get("Algorithm") not in allowed or len(node):
        raise _refusal("signature.weak-algorithm", node.get("Algorithm", ""))


def _check_reference(reference: Element, *, enveloped: bool) -> None:
    transforms = reference.findall(f"{{{XMLDSIG}}}Transforms/{{{XMLDSIG}}}Transform")
    if enveloped:
        if not transforms or transforms[0].get("Algorithm") != ENVELOPED or len(transforms[0]):
            raise _refusal("signature.other-shape", "Transform")
        transforms = transforms[1:]
    if len(transforms) != 1:  # explicit: verifiers disagree about the default
        raise _refusal("signature.other-shape", "Transform")
    _check_algorithm(transforms[0], _CANONICAL)
    method = reference.find(f"{{{XMLDSIG}}}DigestMethod")
    if method is None:
        raise _refusal("signature.other-shape", "DigestMethod")
    _check_algorithm(method, frozenset(_DIGESTS))


def _registered(signature: Element, certificates: Sequence[bytes]) -> bytes:
    """Return the registered certificate that the signature carries; the carried one is a hint."""
    try:
        embedded = b64decode("".join(_EMBEDDED(signature).split()), validate=True)
    except (binascii.Error, ValueError):
        raise _refusal("signature.other-shape", "X509Certificate") from None
    if not embedded:
        raise _refusal("signature.other-shape", "X509Certificate")
    if embedded not in certificates:
        raise _refusal("signature.unknown-certificate", sha256(embedded).hexdigest())
    return embedded


def _check_certificate_digest(properties: Element, certificate: bytes) -> None:
    """Compare the certificate with the one the signed properties name (XAdES, 5.2.2)."""
    for named in _CERTIFICATE_DIGEST(properties)[:1]:
        method = named.find(f"{{{XMLDSIG}}}DigestMethod")
        value = named.findtext(f"{{{XMLDSIG}}}DigestValue") or ""
        function = _DIGESTS.get(method.get("Algorithm", "") if method is not None else "")
        if function is not None and value.strip() == base64(function(certificate).digest()):
            return
    raise _refusal("signature.wrong-certificate", sha256(certificate).hexdigest())


def _check_with_signxml(root: Element, certificate: bytes) -> None:
    pinned = x509.load_der_x509_certificate(certificate)
    config = SignatureConfiguration(
        location="./",
        expect_references=2,
        signature_methods=_METHODS,
        digest_algorithms=_DIGEST_METHODS,
        # Validity is judged by the caller, at the time that counts for it, not by a clock here.
        verification_time=pinned.not_valid_before_utc,
    )
    try:
        XMLVerifier().verify(
            copied(root), x509_cert=pinned, expect_config=config, validate_schema=False
        )
    except InvalidDigest:
        raise _refusal("signature.content-changed") from None
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError):
        raise _refusal("signature.wrong-key") from None
