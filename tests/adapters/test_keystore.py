"""Keys in a folder: what they sign verifies elsewhere, and what is wrong with a file is told."""

import shutil
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.adapters.keystore import (
    FileKeys,
    KeyKind,
    create_party_key,
    create_seal_key,
    import_party_key,
    signer_from_pem,
)
from gateway.domain.errors import InConflict, Misconfigured, NotFound

# the certificate must stand while openssl looks at it, so this is no fixed date
NOW = datetime.now(UTC)
CONTENT = "héllo\nXin chào\r\n重庆".encode()


def made(folder, name="broker", kind=KeyKind.EC, days=30, at=NOW):
    return create_party_key(
        folder, name, common_name="Broker Ltd 重庆", days=days, at=at, kind=kind
    )


def pem(private, *, password=None):
    hidden = NoEncryption() if password is None else BestAvailableEncryption(password)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)


def codes(findings):
    return [finding.code for finding in findings]


# ------------------------------------------------------------------ party keys


def test_an_ec_signature_is_r_and_s_side_by_side(tmp_path):
    certificate = x509.load_der_x509_certificate(made(tmp_path))
    signer = FileKeys(tmp_path).signer("broker")
    signature = signer.sign(CONTENT)
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    certificate.public_key().verify(encode_dss_signature(r, s), CONTENT, ec.ECDSA(SHA256()))
    assert signer.algorithm == "ecdsa-sha256"
    assert signer.key == "broker"


def test_an_rsa_signature_is_pkcs1(tmp_path):
    certificate = x509.load_der_x509_certificate(made(tmp_path, kind=KeyKind.RSA))
    signer = FileKeys(tmp_path).signer("broker")
    certificate.public_key().verify(signer.sign(CONTENT), CONTENT, padding.PKCS1v15(), SHA256())
    assert signer.algorithm == "rsa-sha256"
    assert certificate.public_key().key_size >= 2048


def test_the_certificate_is_one_for_signing(tmp_path):
    der = made(tmp_path, days=10)
    certificate = x509.load_der_x509_certificate(der)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert certificate.not_valid_before_utc <= NOW
    lasting = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lasting == timedelta(days=10)
    assert FileKeys(tmp_path).signer("broker").certificate == der


def test_files_belong_to_their_owner_alone(tmp_path):
    folder = tmp_path / "keys"
    made(folder)
    create_seal_key(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert {path.name for path in folder.iterdir()} == {
        "broker.key.pem",
        "broker.cert.pem",
        "seal-0001.pem",
    }


@pytest.mark.parametrize("kind", list(KeyKind))
def test_cms_is_detached_and_signs_the_bytes_as_they_are(tmp_path, kind):
    made(tmp_path, kind=kind)
    signed = asn1_cms.ContentInfo.load(FileKeys(tmp_path).signer("broker").cms(CONTENT))
    assert signed["content_type"].native == "signed_data"
    assert signed["content"]["encap_content_info"]["content"].native is None
    (signer,) = signed["content"]["signer_infos"]
    attributes = {a["type"].native: a["values"].native for a in signer["signed_attrs"]}
    digest = SHA256()
    assert signer["digest_algorithm"]["algorithm"].native == digest.name
    assert "smime_capabilities" not in attributes
    assert "1.2.840.113549.1.9.15" not in attributes
    assert len(attributes["message_digest"][0]) == digest.digest_size


@pytest.mark.full
@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize(
    ("content", "stands"),
    [(CONTENT, True), (CONTENT.replace(b"\r\n", b"\n"), False), (CONTENT + b" ", False)],
    ids=["as signed", "line end changed", "one byte more"],
)
def test_openssl_verifies_cms(tmp_path, kind, content, stands):
    made(tmp_path, kind=kind)
    (tmp_path / "cms.der").write_bytes(FileKeys(tmp_path).signer("broker").cms(CONTENT))
    (tmp_path / "content").write_bytes(content)
    openssl = shutil.which("openssl")
    assert openssl is not None
    ran = subprocess.run(
        [
            openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms.der",
            "-content", "content", "-CAfile", "broker.cert.pem", "-out", "/dev/null",
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert (ran.returncode == 0) is stands, ran.stderr


def test_names_are_those_that_can_sign(tmp_path):
    made(tmp_path, "b")
    made(tmp_path, "a")
    create_seal_key(tmp_path)
    assert FileKeys(tmp_path).names() == ("a", "b")


def test_an_unknown_name_is_not_found(tmp_path):
    with pytest.raises(NotFound) as caught:
        FileKeys(tmp_path / "nowhere").signer("broker")
    assert codes(caught.value.findings) == ["key.unknown"]


def test_a_key_made_while_running_is_found(tmp_path):
    keys = FileKeys(tmp_path)
    assert keys.names() == ()
    made(tmp_path)
    assert keys.signer("broker").key == "broker"
    assert keys.signer("broker") is keys.signer("broker")


# ------------------------------------------------------------------ seal


def test_the_newest_seal_key_seals_and_all_stay_published(tmp_path):
    first = create_seal_key(tmp_path)
    keys = FileKeys(tmp_path)
    before = keys.seal(CONTENT)
    second = create_seal_key(tmp_path)
    after = keys.seal(CONTENT)
    assert list(keys.seal_keys()) == [second, first]
    for seal, expected in ((before, first), (after, second)):
        name, _, signature = seal.partition(":")
        assert name == expected
        public = Ed25519PublicKey.from_public_bytes(keys.seal_keys()[name])
        public.verify(b64decode(signature, validate=True), CONTENT)


def test_without_a_seal_key_sealing_says_so(tmp_path):
    keys = FileKeys(tmp_path)
    with pytest.raises(Misconfigured) as caught:
        keys.seal(CONTENT)
    assert codes(caught.value.findings) == ["key.no-seal"]
    assert codes(keys.findings(NOW)) == ["key.no-seal"]


# ------------------------------------------------------------------ wrong files


def _open_to_others(folder):
    (folder / "broker.key.pem").chmod(0o640)


def _no_pem(folder):
    (folder / "broker.key.pem").write_bytes(b"not a key")


def _behind_a_password(folder):
    private = ec.generate_private_key(ec.SECP256R1())
    (folder / "broker.key.pem").write_bytes(pem(private, password=b"secret"))


def _no_certificate(folder):
    (folder / "broker.cert.pem").unlink()


def _broken_certificate(folder):
    (folder / "broker.cert.pem").write_bytes(b"not a certificate")


def _anothers_certificate(folder):
    made(folder, "other")
    shutil.copy(folder / "other.cert.pem", folder / "broker.cert.pem")


def _a_folder_for_a_key(folder):
    (folder / "broker.key.pem").unlink()
    (folder / "broker.key.pem").mkdir()


def _weak(folder):
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is there to be refused
    (folder / "broker.key.pem").write_bytes(pem(private))


def _other_curve(folder):
    private = ec.generate_private_key(ec.SECP384R1())
    (folder / "broker.key.pem").write_bytes(pem(private))


def _seal_kind(folder):
    (folder / "broker.key.pem").write_bytes(pem(Ed25519PrivateKey.generate()))


WRONG = {
    "open to others": (_open_to_others, "key.open-to-others"),
    "no PEM": (_no_pem, "key.unreadable"),
    "behind a password": (_behind_a_password, "key.password"),
    "no certificate": (_no_certificate, "key.unreadable"),
    "broken certificate": (_broken_certificate, "key.unreadable"),
    "another's certificate": (_anothers_certificate, "key.certificate-mismatch"),
    "a folder for a key": (_a_folder_for_a_key, "key.unreadable"),
    "weak RSA": (_weak, "key.wrong-kind"),
    "another curve": (_other_curve, "key.wrong-kind"),
    "a seal key's kind": (_seal_kind, "key.wrong-kind"),
}


@pytest.mark.parametrize(("spoil", "code"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_a_finding_and_costs_only_its_own_key(tmp_path, spoil, code):
    create_seal_key(tmp_path)
    made(tmp_path)
    made(tmp_path, "carrier")
    spoil(tmp_path)
    keys = FileKeys(tmp_path)
    assert codes(keys.findings(NOW)) == [code]
    with pytest.raises(Misconfigured) as caught:
        keys.signer("broker")
    assert codes(caught.value.findings) == [code]
    assert "carrier" in keys.names()
    assert keys.seal(CONTENT)


def test_a_mended_permission_needs_no_restart(tmp_path):
    made(tmp_path)
    path = tmp_path / "broker.key.pem"
    path.chmod(0o644)
    keys = FileKeys(tmp_path)
    with pytest.raises(Misconfigured):
        keys.signer("broker")
    path.chmod(0o600)
    assert keys.signer("broker").key == "broker"


def test_a_wrong_seal_file_is_a_finding_and_the_older_one_seals(tmp_path):
    first = create_seal_key(tmp_path)
    create_seal_key(tmp_path)
    (tmp_path / "seal-0002.pem").write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    keys = FileKeys(tmp_path)
    assert keys.seal(CONTENT).startswith(first)
    assert codes(keys.findings(NOW)) == ["key.wrong-kind"]


def test_an_expired_certificate_is_told(tmp_path):
    create_seal_key(tmp_path)
    made(tmp_path, days=5)
    keys = FileKeys(tmp_path)
    assert keys.findings(NOW + timedelta(days=4)) == ()
    (finding,) = keys.findings(NOW + timedelta(days=6))
    assert finding.code == "key.certificate-expired"
    assert not finding.refuses
    assert finding.value == "broker.cert.pem"


# ------------------------------------------------------------------ making keys, and importing


UNUSABLE = {
    "a path": {"name": "../broker"},
    "a dot": {"name": "a.b"},
    "empty": {"name": ""},
    "a seal's name": {"name": "seal-0009"},
    "no common name": {"common_name": ""},
    "a long common name": {"common_name": "x" * 65},
    "no days": {"days": 0},
    "a century": {"days": 36500},
}


@pytest.mark.parametrize("changed", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_wishes_are_findings(tmp_path, changed):
    wish = {"name": "broker", "common_name": "Broker", "days": 1, "at": NOW} | changed
    with pytest.raises(Misconfigured) as caught:
        create_party_key(tmp_path, wish.pop("name"), **wish)
    assert codes(caught.value.findings)[0] in ("key.unusable-name", "key.unusable-subject")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_left_alone(tmp_path):
    first = made(tmp_path)
    with pytest.raises(InConflict) as caught:
        made(tmp_path)
    assert codes(caught.value.findings) == ["key.exists"]
    assert FileKeys(tmp_path).signer("broker").certificate == first


def test_a_folder_that_cannot_be_made_is_a_finding(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Misconfigured) as caught:
        create_seal_key(tmp_path / "file" / "keys")
    assert codes(caught.value.findings) == ["key.unwritable"]


def test_an_existing_key_is_taken_over_without_its_password(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    der = made(source)
    private = load_pem_private_key((source / "broker.key.pem").read_bytes(), None)
    certificate = (source / "broker.cert.pem").read_bytes()
    hidden = pem(private, password=b"secret")
    assert import_party_key(target, "carrier", hidden, certificate, password=b"secret") == der
    assert FileKeys(target).signer("carrier").certificate == der


IMPORTS = {
    "password missing": (None, "key.password"),
    "password wrong": (b"guess", "key.unreadable"),
}


@pytest.mark.parametrize(("password", "code"), IMPORTS.values(), ids=IMPORTS.keys())
def test_a_key_behind_a_password_needs_it(tmp_path, password, code):
    made(tmp_path)
    hidden = pem(ec.generate_private_key(ec.SECP256R1()), password=b"secret")
    certificate = (tmp_path / "broker.cert.pem").read_bytes()
    with pytest.raises(Misconfigured) as caught:
        import_party_key(tmp_path, "carrier", hidden, certificate, password=password)
    assert codes(caught.value.findings) == [code]


def test_a_key_and_anothers_certificate_are_not_taken_over(tmp_path):
    made(tmp_path)
    certificate = (tmp_path / "broker.cert.pem").read_bytes()
    stranger = pem(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(Misconfigured) as caught:
        import_party_key(tmp_path, "carrier", stranger, certificate)
    assert codes(caught.value.findings) == ["key.certificate-mismatch"]
    assert FileKeys(tmp_path).names() == ("broker",)


def test_a_key_from_elsewhere_signs_without_being_kept(tmp_path):
    der = made(tmp_path)
    key, certificate = ((tmp_path / f"broker.{part}.pem").read_bytes() for part in ("key", "cert"))
    signer = signer_from_pem(key, certificate, "own")
    assert (signer.key, signer.certificate) == ("own", der)
    assert len(signer.sign(CONTENT)) == 64
    with pytest.raises(Misconfigured) as caught:
        signer_from_pem(certificate, key, "own")
    assert codes(caught.value.findings) == ["key.unreadable"]
    assert caught.value.findings[0].value == "own"
