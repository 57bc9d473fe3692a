"""Go, stop or refer: a reading, the runs it may be of, and the truth table."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.domain.finding import Finding, Severity
from gateway.domain.lane import (
    Condition,
    Decision,
    Known,
    Lane,
    LaneRules,
    Place,
    Read,
    Reading,
    Run,
    Saying,
    Signal,
    Truth,
)
from gateway.domain.lane_case import Case, Outcome
from gateway.domain.lane_conditions import ask
from gateway.domain.lane_identity import identify

GO = "lane.go"

_SEVERITY = {
    Signal.GO: Severity.INFORMATION,
    Signal.STOP: Severity.ERROR,
    Signal.REFER: Severity.WARNING,
}
_WHO = frozenset({"one-run", "plates", "reference", "tractor-read", "second-fact", "no-rival"})
_ORDER = (Signal.STOP, Signal.REFER)


def decide(
    lane: Lane,
    place: Place,
    reading: Reading,
    known: Known,
    now: datetime,
    rules: LaneRules,
) -> Decision:
    """Say whether a vehicle may go, with the one reason that weighs most.

    ``known`` must hold all open runs with a plate or number that was read (see
    :func:`~gateway.domain.lane_identity.identify`). A *stop* weighs more than a *refer*; of equal
    ones the first in the table is told. For *go* every condition must hold.
    """
    identity = identify(reading, known.runs, rules, complete=known.complete)
    age = now - known.at
    case = Case(
        lane=lane,
        place=place,
        reading=reading,
        identity=identity,
        rules=rules,
        age=age,
        now=now,
    )
    asked = [(row, ask(row.name, case)) for row in rules.conditions]
    says, reason = _weightiest(_said(asked))
    return Decision(
        says=says,
        reason=reason,
        run=identity.fit.run if identity.fit else None,
        established=all(outcome.truth is Truth.HOLDS for row, outcome in asked if row.name in _WHO),
        candidates=identity.candidates,
        facts_at=known.at,
        age=age,
        asked=tuple((row.name, outcome.truth) for row, outcome in asked),
    )


def wanting(
    lane: Lane, place: Place, run: Run, now: datetime, rules: LaneRules
) -> tuple[tuple[Signal, Finding], ...]:
    """Return what would keep a run from *go* if all that is declared of it were read as declared.

    In the order of the table; nothing means that only the reading is missing.
    """
    reading = _as_declared(run, lane, now)
    identity = identify(reading, (run,), rules)
    case = Case(
        lane=lane,
        place=place,
        reading=reading,
        identity=identity,
        rules=rules,
        age=timedelta(0),
        now=now,
    )
    said = _said([(row, ask(row.name, case)) for row in rules.conditions])
    found = ((one.says, _reason(one.says, one.reason, outcome)) for one, outcome in said)
    return tuple(pair for pair in found if pair[0] is not Signal.GO)


def _as_declared(run: Run, lane: Lane, now: datetime) -> Reading:
    def read(marks: Sequence[str]) -> tuple[Read, ...]:
        return tuple(Read(one, 100) for one in marks)

    ranges = [one.temperatures for one in run.movements if one.temperatures]
    return Reading(
        id="-",
        at=now,
        direction=lane.direction,
        plates=read((*run.tractors, *run.trailers)),
        containers=read(run.containers),
        seals=read(run.seals),
        weight_kg=run.mass_kg,
        temperature=max(low for low, _ in ranges) if ranges else None,
    )


def _said(asked: Sequence[tuple[Condition, Outcome]]) -> list[tuple[Saying, Outcome]]:
    """Return what the table says of every condition that does not hold."""
    return [
        (row.false if outcome.truth is Truth.FAILS else row.missing, outcome)
        for row, outcome in asked
        if outcome.truth is not Truth.HOLDS
    ]


def _weightiest(said: Sequence[tuple[Saying, Outcome]]) -> tuple[Signal, Finding]:
    for signal in _ORDER:
        for saying, outcome in said:
            if saying.says is signal:
                return signal, _reason(signal, saying.reason, outcome)
    return Signal.GO, _reason(Signal.GO, GO, Outcome(Truth.HOLDS))


def _reason(signal: Signal, code: str, outcome: Outcome) -> Finding:
    args = (("wanted", outcome.wanted),) if outcome.wanted else ()
    return Finding(code=code, severity=_SEVERITY[signal], value=outcome.value, args=args)
