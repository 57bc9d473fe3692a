"""What needs a person: every matter is told once, since when, with what to do; nothing else is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.act import ActKind
from gateway.domain.delivery import Attempt, LinkKind, Outcome
from gateway.domain.finding import Finding
from gateway.domain.records import Change, Insert, Tenant, Update
from gateway.register import account
from gateway.register.put_away import SEEN_MAX
from gateway.usecases import setup
from gateway.usecases.attention import attention
from gateway.usecases.deliver import deliver
from tests.usecases.stopped import LINK
from tests.world import TENANT

ALWAYS = {"attention.message-refused"}
"""The desk's own matter: OLA was refused."""

LONG_AGO = ("permit-ended", "deadline-missed", "enquiry")
"""What a year tells of goods that left and were never heard of again."""


def told(desk, tenant: str = TENANT):
    desk.world.store.sequence("test")
    return attention(desk.world.ports, tenant)


def codes(desk) -> set[str]:
    return {one.finding.code for one in told(desk)} - ALWAYS


def _update(desk, table, key, **values):
    desk.world.store.commit(Change((Update(table=table, key=key, values=values),)))


def _pause(desk):
    desk.do("pause", LINK)


def _due(desk, **forward):
    """OLA is due and not sent."""
    desk.do("retry", desk.message("OLA").id)
    desk.world.clock.forward(**forward)


def _nobody_works(desk):
    _due(desk, seconds=31)


def _busy_office(desk):
    desk.world.town.instead[LINK] = (503, b"")
    _due(desk, seconds=31)
    deliver(desk.world.ports, LINK, "w")


def _one_try_in_vain(desk):
    """Its office is away; a worker tries, and is about to try again."""
    desk.world.town.away.add(LINK)
    _due(desk, seconds=31)
    deliver(desk.world.ports, LINK, "w")
    desk.world.clock.forward(seconds=20)


def _tried_in_vain_and_left(desk):
    _one_try_in_vain(desk)
    desk.world.clock.forward(minutes=1)


def _away(desk):
    desk.do("retry", desk.message("OLA").id)
    desk.world.town.away.add(LINK)
    for _ in range(6):
        deliver(desk.world.ports, LINK, "w")
        desk.world.clock.forward(seconds=5)


def _away_and_left(desk):
    """Its office was away; then every worker ended, and nobody notices that it is back."""
    _away(desk)
    desk.world.clock.forward(minutes=6)


def _late_while_paused(desk):
    """The link rests for days; the legal deadline of what is due there goes by."""
    desk.do("retry", desk.message("OLA").id)
    desk.do("pause", LINK)
    _update(desk, "messages", desk.message("OLA").id, deadline=desk.world.clock.now())


def _late_in_the_feed(desk):
    desk.do("retry", desk.message("OLA").id)
    _update(desk, "links", LINK, kind=LinkKind.FEED)
    _update(desk, "messages", desk.message("OLA").id, deadline=desk.world.clock.now())


def _strange_receipt(desk):
    _due(desk, seconds=0)
    desk.receipt(digest="0" * 64)
    deliver(desk.world.ports, LINK, "w")


def _no_mandate(desk):
    for one in desk.world.store.trust(TENANT).mandates:
        _update(desk, "mandates", one.id, valid_to=desk.world.clock.now() - timedelta(seconds=1))
    texts = {"<FunctionalReferenceID>CQ-2026-000117<": "<FunctionalReferenceID>CQ-M-1<"}
    desk.world.submit(desk.world.declaration(texts=texts), "no-mandate")


def _silent_office(desk):
    """The importer's IDA is acknowledged and never answered."""
    desk.world.town.held |= {"IDA", "MT2401"}
    texts = {"<FunctionalReferenceID>CQ-2026-000117<": "<FunctionalReferenceID>CQ-S-1<"}
    desk.world.submit(desk.world.declaration(texts=texts), "silent")
    desk.world.run()
    desk.world.clock.forward(minutes=61)


def _taken_back(desk):
    desk.do("skip", desk.message("OLA").id)


def _certificates_end(desk):
    desk.world.clock.forward(days=310)


def _certificates_ended(desk):
    desk.world.clock.forward(days=366)


def _mandate_ends(desk):
    ends = desk.world.clock.now() + timedelta(days=20)
    mandate = desk.world.store.trust(TENANT).mandates[0]
    _update(desk, "mandates", mandate.id, valid_to=ends)


def _answer_put_away(desk):
    link = desk.world.store.link(LINK)
    findings = [Finding(code="answer.unknown")]
    answers = [(b"<what/>", "application/xml")]
    register.log_refusal(desk.world.ports, link, "answer-1", findings, answers)


def _nothing(_desk):
    """The desk as it is."""


def test_how_long_it_stands_is_not_lost_in_a_long_story(desk):
    """Days of tries before it was refused are more entries than one page of the log."""
    world, ola = desk.world, desk.message("OLA")
    desk.do("retry", ola.id)
    for _ in range(account.PAGE):
        writing = register.Writing(world.ports, TENANT, world.clock.now())
        writing.entry(EntryKind.SENT, movement=desk.movement, facts={"message": ola.id})
        world.store.commit(writing.change())
    world.clock.forward(hours=3)
    world.town.instead[LINK] = (422, b"")
    deliver(world.ports, LINK, "w")
    (one,) = [one for one in told(desk) if one.finding.code == "attention.message-refused"]
    assert world.clock.now() - one.since < timedelta(seconds=1)


MATTERS = [
    pytest.param(_nothing, set(), id="nothing more"),
    pytest.param(_pause, {"link-paused"}, id="paused"),
    pytest.param(_nobody_works, {"not-delivered"}, id="no worker"),
    pytest.param(_busy_office, {"not-accepted"}, id="the office is busy"),
    pytest.param(_one_try_in_vain, {"not-accepted"}, id="a try in vain: somebody works"),
    pytest.param(_tried_in_vain_and_left, {"not-delivered"}, id="the worker left after a try"),
    pytest.param(_away, {"breaker-open"}, id="the office does not answer"),
    pytest.param(_away_and_left, {"not-delivered"}, id="nobody looks whether it is back"),
    pytest.param(_late_while_paused, {"link-paused", "deadline-unsent"}, id="late on a pause"),
    pytest.param(_late_in_the_feed, {"deadline-unsent"}, id="not fetched in time"),
    pytest.param(_strange_receipt, {"receipt-refused"}, id="a receipt for other bytes"),
    pytest.param(_no_mandate, {"signature-awaited", "mandate-ended"}, id="signatures"),
    pytest.param(_silent_office, {"answer-missing"}, id="no decision"),
    pytest.param(_taken_back, {"precondition-gone"}, id="taken back"),
    pytest.param(_certificates_end, {"certificate-ends", *LONG_AGO}, id="certificates end"),
    pytest.param(_certificates_ended, {"certificate-ended", *LONG_AGO}, id="certificates ended"),
    pytest.param(_mandate_ends, {"mandate-ends"}, id="a mandate ends"),
    pytest.param(_answer_put_away, {"answer-put-away"}, id="an answer was put away"),
]


@pytest.mark.parametrize(("happens", "expected"), MATTERS)
def test_what_needs_a_person(desk, happens, expected):
    happens(desk)
    assert codes(desk) == {f"attention.{one}" for one in expected}


@pytest.mark.parametrize(("happens", "expected"), MATTERS)
def test_a_crowd_before_it_hides_nothing(desk, happens, expected):
    """Hundreds wait as they should; a stranger's hundreds got receipts that do not hold."""
    _crowd(desk)
    test_what_needs_a_person(desk, happens, expected)


def _crowd(desk, many=250):
    long_ago = desk.world.clock.now() - timedelta(days=1)
    waiting = replace(desk.message("BOA"), movement="26CNC0000000000CJ1", created_at=long_ago)
    due = replace(desk.message("TIR"), tenant="other", link="lnk_other", created_at=long_ago)
    rows = []
    for place in range(many):
        rows.append(replace(waiting, id=f"msg_wait{place:04d}", stream=""))
        sent = replace(due, id=f"msg_due{place:04d}", stream=f"other/{place}", attempts=1)
        rows.append(replace(sent, feed_sequence=None))
        tried = Attempt(message=sent.id, at=long_ago, outcome=Outcome.UNCLEAR)
        rows.append(tried)
    desk.world.store.commit(Change(tuple(map(Insert, rows))))


@pytest.mark.parametrize(
    "happens", [one.values[0] for one in MATTERS], ids=lambda one: one.__name__
)
def test_every_matter_says_since_when_and_what_to_do_in_every_language(desk, happens):
    happens(desk)
    texts = desk.world.ports.packs.catalogue()
    for one in told(desk):
        assert one.since <= desk.world.clock.now()
        for language in ("en", "zh", "vi"):
            said = texts.text(one.finding, language)
            assert said.message
            assert said.fix
            assert "…" not in said.message + said.fix, one.finding.code


def test_a_matter_names_its_act(desk):
    _pause(desk)
    _answer_put_away(desk)
    acts = {
        one.finding.code.removeprefix("attention."): (one.act, one.subject) for one in told(desk)
    }
    assert acts["message-refused"] == (ActKind.SUPERSEDE, desk.message("OLA").id)
    assert acts["link-paused"] == (ActKind.RESUME, LINK)
    assert acts["answer-put-away"][0] is ActKind.DISMISS


def test_what_was_dismissed_is_gone(desk):
    _answer_put_away(desk)
    (found,) = [one for one in told(desk) if one.act is ActKind.DISMISS]
    first = desk.do("dismiss", found.subject)
    again = desk.do("dismiss", found.subject)
    assert (first.repeated, again.repeated) == (False, True)
    assert codes(desk) == set()


def test_hundreds_that_were_dismissed_hide_none_that_was_not(desk):
    _answer_put_away(desk)
    (older,) = [one for one in told(desk) if one.act is ActKind.DISMISS]
    desk.world.clock.forward(minutes=1)
    writing = register.Writing(desk.world.ports, TENANT, desk.world.clock.now())
    for place in range(SEEN_MAX):
        writing.entry(EntryKind.REFUSED, link=LINK, facts={"collected": f"a{place}"})
    desk.world.store.commit(writing.change())
    newer = [one.subject for one in told(desk) if one.act is ActKind.DISMISS]
    assert len(newer) == SEEN_MAX
    writing = register.Writing(desk.world.ports, TENANT, desk.world.clock.now())
    for one in newer:
        writing.entry(EntryKind.ACT, link=LINK, facts={"act": "dismiss", "entry": one})
    desk.world.store.commit(writing.change())
    assert [one.subject for one in told(desk) if one.act is ActKind.DISMISS] == [older.subject]
    assert not desk.do("dismiss", older.subject).repeated
    assert codes(desk) == set()


def test_an_act_ends_its_matter(desk):
    desk.do("supersede", desk.message("OLA").id)
    desk.world.run()
    assert told(desk) == ()


def test_the_sequencer_that_lags_is_told(desk):
    _answer_put_away(desk)
    desk.world.clock.forward(seconds=11)
    found = attention(desk.world.ports, TENANT)
    assert "attention.sequencer-late" in {one.finding.code for one in found}
    desk.world.store.sequence("somebody")
    found = attention(desk.world.ports, TENANT)
    assert "attention.sequencer-late" not in {one.finding.code for one in found}


def test_another_tenant_sees_nothing_of_it(desk):
    setup.add_tenant(desk.world.ports, Tenant(id="other", name="Other"))
    _pause(desk)
    assert told(desk, "other") == ()


def test_a_certificate_with_a_successor_asks_for_nothing(desk):
    """The exporter's ends in 365 days; another one of the same party counts a year longer."""
    known = desk.world.store.trust(TENANT).certificates
    desk.world.store.commit(
        Change(
            tuple(
                Insert(_longer(one, fingerprint=f"{place:064x}", days=400))
                for place, one in enumerate(known)
            )
        )
    )
    desk.world.clock.forward(days=360)
    assert not {one for one in codes(desk) if "certificate" in one}


def _longer(certificate, *, fingerprint, days):
    later = certificate.valid_to + timedelta(days=days)
    return replace(certificate, fingerprint=fingerprint, valid_to=later)


def test_that_nothing_is_taken_in_is_a_matter(desk):
    closed = Finding(code="intake.backlog-age", args=(("seconds", "600"),))
    found = attention(desk.world.ports, TENANT, closed)
    assert [one.finding for one in found if one.finding.code.startswith("intake.")] == [closed]
