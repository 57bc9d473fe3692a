"""What somebody else does between our reading and our writing: nobody is misled by it."""

from contextlib import closing
from dataclasses import replace

import pytest

from gateway.domain.act import Act, ActKind
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import InConflict, Refused, Unavailable
from gateway.domain.lane import Signal
from gateway.domain.message import MessageState
from gateway.domain.records import Lost
from gateway.usecases import setup
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.deliver import deliver
from gateway.usecases.grants import revoke
from gateway.usecases.lane import pass_lane
from gateway.usecases.operate import perform
from gateway.usecases.sign import attach_signature, to_be_signed
from tests.usecases.stopped import LINK, WHY, principal
from tests.usecases.test_lane import reading
from tests.world import LANE, TENANT, World

OTHER_GOODS = {
    "片式固定电阻器": "片式精密电阻器",
    "Điện trở cố định dạng chip": "Điện trở chính xác",
}


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        yield made


def raced(world, method, meanwhile, when=lambda *_: True):
    """Return ports by which ``meanwhile`` happens once, right after that method of the store."""

    class Raced:
        happened = False

        def __getattr__(self, name):
            found = getattr(world.store, name)
            return self._after(found) if name == method else found

        def _after(self, found):
            def call(*args, **kwargs):
                got = found(*args, **kwargs)
                if not self.happened and when(*args):
                    self.happened = True
                    meanwhile()
                return got

            return call

    return replace(world.ports, store=Raced())


def test_a_signature_over_a_replaced_declaration_is_not_sent(tmp_path):
    with closing(World(tmp_path, mandates=("exporter", "broker"))) as world:
        world.town.held.add("MT2401")
        movement = world.submit(world.declaration()).movement
        world.run()
        waiting = MessageState.AWAITING_SIGNATURE
        kept = world.store.messages(movement)
        one = next(one for one in kept if one.state is waiting and one.type == "IDA")
        _, content = to_be_signed(world.ports, world.exporter, one.id)
        signed = world.keys.signer(one.signatory.value).cms(content)
        new = Amendment(
            raw=world.declaration(texts=OTHER_GOODS), reason=Reason(code="001", text="words")
        )
        ports = raced(
            *(world, "message"),
            lambda: amend(world.ports, world.exporter, movement, new, idempotency_key="a"),
            lambda name: name == one.id,
        )
        with pytest.raises(Refused) as refused:
            attach_signature(ports, world.exporter, one.id, signed)
        assert refused.value.findings[0].code == "signature.content-changed"
        now = world.store.message(one.id)
        assert (now.state, now.wire) == (waiting, None)
        assert now.unsigned != one.unsigned


def test_what_a_worker_tried_before_the_lease_was_ours_keeps_its_place(world):
    operator = principal(world, "operator")
    movement = world.submit(world.declaration()).movement
    perform(world.ports, operator, Act(kind=ActKind.PAUSE, subject=LINK, reason=WHY))
    world.run()
    world.report(movement, "departed", "CN008001", seal="S1")
    world.run()
    perform(world.ports, operator, Act(kind=ActKind.RESUME, subject=LINK, reason=WHY))
    due = [one for one in world.store.messages(movement) if one.link == LINK and one.place]
    head = min((one for one in due if one.state is MessageState.DUE), key=lambda one: one.place)

    class Unheard:
        """The office takes everything, and nobody hears of it."""

        def carry(self, link, parcels, *more):
            for reply in world.town.carry(link, parcels, *more):
                yield replace(reply, status=0, content=b"", error="timed out")

    mute = replace(world.ports, couriers={LinkKind.PUSH: Unheard()})
    ports = raced(world, "message", lambda: deliver(mute, LINK, "worker"))
    with pytest.raises(InConflict) as refused:
        perform(ports, operator, Act(kind=ActKind.SKIP, subject=head.id, reason=WHY))
    assert refused.value.findings[0].code == "act.uncertain"
    after = world.store.message(head.id)
    assert (after.state, after.place, after.attempts) == (MessageState.DUE, head.place, 1)
    assert world.store.lease(LINK, "another", 4) is not None


def test_two_operators_who_revoke_each_other_do_not_both(world):
    first, second = (principal(world, name) for name in ("first", "second"))
    ports = raced(*(world, "trust"), lambda: revoke(world.ports, second, first.id, "left the firm"))
    with pytest.raises(InConflict) as refused:
        revoke(ports, first, second.id, "left the firm")
    assert refused.value.findings[0].code == "grant.last-operator"
    left = [one.id for one in world.store.principals(TENANT) if one.revoked_at is None]
    assert second.id in left


def test_a_lane_does_not_say_go_by_what_is_no_longer_so(world):
    setup.add_lane(world.ports, LANE)
    world.town.held.add("MT4402")
    movement = world.submit(world.declaration()).movement
    world.run()

    def taken_back():
        world.report(movement, "invalidation-asked", "CN008001", reason="003", text="订单取消")

    decided = raced(
        *(world, "body"),
        taken_back,
        lambda digest: world.store.body(digest) is None,  # the reading's own, looked for last
    )
    passing = pass_lane(decided, world.exporter, LANE.id, reading(world))
    assert (passing.passage.says, passing.passage.code) == (Signal.STOP, "lane.held")
    at_gate = [one for one in world.store.events(movement) if one.kind.value == "at-gate"]
    assert [one.fact("decision") for one in at_gate] == ["stop"]


def test_an_answer_to_a_movement_that_never_keeps_still_is_asked_for_again(world):
    """A conflict (409) would tell the office that it is wrong, and it would give up."""

    class Busy:
        def __getattr__(self, name):
            return getattr(world.store, name)

        def commit(self, _change):
            raise Lost("movements")

    world.town.held.add("MT2401")
    movement = world.submit(world.declaration()).movement
    for link in world.store.links():
        deliver(world.ports, link.id, "w")
    held = next(one for one in world.town.answers if one.taken.envelope.type == "MT2401")
    with pytest.raises(Unavailable) as later:
        world.town.post(replace(world.ports, store=Busy()), held)
    assert [one.code for one in later.value.findings] == ["movement.busy"]
    assert world.store.answers(movement) == ()
    world.post(held)
    assert world.store.answers(movement)
