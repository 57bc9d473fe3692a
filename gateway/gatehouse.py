"""What is said at a lane, as every face spells it, and deciding there without the gateway.

The HTTP interface, the command line and the page take the same reading and tell the same answer;
the functions here are their one spelling. :func:`alone` answers by a sealed snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.audit.snapshot import Snapshot
from gateway.domain.calendar_ends import tellable
from gateway.domain.errors import Refused
from gateway.domain.finding import Catalogue, Finding, Severity
from gateway.domain.lane import (
    Candidate,
    Decision,
    Direction,
    Known,
    LaneRules,
    Read,
    Reading,
    Run,
)
from gateway.domain.lane import Signal as Word
from gateway.domain.lane_decision import decide
from gateway.domain.passage import Passage
from gateway.domain.position import ordinary
from gateway.usecases.lane import Acted, Passing

CANDIDATES_MAX = 5
MARKS_MAX = 20
TEXT_LENGTH_MAX = 64
ID_LENGTH_MAX = 80
PERCENT_MAX = 100

Shape = dict[str, Any]

_SEVERITY = {Word.GO: Severity.INFORMATION, Word.STOP: Severity.ERROR, Word.REFER: Severity.WARNING}


# ------------------------------------------------------------------ what was read


def reading_of(told: Mapping[str, Any]) -> Reading:
    """Read a reading as lanes post it.

    Raises:
        Refused: ``json.shape``, one finding a member.
    """
    taken = _Taken(told)
    reading = Reading(
        id=taken.text("id", ID_LENGTH_MAX, needed=True),
        at=taken.time("at"),
        direction=taken.direction("direction"),
        plates=taken.marks("plates"),
        containers=taken.marks("containers"),
        seals=taken.marks("seals"),
        weight_kg=taken.number("weight_kg"),
        temperature=taken.number("temperature_c"),
        reference=taken.text("reference", TEXT_LENGTH_MAX),
        photo=taken.text("photo_sha256", TEXT_LENGTH_MAX),
    )
    known = {*_MEMBERS, "offline"}
    taken.findings += [_shape(name, "not known", told[name]) for name in told if name not in known]
    if taken.findings:
        raise Refused(*taken.findings)
    return reading


_MEMBERS = (
    *("id", "at", "direction", "plates", "containers", "seals"),
    *("weight_kg", "temperature_c", "reference", "photo_sha256"),
)


def _shape(name: str, reason: str, value: object) -> Finding:
    return Finding(
        code="json.shape", pointer=f"/{name}", value=str(value), args=(("reason", reason),)
    )


class _Taken:
    """Takes members out of what was told, and gathers what is wrong with them."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told
        self.findings: list[Finding] = []

    def _wrong(self, name: str, reason: str) -> None:
        self.findings.append(_shape(name, reason, self._told.get(name)))

    def text(self, name: str, most: int, *, needed: bool = False) -> str:
        """Take a text; "/" would make an id of two."""
        value = self._told.get(name) or ""
        if not isinstance(value, str) or len(value) > most or (needed and "/" in value):
            self._wrong(name, f"text of at most {most} characters")
            return ""
        if needed and not value:
            self._wrong(name, "missing")
        return value

    def time(self, name: str) -> datetime:
        """Take a time with an offset."""
        value = self._told.get(name)
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not tellable(at):
            self._wrong(name, "a time with an offset")
            return datetime.min.replace(tzinfo=UTC)
        return at.astimezone(UTC)

    def direction(self, name: str) -> Direction | None:
        """Take in or out, or nothing."""
        value = self._told.get(name) or ""
        try:
            return Direction(value) if value else None
        except ValueError:
            self._wrong(name, "in or out")
            return None

    def number(self, name: str) -> Decimal | None:
        """Take a number, as a number or spelled."""
        value = self._told.get(name)
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not ordinary(number) or isinstance(value, bool):
            self._wrong(name, "a number")
            return None
        return number

    def marks(self, name: str) -> tuple[Read, ...]:
        """Take a list of marks: texts, or objects with ``text`` and ``confidence``."""
        value = self._told.get(name) or []
        if not isinstance(value, list) or len(value) > MARKS_MAX:
            self._wrong(name, f"a list of at most {MARKS_MAX}")
            return ()
        reads = [_read(one) for one in value]
        if None in reads:
            self._wrong(name, "text, or text with confidence 0 to 100")
        return tuple(one for one in reads if one is not None and one.text.strip())


def _read(told: object) -> Read | None:
    if isinstance(told, str):
        return Read(told) if len(told) <= TEXT_LENGTH_MAX else None
    if not isinstance(told, Mapping) or not {*told} <= {"text", "confidence"}:
        return None
    text, sure = told.get("text"), told.get("confidence")
    if not isinstance(text, str) or len(text) > TEXT_LENGTH_MAX:
        return None
    if sure is None:
        return Read(text)
    whole = isinstance(sure, int) and not isinstance(sure, bool)
    return Read(text, sure) if whole and 0 <= sure <= PERCENT_MAX else None


def acted_of(told: Mapping[str, Any] | None) -> Acted | None:
    """Read what a lane said by itself while it was cut off (``offline``).

    Raises:
        Refused: ``json.shape``.
    """
    if not told:
        return None
    taken = _Taken(told)
    says = str(told.get("says", ""))
    if says not in set(Word):
        taken.findings.append(_shape("offline/says", "go, stop or refer", says))
    acted = (
        taken.text("reason", TEXT_LENGTH_MAX),
        taken.time("facts_at"),
        taken.time("decided_at"),
    )
    if taken.findings:
        raise Refused(*taken.findings)
    return Acted(says=Word(says), code=acted[0], facts_at=acted[1], decided_at=acted[2])


# ------------------------------------------------------------------ what is said


def utc(at: datetime) -> str:
    """Return UTC to the second with ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def passing_shape(done: Passing, texts: Catalogue, lang: str) -> Shape:
    """Return a passage as it was just answered."""
    shape = passage_shape(done.passage, texts, lang)
    shape |= {"repeated": done.repeated, "events": [one.kind.value for one in done.events]}
    if done.decision is not None:
        shape |= decision_shape(done.decision, texts, lang)
    return shape


def passage_shape(passage: Passage, texts: Catalogue, lang: str) -> Shape:
    """Return a passage as it is kept; ``stands`` is what counts in the end."""
    args = (("wanted", passage.wanted),) if passage.wanted else ()
    reason = Finding(
        code=passage.code, severity=_SEVERITY[passage.says], value=passage.value, args=args
    )
    age = (passage.received_at - passage.facts_at).total_seconds()
    return {
        "passage": passage.id.partition("/")[2],
        "lane": passage.lane,
        "at": utc(passage.at),
        "says": passage.says.value,
        "stands": passage.stands.value,
        "reason": _reason(reason, texts, lang),
        "confidence": passage.confidence,
        "facts_at": utc(passage.facts_at),
        "age_seconds": max(0, int(age)) if not passage.acted else 0,
        "trips": list(passage.trips),
        "movements": list(passage.movements),
        "candidates": [],
        "asked": {},
        "offline": _acted(passage),
        "differs": passage.differs,
        "override": _override(passage),
    }


def _acted(passage: Passage) -> Shape | None:
    if not passage.acted or passage.acted_facts_at is None:
        return None
    return {
        "says": passage.acted,
        "reason": passage.acted_code,
        "facts_at": utc(passage.acted_facts_at),
    }


def _override(passage: Passage) -> Shape | None:
    found = passage.override
    if found is None:
        return None
    return {
        "says": found.says.value,
        "reason": found.reason,
        "asked_by": found.asked_by,
        "confirmed_by": found.confirmed_by,
    }


def decision_shape(decision: Decision, texts: Catalogue, lang: str) -> Shape:
    """Return what is known beyond the passage at the moment it is decided."""
    return {
        "says": decision.says.value,
        "reason": _reason(decision.reason, texts, lang),
        "confidence": decision.confidence,
        "facts_at": utc(decision.facts_at),
        "age_seconds": int(decision.age.total_seconds()),
        "candidates": [_candidate(one) for one in decision.candidates[:CANDIDATES_MAX]],
        "asked": {name: truth.value for name, truth in decision.asked},
    }


def _candidate(one: Candidate) -> Shape:
    return {
        "batch": one.run.batch,
        "plates": [*one.run.tractors, *one.run.trailers],
        "confidence": one.confidence,
        "misreads": one.misreads,
        "contradicted": one.contradicted,
    }


def _reason(finding: Finding, texts: Catalogue, lang: str) -> Shape:
    said = texts.text(finding, lang)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "value": finding.value,
        "message": said.message,
        "fix": said.fix,
    }


# ------------------------------------------------------------------ without the gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """What a lane said by a snapshot, and what it will hand in later to be reconciled."""

    decision: Decision
    acted: Acted

    def handed_in(self, told: Mapping[str, Any]) -> Shape:
        """Return the reading as it was, with what was said to it."""
        return {
            **told,
            "offline": {
                "says": self.acted.says.value,
                "reason": self.acted.code,
                "facts_at": self.acted.facts_at.isoformat(),
                "decided_at": self.acted.decided_at.isoformat(),
            },
        }


def alone(lane: str, reading: Reading, taken: Snapshot, rules: LaneRules, now: datetime) -> Alone:
    """Answer a lane by its snapshot: the same pure function, the age of the facts told.

    Raises:
        Refused: ``lane.snapshot-other-lane``, ``lane.snapshot-other-rules``.
    """
    if taken.lane.id != lane:
        raise Refused(Finding(code="lane.snapshot-other-lane", value=taken.lane.id))
    if taken.rules != rules.digest:
        raise Refused(Finding(code="lane.snapshot-other-rules", value=taken.rules[:12]))
    known = Known(runs=_touched(taken, reading, rules), at=taken.at, complete=taken.complete)
    decision = decide(taken.lane, taken.place, reading, known, now, rules)
    acted = Acted(says=decision.says, code=decision.reason.code, facts_at=taken.at, decided_at=now)
    return Alone(decision=decision, acted=acted)


def _touched(taken: Snapshot, reading: Reading, rules: LaneRules) -> tuple[Run, ...]:
    """Return the runs that share a plate's fold or the number, as the gateway looks them up."""
    looks = rules.confusions
    keys = {*looks.keys(one.text for one in reading.plates)}
    return tuple(
        run
        for run in taken.runs
        if keys & {*looks.keys((*run.tractors, *run.trailers))}
        or (reading.reference and reading.reference in run.references)
    )
