"""A group: many declarations handed in together, such as all consignments of a train."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GroupMode(StrEnum):
    """What becomes of a group of which some are not in order."""

    ALL = "all-or-nothing"  # nothing is taken in
    BEST = "best-effort"  # the others are


class MemberState(StrEnum):
    """Where one declaration of a group stands."""

    STAGED = "staged"  # found in order, kept, not taken in yet
    TAKEN = "taken-in"  # it has its movement
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The group's row. ``open`` while members are staged: somebody has to take them in.

    ``digest`` is that of everything handed in, by which a repeat is recognised; ``touched_at`` when
    a member was last dealt with.
    """

    id: str
    tenant: str
    caller: str
    mode: GroupMode
    digest: str
    size: int
    open: bool
    staged_at: datetime
    touched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One declaration of a group; ``codes`` are those of the findings that refused it."""

    id: str
    group: str
    place: int
    name: str
    body: str
    state: MemberState
    movement: str = ""
    codes: tuple[str, ...] = ()
