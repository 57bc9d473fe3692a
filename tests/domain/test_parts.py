"""A movement on several trips: parts happen one by one, quantities add up, nothing goes twice."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.deciding import begin, decide, report
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.message import Answer, AnswerKind
from gateway.domain.movement import Movement, fold
from gateway.domain.parts import has_for, passed_by
from gateway.domain.procedure import Procedure, ProcedureState
from gateway.domain.trip import Trip, TripShare, carrying, planned_trips, shares_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GATE = "CN00X001"
SHARES = (("a", 100), ("b", 20), ("c", 4))
WAYS = (EventKind.DEPARTED, EventKind.EXITED, EventKind.ENTERED, EventKind.ARRIVED)


def begun(shares=SHARES):
    movement = Movement(
        reference="26CN", tenant="t", prelodged=False, shares=shares,
        procedures=(Procedure(kind="cn-exit", administration="CN"),),
    )  # fmt: skip
    movement = fold(movement, begin(movement, NOON, "CN008001"))
    released = Event(
        sequence=movement.version + 1, kind=EventKind.RELEASED, at=NOON, office="CN008001"
    )
    return fold(movement, [released])


def said(event="", *, state="", kind=AnswerKind.EXITED, numbers=()):
    return Answer(
        type="MT4402-11", kind=kind, about="MT4402", procedure="cn-exit", event=event,
        procedure_state=state, numbers=numbers,
    )  # fmt: skip


def told(movement, kind, trip="", office=GATE):
    facts = (("trip", trip),) if trip else ()
    return fold(movement, report(movement, Report(kind=kind, at=NOON, office=office, facts=facts)))


def answered(movement, trip, answer):
    return fold(movement, decide(movement, answer, GATE, NOON, trip))


def test_the_goods_depart_with_the_first_trip_and_exit_with_the_last():
    movement = told(begun(), EventKind.DEPARTED, "b")
    assert movement.has(EventKind.DEPARTED)
    for trip, whole in (("a", False), ("c", False), ("a", False), ("b", True)):
        movement = answered(movement, trip, said("exited"))
        assert movement.has(EventKind.EXITED) is whole, trip


def test_what_names_no_trip_is_about_all_that_it_did_not_happen_to():
    movement = answered(begun(), "a", said("exited"))
    movement = answered(movement, "", said("exited"))
    parts = [one.fact("trip") for one in movement.happened if one.kind is EventKind.PART_MOVED]
    assert parts == ["a", "b", "c"]
    assert movement.has(EventKind.EXITED)


def test_one_trip_is_past_an_office_and_the_others_are_not():
    movement = answered(begun(), "b", said("exited"))
    assert [passed_by(movement.happened, [GATE], trip) for trip, _ in SHARES] == [
        False,
        True,
        False,
    ]
    assert not movement.passed([GATE])
    assert has_for(movement.happened, EventKind.EXITED, "b")


def test_a_trip_that_began_on_the_way_shares_what_happened_to_the_whole_before():
    movement = replace(told(begun(shares=()), EventKind.DEPARTED), shares=SHARES)
    assert has_for(movement.happened, EventKind.DEPARTED, "c")
    assert told(movement, EventKind.DEPARTED, "a") == movement


GOOD, BAD = ("accepted", "released", "closed"), ("refused", "under-control", "not-released")


@pytest.mark.parametrize("state", GOOD)
def test_a_decision_for_the_goods_counts_when_every_trip_has_it(state):
    movement = begun()
    for trip, reached in (("a", False), ("b", False), ("b", False), ("c", True)):
        movement = answered(movement, trip, said(state=state))
        assert (movement.procedure("cn-exit").state.value == state) is reached, trip


@pytest.mark.parametrize("state", BAD)
def test_a_decision_against_one_trip_counts_at_once(state):
    movement = answered(begun(), "b", said(state=state))
    assert movement.procedure("cn-exit").state == state


def test_a_trip_that_is_further_has_what_the_others_get():
    movement = answered(begun(SHARES[:2]), "a", said(state="closed"))
    movement = answered(movement, "b", said(state="accepted"))
    assert movement.procedure("cn-exit").state is ProcedureState.ACCEPTED
    movement = answered(movement, "b", said(state="closed"))
    assert movement.procedure("cn-exit").state is ProcedureState.CLOSED


def test_each_trip_has_its_own_number_and_keeps_it():
    movement = begun()
    for trip, number in (("a", "1"), ("b", "2"), ("a", "1")):
        movement = answered(movement, trip, said(numbers=(("gate", number),)))
    procedure = movement.procedure("cn-exit")
    assert [procedure.number("gate", trip) for trip, _ in SHARES] == ["1", "2", None]


def test_an_answer_about_one_trip_is_heard_as_that_trips():
    movement = answered(begun(), "b", said())
    assert movement.heard("MT4402:exited@b")
    assert not movement.heard("MT4402:exited@a")


@given(
    st.lists(
        st.tuples(st.sampled_from(WAYS), st.sampled_from(["", "a", "b", "c"]), st.booleans()),
        max_size=30,
    )
)
@settings(max_examples=60, deadline=None)
def test_quantities_always_add_up(steps):
    """Whatever is told in whichever order, no package moves twice and the whole is its parts."""
    movement, heard = begun(), {kind: set() for kind in WAYS}
    for kind, trip, by_office in steps:
        before = movement
        if by_office or kind is not EventKind.DEPARTED:
            movement = answered(movement, trip, said(kind.value))
        else:
            movement = told(movement, kind, trip)
        names = {trip} if trip else {name for name, _ in SHARES}
        fresh = names - heard[kind]
        heard[kind] |= names
        happened = movement.happened[len(before.happened) :]
        assert {one.fact("trip") for one in happened if one.fact("trip")} == fresh
    for kind in WAYS:
        parts = [one for one in movement.happened if one.fact("happened") == kind.value]
        assert len(parts) == len(heard[kind])
        moved = sum(int(one.fact("packages")) for one in parts)
        assert moved == sum(number for name, number in SHARES if name in heard[kind])
        whole = moved > 0 if kind is EventKind.DEPARTED else moved == 124
        assert movement.has(kind) is whole


def trip(name, batch, packages, plates=(("CN", "桂A"),)):
    share = TripShare(movement="m", packages=packages, gross_mass_kg=Decimal(packages))
    return Trip(id=name, tenant="t", batch=batch, plates=plates, seals=("S",), shares=(share,))


CHANGES = {
    "another vehicle under another number": ([("o", "B1", 9)], [("n", "B2", 9)], [("o", "B2", 9)]),
    "split": (
        [("o", "B1", 9)], [("n", "B1", 5), ("p", "B2", 4)], [("o", "B1", 5), ("p", "B2", 4)],
    ),
    "joined": (
        [("o", "B1", 5), ("p", "B2", 4)], [("n", "B1", 9)], [("o", "B1", 9), ("p", "B2", 0)],
    ),
    "moved to others": (
        [("o", "B1", 9)],
        [("n", "B2", 5), ("p", "B3", 4)],
        [("n", "B2", 5), ("p", "B3", 4), ("o", "B1", 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_new_declaration_keeps_the_trips_it_names(name):
    known, declared, wanted = CHANGES[name]
    found = planned_trips([trip(*one) for one in known], [trip(*one) for one in declared])
    told_of = [(one.id, one.batch, one.share("m").packages) for one in found]
    assert told_of == wanted
    assert all(bool(one.plates) is bool(one.share("m").packages) for one in found)
    assert sum(number for _, number in shares_of(found, "m")) == 9
    several = sum(number > 0 for _, _, number in wanted) > 1
    assert bool(carrying(found, "m")) is several
