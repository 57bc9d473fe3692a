"""``multipart/signed`` and detached CMS."""

import email
import email.policy
import re
import shutil
import subprocess
from hashlib import sha256

import pytest
from asn1crypto import cms as oracle
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.finding import Refusal
from gateway.markup import wire
from tests.markup.keys import make_signer

CONTENT = "OLA  CQ-2026-000117 桂A8D217\r\nend\n".encode()
KINDS = ("ec", "rsa")


def code(call):
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.findings[0].code


@pytest.fixture(params=KINDS)
def signer(request):
    return make_signer("carrier", request.param)


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=300))
def test_content_and_signature_come_back_byte_for_byte(content, cms):
    body = wire.multipart_signed(content, cms, "text/plain; charset=utf-8")
    assert wire.split_signed(body) == (content, cms)
    assert body == wire.multipart_signed(content, cms, "text/plain; charset=utf-8")


def test_a_mail_parser_reads_the_same():
    body = wire.multipart_signed(CONTENT, b"cms", "text/plain; charset=utf-8")
    head = f"Content-Type: {wire.media_type(body)}\r\n\r\n".encode()
    parsed = email.message_from_bytes(head + body, policy=email.policy.default)
    parts = list(parsed.iter_parts())
    assert parsed.get_content_type() == "multipart/signed"
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "application/pkcs7-signature",
    ]
    assert parts[1].get_content() == b"cms"


GOOD = wire.multipart_signed(CONTENT, b"\x30\x00" * 60, "text/plain")
MALFORMED = {
    "nothing": b"",
    "not multipart": b"<xml/>",
    "another boundary": GOOD.replace(b"fullroute-", b"other-"),
    "content changed": GOOD.replace(b"000117", b"000118"),
    "cut short": GOOD[:-10],
    "something behind": GOOD + b"x",
    "a third part": GOOD.replace(b"end\n", b"end\n\r\n--" + GOOD[2:44] + b"\r\n\r\n"),
    "no base64": re.sub(rb"\r\n\r\nM", b"\r\n\r\n%%", GOOD),
    "no blank line": GOOD.replace(b"\r\n\r\n", b"\r\n"),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
def test_other_shapes_are_refused(raw):
    assert code(lambda: wire.split_signed(raw)) == "wire.malformed"


def test_a_registered_signature_verifies(signer):
    other = make_signer("somebody")
    found = wire.verify_cms(CONTENT, signer.cms(CONTENT), [other.certificate, signer.certificate])
    assert found == signer.certificate


def rewritten(change):
    """Return an attack that edits the structure with an independent reader and writer of ASN.1."""

    def attack(cms):
        content = oracle.ContentInfo.load(cms)
        change(content["content"])
        return content.dump(force=True)

    return attack


def add_content(data):
    data["encap_content_info"]["content"] = CONTENT


def drop_attributes(data):
    data["signer_infos"][0]["signed_attrs"] = None


def second_signer(data):
    data["signer_infos"].append(data["signer_infos"][0])


def weak_digest(data):
    data["signer_infos"][0]["digest_algorithm"]["algorithm"] = "sha1"


def weak_method(data):
    data["signer_infos"][0]["signature_algorithm"]["algorithm"] = "sha1_rsa"


def other_digest(data):
    for attribute in data["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [sha256(b"other").digest()]


def other_type(data):
    for attribute in data["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "content_type":
            attribute["values"] = ["signed_data"]


def other_time(data):
    for attribute in data["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "signing_time":
            attribute["values"] = oracle.SetOfTime([oracle.Time({"utc_time": "200101000000Z"})])


def no_digest(data):
    attributes = data["signer_infos"][0]["signed_attrs"]
    kept = [one for one in attributes if one["type"].native != "message_digest"]
    data["signer_infos"][0]["signed_attrs"] = kept


ATTACKS = {
    "content inside": (rewritten(add_content), "signature.other-shape"),
    "no signed attributes": (rewritten(drop_attributes), "signature.other-shape"),
    "two signers": (rewritten(second_signer), "signature.several"),
    "SHA-1": (rewritten(weak_digest), "signature.weak-algorithm"),
    "SHA-1 with RSA": (rewritten(weak_method), "signature.weak-algorithm"),
    "digest of other content": (rewritten(other_digest), "signature.content-changed"),
    "another content type": (rewritten(other_type), "signature.other-shape"),
    "another time": (rewritten(other_time), "signature.wrong-key"),
    "no digest": (rewritten(no_digest), "signature.other-shape"),
    "empty": (lambda _: b"", "signature.other-shape"),
    "not DER": (lambda _: b"MIIB", "signature.other-shape"),
    "indefinite length": (lambda cms: b"\x30\x80" + cms[4:] + b"\0\0", "signature.other-shape"),
    "cut short": (lambda cms: cms[:-1], "signature.other-shape"),
    "something behind": (lambda cms: cms + b"\0", "signature.other-shape"),
    "huge": (lambda cms: cms + b"\0" * 200_001, "signature.other-shape"),
    "long length": (lambda cms: b"\x30\x85\x01\0\0\0\0" + cms, "signature.other-shape"),
}


@pytest.mark.parametrize(("attack", "expected"), ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("kind", KINDS)
def test_refusals(attack, expected, kind):
    one = make_signer("carrier", kind)
    cms = attack(one.cms(CONTENT))
    assert code(lambda: wire.verify_cms(CONTENT, cms, [one.certificate])) == expected


def test_other_content(signer):
    cms = signer.cms(CONTENT)
    call = lambda: wire.verify_cms(CONTENT + b" ", cms, [signer.certificate])  # noqa: E731
    assert code(call) == "signature.content-changed"


def test_a_certificate_nobody_registered(signer):
    cms = signer.cms(CONTENT)
    certificates = [make_signer("somebody").certificate]
    call = lambda: wire.verify_cms(CONTENT, cms, certificates)  # noqa: E731
    assert code(call) == "signature.unknown-certificate"


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else_is_raised(noise):
    with pytest.raises(Refusal):
        wire.verify_cms(CONTENT, noise, [make_signer("carrier").certificate])


@given(st.integers(0, 400), st.integers(0, 255))
def test_one_changed_byte_never_verifies_as_other_content(place, byte):
    one = make_signer("carrier")
    cms = bytearray(one.cms(CONTENT))
    cms[place % len(cms)] = byte
    with pytest.raises(Refusal):
        wire.verify_cms(CONTENT + b"!", bytes(cms), [one.certificate])


@pytest.mark.full
def test_openssl_is_of_the_same_opinion(signer, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    certificate = x509.load_der_x509_certificate(signer.certificate)
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "cms.der").write_bytes(signer.cms(CONTENT))
    for name, content in (("good", CONTENT), ("bad", CONTENT + b"x")):
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(tmp_path / "cms.der")]
    command += ["-CAfile", str(tmp_path / "ca.pem"), "-purpose", "any", "-binary", "-content"]
    good = subprocess.run([*command, str(tmp_path / "good")], capture_output=True, check=False)
    bad = subprocess.run([*command, str(tmp_path / "bad")], capture_output=True, check=False)
    assert (good.returncode, good.stdout) == (0, CONTENT)
    assert bad.returncode != 0


@pytest.mark.full
def test_what_openssl_signs_is_accepted(signer, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    certificate = x509.load_der_x509_certificate(signer.certificate)
    (tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "content").write_bytes(CONTENT)
    for extra in ([], ["-keyid"], ["-nocerts"]):
        command = ["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER"]
        command += ["-signer", str(tmp_path / "certificate.pem")]
        command += ["-inkey", str(tmp_path / "key.pem"), "-in", str(tmp_path / "content")]
        command += ["-out", str(tmp_path / "cms.der"), *extra]
        subprocess.run(command, check=True, capture_output=True)
        cms = (tmp_path / "cms.der").read_bytes()
        assert wire.verify_cms(CONTENT, cms, [signer.certificate]) == signer.certificate
