"""Why a message stands: each reason is told from the others, with what is safe to do."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.domain.delivery import LinkKind
from gateway.domain.errors import NotFound
from gateway.domain.message import MessageState
from gateway.domain.parcel import Reply
from gateway.domain.records import Change, Update
from gateway.usecases.deliver import deliver
from gateway.usecases.diagnose import diagnose
from tests.usecases.stopped import LINK
from tests.world import TENANT


def _set(desk, table, key, **values):
    desk.world.store.commit(Change((Update(table=table, key=key, values=values),)))


def _due(desk):
    desk.do("retry", desk.message("OLA").id)


def _tried(desk, status=200, **receipt):
    _due(desk)
    if status == 200:
        desk.receipt(**receipt)
    else:
        desk.world.town.instead[LINK] = (status, b"")
    deliver(desk.world.ports, LINK, "w")


def _unreachable(desk, error):
    _due(desk)

    def carry(_link, parcels, *_):
        for one in parcels:
            yield Reply(message=one.message, at=desk.world.clock.now(), status=0, error=error)

    desk.world.town.carry = carry
    deliver(desk.world.ports, LINK, "w")


def _nothing(_desk):
    """The desk as it is."""


def _late(desk):
    _due(desk)
    desk.world.clock.forward(seconds=31)


def _paused(desk):
    _due(desk)
    desk.do("pause", LINK)


def _feed(desk):
    _due(desk)
    _set(desk, "links", LINK, kind=LinkKind.FEED)


def _deadline(desk):
    _due(desk)
    desk.world.clock.forward(days=30)
    deliver(desk.world.ports, LINK, "w")


def _unsigned(desk):
    for one in desk.world.store.trust(TENANT).mandates:
        _set(desk, "mandates", one.id, valid_to=desk.world.clock.now() - timedelta(seconds=1))
    desk.do("supersede", desk.message("OLA").id)


def _old_pack(desk):
    _set(desk, "messages", desk.message("OLC").id, pack="f" * 64)


def _skipped(desk):
    desk.do("skip", desk.message("OLA").id)


LATER, SOONER = timedelta(seconds=301), timedelta(days=1)

CONNECTING = (
    (
        "endpoint",
        "not-connected: Cannot connect to host office:9 ssl:default [Connect call failed]",
    ),
    ("endpoint", "not-connected: Cannot connect to host o:80 ssl:default [Name not known]"),
    ("endpoint", "not-connected: Cannot connect to host certificates.gov:443 ssl:True [refused]"),
    (
        "certificate",
        (
            "not-connected: Cannot connect to host o:443 ssl:True [SSLCertVerificationError: "
            "(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: expired')]"
        ),
    ),
    ("certificate", "connection-lost: [Errno 1] [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13"),
)
"""What aiohttp says, word for word."""

REASONS = [
    pytest.param(_nothing, "OLA", "refused", id="refused"),
    pytest.param(_nothing, "IDA", "delivered", id="delivered"),
    pytest.param(_nothing, "OLC", "precondition", id="a precondition"),
    pytest.param(_old_pack, "OLC", "schema-version", id="a pack that is not here"),
    pytest.param(_due, "OLA", "on-its-way", id="a moment ago"),
    pytest.param(_late, "OLA", "no-worker", id="nobody sends"),
    pytest.param(_paused, "OLA", "paused", id="paused"),
    pytest.param(_feed, "OLA", "not-fetched", id="not fetched"),
    pytest.param(_deadline, "OLA", "deadline", id="too late"),
    pytest.param(_unsigned, "OLA", "signature", id="a signature"),
    pytest.param(lambda d: _tried(d, 503), "OLA", "busy", id="the office is busy"),
    pytest.param(lambda d: _unreachable(d, "not-connected: x"), "OLA", "endpoint", id="endpoint"),
    *(
        pytest.param(lambda d, why=why: _unreachable(d, why), "OLA", said, id=why)
        for said, why in CONNECTING
    ),
    pytest.param(lambda d: _tried(d, digest="0" * 64), "OLA", "receipt", id="other digest"),
    pytest.param(lambda d: _tried(d, message="msg_x"), "OLA", "receipt", id="other message"),
    pytest.param(
        lambda d: _tried(d, key=Ed25519PrivateKey.generate()), "OLA", "seal", id="other key"
    ),
    pytest.param(
        lambda d: _tried(d, received=d.world.clock.now() + LATER), "OLA", "clock", id="to come"
    ),
    pytest.param(
        lambda d: _tried(d, received=d.world.clock.now() - SOONER), "OLA", "clock", id="long ago"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("happens", "kind", "expected"), REASONS)
def test_the_reason_is_told_from_the_others(desk, happens, kind, expected):
    happens(desk)
    found = diagnose(desk.world.ports, TENANT, desk.message(kind).id)
    assert found.finding.code == f"diagnosis.{expected}"
    assert found.behind == ""
    for language in ("en", "zh", "vi"):
        said = desk.world.ports.packs.catalogue().text(found.finding, language)
        assert said.message
        assert "…" not in said.message + said.fix


def test_a_receipt_within_the_tolerance_holds(desk):
    """Five minutes either way, as clocks of links and ours may stand apart."""
    _due(desk)
    desk.receipt(received=desk.world.clock.now() + timedelta(seconds=299))
    assert deliver(desk.world.ports, LINK, "w") >= 1
    assert desk.message("OLA").state is MessageState.ACKNOWLEDGED


def test_who_stands_behind_another_is_led_to_it(desk):
    found = diagnose(desk.world.ports, TENANT, desk.message("TIR").id)
    assert found.behind == desk.message("OLA").id
    assert found.finding.code == "diagnosis.refused"


def test_what_was_taken_back_says_so(desk):
    skipped = desk.message("OLA").id
    _skipped(desk)
    assert diagnose(desk.world.ports, TENANT, skipped).finding.code == "diagnosis.dropped"


def test_a_message_nobody_knows(desk):
    for tenant, name in ((TENANT, "msg_x"), ("other", desk.message("OLA").id)):
        with pytest.raises(NotFound):
            diagnose(desk.world.ports, tenant, name)
