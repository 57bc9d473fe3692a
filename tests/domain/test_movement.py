"""A movement folded from events; answers decided; nothing ever moves back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.deciding import begin, decide, lodge, report
from gateway.domain.event import Event, EventKind, Report
from gateway.domain.finding import Refusal
from gateway.domain.message import Answer, AnswerKind
from gateway.domain.movement import Movement, fold
from gateway.domain.movement_state import MovementState
from gateway.domain.procedure import Procedure, ProcedureState, advances

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def movement(*, prelodged=False):
    return Movement(
        reference="26CNABCDEF123456J6",
        tenant="acme",
        prelodged=prelodged,
        procedures=(
            Procedure(kind="cn-export", administration="CN"),
            Procedure(kind="vn-import", administration="VN"),
        ),
    )


def begun(**kwargs):
    fresh = movement(**kwargs)
    return fold(fresh, begin(fresh, NOON, "CN008001"))


def answer(**kwargs):
    defaults = {
        "type": "reply",
        "kind": AnswerKind.ACCEPTED,
        "about": "DecMessage",
        "procedure": "cn-export",
    }
    return Answer(**{**defaults, **kwargs})


def after(state, *answers):
    for one in answers:
        state = fold(state, decide(state, one, "CN008001", NOON))
    return state


RELEASE = answer(kind=AnswerKind.RELEASED, procedure_state="released", event="released")


def test_a_new_movement_is_lodged():
    assert begun().state is MovementState.LODGED
    assert begun(prelodged=True).state is MovementState.PRELODGED


def test_sequences_have_no_gaps():
    state = begun()
    events = [
        *decide(state, answer(numbers=(("entry", "8001"),), procedure_state="accepted"), "", NOON)
    ]
    assert [state.version + place for place in range(1, len(events) + 1)] == [
        event.sequence for event in events
    ]


def test_an_answer_is_remembered_by_message_and_kind():
    state = after(begun(), answer())
    assert state.heard("DecMessage:accepted")
    assert not state.heard("DecMessage:accepted", since=state.version)


def test_an_official_number_is_kept_once():
    told = answer(numbers=(("entry", "800120260001"),))
    state = after(begun(), told, told)
    assert [number.value for number in state.procedure("cn-export").numbers] == ["800120260001"]


def test_an_official_number_never_changes():
    state = after(begun(), answer(numbers=(("entry", "1"),)))
    with pytest.raises(Refusal) as refusal:
        decide(state, answer(numbers=(("entry", "2"),)), "CN008001", NOON)
    assert refusal.value.findings[0].code == "answer.number-changed"


def test_an_answer_for_a_procedure_that_is_not_there_is_refused():
    with pytest.raises(Refusal) as refusal:
        decide(begun(), answer(procedure="la-transit"), "", NOON)
    assert refusal.value.findings[0].code == "answer.unknown-procedure"


def test_late_news_does_not_move_a_procedure_back():
    state = after(begun(), RELEASE, answer(procedure_state="accepted"))
    assert state.procedure("cn-export").state is ProcedureState.RELEASED


def test_a_repeated_event_happens_once():
    state = after(begun(), RELEASE, RELEASE)
    assert [event.kind for event in state.happened].count(EventKind.RELEASED) == 1


ENDS = {ProcedureState.CLOSED, ProcedureState.INVALIDATED}
STATES = [state for state in ProcedureState if state is not ProcedureState.PLANNED]


@given(st.permutations(STATES))
def test_whatever_the_order_of_news_the_first_end_stands(order):
    state = after(begun(), *(answer(procedure_state=one.value) for one in order))
    assert state.procedure("cn-export").state is next(one for one in order if one in ENDS)


@pytest.mark.parametrize(("now", "then"), list(permutations(ProcedureState, 2)), ids=str)
def test_of_two_states_one_way_is_forward_and_from_an_end_none(now, then):
    if {now, then} == ENDS:
        assert not advances(now, then)
    else:
        assert advances(now, then) is not advances(then, now)


def test_completed_when_and_only_when_every_procedure_is_closed():
    state = after(begun(), answer(procedure_state="closed"))
    assert state.state is not MovementState.COMPLETED
    state = after(state, answer(procedure="vn-import", procedure_state="closed"))
    assert state.state is MovementState.COMPLETED
    again = after(state, answer(procedure="vn-import", procedure_state="closed"))
    assert [event.kind for event in again.happened].count(EventKind.COMPLETED) == 1


def test_lodging_opens_a_planned_procedure_once():
    state = begun()
    state = fold(state, lodge(state, ["cn-export", "cn-export"], NOON))
    assert state.procedure("cn-export").state is ProcedureState.LODGED
    assert lodge(state, ["cn-export"], NOON) == ()


def told(kind, office="CN008001", minutes=60, **facts):
    at = NOON + timedelta(minutes=minutes)
    return Report(kind=EventKind(kind), at=at, office=office, facts=tuple(facts.items()))


REFUSED_REPORTS = {
    "departure before release": (begun(), told(EventKind.DEPARTED), "report.not-released"),
    "arrival before release": (begun(), told(EventKind.ARRIVED), "report.not-departed"),
    "arrival of goods that never left": (
        after(begun(), RELEASE),
        told(EventKind.ARRIVED),
        "report.not-departed",
    ),
    "an office's own news": (after(begun(), RELEASE), told(EventKind.CLEARED), "report.not-yours"),
    "presenting what was not pre-lodged": (
        begun(),
        told(EventKind.PRESENTED),
        "report.not-prelodged",
    ),
}


@pytest.mark.parametrize(
    ("state", "one", "code"), REFUSED_REPORTS.values(), ids=REFUSED_REPORTS.keys()
)
def test_refused_reports(state, one, code):
    with pytest.raises(Refusal) as refusal:
        report(state, one)
    assert code == refusal.value.findings[0].code


def test_goods_that_the_departure_let_go_are_released_in_whatever_words():
    told = after(begun(), answer(kind=AnswerKind.RELEASED, procedure_state="released"))
    elsewhere = answer(procedure="vn-import", kind=AnswerKind.RELEASED, procedure_state="released")
    assert told.has(EventKind.RELEASED)
    assert not after(begun(), elsewhere).has(EventKind.RELEASED)


def test_a_departure_is_reported_once():
    state = after(begun(), RELEASE)
    departure = told(EventKind.DEPARTED, seal="CQ8801172")
    events = report(state, departure)
    assert [event.fact("seal") for event in events] == ["CQ8801172"]
    assert report(fold(state, events), departure) == ()


def test_presenting_ends_the_wait_of_a_prelodged_movement():
    state = begun(prelodged=True)
    state = fold(state, report(state, told(EventKind.PRESENTED)))
    assert state.state is MovementState.PRESENTED


def journey(*kinds):
    """Fold a released movement that met ``kinds``, each as the one who may tell it tells it."""
    state = after(lodged(), RELEASE)
    for kind in kinds:
        state = fold(state, report(state, told(kind)))
    return state


def lodged():
    state = begun()
    return fold(state, lodge(state, ["cn-export"], NOON))


OCCASIONS = {
    "the yard before departure": ((), "yard-reached", ""),
    "the yard after departure": (("departed",), "yard-reached", "report.already-departed"),
    "an incident on the way": (("departed",), "incident", ""),
    "an incident before departure": ((), "incident", "report.not-departed"),
    "an incident after arrival": (
        ("departed", "arrived"),
        "incident",
        "report.already-arrived",
    ),
    "taking it back": ((), "invalidation-asked", ""),
    "taking it back under way": (("departed",), "invalidation-asked", "report.already-departed"),
    "taking it back twice": (("invalidation-asked",), "invalidation-asked", "report.invalidating"),
    "leaving while it is taken back": (
        ("invalidation-asked",),
        "departed",
        "report.invalidating",
    ),
    "what an office tells": ((), "at-gate", "report.not-yours"),
}


@pytest.mark.parametrize(("before", "kind", "code"), OCCASIONS.values(), ids=OCCASIONS.keys())
def test_what_may_happen_is_reported_at_its_time(before, kind, code):
    state = journey(*before)
    if not code:
        assert [event.kind for event in report(state, told(kind, minutes=61))] == [kind]
        return
    with pytest.raises(Refusal) as refused:
        report(state, told(kind, minutes=61))
    assert [finding.code for finding in refused.value.findings] == [code]


def test_incidents_come_again_and_repeats_do_not():
    state = journey("departed")
    first, second = told("incident", minutes=61, code="2"), told("incident", minutes=69, code="2")
    state = fold(state, report(state, first))
    assert report(state, first) == ()
    assert len(report(state, second)) == 1


INVALIDATED = answer(kind=AnswerKind.INVALIDATED, procedure_state="invalidated")
NOT_INVALIDATED = answer(kind=AnswerKind.REFUSED, event="invalidation-refused")


def test_what_every_opened_procedure_gave_up_is_invalidated():
    state = journey("invalidation-asked")
    assert state.invalidating
    state = after(state, INVALIDATED)
    assert (state.state, state.invalidating) == (MovementState.INVALIDATED, False)


def test_what_was_taken_back_is_not_completed_where_a_procedure_had_closed():
    state = journey("invalidation-asked")
    own = state.procedure("cn-export")
    other = replace(own, kind="vn-gate-entry", state=ProcedureState.CLOSED)
    state = after(replace(state, procedures=(own, other)), INVALIDATED)
    assert state.state is MovementState.INVALIDATED
    assert not state.has(EventKind.COMPLETED)


def test_an_invalidation_that_is_refused_leaves_everything_as_it_was():
    state = after(journey("invalidation-asked"), NOT_INVALIDATED)
    assert (state.state, state.invalidating) == (MovementState.RELEASED, False)
    assert report(state, told("departed"))


def test_goods_do_not_leave_on_half_a_declaration():
    state = begun()
    state = fold(state, lodge(state, ["cn-export", "vn-import"], NOON))
    state = after(state, RELEASE)
    state = fold(state, report(state, told("invalidation-asked")))
    state = after(
        state,
        answer(procedure="vn-import", procedure_state="invalidated"),
        answer(kind=AnswerKind.REFUSED, event="invalidation-refused"),
    )
    assert state.half_invalidated
    with pytest.raises(Refusal) as refused:
        report(state, told("departed"))
    assert [one.code for one in refused.value.findings] == ["report.half-invalidated"]
    closed = after(state, answer(procedure_state="closed"))
    assert closed.state is not MovementState.COMPLETED


def test_a_closed_procedure_is_not_invalidated_any_more():
    closed = after(lodged(), answer(kind=AnswerKind.CLOSED, procedure_state="closed"), INVALIDATED)
    assert closed.procedure("cn-export").state is ProcedureState.CLOSED


@pytest.mark.parametrize("kind", ["exited", "entered", "passed", "left-area", "arrived"])
def test_an_office_is_passed_when_it_saw_the_goods_go(kind):
    state = after(lodged(), answer(event=kind))
    assert (state.passed(["CN008001"]), state.passed(["VN0015BB"])) == (True, False)


LEFT_OUT = {
    "a diversion leaves offices out": (EventKind.DIVERTED, {"left": "VN0015BB"}, {"VN0015BB"}),
    "one that takes them all in again": (EventKind.DIVERTED, {}, set()),
    "no report does, whatever facts it bears": (
        EventKind.INCIDENT,
        {"left": "VN0015BB", "anew": "cn-export"},
        {"CN00X001"},
    ),
}


@pytest.mark.parametrize(("kind", "facts", "left"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_only_a_diversion_leaves_offices_out(kind, facts, left):
    state = after(begun(), RELEASE)
    first = Event(
        sequence=state.version + 1,
        kind=EventKind.DIVERTED,
        at=NOON,
        facts=(("left", "CN00X001"),),
    )
    told = Event(sequence=state.version + 2, kind=kind, at=NOON, facts=tuple(facts.items()))
    state = fold(state, [first, told])
    assert state.left == left
    assert state.procedure("cn-export").state is ProcedureState.RELEASED
