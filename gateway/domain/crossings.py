"""Border crossings: pairs of offices opposite each other, and what is admitted through which.

Which they are and where that was read stands in ``schemas/routes/crossings``. What is admitted at
some gates only (fruit, vehicles under a permit that lists gates) passes at those and at no other:
a gate that nobody listed is unknown, and unknown is not admitted.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gateway.domain.roles import OfficeRole, Status

Pair = tuple[str, str]
"""Office of exit, office of entry."""

CROSSING = (OfficeRole.EXIT, OfficeRole.ENTRY)
"""What the offices of a pair are to the goods."""

HEADING_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Two offices opposite each other, and the modes in which goods pass between them."""

    offices: Pair
    modes: frozenset[str]
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsGates:
    """HS headings whose goods come ``into`` an administration at these offices alone."""

    into: str
    headings: frozenset[str]
    offices: frozenset[str]
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitGates:
    """A kind of transport permit, and the offices at which vehicles pass under it.

    Without offices nobody listed any: the permit itself says where it counts.
    """

    kind: str
    offices: frozenset[str]
    status: Status
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wants to pass: ``modes`` and ``permits`` of the leg, ``headings`` of the goods.

    Empty modes or permits: nobody stated any. An empty heading is one of goods without a code.
    """

    modes: frozenset[str]
    permits: frozenset[str]
    headings: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings:
    """The border crossings in the order in which they are tried, and what is admitted where."""

    crossings: tuple[Crossing, ...] = ()
    goods: tuple[GoodsGates, ...] = ()
    permits: tuple[PermitGates, ...] = ()

    def admitting(self, load: Load, between: Pair) -> Iterator[tuple[Pair, frozenset[str]]]:
        """Yield the pairs open to a load with the modes it can take there.

        ``between`` are the administrations it leaves and comes into; each crossing can be passed
        either way, so offices are compared with them by the caller.
        """
        for one in self.crossings:
            modes = one.modes & load.modes if load.modes else one.modes
            for pair in (one.offices, one.offices[::-1]):
                if modes and self._admits(load, pair, between[1]):
                    yield pair, modes

    def _admits(self, load: Load, pair: Pair, into: str) -> bool:
        concerned = (one for one in self.goods if one.into == into and _holds(one, load.headings))
        return all(pair[1] in one.offices for one in concerned) and self._permitted(load, pair)

    def _permitted(self, load: Load, pair: Pair) -> bool:
        """Tell whether one of the permits is for this gate; who needs none states none."""
        held = [one.offices for one in self.permits if one.kind in load.permits]
        return not held or any(not one or one.issuperset(pair) for one in held)


def _holds(gates: GoodsGates, headings: Collection[str]) -> bool:
    """Tell whether goods may be of the kind; what has no code may be."""
    return any(not one or one in gates.headings for one in headings)
