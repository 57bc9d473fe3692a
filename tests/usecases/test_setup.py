"""What an operator registers fits: one link an office, keys that are worth something."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.domain.delivery import LinkKind
from gateway.domain.errors import Refused
from gateway.markup.certificate import RSA_BITS_MIN
from gateway.usecases import setup
from tests.world import TENANT, World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with closing(World(tmp_path_factory.mktemp("setup"))) as made:
        yield made


UNFIT = {
    "served by another": ("CN", "CN00X001", "link.office-served"),
    "of another administration": ("VN", "CN00X001", "link.other-administration"),
}


@pytest.mark.parametrize(("administration", "office", "code"), UNFIT.values(), ids=UNFIT)
def test_an_office_is_its_own_administration_s_and_one_link_s(world, administration, office, code):
    """Messages would go to whichever was found first, or to a stranger."""
    link = setup.NewLink(
        id="lnk_other", administration=administration, kind=LinkKind.PUSH,
        endpoint="http://127.0.0.1:9", key=b"", offices=(office,),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        setup.add_link(world.ports, TENANT, link)
    assert [one.code for one in refused.value.findings] == [code]
    assert world.store.link("lnk_other") is None


WEAK = {
    "RSA of 1024 bits": lambda: rsa.generate_private_key(65537, RSA_BITS_MIN // 2),
    "another curve": lambda: ec.generate_private_key(ec.SECP384R1()),
}


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_a_key_that_is_too_weak_or_unknown_is_not_registered(world, key):
    made, name = key(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "weak")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=900))
        .sign(made, hashes.SHA256())
    )
    with pytest.raises(Refused) as refused:
        setup.add_certificate(
            world.ports, TENANT, world.parties["broker"], certificate.public_bytes(Encoding.DER)
        )
    assert [one.code for one in refused.value.findings] == ["certificate.weak-key"]
