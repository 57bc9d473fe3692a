"""Round a closure: who is hit, what would be sent, applied after confirmation, undone before."""

from contextlib import closing
from datetime import timedelta

import pytest

from gateway import closures
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.markup import signature
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.closure import NewClosure, close_office, end_closure, hits
from tests.postgres import running_postgres
from tests.world import ROUTE, SIGNATORIES, World

VIA = ("CN007208", "VN00X002")
AROUND = {"CN": (*ROUTE["CN"], "CN007208"), "VN": (*ROUTE["VN"], "VN00X002")}


def made(folder, **more):
    return World(folder, more=AROUND, **more)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def world(request, tmp_path):
    url = running_postgres().database() if request.param == "postgresql" else ""
    with closing(made(tmp_path, store_url=url)) as it:
        yield it


@pytest.fixture
def movement(world):
    """Goods on the road to Youyiguan; the vehicle is announced there and not through."""
    found = world.submit(world.declaration()).movement
    world.run()
    world.town.held.add("MT4402")
    world.report(found, "departed", "CN008001", seal="S1")
    world.run()
    return found


def close(world, office="CN00X001", **values):
    told = {"from_at": world.clock.now(), "reason": "typhoon", **values}
    return close_office(world.ports, world.exporter, NewClosure(office=office, **told))


def plan(world, closure, via=VIA):
    return closures.plan(world.ports, world.exporter, closure.id, via)


def apply(world, closure, minutes=5):
    grace = timedelta(minutes=minutes)
    return closures.apply(world.ports, world.exporter, closure.id, grace)


def go_on(world):
    return sum(closures.go_on(world.ports, one) for one in closures.due(world.ports))


def offices(world, movement):
    return [office for number, office, _, _ in world.store.movement(movement).stops if number]


# expected at Youyiguan on 25 November 06:00 UTC, 53 hours after the world begins
WINDOWS = [
    pytest.param(0, None, True, id="until it is ended"),
    pytest.param(0, 54, True, id="until after they come"),
    pytest.param(0, 52, False, id="until before they come"),
    pytest.param(54, 60, False, id="from after they passed"),
    pytest.param(50, 60, True, id="around it"),
]


@pytest.mark.parametrize(("begins", "ends", "expected"), WINDOWS)
def test_who_is_hit(world, movement, begins, ends, expected):
    now = world.clock.now()
    until = now + timedelta(hours=ends) if ends else None
    closure = close(world, from_at=now + timedelta(hours=begins), until_at=until)
    found = [one.loaded.record.reference for one in hits(world.ports, closure)]
    assert found == ([movement] if expected else [])


def test_overdue_goods_are_not_there_before_now(world, movement):
    world.clock.forward(hours=60)
    closure = close(world, until_at=world.clock.now() + timedelta(hours=1))
    assert [one.loaded.record.reference for one in hits(world.ports, closure)] == [movement]


@pytest.mark.usefixtures("movement")
def test_goods_that_passed_are_not_hit(world):
    world.town.held.clear()
    world.run()
    assert list(hits(world.ports, close(world))) == []


def test_a_plan_says_who_would_be_told_what_and_sends_nothing(world, movement):
    before = world.store.messages(movement)
    (one,) = plan(world, close(world))
    assert one.state == "proposed"
    assert dict(one.swaps) == {"CN00X001": "CN007208", "VN0015BB": "VN00X002"}
    assert {"CN007208 MT2401", "VN00X002 TIR"} <= {*one.told, *one.later}
    assert "VN0015BB TIR" in one.dropped
    left_out = [it for it in (*one.told, *one.later) if it.startswith(("CN00X001", "VN0015BB"))]
    assert left_out == ["CN00X001 DiversionNotice", "VN0015BB DiversionNotice-I"]
    assert world.store.messages(movement) == before
    assert offices(world, movement) == ["CN008001", "CN00X001", "VN0015BB", "VN0003PJ"]


def test_what_is_applied_waits_and_is_carried_out_as_it_was_planned(world, movement):
    closure = close(world)
    (planned,) = plan(world, closure)
    (confirmed,) = apply(world, closure)
    assert confirmed.state == "confirmed"
    assert go_on(world) == 0
    world.clock.forward(minutes=6)
    assert go_on(world) == 1
    assert go_on(world) == 0
    assert offices(world, movement) == ["CN008001", "CN007208", "VN00X002", "VN0003PJ"]
    made_now = {f"{one.office} {one.type}" for one in world.store.messages(movement)}
    assert made_now >= {*planned.told, *planned.later}
    assert [one.state.value for one in world.store.diversions(closure.id)] == ["done"]
    assert "diverted" in {one.kind.value for one in world.store.events(movement)}
    world.town.held.clear()
    world.run()
    world.report(movement, "arrived", "VN0003PJ")
    world.run()
    assert world.store.movement(movement).state == "completed"


def test_what_is_undone_before_it_is_sent_leaves_no_trace(world, movement):
    closure = close(world)
    plan(world, closure)
    apply(world, closure)
    before = world.store.movement(movement)
    (one,) = closures.undo(world.ports, world.exporter, closure.id)
    world.clock.forward(minutes=6)
    assert (one.state, one.due_at, go_on(world)) == ("undone", None, 0)
    assert world.store.movement(movement) == before


def test_what_was_sent_is_not_undone(world, movement):
    closure = close(world)
    plan(world, closure)
    apply(world, closure, minutes=0)
    go_on(world)
    (one,) = closures.undo(world.ports, world.exporter, closure.id)
    assert one.state == "done"
    assert offices(world, movement)[1] == "CN007208"


def test_what_was_replaced_since_the_plan_is_not_put_back(world, movement):
    closure = close(world)
    plan(world, closure)
    apply(world, closure)
    raw = world.declaration(texts={"ES20261123A7": "ES20261123A8"})
    new = Amendment(raw=raw, reason=Reason(text="resealed"))
    amend(world.ports, world.exporter, movement, new, idempotency_key="k2")
    world.clock.forward(minutes=6)
    assert go_on(world) == 1
    assert offices(world, movement)[1] == "CN007208"
    (trip,) = world.store.trips_of(movement)
    assert "ES20261123A8" in trip.seals


def test_without_a_mandate_the_declarant_signs(tmp_path):
    mandates = [one for one in SIGNATORIES if one != "exporter"]
    with closing(made(tmp_path, mandates=mandates)) as world:
        reference = world.submit(world.declaration()).movement
        closure = close(world)
        plan(world, closure)
        (one,) = apply(world, closure, minutes=0)
        assert (one.state, go_on(world)) == ("awaiting-signature", 0)
        prepared = closures.declaration_of(world.ports, world.exporter, closure.id, reference)
        signer = world.keys.signer("exporter")
        new = Amendment(
            raw=signature.sign(prepared, signer, world.clock.now()), reason=Reason(text="typhoon")
        )
        amend(world.ports, world.exporter, reference, new, idempotency_key="signed")
        assert offices(world, reference)[1] == "CN007208"
        (after,) = plan(world, closure)
        assert after.state == "done"


def test_a_mandate_that_ended_meanwhile_stops_it(world, movement):
    closure = close(world)
    plan(world, closure)
    apply(world, closure)
    world.clock.forward(days=366)  # the certificates end too
    go_on(world)
    (one,) = world.store.diversions(closure.id)
    assert one.state == "refused"
    assert one.codes
    assert offices(world, movement)[1] == "CN00X001"


def test_offices_nobody_can_reach_are_no_way(world, movement):
    del movement
    closure = close(world)
    (one,) = plan(world, closure, ("CN00X002", "VN00X003"))
    assert one.state == "no-way"
    assert "CN00X002 link.none-for-office" in one.codes
    (shown,) = closures.closure_shape(closure, [one])["movements"]
    assert shown["codes"] == ["link.none-for-office"]
    assert "VN00X003 link.none-for-office" in shown["why_not"]


GMS, BILATERAL = "<TypeCode>GMS</TypeCode>", "<TypeCode>BILATERAL</TypeCode>"


def planned(world, texts):
    """Plan round Youyiguan for goods declared so, without naming a crossing."""
    world.submit(world.declaration(texts=texts))
    (one,) = plan(world, close(world), None)
    return one.state, dict(one.swaps), one.codes


def test_a_permit_takes_goods_only_to_the_gates_that_it_lists(world):
    state, swaps, codes = planned(world, {})
    assert (state, swaps) == ("no-way", {})  # Hekou, which no link reaches here
    assert "link.none-for-office" in {one.split()[-1] for one in codes}


def test_the_nearest_crossing_that_admits_goods_and_permit_is_found(world):
    state, swaps, _ = planned(world, {GMS: BILATERAL})
    assert (state, swaps) == ("proposed", {"CN00X001": "CN007208", "VN0015BB": "VN00X002"})


def test_where_no_crossing_takes_its_place_nothing_is_proposed(world, movement):
    del movement
    (one,) = plan(world, close(world, "VN0003PJ"), None)
    assert (one.state, one.codes) == ("no-way", ("closure.no-crossing",))


def test_a_closure_needs_an_office_an_order_and_a_reason(world):
    now = world.clock.now()
    with pytest.raises(NotFound):
        close(world, "CN009999")
    for values, code in (
        ({"until_at": now - timedelta(hours=1)}, "closure.ends-before"),
        ({"reason": " "}, "closure.no-reason"),
        ({"reason": "x" * 256}, "act.no-reason"),
    ):
        with pytest.raises(Refused) as caught:
            close(world, **values)
        assert [one.code for one in caught.value.findings] == [code]
    with pytest.raises(NotFound):
        closures.plan(world.ports, world.exporter, "clo_none")


def test_an_ended_closure_hits_nobody(world, movement):
    del movement
    closure = close(world)
    world.clock.forward(minutes=1)
    ended = end_closure(world.ports, world.exporter, closure.id)
    assert list(hits(world.ports, ended)) == []


def test_nobody_is_sent_round_an_office_that_is_open_again(world, movement):
    closure = close(world)
    plan(world, closure)
    apply(world, closure)
    told = closures.obey(world.ports, world.exporter, closure.id, "end", {})
    assert [one["state"] for one in told["movements"]] == ["undone"]
    world.clock.forward(minutes=6)
    assert go_on(world) == 0
    assert offices(world, movement) == ["CN008001", "CN00X001", "VN0015BB", "VN0003PJ"]


def test_a_closure_that_has_not_begun_is_called_off(world, movement):
    """It was *standing* until a moment before it begins."""
    closure = close(world, from_at=world.clock.now() + timedelta(hours=50))
    assert [one.loaded.record.reference for one in hits(world.ports, closure)] == [movement]
    ended = end_closure(world.ports, world.exporter, closure.id)
    assert (ended.state, ended.until_at) == ("dismissed", closure.from_at)
    assert list(hits(world.ports, ended)) == []
    assert end_closure(world.ports, world.exporter, closure.id) == ended
    with pytest.raises(InConflict) as caught:
        apply(world, ended)
    assert [one.code for one in caught.value.findings] == ["closure.settled"]
