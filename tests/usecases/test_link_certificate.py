"""An office signs its answers with a certificate, until that ends or it has another."""

from datetime import timedelta

import pytest

from gateway.domain.errors import Refused
from gateway.domain.records import Change, Update
from gateway.markup import archive
from gateway.usecases.attention import attention
from gateway.usecases.audit import verify_log
from gateway.usecases.collect import collect
from gateway.usecases.link_key import change_key
from tests.markup.keys import signed_exclusively
from tests.usecases.stopped import principal
from tests.usecases.test_collect import EXIT, Border
from tests.world import TENANT

WHY = "their notice 14"


@pytest.fixture
def border(tmp_path):
    border = Border(tmp_path)
    border.operator = principal(border.world, "operator")
    certify(border, "broker")
    yield border
    border.world.close()


def certify(border, name):
    """Believe the exit office by the certificate of that name from now on."""
    certificate = border.world.keys.signer(name).certificate
    change_key(border.ports, border.operator, EXIT, certificate, WHY)


def signed(border, name):
    (path,) = border.send()
    return signed_exclusively(
        border.answer(path), border.world.keys.signer(name), border.world.clock.now()
    )


def handed_in(border, number, content):
    """Let the office hand in an answer; return the codes of what is wrong with it."""
    border.put(f"{number}.zip", archive.Entry("answer.xml", content))
    collect(border.ports, EXIT)
    put_away = border.base / "refused" / f"{number}.zip.findings.json"
    return put_away.read_text("utf-8") if put_away.exists() else ""


def test_a_certificate_that_ended_is_not_believed_until_the_new_one_is_known(border):
    content = signed(border, "broker")
    border.world.clock.forward(days=366)
    said = handed_in(border, 1, content)
    assert "link.certificate-ended" in said
    assert f"fullroute link key {EXIT} --key FILE" in said
    assert border.world.store.answers(border.movement) == ()
    told = [one.finding for one in attention(border.ports, TENANT) if one.finding.value == EXIT]
    assert "attention.link-key-ended" in {one.code for one in told}


def test_what_it_signed_before_it_ended_comes_in_before_that_alone(border):
    content = signed(border, "broker")
    border.world.clock.forward(days=364)
    assert handed_in(border, 1, content) == ""
    border.world.clock.forward(days=2)
    assert handed_in(border, 2, content) == ""  # the repeat of what was taken in
    assert len(border.world.store.answers(border.movement)) == 1
    assert verify_log(border.ports).findings == ()


def test_an_audit_verifies_what_an_office_signed(border):
    assert handed_in(border, 1, signed(border, "broker")) == ""
    certify(border, "carrier")
    assert verify_log(border.ports).findings == ()
    row = Update(table="links", key=EXIT, values={"former_keys": ()})
    border.world.store.commit(Change((row,)))  # as if the carrier's had always counted
    (found,) = verify_log(border.ports).findings
    assert found.code == "signature.unknown-certificate"


def test_what_the_former_certificate_signs_is_worth_nothing_but_the_exact_repeat(border):
    first = signed(border, "broker")
    anew = first.replace(b"<", b"\n<", 1) if first.startswith(b"<?xml") else first + b"\n"
    assert handed_in(border, 1, first) == ""
    certify(border, "carrier")
    assert handed_in(border, 2, first) == ""
    assert "signature.unknown-certificate" in handed_in(border, 3, anew)
    assert len(border.world.store.answers(border.movement)) == 1
    border.world.clock.forward(hours=1)
    assert verify_log(border.ports).findings == ()


def test_the_new_certificate_is_believed_at_once(border):
    content = signed(border, "carrier")
    assert "signature.unknown-certificate" in handed_in(border, 1, content)
    certify(border, "carrier")
    assert handed_in(border, 2, content) == ""
    assert len(border.world.store.answers(border.movement)) == 1


def test_one_that_ended_already_is_no_new_one(border):
    border.world.clock.forward(days=366)
    with pytest.raises(Refused) as refused:
        certify(border, "carrier")
    assert refused.value.findings[0].code == "link.certificate-ended"


def test_it_is_told_before_it_ends(border):
    border.world.clock.forward(days=365 - 20)
    (told,) = [
        one
        for one in attention(border.ports, TENANT)
        if one.finding.value == EXIT and "key" in one.finding.code
    ]
    assert told.finding.code == "attention.link-key-ends"
    assert border.world.clock.now() - told.since < timedelta(days=30)
