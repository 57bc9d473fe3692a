"""The truth table, row by row: what makes a lane go, stop or refer, and the reason it gives.

Expected words are reasoned from the task (formats.md 5.3, 8; design 5.11), not from the table.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gateway.domain.lane import (
    Direction,
    Known,
    Paper,
    Place,
    Quarantine,
    Read,
    Shut,
    Signal,
    Standing,
    Truth,
)
from gateway.domain.lane_conditions import CONDITIONS
from gateway.domain.lane_decision import decide
from gateway.domain.procedure import ProcedureState
from gateway.domain.roles import OfficeRole
from tests.domain.lane_runs import (
    LANE,
    MOVEMENT,
    NOON,
    PLACE,
    SECOND,
    facts,
    reading,
    reads,
    rules,
    run,
    say,
)

GO, STOP, REFER = Signal.GO, Signal.STOP, Signal.REFER


def standing(export=ProcedureState.RELEASED, leaving=ProcedureState.ACCEPTED, **changed):
    return facts(
        standings=(
            Standing("cn-export", "CN", OfficeRole.DEPARTURE, export),
            Standing("cn-exit", "CN", OfficeRole.EXIT, leaving),
        ),
        **changed,
    )


def shut(begins, ends):
    """A closure from so many hours after noon until so many."""
    until = NOON + timedelta(hours=ends) if ends is not None else None
    return Shut(from_at=NOON + timedelta(hours=begins), until_at=until, reason="storm")


def test_all_is_well():
    decision = say()
    assert (decision.says, decision.reason.code) == (GO, "lane.go")
    assert {truth for _, truth in decision.asked} == {Truth.HOLDS}
    assert decision.run.trips == ("trp_1",)
    assert decision.established
    assert decision.age == timedelta(0)


# each: reading, runs, what else is changed; word, code, value
ROWS = {
    # facts, reading
    "facts of an hour ago": (None, (), {"facts_at": NOON - timedelta(minutes=60)}, GO, "go", ""),
    "older facts": (
        None, (), {"facts_at": NOON - timedelta(minutes=61)}, REFER, "facts-old", "61",
    ),
    "facts of tomorrow": (
        None, (), {"facts_at": NOON + timedelta(minutes=11)}, REFER, "facts-old", "-11",
    ),
    "a reading of yesterday": (
        reading(at=NOON - timedelta(days=1)), (), {}, REFER, "reading-old",
        "2026-11-24T06:00:00+00:00",
    ),
    "a closed office": (
        None, (), {"place": replace(PLACE, shut=(shut(-1, 1),))}, STOP, "office-closed", "storm",
    ),
    "an office closed until nobody knows when": (
        None, (), {"place": replace(PLACE, shut=(shut(-1, None),))}, STOP, "office-closed", "storm",
    ),
    "an office that was closed": (
        None, (), {"place": replace(PLACE, shut=(shut(-2, 0),))}, GO, "go", "",
    ),
    "an office that will be closed": (
        None, (), {"place": replace(PLACE, shut=(shut(1, 2),))}, GO, "go", "",
    ),
    "a closed lane": (
        None, (), {"place": replace(PLACE, lane_shut=(shut(-1, 1),))}, STOP, "closed", "storm",
    ),
    "a lane that will be closed": (
        None, (), {"place": replace(PLACE, lane_shut=(shut(1, 2),))}, GO, "go", "",
    ),
    "the wrong way": (
        reading(direction=Direction.IN), (), {}, STOP, "wrong-direction", "in",
    ),
    "no direction": (reading(direction=None), (), {}, REFER, "direction-unknown", ""),
    # marks
    "a stranger": (
        reading(plates=reads("粤Z99999", "粤Z888挂"), containers=(), seals=()), (), {},
        REFER, "no-run", "粤Z99999",
    ),
    "another tractor": (
        reading(plates=reads("粤Z99999", "桂AK217挂")), (), {}, STOP, "plate-differs", "粤Z99999",
    ),
    "another trailer": (
        reading(plates=reads("桂A8D217", "粤Z888挂")), (), {}, STOP, "plate-differs", "粤Z888挂",
    ),
    "the tractor by its other plate": (
        reading(plates=reads("12H 01734", "桂AK217挂")), (), {}, GO, "go", "",
    ),
    "no tractor": (reading(plates=reads("桂AK217挂")), (), {}, REFER, "plate-unread", ""),
    "no trailer": (reading(plates=reads("桂A8D217")), (), {}, REFER, "trailer-unread", ""),
    "a run without a trailer": (
        reading(plates=reads("桂A8D217")), (run(trailers=()),), {}, GO, "go", "",
    ),
    "another container": (
        reading(containers=reads("MSKU1234565")), (), {}, STOP, "container-differs", "MSKU1234565",
    ),
    "no container read": (reading(containers=()), (), {}, REFER, "container-unread", ""),
    "a run without containers": (
        reading(containers=()), (run(containers=()),), {}, GO, "go", "",
    ),
    "another seal": (
        reading(seals=reads("CQ8801172", "ES99999999")), (), {}, STOP, "seal-differs",
        "ES99999999",
    ),
    "a seal nearly right": (
        reading(seals=reads("CQ880ll72", "ES20261123A7")), (), {}, REFER, "seal-unread",
        "CQ880ll72",
    ),
    "a seal less": (reading(seals=reads("CQ8801172")), (), {}, REFER, "seal-unread", ""),
    "no seals read": (reading(seals=()), (), {}, REFER, "seal-unread", ""),
    "no seals told": (
        reading(seals=()), (run(seals=()),), {}, REFER, "seal-unread", "",
    ),
    "the movement's own number": (reading(reference=MOVEMENT), (), {}, GO, "go", ""),
    "the batch number": (reading(reference="yyg 2611240001"), (), {}, GO, "go", ""),
    "another's number": (
        reading(reference="YYG2611240009"), (), {}, STOP, "reference-differs", "YYG2611240009",
    ),
    "one misread": (
        reading(plates=reads("桂ABD217", "桂AK217挂")), (), {}, GO, "go", "",
    ),
    "two misreads": (
        reading(plates=reads("桂ABD217", "AK217挂")), (), {}, REFER, "misread", "2",
    ),
    # the run
    "not expected here": (
        None, (run(facts(expected_here=False)),), {}, STOP, "not-expected", MOVEMENT,
    ),
    "gone already": (
        None, (run(facts(passed_here=True)),), {}, STOP, "already-passed", MOVEMENT,
    ),
    # released for this point, manifest
    "export accepted only": (
        None, (run(standing(ProcedureState.ACCEPTED)),), {}, STOP, "not-released", MOVEMENT,
    ),
    "export lodged only": (
        None, (run(standing(ProcedureState.LODGED)),), {}, STOP, "not-released", MOVEMENT,
    ),
    "export not begun": (
        None, (run(standing(ProcedureState.PLANNED)),), {}, STOP, "not-released", MOVEMENT,
    ),
    "export closed": (None, (run(standing(ProcedureState.CLOSED)),), {}, GO, "go", ""),
    "no export known": (None, (run(facts(standings=())),), {}, REFER, "release-unknown", MOVEMENT),
    "manifest lodged, no answer": (
        None, (run(standing(leaving=ProcedureState.LODGED)),), {}, REFER, "manifest-unknown",
        MOVEMENT,
    ),
    "manifest not lodged": (
        None, (run(standing(leaving=ProcedureState.PLANNED)),), {}, STOP, "manifest-missing",
        MOVEMENT,
    ),
    "manifest refused": (
        None, (run(standing(leaving=ProcedureState.REFUSED)),), {}, STOP, "held", MOVEMENT,
    ),
    # holds
    "exit under control": (
        None, (run(standing(leaving=ProcedureState.UNDER_CONTROL)),), {}, STOP, "held", MOVEMENT,
    ),
    "export under control": (
        None, (run(standing(ProcedureState.UNDER_CONTROL)),), {}, STOP, "held", MOVEMENT,
    ),
    "being taken back": (None, (run(facts(over=True)),), {}, STOP, "held", MOVEMENT),
    "never presented": (None, (run(facts(awaited=True)),), {}, STOP, "held", MOVEMENT),
    # quarantine
    "quarantine done": (None, (run(facts(quarantine=Quarantine.DONE)),), {}, GO, "go", ""),
    "quarantine holds": (
        None, (run(facts(quarantine=Quarantine.HELD)),), {}, STOP, "quarantine-held", MOVEMENT,
    ),
    "quarantine unknown": (
        None, (run(facts(quarantine=Quarantine.UNKNOWN)),), {}, REFER, "quarantine-unknown",
        MOVEMENT,
    ),
    # papers
    "permit until today": (
        None, (run(permits=(Paper("GMS", "G", date(2026, 11, 25)),)),), {}, GO, "go", "",
    ),
    "permit until yesterday": (
        None, (run(permits=(Paper("GMS", "G", date(2026, 11, 24)),)),), {}, STOP,
        "permit-expired", "GMS G",
    ),
    "one of two permits expired": (
        None,
        (run(permits=(Paper("GMS", "G", date(2027, 1, 1)), Paper("TAD", "T", date(2026, 1, 1)))),),
        {}, STOP, "permit-expired", "TAD T",
    ),
    "permit without a date": (
        None, (run(permits=(Paper("GMS", "G", None),)),), {}, REFER, "permit-unknown", "G",
    ),
    "no permit": (None, (run(permits=()),), {}, REFER, "permit-unknown", ""),
    "a paper expired": (
        None, (run(facts(papers=(Paper("851", "P", date(2026, 11, 24)),))),), {}, STOP,
        "paper-expired", "851 P",
    ),
    "no papers": (None, (run(facts(papers=())),), {}, REFER, "papers-unknown", MOVEMENT),
    "declared 72 hours ago": (
        None, (run(facts(declared_at=NOON - timedelta(hours=72))),), {}, GO, "go", "",
    ),
    "declared longer ago": (
        None, (run(facts(declared_at=NOON - timedelta(hours=72, seconds=1))),), {}, STOP,
        "declaration-expired", MOVEMENT,
    ),
    "how long it counts is not set": (
        None, (), {"lane": replace(LANE, declaration_hours=None)}, REFER,
        "declaration-age-unknown", "",
    ),
    # weight: 19480.5 kg declared, 3 % are 584.415 kg
    "heavier, just": (reading(weight_kg=Decimal("20064.9")), (), {}, GO, "go", ""),
    "too heavy": (
        reading(weight_kg=Decimal(20065)), (), {}, STOP, "weight-differs", "20065 kg",
    ),
    "too light": (
        reading(weight_kg=Decimal(18896)), (), {}, STOP, "weight-differs", "18896 kg",
    ),
    "not weighed": (reading(weight_kg=None), (), {}, REFER, "weight-unknown", ""),
    "tare not declared": (None, (run(tare_kg=None),), {}, REFER, "weight-unknown", ""),
    "no tolerance set": (
        None, (), {"lane": replace(LANE, tolerance_percent=None)}, REFER, "weight-unknown", "",
    ),
    # temperature: 15 to 25 °C declared
    "at the edge": (reading(temperature=Decimal(25)), (), {}, GO, "go", ""),
    "too warm": (reading(temperature=Decimal("25.1")), (), {}, REFER, "temperature", "25.1 °C"),
    "too cold": (reading(temperature=Decimal(-3)), (), {}, REFER, "temperature", "-3 °C"),
    "not measured": (reading(temperature=None), (), {}, GO, "go", ""),
}  # fmt: skip


@pytest.mark.parametrize(
    ("read", "runs", "changed", "word", "code", "value"), ROWS.values(), ids=ROWS.keys()
)
def test_a_row(read, runs, changed, word, code, value):
    decision = say(read, *runs, **changed)
    found = (decision.says, decision.reason.code, decision.reason.value)
    assert found == (word, f"lane.{code}", value)


def test_every_condition_has_its_row_and_each_was_seen_failing_or_missing():
    assert {one.name for one in rules().conditions} == set(CONDITIONS)
    strange = dict(say(reading(plates=reads("粤Z9"), containers=(), seals=())).asked)
    seen = {"one-run": {strange["one-run"]}}
    for read, runs, changed, *_ in ROWS.values():
        decision = say(read, *runs, **changed)
        for name, truth in decision.asked if decision.run else ():
            seen.setdefault(name, set()).add(truth)
    unshaken = {name for name, truths in seen.items() if truths == {Truth.HOLDS}}
    assert unshaken == {"no-rival"}  # needs two runs: below


def test_only_the_temperature_may_be_missing():
    passing = {one.name for one in rules().conditions if one.missing.says is GO}
    assert passing == {"temperature"}
    assert not [one.name for one in rules().conditions if one.false.says is GO]


# ------------------------------------------------------------------ more than one


def test_one_of_three_declarations_is_not_released():
    third = replace(standing(ProcedureState.ACCEPTED), reference="26CNCCCCCCCCCCCCJ3")
    whole = run(facts(), facts(SECOND), third)
    decision = say(None, whole)
    assert (decision.says, decision.reason.value) == (STOP, "26CNCCCCCCCCCCCCJ3")
    assert decision.established
    cleared = run(facts(), facts(SECOND), replace(facts(), reference="26CNCCCCCCCCCCCCJ3"))
    assert say(None, cleared).says is GO


def test_a_stop_weighs_more_than_a_refer_whatever_the_order():
    old = {"facts_at": NOON - timedelta(hours=9)}
    decision = say(reading(weight_kg=Decimal(40000)), **old)
    assert (decision.says, decision.reason.code) == (STOP, "lane.weight-differs")


def test_of_two_stops_the_first_in_the_table_is_told():
    wrong = reading(direction=Direction.IN, weight_kg=Decimal(40000))
    assert say(wrong).reason.code == "lane.wrong-direction"


def test_controls_of_another_administration_stay_there():
    held = facts(
        standings=(
            Standing("cn-export", "CN", OfficeRole.DEPARTURE, ProcedureState.RELEASED),
            Standing("cn-exit", "CN", OfficeRole.EXIT, ProcedureState.ACCEPTED),
            Standing("vn-import", "VN", OfficeRole.DESTINATION, ProcedureState.UNDER_CONTROL),
        )
    )
    assert say(None, run(held)).says is GO


ENTRY = replace(LANE, id="hn-1", office="VN0015BB", role=OfficeRole.ENTRY)
HANOI = Place(administration="VN", zone="Asia/Ho_Chi_Minh")
ENTERING = reading(direction=Direction.IN)


@pytest.mark.parametrize(
    ("state", "word", "code"),
    [
        (ProcedureState.RELEASED, GO, "lane.go"),
        (ProcedureState.ACCEPTED, STOP, "lane.not-released"),
        (ProcedureState.UNDER_CONTROL, STOP, "lane.held"),
    ],
    ids=str,
)
def test_at_the_entry_the_transport_must_be_released(state, word, code):
    standings = (
        Standing("cn-export", "CN", OfficeRole.DEPARTURE, ProcedureState.CLOSED),
        Standing("vn-transport", "VN", OfficeRole.ENTRY, state),
    )
    decision = say(ENTERING, run(facts(standings=standings)), lane=ENTRY, place=HANOI)
    assert (decision.says, decision.reason.code) == (word, code)


# ------------------------------------------------------------------ which run


NEIGHBOUR = run(
    facts(SECOND),
    trips=("trp_2",),
    batch="YYG2611240002",
    tractors=("桂ABD217",),
    trailers=("桂AK277挂",),
    containers=("MSKU1234565",),
    seals=("CQ9900001", "ES20261123B9"),
    references=("YYG2611240002", SECOND),
)
"""Another truck; its tractor and trailer differ by one confusable character each."""


def test_a_neighbour_does_not_keep_the_right_one_from_going():
    decision = say(reading(), run(), NEIGHBOUR)
    assert (decision.says, decision.run.trips) == (GO, ("trp_1",))
    assert decision.confidence > 90


def test_plates_alone_cannot_tell_neighbours_apart():
    bare = reading(containers=(), seals=())
    decision = say(bare, run(), NEIGHBOUR)
    assert (decision.says, decision.reason.code, decision.run) == (REFER, "lane.ambiguous", None)
    assert [one.run.trips for one in decision.candidates] == [("trp_1",), ("trp_2",)]
    assert decision.candidates[0].confidence > decision.candidates[1].confidence
    assert not decision.established


@pytest.mark.parametrize(
    ("second", "trip"),
    [
        ({"containers": reads("CSQU3054383")}, ("trp_1",)),
        ({"containers": reads("MSKU1234565")}, ("trp_2",)),
        ({"seals": reads("CQ8801172")}, ("trp_1",)),
        ({"reference": "YYG2611240002"}, ("trp_2",)),
    ],
    ids=["container", "the other's container", "seal", "the other's number"],
)
def test_a_second_fact_tells_them_apart(second, trip):
    bare = reading(containers=(), seals=())
    assert say(replace(bare, **second), run(), NEIGHBOUR).run.trips == trip


@pytest.mark.parametrize(
    ("confidence", "word", "code"),
    [(60, GO, "lane.go"), (95, REFER, "lane.rival"), (None, REFER, "lane.rival")],
    ids=["a doubtful read", "a sure read", "a camera that does not say"],
)
def test_a_tractor_that_is_exactly_anothers(confidence, word, code):
    swapped = reading(plates=(Read("桂ABD217", confidence), Read("桂AK217挂", 99)))
    decision = say(swapped, run(), NEIGHBOUR)
    assert (decision.says, decision.reason.code) == (word, code)


def test_return_and_outward_run_of_one_truck():
    back = run(facts(SECOND, expected_here=False), trips=("trp_9",), batch="HDC1", seals=())
    bare = reading(seals=(), containers=())
    assert say(bare, run(), back).run.trips == ("trp_1",)


def test_two_runs_of_one_truck_that_are_both_expected_are_not_guessed():
    tomorrow = run(facts(SECOND), trips=("trp_9",), batch="YYG9")
    assert say(None, run(), tomorrow).reason.code == "lane.ambiguous"


def test_where_not_all_could_be_looked_at_nothing_goes():
    known = Known(runs=(run(),), at=NOON, complete=False)
    assert decide(LANE, PLACE, reading(), known, NOON, rules()).reason.code == "lane.ambiguous"
