"""What lawful erasure asks of the store: what belongs to a movement, and what others point at."""

from typing import Protocol

from gateway.domain.closure import Diversion
from gateway.domain.group import Member
from gateway.domain.passage import Passage
from gateway.domain.records import Body, Erase


class ErasureBook(Protocol):
    """Rows that are found by their movement for this alone; none of it is quick."""

    def pointed_at(self, step: Erase) -> frozenset[str]:
        """Return those bodies (digests) and commitments of a step that something else points at.

        With them come the references of the movements that do; passages and groups go without.
        """
        ...

    def passages_of(self, movement: str) -> tuple[Passage, ...]:
        """Return the passages through lanes that were about a movement."""
        ...

    def members_of(self, movement: str) -> tuple[Member, ...]:
        """Return the declarations of groups that a movement was made of."""
        ...

    def diversions_of(self, movement: str) -> tuple[Diversion, ...]:
        """Return a movement's parts of the plans for closures."""
        ...

    def reports(self, tenant: str, *, after: str = "", limit: int = 500) -> tuple[Body, ...]:
        """Return what may be kept reports, by digest; ``after`` is that of the last one seen."""
        ...
