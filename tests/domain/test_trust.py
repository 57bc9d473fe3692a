"""At which moments certificates and mandates count, their first and last among them."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.trust import Mandate, PartyCertificate, Signatory

BEGINS = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
ENDS = datetime(2028, 2, 29, 0, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)

MOMENTS = {
    "just before it begins": (BEGINS - TICK, False, False),
    "as it begins": (BEGINS, True, True),
    "just before it ends": (ENDS - TICK, True, True),
    "as it ends": (ENDS, False, True),  # of a certificate the last second is part (RFC 5280)
    "just after it ended": (ENDS + TICK, False, False),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_when_trust_counts(name):
    at, mandated, certified = MOMENTS[name]
    party, signatory = "USCC:91500000MA5U0000XX", Signatory.BROKER
    mandate = Mandate(
        id="man_1", tenant="t", party=party, signatory=signatory, key="broker", basis="test",
        valid_from=BEGINS, valid_to=ENDS,
    )  # fmt: skip
    certificate = PartyCertificate(
        fingerprint="ab" * 32, tenant="t", party=party, certificate=b"",
        valid_from=BEGINS, valid_to=ENDS,
    )  # fmt: skip
    assert (mandate.covers(party, signatory, at), certificate.stands(at)) == (mandated, certified)


def test_a_revoked_certificate_counts_no_more_at_that_very_moment():
    certificate = PartyCertificate(
        fingerprint="ab" * 32, tenant="t", party="p", certificate=b"",
        valid_from=BEGINS, valid_to=ENDS, revoked_at=ENDS - 2 * TICK,
    )  # fmt: skip
    moments = (ENDS - 3 * TICK, ENDS - 2 * TICK, ENDS - TICK)
    assert [certificate.stands(at) for at in moments] == [True, False, False]
