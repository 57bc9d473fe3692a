"""Draining a link: nothing that was committed before a lease ended is left lying."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit.entry import read_entry
from gateway.domain.delivery import (
    BREAKER_OPENS_AFTER,
    CLOSED,
    LAST_TRY_SECONDS,
    PROBE_SECONDS_FIRST_HOUR,
    UNTRIED_SECONDS,
    LinkKind,
    Outcome,
)
from gateway.domain.message import MessageState, ReceiptKind
from gateway.domain.parcel import Reply
from gateway.domain.records import Change, Update
from gateway.markup import signature
from gateway.register import refused_answers
from gateway.usecases.attention import attention
from gateway.usecases.deliver import deliver
from gateway.usecases.diagnose import diagnose
from gateway.usecases.sweep import sweep
from gateway.usecases.timeline import describe_movement
from tests.bench.load import plain
from tests.world import TENANT, World


class Releasing:
    """A store at which something happens just before a lease is given back."""

    def __init__(self, store, happening) -> None:
        self._store = store
        self._happening = happening

    def __getattr__(self, name):
        return getattr(self._store, name)

    def release(self, link, fence):
        if self._happening is not None:
            self._happening, happen = None, self._happening
            happen()
        self._store.release(link, fence)


class Choosy:
    """A courier to a system that has no time for one message, whenever it comes."""

    def __init__(self, town, unwanted) -> None:
        self._town = town
        self._unwanted = unwanted

    def carry(self, link, parcels, *_):
        for one in parcels:
            if one.message == self._unwanted:
                yield Reply(message=one.message, at=self._town.clock.now(), status=503)
            else:
                yield from self._town.carry(link, [one])


class Slow:
    """A courier whose first reply comes last, when nothing has joined for a while."""

    def __init__(self, world) -> None:
        self._world = world

    def carry(self, link, parcels, more):
        slow, *quick = parcels
        for _ in range(3):
            self._world.clock.forward(seconds=1)
            quick += more()
            while quick:
                yield from self._world.town.carry(link, [quick.pop(0)])
        yield from self._world.town.carry(link, [slow])


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def submit_another(world) -> None:
    text = plain(world.shipped.read_text("utf-8"), "SECOND")
    world.submit(signature.sign(text, world.keys.signer("exporter"), world.clock.now()), "second")


def due(world) -> list[str]:
    return [one.link for one in world.store.messages_in_state(MessageState.DUE)]


def test_what_comes_while_the_lease_is_still_held_is_sent_without_another_knock(world):
    world.submit(world.declaration())
    link = due(world)[0]
    taken = []

    def declare():
        submit_another(world)
        taken.append(world.store.lease(link, "somebody else", 4.0))  # knocks in vain

    ports = replace(world.ports, store=Releasing(world.store, declare))
    assert deliver(ports, link, "worker") == 2
    assert taken == [None]
    assert link not in due(world)


def test_whoever_is_slow_holds_up_nobody_else(world):
    """What becomes due while an office is silent about one message goes, under the same lease."""
    slow = world.submit(world.declaration()).movement
    link = due(world)[0]
    asked = []

    class Submitting(Slow):
        def carry(self, link, parcels, more):
            asked.append(len(parcels))
            if len(asked) == 1:
                submit_another(world)
            for reply in super().carry(link, parcels, more):
                asked.append(world.store.message(reply.message).movement == slow)
                yield reply

    ports = replace(world.ports, couriers={LinkKind.PUSH: Submitting(world)})
    assert deliver(ports, link, "worker") == 2
    assert asked == [1, False, True]
    assert world.store.link(link).fence == 1
    assert link not in due(world)


def test_heads_of_different_streams_set_off_together(world):
    world.submit(world.declaration())
    submit_another(world)
    together = []

    class Counting:
        def carry(self, link, parcels, *_):
            together.append(len(parcels))
            yield from world.town.carry(link, parcels)

    ports = replace(world.ports, couriers={LinkKind.PUSH: Counting()})
    assert deliver(ports, due(world)[0], "worker") == sum(together[:1]) == 2
    assert refused_answers(ports, TENANT, world.clock.now()) == ()  # a receipt is no answer


def test_what_is_under_way_is_sent_once(world):
    """While the head of a stream has no reply it is still due, and does not go again."""
    world.submit(world.declaration())
    link = due(world)[0]
    sent = []

    class Asking:
        def carry(self, link, parcels, more):
            world.clock.forward(seconds=9)
            sent.extend(one.message for one in (*parcels, *more(), *more()))
            yield from world.town.carry(link, parcels)

    ports = replace(world.ports, couriers={LinkKind.PUSH: Asking()})
    assert deliver(ports, link, "worker") == 1
    assert len(sent) == len(set(sent)) == 1


def test_a_link_that_is_paused_under_way_gets_nothing_more(world):
    world.submit(world.declaration())
    link = due(world)[0]

    class Pausing(Slow):
        def carry(self, link, parcels, more):
            submit_another(world)
            world.store.commit(
                Change((Update(table="links", key=link.id, values={"paused": True}),))
            )
            yield from super().carry(link, parcels, more)

    ports = replace(world.ports, couriers={LinkKind.PUSH: Pausing(world)})
    assert deliver(ports, link, "worker") == 1
    assert link in due(world)


def test_a_link_with_nothing_due_is_not_leased(world):
    link = world.store.links()[0]
    assert deliver(world.ports, link.id, "worker") == 0
    assert world.store.link(link.id).fence == link.fence


def away(world, **forward: float) -> str:
    """Submit, let the system of the first message owed be away so long; return its link."""
    world.submit(world.declaration())
    link = due(world)[0]
    world.town.away = {link}
    end = world.clock.now() + timedelta(**forward)
    while world.clock.now() < end:
        deliver(world.ports, link, "worker")
        world.clock.forward(seconds=2)
    assert world.store.link(link).breaker.opened_at is not None
    return link


def test_a_system_that_is_back_hears_of_the_only_message_with_the_next_probe(world):
    link = away(world, minutes=50)
    world.town.away = set()
    world.clock.forward(seconds=PROBE_SECONDS_FIRST_HOUR)
    assert link in sweep(world.ports)
    assert deliver(world.ports, link, "worker") == 1


def test_a_message_never_taken_does_not_speak_for_the_others(world):
    link = away(world, minutes=1)
    (first,) = (one.id for one in world.store.due_heads(link, world.clock.now(), 9))
    submit_another(world)
    world.town.away = set()
    ports = replace(world.ports, couriers={LinkKind.PUSH: Choosy(world.town, first)})
    taken = 0
    for _ in range(3):
        world.clock.forward(seconds=PROBE_SECONDS_FIRST_HOUR)
        taken += deliver(ports, link, "worker")
    assert taken == 1
    assert world.store.message(first).state is MessageState.DUE


def test_a_system_that_may_be_away_is_asked_with_one_message_at_a_time(world):
    link = away(world, minutes=1)
    submit_another(world)
    asked = []

    class Silent:
        def carry(self, _link, parcels, more):
            world.clock.forward(seconds=9)
            asked.append(len([*parcels, *more(), *more()]))
            for one in parcels:
                yield Reply(message=one.message, at=world.clock.now(), status=0, error="timed-out")

    world.clock.forward(seconds=PROBE_SECONDS_FIRST_HOUR)
    deliver(replace(world.ports, couriers={LinkKind.PUSH: Silent()}), link, "worker")
    assert asked == [1]


def test_whoever_lost_the_lease_meanwhile_keeps_nothing_and_stops(world):
    movement = world.submit(world.declaration()).movement
    link = due(world)[0]
    carried = []

    class Overtaken:
        def carry(self, link, parcels, *_):
            carried.append(len(parcels))
            overtaking = {"fence": world.store.link(link.id).fence + 1}
            world.store.commit(Change((Update(table="links", key=link.id, values=overtaking),)))
            for reply in world.town.carry(link, parcels):
                yield replace(reply, status=503, content=b"")

    ports = replace(world.ports, couriers={LinkKind.PUSH: Overtaken()})
    assert deliver(ports, link, "worker") == 0
    assert carried == [1]
    (message,) = (
        one for one in world.store.messages(movement) if one.link == link and one.place == 1
    )
    assert (message.state, message.attempts) == (MessageState.DUE, 0)
    assert world.store.attempts(message.id) == ()
    assert world.store.link(link).breaker.failures == 0


def test_whoever_lost_the_lease_before_the_first_look_keeps_nothing(world):
    """Its writes are held against the fence it was given, not against the one that it finds."""
    world.submit(world.declaration())
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)

    class Overtaken(Releasing):
        def lease(self, link, owner, seconds):
            fence = self._store.lease(link, owner, seconds)
            if fence is not None:
                overtaking = Update(table="links", key=link, values={"fence": fence + 1})
                self._store.commit(Change((overtaking,)))
            return fence

    ports = replace(world.ports, store=Overtaken(world.store, None))
    assert deliver(ports, link, "worker") == 0
    assert world.store.message(head.id) == head
    assert not world.store.attempts(head.id)


def test_whoever_lost_the_lease_lets_nothing_more_join(world):
    world.submit(world.declaration())
    link = due(world)[0]
    joined = []

    class Overtaken:
        def carry(self, link, parcels, more):
            overtaking = {"fence": world.store.link(link.id).fence + 1}
            world.store.commit(Change((Update(table="links", key=link.id, values=overtaking),)))
            yield from world.town.carry(link, parcels)
            submit_another(world)
            world.clock.forward(seconds=1)
            joined.extend(more())

    ports = replace(world.ports, couriers={LinkKind.PUSH: Overtaken()})
    assert deliver(ports, link, "worker") == 0
    assert joined == []


# ------------------------------------------------------------------ what is kept of a try


class Meanwhile:
    """A courier whose message is acknowledged otherwise before the office's status is back."""

    def __init__(self, world, status) -> None:
        self._world = world
        self._status = status

    def carry(self, _link, parcels, *_):
        done = {"state": MessageState.ACKNOWLEDGED}
        for one in parcels:
            self._world.store.commit(
                Change((Update(table="messages", key=one.message, values=done),))
            )
            yield self._reply(one)

    def _reply(self, one):
        return Reply(message=one.message, at=self._world.clock.now(), status=self._status)


@pytest.mark.parametrize(
    ("status", "outcome", "failures"), [(503, "busy", 1), (422, "refused", 0)],
    ids=["busy", "refused"],
)  # fmt: skip
def test_what_ended_meanwhile_is_neither_put_off_nor_parked(world, status, outcome, failures):
    """The try that was made is told, and counts for its link."""
    movement = world.submit(world.declaration()).movement
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    ports = replace(world.ports, couriers={LinkKind.PUSH: Meanwhile(world, status)})
    tries = []
    assert deliver(ports, link, "worker", tries.append) == 0
    assert world.store.message(head.id) == replace(head, state=MessageState.ACKNOWLEDGED)
    assert told(world, movement, "sent", "parked") == [("sent", head.id, outcome)]
    assert [one.outcome.value for one in world.store.attempts(head.id)] == [outcome]
    assert [one.outcome.value for one in tries] == [outcome]
    assert world.store.link(link).breaker.failures == failures


def told(world, movement, *kinds) -> list[tuple[str, ...]]:
    """Return kind, message and outcome of the log's entries about sending."""
    world.store.sequence("test")
    entries = [read_entry(one.entry) for one in world.store.log(movement=movement, limit=1000)]
    return [
        (one.kind.value, one.facts["message"], one.facts.get("outcome", one.facts.get("why")))
        for one in entries
        if one.kind.value in kinds
    ]


def test_the_log_tells_every_try_and_why_a_message_is_parked(world):
    movement = world.submit(world.declaration()).movement
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    for status in (503, 422):
        world.town.instead[link] = (status, b"")
        deliver(world.ports, link, "worker")
        world.clock.forward(minutes=1)
    assert world.store.message(head.id).state is MessageState.PARKED
    assert told(world, movement, "sent", "parked", "receipt") == [
        ("sent", head.id, "busy"),
        ("sent", head.id, "refused"),
        ("parked", head.id, "status 422"),
    ]
    tries = [one.outcome.value for one in world.store.attempts(head.id)]
    assert tries == ["busy", "refused"]


SAID = '{"title": "Gói \u202e hàng",\r\n\t"detail": "plate 桂A8D217 is banned"}'
SHOWN = 'status 422: {"title": "Gói hàng", "detail": "plate 桂A8D217 is banned"}'


def test_what_an_office_says_as_it_refuses_is_shown_and_not_logged(world):
    movement = world.submit(world.declaration()).movement
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    world.town.instead[link] = (422, SAID.encode() + b"\x1b[31m\xff" + b"x" * 4000)
    deliver(world.ports, link, "worker")
    (tried,) = world.store.attempts(head.id)
    assert tried.detail.startswith(SHOWN)
    assert len(tried.detail) == len("status 422: ") + 300
    assert "\x1b" not in tried.detail
    refused = [
        one.finding
        for one in attention(world.ports, TENANT)
        if one.finding.code == "attention.message-refused"
    ]
    assert dict(refused[0].args)["why"] == tried.detail
    assert dict(diagnose(world.ports, TENANT, head.id).finding.args)["why"] == tried.detail
    view = describe_movement(world.ports, TENANT, movement)
    assert view.refusals == {head.id: tried.detail}
    assert told(world, movement, "parked") == [("parked", head.id, "status 422")]
    world.store.sequence("test")
    entries = b"".join(one.entry for one in world.store.log(movement=movement, limit=1000))
    assert "桂A8D217".encode() not in entries
    assert world.store.message(head.id).waits_for == "person:status 422"


def test_the_log_tells_that_a_deadline_parked_a_message(world):
    movement = world.submit(world.declaration()).movement
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    deadline = {"deadline": world.clock.now()}
    world.store.commit(Change((Update(table="messages", key=head.id, values=deadline),)))
    assert deliver(world.ports, link, "worker") == 0
    assert told(world, movement, "sent", "parked") == [("parked", head.id, "deadline")]


# ------------------------------------------------------------------ what an office may say


class Saying:
    """A courier to systems that all say the same of every message, or of one and nothing else."""

    def __init__(self, world, of=None, **words) -> None:
        self._world, self._of, self._words = world, of, words
        self.posts = []

    def carry(self, link, parcels, more):
        waiting = list(parcels)
        while waiting:
            one = waiting.pop(0)
            if self._of in (None, one.message):
                self.posts.append(self._world.clock.now())
                yield Reply(message=one.message, at=self._world.clock.now(), **self._words)
            else:
                yield from self._world.town.carry(link, [one])
            waiting += more()


def saying(world, of=None, **words) -> Saying:
    courier = Saying(world, of, **words)
    world.ports = replace(world.ports, couriers={LinkKind.PUSH: courier})
    return courier


def test_what_nobody_foresaw_in_one_reply_is_that_message_s_trouble_alone(world, caplog):
    world.submit(world.declaration())
    submit_another(world)
    link = due(world)[0]
    first, second = (one.id for one in world.store.due_heads(link, world.clock.now(), 9))
    saying(world, first, status=0, error="no such name: \udcbb")
    assert deliver(world.ports, link, "worker") == 1
    assert world.store.message(second).state is MessageState.ACKNOWLEDGED
    message, (tried,) = world.store.message(first), world.store.attempts(first)
    assert (message.attempts, tried.outcome) == (1, Outcome.UNCLEAR)
    assert tried.detail == "not-taken-in: UnicodeEncodeError"
    assert message.next_at > world.clock.now()
    assert "UnicodeEncodeError" in caplog.text


@pytest.mark.parametrize("agreed", [ReceiptKind.SIGNED, ReceiptKind.TRANSPORT])
def test_a_status_with_an_error_is_unclear_and_the_link_lives(world, agreed):
    """As for a message of a batch that no line of the reply names."""
    world.submit(world.declaration())
    link = due(world)[0]
    world.store.commit(Change((Update(table="links", key=link, values={"receipt": agreed}),)))
    saying(world, status=200, error="malformed-reply")
    for _ in range(6):
        deliver(world.ports, link, "worker")
        world.clock.forward(minutes=2)
    assert world.store.link(link).breaker == CLOSED
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    assert {one.outcome for one in world.store.attempts(head.id)} == {Outcome.UNCLEAR}


def test_an_output_that_came_back_by_half_is_not_read_but_told(world):
    world.submit(world.declaration())
    link = due(world)[0]
    changed = {"kind": LinkKind.REQUEST, "receipt": ReceiptKind.NATIVE}
    world.store.commit(Change((Update(table="links", key=link, values=changed),)))
    courier = Saying(world, status=200, content=b"<half", cut=True)
    ports = replace(world.ports, couriers={LinkKind.REQUEST: courier})
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    for _ in range(2):
        assert deliver(ports, link, "worker") == 0
        world.clock.forward(minutes=6)
    outcomes = [one.outcome for one in world.store.attempts(head.id)]
    assert outcomes == [Outcome.HANDED_OVER] * 2
    told = [dict(one.finding.args).get("why") for one in attention(world.ports, head.tenant)]
    assert told.count("link.output-too-large") == 1


def test_a_wish_beyond_the_legal_deadline_does_not_hide_that_it_was_missed(world):
    world.submit(world.declaration())
    (message,) = (one for one in world.store.messages_in_state("due") if one.link == due(world)[0])
    assert message.deadline is not None
    world.clock.at = message.deadline - timedelta(hours=2)
    courier = saying(world, status=503, retry_after_seconds=86_400.0)
    for _ in range(2 * 60 + 3):
        deliver(world.ports, message.link, "worker")
        world.clock.forward(minutes=1)
    assert len(courier.posts) == 2
    assert message.deadline - courier.posts[1] <= timedelta(seconds=LAST_TRY_SECONDS)
    parked = world.store.message(message.id)
    assert (parked.state, parked.waits_for) == (MessageState.PARKED, "person:deadline")


def test_a_wish_for_patience_is_heeded_by_the_whole_link(world):
    for place in range(12):
        text = plain(world.shipped.read_text("utf-8"), f"N{place:04d}")
        signed = signature.sign(text, world.keys.signer("exporter"), world.clock.now())
        world.submit(signed, f"key {place}")
    link = due(world)[0]
    changed = Update(table="links", key=link, values={"concurrency": 1})
    world.store.commit(Change((changed,)))
    courier = saying(world, status=429, retry_after_seconds=3600.0)
    for _ in range(30):
        deliver(world.ports, link, "worker")
        world.clock.forward(seconds=1)
    assert len(courier.posts) == BREAKER_OPENS_AFTER


def test_a_mistake_of_ours_closes_no_link(world):
    world.submit(world.declaration())
    link = due(world)[0]
    saying(world, status=0, error="our-mistake: OverflowError", mistake=True)
    for _ in range(BREAKER_OPENS_AFTER + 1):
        deliver(world.ports, link, "worker")
        world.clock.forward(minutes=2)
    assert world.store.link(link).breaker == CLOSED
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    tries = {(one.outcome, one.detail) for one in world.store.attempts(head.id)}
    assert tries == {(Outcome.UNCLEAR, "our-mistake: OverflowError")}
    assert head.attempts == BREAKER_OPENS_AFTER + 1


# ------------------------------------------------------------------ what was never sent


UNTRIED = {"of itself": (None, UNTRIED_SECONDS), "while a login rests": (40.0, 40.0)}


@pytest.mark.parametrize(("wish", "seconds"), UNTRIED.values(), ids=UNTRIED)
def test_what_was_never_sent_is_no_try_and_waits(world, wish, seconds):
    movement = world.submit(world.declaration()).movement
    link, tries = due(world)[0], []
    world.store.commit(Change((Update(table="links", key=link, values={"rate": 0.5}),)))
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    courier = saying(world, status=0, error="login-unproven", tried=False, retry_after_seconds=wish)
    for _ in range(2):
        assert deliver(world.ports, link, "worker", tries.append) == 0
    (began,) = courier.posts
    later = world.store.message(head.id).next_at
    assert timedelta() <= later - began - timedelta(seconds=seconds) < timedelta(seconds=1)
    assert world.store.message(head.id) == replace(head, next_at=later)
    assert (world.store.attempts(head.id), tries) == ((), [])
    assert told(world, movement, "sent") == []
    after = world.store.link(link)
    assert (after.breaker, after.bucket.tokens) == (CLOSED, 1.0)
    world.clock.at = later
    world.ports = replace(world.ports, couriers={LinkKind.PUSH: world.town})
    assert deliver(world.ports, link, "worker", tries.append) == 1
    assert [one.attempt for one in tries] == [1]


def test_what_was_never_sent_leaves_an_open_breaker_as_it_is(world):
    link = away(world, minutes=1)
    world.clock.forward(seconds=PROBE_SECONDS_FIRST_HOUR)
    before = world.store.link(link).breaker
    saying(world, status=0, error="login-unproven", tried=False)
    deliver(world.ports, link, "worker")
    assert world.store.link(link).breaker == before


def test_what_was_never_sent_does_not_wait_beyond_its_legal_deadline(world):
    world.submit(world.declaration())
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    deadline = {"deadline": world.clock.now() + timedelta(seconds=20)}
    world.store.commit(Change((Update(table="messages", key=head.id, values=deadline),)))
    saying(world, status=0, error="login-refused", tried=False, retry_after_seconds=60.0)
    deliver(world.ports, link, "worker")
    assert world.store.message(head.id).next_at == deadline["deadline"]


def test_whoever_lost_the_lease_puts_nothing_off_either(world):
    world.submit(world.declaration())
    link = due(world)[0]
    (head,) = world.store.due_heads(link, world.clock.now(), 9)
    asked = []

    class Overtaken:
        def carry(self, link, parcels, *_):
            overtaking = {"fence": world.store.link(link.id).fence + 1}
            world.store.commit(Change((Update(table="links", key=link.id, values=overtaking),)))
            asked.extend(parcels)
            for one in parcels:
                yield Reply(message=one.message, at=world.clock.now(), status=0, tried=False)

    ports = replace(world.ports, couriers={LinkKind.PUSH: Overtaken()})
    assert deliver(ports, link, "worker") == 0
    assert len(asked) == 1
    assert world.store.message(head.id) == head


def test_a_receipt_for_what_ended_meanwhile_is_not_counted_twice(world):
    world.submit(world.declaration())
    link = due(world)[0]

    class Receipt(Meanwhile):
        def _reply(self, one):
            (reply,) = world.town.carry(world.store.link(link), [one])
            return reply

    tries = []
    ports = replace(world.ports, couriers={LinkKind.PUSH: Receipt(world, 200)})
    assert deliver(ports, link, "worker", tries.append) == 0
    assert [one.outcome for one in tries] == [Outcome.ACKNOWLEDGED]
