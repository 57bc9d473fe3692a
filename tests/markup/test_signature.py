"""Enveloped signatures: what we write verifies elsewhere, what is not ours to trust is refused."""

import re
import shutil
import subprocess
from base64 import b64encode

import pytest
import signxml
import signxml.xades
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.domain.finding import Refusal
from gateway.markup import safe, signature
from gateway.markup.plain_signature import plainly_holds
from tests.markup.keys import AT, make_signer, signed_exclusively

DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Declaration xmlns="urn:fullroute:declaration:1" xmlns:x="urn:x">\n'
    "  <ID>CQ-2026-000117</ID>\n  <Name lang='zh'>重庆 &amp; \"x\"</Name>\n</Declaration>"
).encode()

KINDS = ("ec", "rsa")
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def code(raw, *certificates):
    with pytest.raises(Refusal) as caught:
        signature.verify(raw, certificates)
    return caught.value.findings[0].code


def pem(signer):
    return x509.load_der_x509_certificate(signer.certificate).public_bytes(Encoding.PEM)


@pytest.fixture(params=KINDS)
def signer(request):
    return make_signer("exporter", request.param)


def test_what_is_signed_comes_back_without_the_signature(signer):
    signed = signature.sign(DOCUMENT, signer, AT)
    other = make_signer("somebody", "ec")
    result = signature.verify(signed, [other.certificate, signer.certificate])
    assert result.certificate == signer.certificate
    assert result.content == signature.canonical_unsigned(DOCUMENT)
    assert etree.tostring(result.element, method="c14n") == result.content
    assert [child.sourceline for child in result.element] == [3, 4]


def test_the_same_input_gives_the_same_bytes_but_for_the_value(signer):
    first, second = (signature.sign(DOCUMENT, signer, AT) for _ in range(2))
    value = re.compile(rb"<ds:SignatureValue>.*?</ds:SignatureValue>", re.DOTALL)
    assert value.sub(b"", first) == value.sub(b"", second)
    if signer.algorithm == "rsa-sha256":
        assert first == second


def test_signing_changes_nothing_outside_the_signature(signer):
    signed = signature.sign(DOCUMENT, signer, AT)
    block = re.compile(rb"<ds:Signature .*</ds:Signature>", re.DOTALL)
    body = block.sub(b"", signed)
    assert signature.canonical_unsigned(body) == signature.canonical_unsigned(DOCUMENT)


def test_repeats_are_recognised_whoever_signed_and_however_it_is_spelled(signer):
    spelled = DOCUMENT.replace(b"lang='zh'", b'lang = "zh"').replace("重".encode(), b"&#x91cd;")
    assert spelled != DOCUMENT
    other = make_signer("other")
    contents = {
        signature.verify(signature.sign(raw, one, AT), [one.certificate]).content
        for raw in (DOCUMENT, spelled)
        for one in (signer, other)
    }
    assert len(contents) == 1


@settings(max_examples=40, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Mn", "Lm", "Sk")),
        max_size=60,
    )
)
def test_any_text_survives(text):
    root = etree.Element("{urn:a}A", nsmap={None: "urn:a", "b": "urn:b"})
    etree.SubElement(root, "{urn:b}B", {"c": text}).text = text
    raw = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    try:
        safe.parse(raw)
    except Refusal:
        return  # not normalised: refused before anything is signed
    one = make_signer("property")
    result = signature.verify(signature.sign(raw, one, AT), [one.certificate])
    assert (text, text) == (result.element[0].get("c"), result.element[0].text or "")


def test_signxml_is_of_the_same_opinion(signer):
    signed = signature.sign(DOCUMENT, signer, AT)
    config = signxml.xades.XAdESSignatureConfiguration(expect_references=2, verification_time=AT)
    verifier = signxml.xades.XAdESVerifier()
    results = verifier.verify(signed, x509_cert=pem(signer).decode(), expect_config=config)
    assert len(results) == 2


def test_what_we_sign_is_of_the_plain_kind(signer):
    """It needs no second opinion; one changed letter anywhere and it does not hold."""
    signed = signature.sign(DOCUMENT, signer, AT)
    for old, new, expected in (
        (b"", b"", True),
        (b"CQ-2026", b"CQ-2027", False),
        (b"application/xml", b"application/xmm", False),
    ):
        root = safe.parse(signed.replace(old, new) if old else signed)
        found = root.find(f"{DS}Signature")
        properties = next(found.iter("{http://uri.etsi.org/01903/v1.3.2#}SignedProperties"))
        content = signature.unsigned(root)
        given = (root, found, properties, signer.certificate, content)
        assert plainly_holds(*given) is expected, old


def test_a_namespace_that_nobody_signed_makes_no_other_statement(signer):
    """Exclusive C14N leaves out what nobody uses, so whoever passes a document on can add some."""
    signed = signed_exclusively(DOCUMENT, signer, AT)
    added = signed.replace(b"<Declaration ", b'<Declaration xmlns:more="urn:more" ', 1)
    one, other = (signature.verify(raw, [signer.certificate]) for raw in (signed, added))
    assert one.content != other.content
    assert one.stated == other.stated
    assert signature.one_of_a_kind(signed) == signature.one_of_a_kind(added) != 0


def test_a_third_reference_is_another_shape(signer):
    """What signxml writes also signs its KeyInfo: refused by name, not by a failing digest."""
    certificate = x509.load_der_x509_certificate(signer.certificate)
    method = {
        "ecdsa-sha256": signxml.SignatureMethod.ECDSA_SHA256,
        "rsa-sha256": signxml.SignatureMethod.RSA_SHA256,
    }[signer.algorithm]
    writer = signxml.xades.XAdESSigner(
        signature_algorithm=method,
        c14n_algorithm=signxml.CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    signed = writer.sign(etree.fromstring(DOCUMENT), key=signer.private, cert=[certificate])
    assert code(etree.tostring(signed), signer.certificate) == "signature.other-shape"


def blank(raw):
    """Return our shape as a template: what a signing tool fills in is empty."""
    raw = re.sub(rb"<ds:SignatureValue>[^<]*<", b"<ds:SignatureValue><", raw)
    head, info, rest = raw.partition(b"</ds:SignedInfo>")
    return re.sub(rb"<ds:DigestValue>[^<]*<", b"<ds:DigestValue><", head) + info + rest


@pytest.mark.full
def test_what_xmlsec1_signs_in_our_shape_is_accepted(signer, tmp_path):
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    key = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "template.xml").write_bytes(blank(signature.sign(DOCUMENT, signer, AT)))
    command = ["xmlsec1", "--sign", "--privkey-pem", str(tmp_path / "key.pem")]
    command += ["--id-attr:Id", signature.XADES + ":SignedProperties"]
    command += ["--output", str(tmp_path / "signed.xml"), str(tmp_path / "template.xml")]
    subprocess.run(command, check=True, capture_output=True)
    signed = (tmp_path / "signed.xml").read_bytes()
    assert signature.verify(signed, [signer.certificate]).certificate == signer.certificate


@pytest.mark.full
def test_xmlsec1_is_of_the_same_opinion(signer, tmp_path):
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    signed = signature.sign(DOCUMENT, signer, AT)
    (tmp_path / "signed.xml").write_bytes(signed)
    (tmp_path / "bad.xml").write_bytes(signed.replace(b"000117", b"000118"))
    (tmp_path / "certificate.pem").write_bytes(pem(signer))
    command = ["xmlsec1", "--verify", "--trusted-pem", str(tmp_path / "certificate.pem")]
    command += ["--id-attr:Id", signature.XADES + ":SignedProperties"]
    good = subprocess.run(
        [*command, str(tmp_path / "signed.xml")], capture_output=True, check=False
    )
    bad = subprocess.run([*command, str(tmp_path / "bad.xml")], capture_output=True, check=False)
    assert good.returncode == 0
    assert b"2/2" in good.stderr
    assert bad.returncode != 0


# ------------------------------------------------------------------ refusals


def changed(old, new):
    return lambda raw: raw.replace(old, new, 1)


def moved_up(raw):
    """Signature wrapping: an evil root around the genuine document."""
    body = raw.split(b"?>", 1)[1].strip()
    return (
        b'<Declaration xmlns="urn:fullroute:declaration:1"><ID>EVIL</ID>'
        + body
        + (b"</Declaration>")
    )


def lifted(raw):
    """The signature beside the genuine document, below an evil root."""
    block = re.search(rb"<ds:Signature .*</ds:Signature>", raw, re.DOTALL).group()
    body = raw.split(b"?>", 1)[1].strip().replace(block, b"")
    root = b'<Declaration xmlns="urn:fullroute:declaration:1" xmlns:x="urn:x">'
    return root + body + block + b"</Declaration>"


def twice(raw):
    block = re.search(rb"<ds:Signature .*</ds:Signature>", raw, re.DOTALL).group()
    other = re.sub(rb'"(#?)sig-', rb'"\1two-', block)
    return raw.replace(block, block + other)


def first(raw):
    block = re.search(rb"<ds:Signature .*</ds:Signature>", raw, re.DOTALL).group()
    return raw.replace(block, b"").replace(b"\n  <ID>", block + b"\n  <ID>", 1)


def hmac(raw):
    return re.sub(rb"xmldsig-more#(ecdsa|rsa)-sha256", b"xmldsig-more#hmac-sha256", raw)


def without(pattern):
    return lambda raw: re.sub(pattern, b"", raw, count=1, flags=re.DOTALL)


REFUSED = {
    "unsigned": (lambda _: DOCUMENT, "signature.missing"),
    "content changed": (changed(b"000117", b"000118"), "signature.content-changed"),
    "attribute changed": (changed(b'"zh"', b'"en"'), "signature.content-changed"),
    "element added": (changed(b"<ID>", b"<ID/><ID>"), "signature.content-changed"),
    "signing time changed": (changed(b"2026-11-23T", b"2026-11-24T"), "signature.content-changed"),
    "value changed": (
        lambda raw: re.sub(
            rb"(<ds:SignatureValue>)(..)", lambda m: m[1] + b64encode(b"\xff")[:2], raw
        ),
        "signature.wrong-key",
    ),
    "empty value": (without(rb"(?<=<ds:SignatureValue>).*?(?=</ds:Sig)"), "signature.wrong-key"),
    "wrapped in an evil root": (moved_up, "signature.misplaced"),
    "lifted beside the document": (lifted, "signature.content-changed"),
    "signature first": (first, "signature.misplaced"),
    "signed twice": (twice, "signature.several"),
    "method is HMAC": (hmac, "signature.weak-algorithm"),
    "digest is SHA-1": (
        lambda raw: raw.replace(
            b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1"
        ),
        "signature.weak-algorithm",
    ),
    "canonicalisation with comments": (
        changed(b"REC-xml-c14n-20010315", b"REC-xml-c14n-20010315#WithComments"),
        "signature.weak-algorithm",
    ),
    "XPath transform": (
        changed(
            b'<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>',
            b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
            b"<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>",
        ),
        "signature.other-shape",
    ),
    "reference to a part": (changed(b'URI=""', b'URI="#x"'), "signature.other-shape"),
    "reference elsewhere": (
        changed(b'URI=""', b'URI="http://127.0.0.1/x"'),
        "signature.other-shape",
    ),
    "no reference to the properties": (
        without(rb'<ds:Reference Type="[^"]*SignedProperties".*?</ds:Reference>'),
        "signature.other-shape",
    ),
    "no properties": (without(rb"<ds:Object>.*?</ds:Object>"), "signature.other-shape"),
    "no certificate": (without(rb"<ds:KeyInfo>.*?</ds:KeyInfo>"), "signature.other-shape"),
    "certificate is no base64": (
        changed(b"<ds:X509Certificate>", b"<ds:X509Certificate>%%%"),
        "signature.other-shape",
    ),
    "an object of its own": (
        changed(b"<ds:Object>", b"<ds:Object>x</ds:Object><ds:Object>"),
        "signature.other-shape",
    ),
    "comment": (changed(b"000117", b"0001<!-- -->17"), "xml.comment"),
    "DOCTYPE": (changed(b"<Declaration ", b"<!DOCTYPE Declaration><Declaration "), "xml.doctype"),
    "repeated Id": (
        changed(b"<ID>", b'<ID Id="same"/><ID Id="same">'),
        "xml.duplicate-id",
    ),
}


@pytest.mark.parametrize(("attack", "expected"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("kind", KINDS)
def test_refusals(attack, expected, kind):
    one = make_signer("exporter", kind)
    raw = attack(signature.sign(DOCUMENT, one, AT))
    assert code(raw, one.certificate) == expected


def test_a_certificate_nobody_registered(signer):
    signed = signature.sign(DOCUMENT, signer, AT)
    assert code(signed, make_signer("somebody").certificate) == "signature.unknown-certificate"
    assert code(signed) == "signature.unknown-certificate"


def test_a_certificate_exchanged_for_another_of_the_same_key(signer):
    """Only the digest in the signed properties tells the two apart."""
    twin = make_signer("twin", "ec" if signer.algorithm.startswith("ecdsa") else "rsa")
    signed = signature.sign(DOCUMENT, signer, AT)
    swapped = signed.replace(b64encode(signer.certificate), b64encode(twin.certificate))
    assert code(swapped, twin.certificate) == "signature.wrong-certificate"


def test_a_document_is_signed_once(signer):
    signed = signature.sign(DOCUMENT, signer, AT)
    with pytest.raises(Refusal, match=r"signature\.already-signed"):
        signature.sign(signed, signer, AT)


def test_attributes_that_verifiers_inherit_differently_are_not_signed(signer):
    with pytest.raises(Refusal, match=r"signature\.root-attribute"):
        signature.sign(b'<a xml:lang="zh"/>', signer, AT)


def test_a_signature_may_follow_white_space(signer):
    """The text behind the signature belongs to what is signed."""
    signed = signature.sign(DOCUMENT, signer, AT)
    padded = signed.replace(b"</ds:Signature>", b"</ds:Signature>\n")
    assert code(padded, signer.certificate) == "signature.content-changed"
