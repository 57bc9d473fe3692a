"""What operators do: what it leads to, at whose wish and why, once."""

from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import pytest

from gateway import register
from gateway.domain.act import Act, ActKind
from gateway.domain.delivery import BREAKER_OPENS_AFTER, LinkKind
from gateway.domain.errors import InConflict, NotFound, Refused, Unavailable
from gateway.domain.finding import Finding
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Tenant, Update
from gateway.usecases import setup
from gateway.usecases.audit import verify_log
from gateway.usecases.deliver import deliver
from gateway.usecases.operate import foresee, perform
from tests.contract.records import MESSAGE
from tests.usecases.stopped import LINK, WHY, Desk, principal, sign
from tests.world import World

IMPORT_LINK = "lnk_vn0003pj"


def test_nobody_but_a_person_moves_a_parked_stream(desk):
    assert desk.message("OLA").state is MessageState.PARKED
    desk.world.clock.forward(hours=1)
    desk.world.run()
    assert desk.places() == []


def test_retried_it_goes_and_its_stream_behind_it(desk):
    desk.do("retry", desk.message("OLA").id)
    desk.world.run()
    assert ("OLA", 1) in desk.places()
    assert desk.places()[1:3] == [("WayNotice-I", 2), ("TIR", 3)]
    assert verify_log(desk.world.ports).findings == ()


def test_what_was_skipped_never_goes_and_its_place_is_taken(desk):
    ola = desk.message("OLA")
    done = desk.do("skip", ola.id)
    assert done.dropped == (ola.id,)
    assert done.moved == (desk.message("WayNotice-I", LINK).id, desk.message("TIR").id)
    waiting = {desk.message(kind).id for kind in ("OLC", "BOA", "BIA")}
    assert set(done.stranded) == waiting
    desk.world.run()
    assert desk.places() == [("WayNotice-I", 1), ("TIR", 2)]
    assert desk.message("OLC").state is MessageState.WAITING
    assert verify_log(desk.world.ports).findings == ()


@pytest.mark.parametrize("act", ["skip", "cancel"])
def test_where_the_office_has_something_else_in_that_place_nobody_moves_up(tmp_path, act):
    """So it is behind an older database: the office has what the one that is lost had made."""
    with closing(World(tmp_path)) as world:
        world.town.instead[IMPORT_LINK] = (409, b'{"reason": "this place is taken"}')
        movement = world.submit(world.declaration()).movement
        ida = _of(world, movement, "IDA")
        world.town.systems[IMPORT_LINK]._places[ida.stream] = ida.place
        deliver(world.ports, IMPORT_LINK, "w")
        (tried,) = world.store.attempts(ida.id)
        assert tried.detail == 'status 409: {"reason": "this place is taken"}'
        told = Act(kind=ActKind(act), subject=ida.id, reason=WHY)
        assert perform(world.ports, principal(world, "operator"), told).moved == ()
        del world.town.instead[IMPORT_LINK]
        world.run()
        taken = [one.envelope for one in world.town.systems[IMPORT_LINK].taken]
        assert [(one.type, one.place) for one in taken] == [("WayNotice-I", 2)]
        assert verify_log(world.ports).findings == ()


def test_cancelling_takes_back_whatever_hangs_on_it(desk):
    ola, hanging = desk.message("OLA"), [desk.message(kind) for kind in ("OLC", "BOA", "BIA")]
    done = desk.do("cancel", ola.id)
    assert set(done.dropped) == {ola.id, *(one.id for one in hanging)}
    assert done.stranded == ()
    states = {desk.world.store.message(one).state for one in done.dropped}
    assert states == {MessageState.DROPPED}
    desk.world.run()
    assert desk.places() == [("WayNotice-I", 1), ("TIR", 2)]
    assert verify_log(desk.world.ports).findings == ()


@pytest.mark.parametrize("act", ["skip", "cancel"])
def test_the_last_of_a_stream_leaves_its_place_to_what_comes_later(tmp_path, act):
    with closing(World(tmp_path)) as world:
        world.town.instead[IMPORT_LINK] = (422, b"")
        movement = world.submit(world.declaration()).movement
        deliver(world.ports, IMPORT_LINK, "w")
        told = Act(kind=ActKind(act), subject=_of(world, movement, "IDA").id, reason=WHY)
        perform(world.ports, principal(world, "operator"), told)
        del world.town.instead[IMPORT_LINK]
        world.run()
        (news,) = [
            one
            for one in world.store.messages(movement)
            if one.link == IMPORT_LINK and one.place is not None and one.attempts
            if one.state is not MessageState.DROPPED
        ]
        stands = (news.type, news.place, news.state)
        assert stands == ("WayNotice-I", 1, MessageState.ACKNOWLEDGED)


def _of(world, movement, kind):
    return next(one for one in world.store.messages(movement) if one.type == kind)


@pytest.mark.parametrize(("others", "dropped"), [(1, ["msg_1"]), (0, ["msg_1", "msg_9"])])
def test_what_another_part_may_still_answer_is_not_cancelled_with_it(others, dropped):
    due = replace(MESSAGE, type="OLA", state=MessageState.DUE)
    parts = [replace(due, id=f"msg_{place}", place=place) for place in range(1, 2 + others)]
    waiting = replace(due, id="msg_9", type="OLC", state=MessageState.WAITING, place=None)
    waiting = replace(waiting, waits_for="OLA:registered")
    loaded = SimpleNamespace(messages=(*parts, waiting))
    assert [one.id for one in register.cancelling(loaded, parts[0]).dropped] == dropped


def test_superseded_it_goes_under_a_new_name_in_its_own_place(desk):
    ola = desk.message("OLA")
    done = desk.do("supersede", ola.id)
    assert desk.world.store.message(ola.id).waits_for == f"superseded:{done.made}"
    desk.world.run()
    taken = [one.envelope for one in desk.world.town.systems[LINK].taken]
    assert (taken[0].id, taken[0].type, taken[0].place) == (done.made, "OLA", 1)
    assert ("TIR", 3) in desk.places()
    assert verify_log(desk.world.ports).findings == ()


def test_superseded_without_a_mandate_its_stream_waits_for_the_signature(tmp_path):
    """The carrier gave none: OLA is refused, made anew, and holds its place until it is signed."""
    world = World(tmp_path, mandates=("exporter", "broker", "importer"))
    desk = Desk(world)
    desk.do("retry", desk.message("WayNotice-I", LINK).id)
    world.run()
    ola, tir = desk.message("OLA"), desk.message("TIR")
    world.town.instead[LINK] = (400, b"")
    sign(world, ola.id)
    world.run()
    del world.town.instead[LINK]
    made = desk.do("supersede", ola.id).made
    again = world.store.message(made)
    assert (again.state, again.place) == (MessageState.AWAITING_SIGNATURE, 2)
    sign(world, tir.id)
    world.run()
    assert desk.places() == [("WayNotice-I", 1)]
    sign(world, made)
    world.run()
    assert desk.places()[1:3] == [("OLA", 2), ("TIR", 3)]
    assert verify_log(world.ports).findings == ()
    world.close()


# ------------------------------------------------------------------ links


def test_a_paused_link_rests_and_a_resumed_one_goes_on(desk):
    desk.do("retry", desk.message("OLA").id)
    desk.do("pause", LINK)
    assert desk.world.store.link(LINK).paused_at is not None
    assert deliver(desk.world.ports, LINK, "w") == 0
    assert LINK not in desk.world.store.links_with_due(desk.world.clock.now())
    desk.do("resume", LINK)
    assert desk.world.store.link(LINK).paused_at is None
    desk.world.run()
    assert ("OLA", 1) in desk.places()


def test_a_link_goes_at_the_rate_it_chose(desk):
    """Two a second over ten links' worth of movements: a burst of two, then two each second."""
    world, link = desk.world, "lnk_cn00x001"
    for place in range(5):
        lrn = {"<FunctionalReferenceID>CQ-2026-000117<": f"<FunctionalReferenceID>CQ-R-{place}<"}
        world.submit(world.declaration(texts=lrn), f"rate-{place}")
    desk.do("limit", link, rate=2.0)
    assert deliver(world.ports, link, "w") == 2
    assert deliver(world.ports, link, "w") == 0
    world.clock.forward(seconds=0.5)
    assert deliver(world.ports, link, "w") == 1
    world.clock.forward(seconds=60)
    assert deliver(world.ports, link, "w") == 2
    assert world.store.link(link).bucket.tokens < 1


def test_a_link_takes_no_more_at_once_than_its_cap(desk):
    world, link, seen = desk.world, "lnk_cn00x001", []
    for place in range(5):
        lrn = {"<FunctionalReferenceID>CQ-2026-000117<": f"<FunctionalReferenceID>CQ-C-{place}<"}
        world.submit(world.declaration(texts=lrn), f"cap-{place}")
    desk.do("limit", link, concurrency=2)
    carry = world.town.carry
    world.town.carry = lambda link, parcels, *_: (seen.append(len(parcels)), carry(link, parcels))[
        1
    ]
    assert deliver(world.ports, link, "w") == 5
    assert seen == [2, 2, 1]


def test_retrying_lets_an_open_breaker_try_at_once(desk):
    world = desk.world
    desk.do("retry", desk.message("OLA").id)
    world.town.away.add(LINK)
    for _ in range(BREAKER_OPENS_AFTER):
        deliver(world.ports, LINK, "w")
        world.clock.forward(seconds=61)
    world.clock.forward(seconds=-61)
    assert not world.store.link(LINK).breaker.allows(world.clock.now())
    world.town.away.clear()
    assert deliver(world.ports, LINK, "w") == 0
    desk.do("retry", desk.message("OLA").id)
    assert deliver(world.ports, LINK, "w") == 3


# ------------------------------------------------------------------ who, why, once


def test_every_act_is_told_with_its_author_and_reason(desk):
    ola = desk.message("OLA")
    desk.do("pause", LINK)
    desk.do("resume", LINK)
    desk.do("limit", LINK, rate=5.0, concurrency=3)
    desk.do("retry", ola.id)
    told = [
        (one.facts["act"], one.link, one.facts["by"], one.facts["reason"]) for one in desk.acts()
    ]
    assert told == [(act, LINK, "operator", WHY) for act in ("pause", "resume", "limit", "retry")]
    assert desk.acts()[-1].facts["message"] == ola.id


@pytest.mark.parametrize(
    ("act", "subject", "more"),
    [
        ("retry", "OLA", {}),
        ("skip", "OLA", {}),
        ("cancel", "OLA", {}),
        ("supersede", "OLA", {}),
        ("pause", LINK, {}),
        ("limit", LINK, {"rate": 3.0}),
    ],
)
def test_twice_is_once(desk, act, subject, more):
    subject = subject if subject == LINK else desk.message(subject).id
    first = desk.do(act, subject, "key-1", **more)
    again = desk.do(act, subject, "key-1", **more)
    without = desk.do(act, subject, **more)
    assert (first.repeated, again.repeated, without.repeated) == (False, True, True)
    assert (again.dropped, again.moved, again.made) == (first.dropped, first.moved, first.made)
    assert len(desk.acts()) == 1


class Overtaken:
    """A store at which something happens just before the next change."""

    def __init__(self, store, happening) -> None:
        self._store = store
        self._happening = happening

    def __getattr__(self, name):
        return getattr(self._store, name)

    def commit(self, change):
        self._happening, happen = None, self._happening
        if happen is not None:
            happen()
        self._store.commit(change)


def overtaken(desk, kind, subject, happening):
    """Do it while something else happens meanwhile."""
    ports = replace(desk.world.ports, store=Overtaken(desk.world.store, happening))
    perform(ports, desk.operator, Act(kind=ActKind(kind), subject=subject, reason=WHY))


def test_an_act_whose_lease_ended_meanwhile_is_not_written(desk):
    """Whoever holds it now may be sending the message this moment."""
    store, ola = desk.world.store, desk.message("OLA")

    def taken():
        store.release(LINK, store.link(LINK).fence)
        assert store.lease(LINK, "a worker", 60) is not None

    with pytest.raises(InConflict, match=r"act\.link-busy"):
        overtaken(desk, "cancel", ola.id, taken)
    assert desk.message("OLA").state is MessageState.PARKED
    assert desk.acts() == []


def test_what_was_retried_meanwhile_is_not_superseded(desk):
    """It may be on its way: two ids of one thing would be two things to its office."""
    ola = desk.message("OLA")
    with pytest.raises(InConflict, match=r"act\.not-in-state"):
        overtaken(desk, "supersede", ola.id, lambda: desk.do("retry", ola.id))
    assert desk.message("OLA").id == ola.id
    assert [one.facts["act"] for one in desk.acts()] == ["retry"]


def test_a_key_is_for_one_act(desk):
    desk.do("pause", LINK, "key-1")
    with pytest.raises(InConflict, match=r"idempotency\.other-body"):
        desk.do("resume", LINK, "key-1")


def _after_deadline(desk):
    desk.world.clock.forward(days=30)


def _taken(desk):
    assert desk.world.store.lease(LINK, "a worker", 30) is not None


REFUSED = [
    pytest.param("retry", "OLC", None, InConflict, "act.not-in-state", id="retry what waits"),
    pytest.param("skip", "OLC", None, InConflict, "act.not-in-state", id="skip what waits"),
    pytest.param("skip", "IDA", None, InConflict, "act.not-in-state", id="skip what is done"),
    pytest.param("cancel", "IDA", None, InConflict, "act.not-in-state", id="cancel what is done"),
    pytest.param(
        "supersede", "TIR", None, InConflict, "act.not-in-state", id="supersede what is due"
    ),
    pytest.param("retry", "OLA", _after_deadline, InConflict, "act.deadline-passed", id="too late"),
    pytest.param("skip", "OLA", _taken, InConflict, "act.link-busy", id="being sent"),
    pytest.param("supersede", "OLA", _taken, InConflict, "act.link-busy", id="being sent anew"),
    pytest.param("dismiss", "log_1", None, NotFound, "act.no-such-answer", id="no such answer"),
    pytest.param("pause", "lnk_none", None, NotFound, "link.unknown", id="no such link"),
    pytest.param("skip", "msg_none", None, NotFound, "message.unknown", id="no such message"),
]


@pytest.mark.parametrize(("act", "subject", "before", "error", "code"), REFUSED)
def test_what_an_act_does_not_fit(desk, act, subject, before, error, code):
    if before:
        before(desk)
    subject = subject if "_" in subject else desk.message(subject).id
    rows = desk.world.store.messages(desk.movement)
    with pytest.raises(error) as raised:
        desk.do(act, subject)
    assert [one.code for one in raised.value.findings] == [code]
    assert desk.world.store.messages(desk.movement) == rows
    assert desk.acts() == []


@pytest.mark.parametrize(("act", "subject"), [("skip", "OLA"), ("erase", ""), ("pause", LINK)])
def test_what_is_another_tenant_s_is_not_there(desk, act, subject):
    subject = subject or desk.movement
    stranger = replace(desk.operator, id="stranger", tenant="another")
    found = desk.message(subject).id if subject == "OLA" else subject
    with pytest.raises(NotFound):
        perform(desk.world.ports, stranger, Act(kind=ActKind(act), subject=found, reason=WHY))
    if subject == "OLA":  # nor is it told what would become of it
        with pytest.raises(NotFound):
            foresee(desk.world.ports, stranger, Act(kind=ActKind(act), subject=found, reason=WHY))
    assert desk.acts() == []


@pytest.mark.parametrize("act", ["skip", "cancel"])
def test_an_act_that_does_not_fit_keeps_no_link(desk, act):
    """It had taken the lease before it saw who was faster; nothing would go for minutes."""
    done = desk.message("OLA")
    moved = Update(
        table="messages", key=done.id, values={"state": MessageState.ACKNOWLEDGED}, expect={}
    )
    desk.world.store.commit(Change((moved,)))
    with pytest.raises(InConflict, match=r"act\.not-in-state"):
        desk.do(act, done.id)
    assert desk.world.store.lease(LINK, "a worker", 1) is not None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501], ids=["none", "blank", "too long"])
def test_without_a_reason_nothing_is_done(desk, reason):
    act = Act(kind=ActKind.PAUSE, subject=LINK, reason=reason)
    with pytest.raises(Refused, match=r"act\.no-reason"):
        perform(desk.world.ports, desk.operator, act)


@pytest.mark.parametrize(
    "more",
    [{"rate": -1.0}, {"rate": 1e9}, {"rate": float("nan")}, {"concurrency": -1}, {"batch": 257}],
    ids=str,
)
def test_a_pace_has_bounds(desk, more):
    with pytest.raises(Refused, match=r"act\.out-of-range"):
        desk.do("limit", LINK, **more)


def test_another_tenants_operator_sees_nothing(desk):
    setup.add_tenant(desk.world.ports, Tenant(id="other", name="Other"))
    stranger = principal(desk.world, "stranger", "other")
    for kind, subject in (("skip", desk.message("OLA").id), ("pause", LINK)):
        act = Act(kind=ActKind(kind), subject=subject, reason=WHY)
        with pytest.raises(NotFound):
            perform(desk.world.ports, stranger, act)


def test_what_it_means_is_told_before(desk):
    act = Act(kind=ActKind.SKIP, subject=desk.message("OLA").id, reason="")
    told = foresee(desk.world.ports, desk.operator, act)
    assert told.moved == (desk.message("WayNotice-I", LINK).id, desk.message("TIR").id)
    assert not told.uncertain
    assert desk.message("OLA").state is MessageState.PARKED


@pytest.mark.parametrize("kind", sorted({*ActKind} - {ActKind.SKIP, ActKind.CANCEL}))
def test_of_other_acts_there_is_nothing_to_foresee(desk, kind):
    """Least of all what skipping the message would mean."""
    act = Act(kind=kind, subject=desk.message("OLA").id, reason=WHY)
    with pytest.raises(Refused, match=r"act\.other-subject"):
        foresee(desk.world.ports, desk.operator, act)


def test_what_was_tried_and_not_refused_may_be_there(desk):
    desk.do("retry", desk.message("OLA").id)
    desk.world.town.away.add(LINK)
    deliver(desk.world.ports, LINK, "w")
    act = Act(kind=ActKind.SKIP, subject=desk.message("OLA").id, reason="")
    with pytest.raises(InConflict, match=r"act\.uncertain"):
        foresee(desk.world.ports, desk.operator, act)
    for kind in ("skip", "cancel"):
        with pytest.raises(InConflict, match=r"act\.uncertain"):
            desk.do(kind, act.subject)
    desk.world.clock.forward(hours=24 * 30)  # its deadline is over: it is not sent any more
    assert foresee(desk.world.ports, desk.operator, act).uncertain


def test_what_lost_its_receipt_is_taken_out_when_its_office_refuses_it(desk):
    """Its place is free then, and what comes next is taken."""
    ola = desk.message("OLA").id
    desk.do("retry", ola)
    desk.world.town.away.add(LINK)
    deliver(desk.world.ports, LINK, "w")
    desk.world.town.away.discard(LINK)
    desk.world.town.instead[LINK] = (422, b"")
    desk.do("retry", ola)
    deliver(desk.world.ports, LINK, "w")
    del desk.world.town.instead[LINK]
    desk.do("cancel", ola)
    desk.world.run()
    assert desk.message("TIR").state is MessageState.ACKNOWLEDGED


def test_what_an_office_fetches_is_not_taken_back(desk):
    world = desk.world
    world.store.commit(_fed())
    with pytest.raises(InConflict, match=r"act\.fetched"):
        desk.do("skip", desk.message("TIR").id)


def _fed():
    return Change((Update(table="links", key=LINK, values={"kind": LinkKind.FEED}),))


class Killed(BaseException):
    """SIGKILL: nothing behind it is done any more."""


class Ended:
    """The courier of a worker that ends, one way or the other, while an office takes a message."""

    def __init__(self, town, end: BaseException) -> None:
        self._town, self._end = town, end

    def carry(self, link, parcels, *_):
        tuple(self._town.carry(link, parcels))
        raise self._end
        yield


@pytest.mark.parametrize("end", [Unavailable(Finding(code="courier.closed")), Killed()], ids=type)
def test_what_a_worker_had_under_way_when_it_ended_is_not_skipped(tmp_path, end):
    """Its office has it, and would take nothing else in its place."""
    with closing(World(tmp_path)) as world:
        desk = Desk.__new__(Desk)
        desk.world, desk.operator = world, principal(world, "operator")
        desk.movement = world.submit(world.declaration()).movement
        gate = "lnk_cn00x001"
        ended = replace(world.ports, couriers={LinkKind.PUSH: Ended(world.town, end)})
        with pytest.raises(type(end)):
            deliver(ended, gate, "w")
        if isinstance(end, Killed):
            world.store.lease(gate, "w", 7200)  # it gave none back; this one is as good as ended
        desk.do("pause", gate)
        first = desk.message("MT2401", gate)
        with pytest.raises(InConflict) as refused:
            desk.do("skip", first.id)
        assert [one.code for one in refused.value.findings] == ["act.uncertain"]
        desk.do("resume", gate)
        assert deliver(world.ports, gate, "another") == 1
        assert verify_log(world.ports).findings == ()
