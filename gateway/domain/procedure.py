"""The customs procedures a movement passes through, each with its own state and numbers."""

from dataclasses import dataclass
from enum import StrEnum


class ProcedureState(StrEnum):
    """Where one procedure stands. ``PLANNED`` is ours: nothing was lodged yet."""

    PLANNED = "planned"
    LODGED = "lodged"
    ACCEPTED = "accepted"
    UNDER_CONTROL = "under-control"
    RELEASED = "released"
    REFUSED = "refused"
    CLOSED = "closed"
    INVALIDATED = "invalidated"


_RANK = {
    ProcedureState.PLANNED: 0,
    ProcedureState.LODGED: 1,
    ProcedureState.REFUSED: 2,
    ProcedureState.ACCEPTED: 3,
    ProcedureState.UNDER_CONTROL: 4,
    ProcedureState.RELEASED: 5,
    ProcedureState.CLOSED: 6,
    ProcedureState.INVALIDATED: 6,  # either is an end
}


@dataclass(frozen=True, slots=True)
class OfficialNumber:
    """A number an authority gave; ``kind`` is the pack's word: ``entry``, ``transport`` ..."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One procedure of one movement under one administration."""

    kind: str
    administration: str
    state: ProcedureState = ProcedureState.PLANNED
    numbers: tuple[OfficialNumber, ...] = ()

    def number(self, kind: str) -> str | None:
        """Return the official number of that kind, if the authority gave one."""
        return next((number.value for number in self.numbers if number.kind == kind), None)

    @property
    def opened(self) -> bool:
        """Whether anything was lodged under it."""
        return self.state is not ProcedureState.PLANNED


def advances(now: ProcedureState, then: ProcedureState) -> bool:
    """Tell whether news of ``then`` moves a procedure that stands at ``now`` forward.

    Late and repeated news never moves it back. A refusal counts only before acceptance.
    """
    return _RANK[then] > _RANK[now]
