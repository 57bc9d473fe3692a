"""What lanes ask of the store: the part of its port that nobody else uses."""

from collections.abc import Collection
from typing import Protocol

from gateway.domain.lane import Lane
from gateway.domain.passage import Passage
from gateway.domain.trip import Trip


class LaneBook(Protocol):
    """Lanes, their passages, and trips by what lanes read."""

    def trips_keyed(self, tenant: str, keys: Collection[str], limit: int) -> tuple[Trip, ...]:
        """Return the open trips with one of those keys: not every movement of theirs is over."""
        ...

    def trips_of_batch(self, tenant: str, batch: str, limit: int) -> tuple[Trip, ...]:
        """Return the open trips under that batch number."""
        ...

    def trips_keyed_otherwise(self, keyed_by: str, limit: int) -> tuple[Trip, ...]:
        """Return trips whose keys were made with other classes of characters, or never."""
        ...

    def lane(self, lane: str) -> Lane | None:
        """Return the lane of that id."""

    def lanes(self, tenant: str) -> tuple[Lane, ...]:
        """Return a tenant's lanes."""
        ...

    def passage(self, passage: str) -> Passage | None:
        """Return the passage of that id (``<lane>/<its own id>``)."""

    def passages_unentitled(self, tenant: str, limit: int) -> tuple[Passage, ...]:
        """Return passages that a lane let through, we would not have, and nobody judged yet.

        Newest first.
        """
        ...

    def passages(self, lane: str, limit: int) -> tuple[Passage, ...]:
        """Return a lane's passages, newest first."""
        ...
