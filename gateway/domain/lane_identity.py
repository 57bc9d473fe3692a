"""Which run a reading belongs to.

The rule that makes a wrong *go* impossible has three parts. (1) Every mark that was read must be
one of the run's, exactly or as a misread within the classes of confusable characters. (2) No run of
another vehicle may fit as well; as the true vehicle's own run always fits its misreads, whatever
their number, no other run can stand alone beside it. (3) Marks of two independent kinds must be
exact and no more than one character misread, so that a vehicle without any run, which differs from
each of them in its plates and its seals, cannot pass for one by a misread.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from gateway.domain.lane import Candidate, LaneRules, MarkKind, Read, Reading, Run
from gateway.domain.plates import Confusions, plate_key

T = TypeVar("T")

USUAL_PERCENT = 90
"""How sure a read without a confidence of its own is taken to be, for ranking only."""


@dataclass(frozen=True, slots=True)
class Match:
    """One read against a run: the nearest of its marks, misread by so many characters.

    ``misreads`` None: the run has no such mark.
    """

    kind: MarkKind
    read: Read
    mark: str
    misreads: int | None


@dataclass(frozen=True, slots=True)
class Fit:
    """A reading against one run."""

    run: Run
    matches: tuple[Match, ...]

    @property
    def contradicted(self) -> bool:
        """Whether something was read that the run does not have."""
        return any(one.misreads is None for one in self.matches)

    @property
    def misreads(self) -> int:
        """Characters misread, if this is the run."""
        return sum(one.misreads or 0 for one in self.matches)

    @property
    def exact_kinds(self) -> frozenset[MarkKind]:
        """Kinds of marks of which at least one was read exactly."""
        return frozenset(one.kind for one in self.matches if one.misreads == 0)

    @property
    def odds(self) -> float:
        """How well the reading suits the run, against other runs; no probability by itself."""
        found = 1.0
        for one in self.matches:
            found *= _odds(one)
        return found

    def of(self, *kinds: MarkKind) -> tuple[Match, ...]:
        """Return what was read of these kinds."""
        return tuple(one for one in self.matches if one.kind in kinds)


def _odds(match: Match) -> float:
    sure = match.read.confidence if match.read.confidence is not None else USUAL_PERCENT
    doubt = (101 - min(max(sure, 1), 100)) / 100
    if match.misreads is None:
        return doubt / 1000
    return doubt**match.misreads / 10**match.misreads if match.misreads else 1 - doubt / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a reading was found to be.

    ``fit`` is the one run it can be, or the nearest where something read contradicts every run;
    None where no run is near, or several vehicles fit (``ambiguous``). ``rivals`` are reads that
    are only nearly this run's but exactly another one's.
    """

    fit: Fit | None
    ambiguous: bool
    candidates: tuple[Candidate, ...]
    rivals: tuple[Read, ...] = ()


def identify(
    reading: Reading, runs: Sequence[Run], rules: LaneRules, *, complete: bool = True
) -> Identity:
    """Find the run.

    ``runs`` must hold every open run with a plate of the fold of one that was read; where they are
    not ``complete`` no run can be told from those that are left out. Runs that share no mark with
    the reading are left out of consideration.
    """
    fits = [fit_of(reading, run, rules.confusions) for run in runs]
    near = sorted((one for one in fits if _touches(one)), key=lambda one: -one.odds)
    candidates = _ranked(near)
    fitting = _one_vehicle([one for one in near if not one.contradicted])
    if len(fitting) > 1 or (near and not complete):
        return Identity(fit=None, ambiguous=True, candidates=candidates)
    fit = next(iter([*fitting, *near]), None)
    if fit is None:
        return Identity(fit=None, ambiguous=False, candidates=())
    others = [one for one in near if one.run is not fit.run]
    return Identity(fit=fit, ambiguous=False, candidates=candidates, rivals=_rivals(fit, others))


def fit_of(reading: Reading, run: Run, confusions: Confusions) -> Fit:
    """Hold a reading against one run, mark by mark."""
    plates = [
        *((MarkKind.TRACTOR, one) for one in run.tractors),
        *((MarkKind.TRAILER, one) for one in run.trailers),
    ]
    containers = [(MarkKind.CONTAINER, one) for one in run.containers]
    seals = [(MarkKind.SEAL, one) for one in run.seals]
    matches = [_nearest(read, plates, MarkKind.TRACTOR, confusions) for read in reading.plates]
    matches += [
        _nearest(read, containers, MarkKind.CONTAINER, confusions) for read in reading.containers
    ]
    matches += [_nearest(read, seals, MarkKind.SEAL, confusions) for read in reading.seals]
    if reading.reference:
        matches.append(_called(reading.reference, run))
    return Fit(run, tuple(matches))


def _nearest(
    read: Read, marks: Iterable[tuple[MarkKind, str]], kind: MarkKind, confusions: Confusions
) -> Match:
    best = Match(kind, read, "", None)
    for of, mark in marks:
        missed = confusions.misreads(read.text, mark)
        if missed is not None and (best.misreads is None or missed < best.misreads):
            best = Match(of, read, mark, missed)
    return best


def _called(reference: str, run: Run) -> Match:
    """Match a reference: it has a check digit or is printed, so it is right or another's."""
    key = plate_key(reference)
    known = next((one for one in run.references if plate_key(one) == key), "")
    return Match(MarkKind.REFERENCE, Read(reference), known, 0 if known else None)


def _touches(fit: Fit) -> bool:
    return any(one.misreads is not None for one in fit.matches)


def _ranked(fits: Sequence[Fit]) -> tuple[Candidate, ...]:
    total = sum(one.odds for one in fits) or 1.0
    return tuple(
        Candidate(
            run=one.run,
            confidence=int(100 * one.odds / total),
            misreads=one.misreads,
            contradicted=one.contradicted,
        )
        for one in fits
    )


def _one_vehicle(fits: list[Fit]) -> list[Fit]:
    """Of several runs of one vehicle keep that which is expected here and not past."""
    if len({one.run.vehicle for one in fits}) != 1:
        return fits
    here = [one for one in fits if one.run.expected_here and not one.run.passed_here]
    return here if len(here) == 1 else fits


def _rivals(fit: Fit, others: Sequence[Fit]) -> tuple[Read, ...]:
    elsewhere = {
        plate_key(match.read.text)
        for one in others
        if one.run.vehicle != fit.run.vehicle
        for match in one.matches
        if match.misreads == 0 and match.kind in (MarkKind.TRACTOR, MarkKind.TRAILER)
    }
    return tuple(
        one.read for one in fit.matches if one.misreads and plate_key(one.read.text) in elsewhere
    )


def gathered(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Put runs of one vehicle and batch together: several declarations, one truck."""
    together: dict[tuple[frozenset[str], str], Run] = {}
    for place, run in enumerate(runs):
        key = (run.vehicle, run.batch or f"-{place}")
        known = together.get(key)
        together[key] = run if known is None else _joined(known, run)
    return tuple(together.values())


def _joined(one: Run, other: Run) -> Run:
    """Join two runs: goods add up, the vehicle is one."""
    return replace(
        one,
        trips=(*one.trips, *other.trips),
        containers=_once(one.containers, other.containers),
        seals=_once(one.seals, other.seals),
        permits=_once(one.permits, other.permits),
        movements=(*one.movements, *other.movements),
        goods_kg=one.goods_kg + other.goods_kg,
        tare_kg=one.tare_kg if one.tare_kg is not None else other.tare_kg,
        references=_once(one.references, other.references),
    )


def _once(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *other)))
