"""The customs procedures a movement passes through, each with its own state and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ProcedureState(StrEnum):
    """Where one procedure stands. ``PLANNED`` is ours: nothing was lodged yet."""

    PLANNED = "planned"
    LODGED = "lodged"
    ACCEPTED = "accepted"
    UNDER_CONTROL = "under-control"
    NOT_RELEASED = "not-released"
    RELEASED = "released"
    REFUSED = "refused"
    CLOSED = "closed"
    INVALIDATED = "invalidated"


_ENDS = frozenset({ProcedureState.CLOSED, ProcedureState.INVALIDATED})
_LET_GO = _ENDS | {ProcedureState.RELEASED}
_DECIDED = _LET_GO | {ProcedureState.UNDER_CONTROL, ProcedureState.NOT_RELEASED}
_TAKEN = _DECIDED | {ProcedureState.ACCEPTED}

PROCEDURE_STEPS: Mapping[ProcedureState, frozenset[ProcedureState]] = MappingProxyType(
    {
        ProcedureState.PLANNED: _TAKEN | {ProcedureState.LODGED, ProcedureState.REFUSED},
        ProcedureState.LODGED: _TAKEN | {ProcedureState.REFUSED},
        ProcedureState.REFUSED: _TAKEN,  # a correction was accepted after all
        ProcedureState.ACCEPTED: _DECIDED,
        ProcedureState.UNDER_CONTROL: _LET_GO | {ProcedureState.NOT_RELEASED},
        ProcedureState.NOT_RELEASED: _LET_GO,
        ProcedureState.RELEASED: _ENDS,
        ProcedureState.CLOSED: frozenset(),
        ProcedureState.INVALIDATED: frozenset(),
    }
)
"""Where each state can go. News that was missed is skipped over; none leads back."""


@dataclass(frozen=True, slots=True)
class OfficialNumber:
    """A number an authority gave; ``kind`` is the pack's word: ``entry``, ``transport`` ...

    ``trip`` is the one it was given to, where a movement has several.
    """

    kind: str
    value: str
    trip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One procedure of one movement under one administration."""

    kind: str
    administration: str
    state: ProcedureState = ProcedureState.PLANNED
    numbers: tuple[OfficialNumber, ...] = ()

    def number(self, kind: str, trip: str = "") -> str | None:
        """Return the official number of that kind, if the authority gave one (to that trip)."""
        return next((number.value for number in self.numbers_of(trip) if number.kind == kind), None)

    def numbers_of(self, trip: str) -> tuple[OfficialNumber, ...]:
        """Return the numbers that hold for one trip; without one, all."""
        return tuple(one for one in self.numbers if not trip or one.trip in ("", trip))

    @property
    def opened(self) -> bool:
        """Whether anything was lodged under it."""
        return self.state is not ProcedureState.PLANNED


def advances(now: ProcedureState, then: ProcedureState) -> bool:
    """Tell whether news of ``then`` moves a procedure that stands at ``now`` forward.

    Late and repeated news never moves it back. A refusal counts only before acceptance.
    """
    return then in PROCEDURE_STEPS[now]
