"""The conditions of a passage, one function each: it holds, fails with a value, or is not known.

What a failing or unknown condition makes the lane say, and in which order conditions count, stands
in ``schemas/lanes/table.toml``; every condition here must have its row there.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from gateway.domain.lane import (
    MarkKind,
    MovementFacts,
    Paper,
    Quarantine,
    Run,
    Shut,
    Standing,
    Truth,
)
from gateway.domain.lane_case import HOLDS, MISSING, Case, Outcome, fails, worst
from gateway.domain.lane_identity import Fit, Match
from gateway.domain.plates import plate_key
from gateway.domain.procedure import ProcedureState
from gateway.domain.roles import OfficeRole

_GONE = frozenset({ProcedureState.RELEASED, ProcedureState.CLOSED})
_KEPT = frozenset({ProcedureState.UNDER_CONTROL, ProcedureState.NOT_RELEASED})
_TAKEN = _GONE | _KEPT | {ProcedureState.ACCEPTED}
_HELD = _KEPT | {ProcedureState.REFUSED}
_ENDED = frozenset({ProcedureState.INVALIDATED, ProcedureState.REFUSED})


# ------------------------------------------------------------------ the reading


def facts_fresh(case: Case) -> Outcome:
    """Tell whether the facts are not older than the limit, nor from a time to come."""
    most = timedelta(minutes=case.rules.facts_minutes_max)
    minutes = str(int(case.age.total_seconds() // 60))
    fresh = -case.skew <= case.age <= most
    return HOLDS if fresh else fails(minutes, str(case.rules.facts_minutes_max))


def reading_fresh(case: Case) -> Outcome:
    """Tell whether the reading is of now: dates are judged by its time."""
    off = abs(case.now - case.reading.at)
    return HOLDS if off <= case.skew else fails(case.reading.at.isoformat(timespec="seconds"))


def office_open(case: Case) -> Outcome:
    """Tell whether the office is not closed now."""
    return _open(case.place.shut, case)


def lane_open(case: Case) -> Outcome:
    """Tell whether the lane is not closed now, while others of its office may be open."""
    return _open(case.place.lane_shut, case)


def _open(shut: Iterable[Shut], case: Case) -> Outcome:
    return next((fails(one.reason) for one in shut if one.covers(case.now)), HOLDS)


def direction(case: Case) -> Outcome:
    """Tell whether the vehicle goes the way of the lane."""
    wanted, read = case.lane.direction, case.reading.direction
    if read is None:
        return MISSING
    return HOLDS if wanted in (None, read) else fails(read.value, wanted.value if wanted else "")


def one_run(case: Case) -> Outcome:
    """Tell whether the reading is of one run."""
    if case.identity.fit is not None:
        return HOLDS
    read = case.reading.plates[0].text if case.reading.plates else case.reading.reference
    return fails(read) if case.identity.ambiguous else Outcome(Truth.MISSING, read)


# ------------------------------------------------------------------ marks


def _matched(fit: Fit, *kinds: MarkKind) -> Outcome:
    """Tell whether all that was read of these kinds is the run's."""
    for one in fit.of(*kinds):
        if one.misreads is None:
            return fails(one.read.text, ", ".join(_expected(fit.run, one)))
    return HOLDS


def _expected(run: Run, match: Match) -> tuple[str, ...]:
    marks = {
        MarkKind.TRACTOR: (*run.tractors, *run.trailers),
        MarkKind.TRAILER: run.trailers,
        MarkKind.CONTAINER: run.containers,
        MarkKind.SEAL: run.seals,
        MarkKind.REFERENCE: run.references[:1],
    }
    return marks[match.kind]


def plates(case: Case, fit: Fit) -> Outcome:
    """Tell whether every plate that was read is the run's."""
    del case
    return _matched(fit, MarkKind.TRACTOR, MarkKind.TRAILER)


def reference(case: Case, fit: Fit) -> Outcome:
    """Tell whether a reference that was given is the run's."""
    del case
    return _matched(fit, MarkKind.REFERENCE)


def tractor_read(case: Case, fit: Fit) -> Outcome:
    """Tell whether a plate of the tractor was read."""
    del case
    return HOLDS if fit.run.tractors and fit.of(MarkKind.TRACTOR) else MISSING


def trailer_read(case: Case, fit: Fit) -> Outcome:
    """Tell whether a plate of the trailer was read, where there is one."""
    del case
    if not fit.run.trailers or fit.of(MarkKind.TRAILER):
        return HOLDS
    return Outcome(Truth.MISSING, wanted=fit.run.trailers[0])


def containers(case: Case, fit: Fit) -> Outcome:
    """Tell whether every container was read, and no other."""
    del case
    return _all_read(fit, MarkKind.CONTAINER, fit.run.containers)


def seals(case: Case, fit: Fit) -> Outcome:
    """Tell whether every seal was read, no other, and with no more misreads than allowed."""
    if not fit.run.seals:
        return MISSING
    found = _all_read(fit, MarkKind.SEAL, fit.run.seals)
    missed = sum(one.misreads or 0 for one in fit.of(MarkKind.SEAL))
    if found is HOLDS and missed > case.rules.seal_misreads_max:
        doubtful = next(one for one in fit.of(MarkKind.SEAL) if one.misreads)
        return Outcome(Truth.MISSING, doubtful.read.text, doubtful.mark)
    return found


def _all_read(fit: Fit, kind: MarkKind, marks: tuple[str, ...]) -> Outcome:
    found = _matched(fit, kind)
    if found.truth is not Truth.HOLDS:
        return found
    read = {plate_key(one.mark) for one in fit.of(kind)}
    unread = [one for one in marks if plate_key(one) not in read]
    return Outcome(Truth.MISSING, wanted=unread[0]) if unread else HOLDS


def second_fact(case: Case, fit: Fit) -> Outcome:
    """Tell whether enough independent kinds were read exactly and little was misread."""
    if fit.misreads > case.rules.misreads_max:
        return fails(str(fit.misreads), str(case.rules.misreads_max))
    if len(fit.exact_kinds) < case.rules.exact_kinds_min:
        return Outcome(Truth.MISSING, ", ".join(sorted(one.value for one in fit.exact_kinds)))
    return HOLDS


def no_rival(case: Case, fit: Fit) -> Outcome:
    """Tell whether no camera is sure of a plate that is nearly this run's, but another's."""
    del fit
    for one in case.identity.rivals:
        if one.confidence is None:
            return Outcome(Truth.MISSING, one.text)
        if one.confidence >= case.rules.sure_percent:
            return fails(one.text)
    return HOLDS


# ------------------------------------------------------------------ the run


def expected_here(case: Case, fit: Fit) -> Outcome:
    """Tell whether the lane's office is on the way of every movement, in the lane's role."""
    for one in fit.run.movements:
        if not one.expected_here:
            return fails(one.reference, case.lane.office)
    return HOLDS if fit.run.movements else MISSING


def not_passed(case: Case, fit: Fit) -> Outcome:
    """Tell whether no movement is past this office already."""
    del case
    passed = [one.reference for one in fit.run.movements if one.passed_here]
    return fails(passed[0]) if passed else HOLDS


def _each(fit: Fit, ask: Callable[[MovementFacts], Outcome]) -> Outcome:
    """Ask of every movement; one that fails or is not known is named."""
    if not fit.run.movements:
        return MISSING
    asked = ((one.reference, ask(one)) for one in fit.run.movements)
    return worst(
        Outcome(found.truth, found.value or reference, found.wanted) for reference, found in asked
    )


def no_hold(case: Case, fit: Fit) -> Outcome:
    """Tell whether no movement is under control or refused here, taken back, or never presented.

    Controls of other administrations stay theirs (need to know) until they show in a state that
    *released* asks for.
    """

    def held(one: MovementFacts) -> Outcome:
        own = (s for s in one.standings if s.administration == case.place.administration)
        stopped = one.over or one.awaited or any(s.state in _HELD for s in own)
        return fails(one.reference) if stopped else HOLDS

    return _each(fit, held)


def released(case: Case, fit: Fit) -> Outcome:
    """Tell whether every movement is released for this point."""
    point = case.rules.point(case.lane.role, case.place.administration)
    if point is None:
        return MISSING
    return _each(fit, lambda one: _standing(one, point.released, _GONE, frozenset(ProcedureState)))


def manifest(case: Case, fit: Fit) -> Outcome:
    """Tell whether what announces the vehicle was accepted for every movement."""
    point = case.rules.point(case.lane.role, case.place.administration)
    if point is None:
        return MISSING
    against = _ENDED | {ProcedureState.PLANNED}
    return _each(fit, lambda one: _standing(one, point.manifest, _TAKEN, against))


def _standing(
    one: MovementFacts,
    roles: tuple[OfficeRole, ...],
    good: Iterable[ProcedureState],
    bad: Iterable[ProcedureState],
) -> Outcome:
    """Ask the procedures of each role; a role without a procedure is not known."""
    outcomes = []
    for role in roles:
        concerned = [standing for standing in one.standings if standing.role is role]
        outcomes += [_state(standing, good, bad) for standing in concerned] or [MISSING]
    return worst(outcomes) if outcomes else MISSING


def _state(
    standing: Standing, good: Iterable[ProcedureState], bad: Iterable[ProcedureState]
) -> Outcome:
    if standing.state in good:
        return HOLDS
    return Outcome(Truth.FAILS if standing.state in bad else Truth.MISSING)


def pre_declaration(case: Case, fit: Fit) -> Outcome:
    """Tell whether every declaration is young enough to count at this lane."""
    hours = case.lane.declaration_hours
    if hours is None:
        return MISSING
    latest = case.reading.at - timedelta(hours=hours)
    late = [one for one in fit.run.movements if one.declared_at < latest]
    return fails(late[0].reference, str(hours)) if late else HOLDS


def permits(case: Case, fit: Fit) -> Outcome:
    """Tell whether there is a permit for the vehicle, and every one counts today."""
    dated = [Outcome(Truth.MISSING, one.number) for one in fit.run.permits if one.until is None]
    return worst([*(_unexpired(fit.run.permits, case.day)), *dated]) if fit.run.permits else MISSING


def papers(case: Case, fit: Fit) -> Outcome:
    """Tell whether every movement has papers, and none that bears a date is past it."""

    def ask(one: MovementFacts) -> Outcome:
        return worst(_unexpired(one.papers, case.day)) if one.papers else MISSING

    return _each(fit, ask)


def _unexpired(found: Iterable[Paper], day: date) -> list[Outcome]:
    return [
        fails(f"{one.kind} {one.number}", one.until.isoformat())
        for one in found
        if one.until is not None and one.until < day
    ]


def quarantine(case: Case, fit: Fit) -> Outcome:
    """Tell whether quarantine is done for all goods that need it."""
    del case
    truths = {
        Quarantine.NOT_NEEDED: HOLDS,
        Quarantine.DONE: HOLDS,
        Quarantine.HELD: Outcome(Truth.FAILS),
        Quarantine.UNKNOWN: MISSING,
    }
    return _each(fit, lambda one: truths[one.quarantine])


def weight(case: Case, fit: Fit) -> Outcome:
    """Tell whether what was weighed is what was declared, within the lane's tolerance."""
    weighed, declared = case.reading.weight_kg, fit.run.mass_kg
    allowed = case.lane.tolerance_percent
    if weighed is None or declared is None or allowed is None:
        return MISSING
    off = abs(weighed - declared) * 100
    within = off <= allowed * declared
    return HOLDS if within else fails(f"{weighed} kg", f"{declared} kg ± {allowed} %")


def temperature(case: Case, fit: Fit) -> Outcome:
    """Tell whether the temperature is within every range that was declared."""
    read = case.reading.temperature
    ranges = [one.temperatures for one in fit.run.movements if one.temperatures]
    if not ranges:
        return HOLDS
    if read is None:
        return MISSING
    return worst(_within(read, low, high) for low, high in ranges)


def _within(read: Decimal, low: Decimal, high: Decimal) -> Outcome:
    return HOLDS if low <= read <= high else fails(f"{read} °C", f"{low} to {high} °C")


# ------------------------------------------------------------------ all of them

OF_READING: Mapping[str, Callable[[Case], Outcome]] = MappingProxyType(
    {
        "facts-fresh": facts_fresh,
        "reading-fresh": reading_fresh,
        "office-open": office_open,
        "lane-open": lane_open,
        "direction": direction,
        "one-run": one_run,
    }
)
"""Conditions that can be asked whatever the run is."""

OF_RUN: Mapping[str, Callable[[Case, Fit], Outcome]] = MappingProxyType(
    {
        "expected-here": expected_here,
        "not-passed": not_passed,
        "plates": plates,
        "reference": reference,
        "containers": containers,
        "seals": seals,
        "no-hold": no_hold,
        "released": released,
        "manifest": manifest,
        "pre-declaration": pre_declaration,
        "permits": permits,
        "papers": papers,
        "quarantine": quarantine,
        "weight": weight,
        "temperature": temperature,
        "tractor-read": tractor_read,
        "trailer-read": trailer_read,
        "second-fact": second_fact,
        "no-rival": no_rival,
    }
)
"""Conditions that are unknown while the run is."""

CONDITIONS = (*OF_READING, *OF_RUN)
"""Every condition; a truth table has a row for each."""


def ask(name: str, case: Case) -> Outcome:
    """Ask one condition by its name."""
    if name in OF_READING:
        return OF_READING[name](case)
    fit = case.identity.fit
    return MISSING if fit is None else OF_RUN[name](case, fit)
