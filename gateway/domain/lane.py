"""The smart lane: what it reads of a passage, what is known of the run it may be, what it says.

Go, stop or refer is decided by conditions in an order that data give (``schemas/lanes``); this
module holds the values, :mod:`gateway.domain.lane_identity` finds the run a reading belongs to,
:mod:`gateway.domain.lane_conditions` asks the conditions, :mod:`gateway.domain.lane_decision`
puts them together. All four are pure: the same reading, facts and rules give the same word at the
gateway and at a lane that is cut off from it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from gateway.domain.finding import Finding
from gateway.domain.plates import Confusions
from gateway.domain.procedure import ProcedureState
from gateway.domain.roles import OfficeRole


class Signal(StrEnum):
    """What a lane shows."""

    GO = "go"
    STOP = "stop"
    REFER = "refer"


class Truth(StrEnum):
    """What a condition comes to; what is not known is never taken for true."""

    HOLDS = "true"
    FAILS = "false"
    MISSING = "missing"


class Direction(StrEnum):
    """Which way a vehicle goes through a lane, as its office's country sees it."""

    OUT = "out"
    IN = "in"


class MarkKind(StrEnum):
    """Kinds of marks; two marks are independent facts where their kinds differ."""

    TRACTOR = "tractor"
    TRAILER = "trailer"
    CONTAINER = "container"
    SEAL = "seal"
    REFERENCE = "reference"


class Quarantine(StrEnum):
    """Where the quarantine of a movement's goods stands."""

    NOT_NEEDED = "not-needed"
    DONE = "done"
    HELD = "held"
    UNKNOWN = "unknown"


# ------------------------------------------------------------------ lanes and readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane of an office, for the goods to which that office is ``role``.

    ``tolerance_percent`` bounds the weighed against the declared mass; ``declaration_hours`` is how
    long a declaration counts here. None: nobody said, so what depends on it is referred.
    """

    id: str
    tenant: str
    office: str
    role: OfficeRole
    tolerance_percent: Decimal | None = None
    declaration_hours: int | None = None

    @property
    def direction(self) -> Direction | None:
        """The way its vehicles go; a transit office's lane takes both."""
        if self.role is OfficeRole.TRANSIT:
            return None
        outward = self.role in (OfficeRole.DEPARTURE, OfficeRole.EXIT)
        return Direction.OUT if outward else Direction.IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """When an office or a lane is closed, and why; ``until_at`` None: nobody knows until when."""

    from_at: datetime
    until_at: datetime | None
    reason: str

    def covers(self, at: datetime) -> bool:
        """Tell whether it is closed then."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a lane stands: the administration of its office, the IANA zone of its days.

    ``shut`` is when that office is closed, ``lane_shut`` when the lane alone is.
    """

    administration: str
    zone: str
    shut: tuple[Shut, ...] = ()
    lane_shut: tuple[Shut, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One mark as read; ``confidence`` is the camera's own, 0 to 100, or None."""

    text: str
    confidence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a lane read of one passage; ``id`` is the lane's own. Empty and None: not read.

    ``reference`` is what a QR code or a person says: a movement reference, a batch or official
    number. ``photo`` is the SHA-256 of a picture that stays at the lane.
    """

    id: str
    at: datetime
    direction: Direction | None = None
    plates: tuple[Read, ...] = ()
    containers: tuple[Read, ...] = ()
    seals: tuple[Read, ...] = ()
    weight_kg: Decimal | None = None
    temperature: Decimal | None = None
    reference: str = ""
    photo: str = ""


# ------------------------------------------------------------------ what is known


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one procedure stands, and the role of the office it belongs to."""

    kind: str
    administration: str
    role: OfficeRole
    state: ProcedureState


@dataclass(frozen=True, slots=True)
class Paper:
    """A permit or document; ``until`` is the last day it counts, None where none is stated."""

    kind: str
    number: str
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementFacts:
    """What a lane may know of one movement on a run: no parties, no goods, no values.

    ``declared_at`` is when the declaration in force came; ``over`` says that the movement is being
    or was invalidated; ``awaited`` that it was pre-lodged and never presented; ``version`` is that
    of the movement's row from which all this was read.
    """

    reference: str
    declared_at: datetime
    news_at: datetime
    standings: tuple[Standing, ...]
    papers: tuple[Paper, ...]
    quarantine: Quarantine
    temperatures: tuple[Decimal, Decimal] | None = None
    over: bool = False
    awaited: bool = False
    expected_here: bool = False
    passed_here: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one vehicle, with every movement on it: the trips that share plates and batch.

    ``tare_kg`` is None where that of a vehicle is not declared; ``references`` are all numbers by
    which the run may be called.
    """

    trips: tuple[str, ...]
    batch: str
    tractors: tuple[str, ...]
    trailers: tuple[str, ...]
    containers: tuple[str, ...]
    seals: tuple[str, ...]
    permits: tuple[Paper, ...]
    movements: tuple[MovementFacts, ...]
    goods_kg: Decimal
    tare_kg: Decimal | None
    references: tuple[str, ...] = ()

    @property
    def vehicle(self) -> frozenset[str]:
        """All plates of the run."""
        return frozenset((*self.tractors, *self.trailers))

    @property
    def mass_kg(self) -> Decimal | None:
        """Goods and vehicles together, as a bridge would weigh them."""
        return None if self.tare_kg is None else self.goods_kg + self.tare_kg

    @property
    def expected_here(self) -> bool:
        """Whether the lane's office is on the way of every movement, in the lane's role."""
        return bool(self.movements) and all(one.expected_here for one in self.movements)

    @property
    def passed_here(self) -> bool:
        """Whether a movement is past the lane's office already."""
        return any(one.passed_here for one in self.movements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The runs a reading may be of, as they stood at one moment.

    ``complete`` is False where there were more than could be looked at.
    """

    runs: tuple[Run, ...]
    at: datetime
    complete: bool = True


# ------------------------------------------------------------------ rules, as data


@dataclass(frozen=True, slots=True)
class Saying:
    """What a lane says where a condition fails or cannot be decided, and the code of the reason."""

    says: Signal
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One row of the truth table."""

    name: str
    false: Saying
    missing: Saying
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What *released for this point* and *manifest accepted* mean at offices of one role.

    Both list roles of procedures; an empty ``administration`` is every one without a row.
    """

    role: OfficeRole
    released: tuple[OfficeRole, ...]
    manifest: tuple[OfficeRole, ...]
    why: str
    administration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRules:
    """The truth table and what it stands on, as read from ``schemas/lanes``.

    ``exact_kinds_min`` kinds of marks must be read exactly; ``sure_percent`` is the confidence
    from which a camera's word is not doubted; ``clock_minutes_max`` is how far clocks may differ;
    ``digest`` names the whole for reconciling.
    """

    conditions: tuple[Condition, ...]
    points: tuple[Point, ...]
    confusions: Confusions
    misreads_max: int
    seal_misreads_max: int
    exact_kinds_min: int
    sure_percent: int
    facts_minutes_max: int
    clock_minutes_max: int
    quarantine_headings: tuple[str, ...]
    digest: str

    def point(self, role: OfficeRole, administration: str) -> Point | None:
        """Return what counts at an office; its administration's own row goes first."""
        rows = [one for one in self.points if one.role is role]
        for wanted in (administration, ""):
            for one in rows:
                if one.administration == wanted:
                    return one
        return None


# ------------------------------------------------------------------ the word


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A run that a reading may be; ``confidence`` is 0 to 100, over all candidates."""

    run: Run
    confidence: int
    misreads: int
    contradicted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The word of a lane: one signal, one reason with the offending value, the age of the facts.

    ``asked`` pairs every condition of the table with what it came to; ``established`` says that
    the vehicle is the run's, whatever else is wrong with it.
    """

    says: Signal
    reason: Finding
    run: Run | None
    established: bool
    candidates: tuple[Candidate, ...]
    facts_at: datetime
    age: timedelta
    asked: tuple[tuple[str, Truth], ...]

    @property
    def confidence(self) -> int:
        """How sure it is which run this is, 0 to 100."""
        return self.candidates[0].confidence if self.run and self.candidates else 0
