"""Plans round a closure while others act: nobody's decision is undone unseen, none is unlogged."""

from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway import closures
from gateway.audit.entry import read_entry
from gateway.domain.records import Change, Update
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.closure import NewClosure, close_office
from tests.mortal import Died, Mortal
from tests.world import ROUTE, World

PUZHAI, HEKOU = ("CN007208", "VN00X002"), ("CN00X002", "VN00X003")
AROUND = {
    side: (*ROUTE[side], PUZHAI[place], HEKOU[place]) for place, side in enumerate(("CN", "VN"))
}
LRN, UCR = "CQ-2026-000117", "CQ20261123000117"
OLD, NEW = "片式固定电阻器", "片式精密电阻器"
OTHER_GOODS = {OLD: NEW, "Điện trở cố định dạng chip": "Điện trở chính xác"}


class Raced:
    """A store beside which something happens once, just before the ``nth`` call of that name."""

    def __init__(self, store, name, act, nth=1) -> None:
        self._store, self._name, self._act, self._left = store, name, act, nth

    def __getattr__(self, name):
        found = getattr(self._store, name)
        return self._beside(found) if name == self._name else found

    def _beside(self, call):
        def called(*args, **kwargs):
            self._left -= 1
            if self._left == 0:
                self._act()
            return call(*args, **kwargs)

        return called


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Two movements whose exit office keeps its answer; two operators; Youyiguan closes."""
    with closing(World(tmp_path_factory.mktemp("raced"), more=AROUND)) as world:
        world.night = world.principal("night")
        world.town.held.add("MT2401")
        world.movement = world.submit(world.declaration()).movement
        texts = {LRN: f"{LRN}-2", UCR: f"{UCR}2"}
        world.second = world.submit(world.declaration(texts=texts), "k2").movement
        world.run()
        new = NewClosure(office="CN00X001", from_at=world.clock.now(), reason="typhoon")
        world.closure = close_office(world.ports, world.exporter, new).id
        yield world


@pytest.fixture
def world(begun, tmp_path):
    with closing(begun.copied(tmp_path)) as it:
        yield it


def plan(world, via=PUZHAI, ports=None):
    return closures.plan(ports or world.ports, world.exporter, world.closure, via)


def plan_at_night(world, via=PUZHAI, ports=None):
    return closures.plan(ports or world.ports, world.night, world.closure, via)


def apply(world, minutes=5, ports=None):
    grace = timedelta(minutes=minutes)
    return closures.apply(ports or world.ports, world.exporter, world.closure, grace)


def undo(world, ports=None):
    return closures.undo(ports or world.ports, world.exporter, world.closure)


def go_on(world, ports=None):
    due = closures.due(world.ports)
    return sum(closures.go_on(ports or world.ports, one) for one in due)


def carry_out(world):
    apply(world, minutes=0)
    assert go_on(world) == 2


def raced(world, name, act, **when):
    """The world's ports, with ``act`` of the world beside them."""
    return replace(world.ports, store=Raced(world.store, name, lambda: act(world), **when))


def row(world, movement=None):
    return world.store.diversion(f"{world.closure}/{movement or world.movement}")


def states(world):
    return [row(world, one).state.value for one in (world.movement, world.second)]


def acts(world):
    """What the log says was done about parts of plans: act and movement."""
    world.store.sequence("test")
    entries = [read_entry(one.entry) for one in world.store.log(limit=2000) if one.kind == "act"]
    return [(one.facts["act"], one.movement) for one in entries]


def replaced(world, texts, key):
    new = Amendment(raw=world.declaration(texts=texts), reason=Reason(text="mistaken"))
    amend(world.ports, world.exporter, world.movement, new, idempotency_key=key)


def written(world, movement, **values):
    step = Update(table="diversions", key=row(world, movement).id, values=values)
    world.store.commit(Change((step,)))


# ------------------------------------------------------------------ carrying out


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("idempotency", id="between signing and loading"),
        pytest.param("commit", id="between loading and writing"),
    ],
)
def test_what_is_amended_while_it_is_signed_is_kept_and_diverted_later(world, name):
    plan(world)
    apply(world, minutes=0)
    written(world, world.second, state="undone", due_at=None)
    amended = lambda world: replaced(world, OTHER_GOODS, "theirs")  # noqa: E731 - one line says it
    assert go_on(world, raced(world, name, amended)) == 0
    assert (row(world).state, go_on(world)) == ("confirmed", 0)
    world.clock.forward(minutes=2)
    assert go_on(world) == 1
    assert row(world).state == "done"
    text = world.store.body(world.store.movement(world.movement).declaration).content.decode()
    assert (NEW in text, OLD in text, PUZHAI[0] in text) == (True, False, True)
    kinds = [one.kind.value for one in world.store.events(world.movement)]
    assert [one for one in kinds if one in ("amended", "diverted")] == ["amended", "diverted"]
    assert verify_log(world.ports).findings == ()


def test_what_nobody_foresaw_of_one_movement_is_raised_and_holds_up_no_other(world):
    plan(world)
    apply(world, minutes=0)
    first, second = (one.movement for one in world.store.diversions_due(world.clock.now(), 9))
    broken = {"stops": ((1, "CN008001", "a role that is none", ""),)}
    world.store.commit(Change((Update(table="movements", key=first, values=broken),)))
    with pytest.raises(ValueError, match="a role that is none"):
        go_on(world)
    assert go_on(world) == 1
    assert [row(world, one).state for one in (first, second)] == ["confirmed", "done"]


# ------------------------------------------------------------------ planning

MOVES = [
    pytest.param(apply, "confirmed", id="confirmed"),
    pytest.param(carry_out, "done", id="carried out"),
    pytest.param(undo, "undone", id="undone"),
    pytest.param(lambda world: plan(world, HEKOU), "proposed", id="proposed another way"),
]


@pytest.mark.parametrize(("act", "state"), MOVES)
@pytest.mark.parametrize(
    "name",
    [pytest.param("body", id="while it is judged"), pytest.param("commit", id="as it is written")],
)
def test_what_moves_while_a_plan_is_made_anew_stays_as_it_moved(world, name, act, state):
    plan(world)
    seen = []

    def moved(world):
        act(world)
        seen.extend(world.store.diversions(world.closure))

    plan_at_night(world, ports=raced(world, name, moved))
    assert list(world.store.diversions(world.closure)) == seen
    assert states(world) == [state, state]


def test_what_was_planned_and_confirmed_by_another_first_plan_stays(world):
    def first(world):
        plan(world)
        apply(world)

    found = plan_at_night(world, ports=raced(world, "body", first))
    assert {(one.state.value, one.by) for one in found} == {("confirmed", "exporter")}


def test_a_plan_goes_on_with_the_others_where_one_moved(world):
    plan(world)

    def confirmed(world):
        written(world, world.second, state="confirmed")

    # the newest is looked at first
    plan_at_night(world, ports=raced(world, "commit", confirmed))
    assert states(world) == ["proposed", "confirmed"]
    assert (row(world).by, row(world, world.second).by) == ("night", "exporter")


def test_what_another_plan_met_since_is_not_closed_as_met_no_more(world):
    """The goods were to go by Puzhai as one plan looked, by Youyiguan as the other did."""
    replaced(world, {"CN00X001": PUZHAI[0], "VN0015BB": PUZHAI[1]}, "away")

    def back(world):
        replaced(world, {}, "back")
        plan(world)

    # asked for the second page: who is on the first was looked at
    plan_at_night(world, ports=raced(world, "movements", back, nth=2))
    assert row(world).state == "proposed"


# ------------------------------------------------------------------ deciding


def test_a_way_that_nobody_was_shown_is_not_confirmed(world):
    plan(world)
    anew = lambda world: plan_at_night(world, HEKOU)  # noqa: E731 - one line says it
    found = apply(world, ports=raced(world, "commit", anew))
    assert {(one.state.value, dict(one.swaps)["CN00X001"]) for one in found} == {
        ("proposed", HEKOU[0])
    }
    assert {act for act, _ in acts(world)} == {"closure-said", "closure-planned"}


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(apply, id="confirmed"),
        pytest.param(
            lambda world: written(world, world.second, due_at=world.clock.now()), id="put off"
        ),
        pytest.param(lambda world: plan_at_night(world, HEKOU), id="proposed another way"),
    ],
)
def test_undoing_takes_back_what_moved_but_was_not_carried_out(world, act):
    plan(world)
    found = undo(world, raced(world, "commit", act))
    assert [(one.state.value, one.due_at) for one in found] == [("undone", None)] * 2


# ------------------------------------------------------------------ on record

DEATHS = [
    pytest.param(number, after, id=f"{'after' if after else 'before'} change {number}")
    for number in (1, 2)
    for after in (False, True)
]


@pytest.mark.parametrize(("number", "after"), DEATHS)
@pytest.mark.parametrize(
    ("act", "name", "state"),
    [
        pytest.param(apply, "closure-applied", "confirmed", id="confirming"),
        pytest.param(undo, "closure-undone", "undone", id="undoing"),
        pytest.param(
            lambda world, ports: plan_at_night(world, HEKOU, ports), "closure-planned",
            "proposed", id="planning anew",
        ),
    ],
)  # fmt: skip
def test_what_moved_before_a_death_is_on_record(world, number, after, act, name, state):
    plan(world)
    before, said = world.store.diversions(world.closure), len(acts(world))
    ports = replace(world.ports, store=Mortal(world.store, number, after=after))
    with suppress(Died):
        act(world, ports=ports)
    now = world.store.diversions(world.closure)
    moved = [one for one, was in zip(now, before, strict=True) if one != was]
    assert len(moved) == number - (not after)
    assert {one.state.value for one in moved} <= {state}
    told = sorted(acts(world)[said:])
    assert told == sorted((name, one.movement) for one in moved)


@pytest.mark.parametrize(
    ("before", "act"),
    [
        pytest.param(carry_out, undo, id="undoing what is done"),
        pytest.param(undo, undo, id="undoing twice"),
        pytest.param(carry_out, apply, id="confirming what is done"),
        pytest.param(apply, apply, id="confirming twice"),
        pytest.param(carry_out, plan, id="planning round what nobody meets"),
        pytest.param(plan, plan, id="planning the same"),
    ],
)
def test_what_moves_nothing_is_not_on_record(world, before, act):
    plan(world)
    before(world)
    said, stood = acts(world), world.store.diversions(world.closure)
    act(world)
    assert (acts(world), world.store.diversions(world.closure)) == (said, stood)


def test_the_entries_say_what_was_decided_for_whom(world):
    plan(world)
    apply(world)
    world.store.sequence("test")
    logged = world.store.log(limit=2000, movement=world.movement)
    (planned, applied) = [read_entry(one.entry).facts for one in logged if one.kind == "act"]
    way = {"CN00X001": PUZHAI[0], "VN0015BB": PUZHAI[1]}
    assert planned == {
        "act": "closure-planned", "closure": world.closure, "office": "CN00X001",
        "reason": "typhoon", "state": "proposed", "instead": way, "caller": "exporter",
    }  # fmt: skip
    assert applied == {**planned, "act": "closure-applied", "state": "confirmed"}
    assert verify_log(world.ports).findings == ()
