"""What keeping times asks of the store: deadlines, and readings on the way."""

from datetime import datetime
from typing import Protocol

from gateway.domain.deadline import Deadline
from gateway.domain.position import Position


class TimeBook(Protocol):
    """Deadlines of movements, and readings of their position and temperature."""

    def deadlines(self, movement: str) -> tuple[Deadline, ...]:
        """Return a movement's deadlines, ended ones too."""
        ...

    def deadlines_due(self, now: datetime, limit: int) -> tuple[Deadline, ...]:
        """Return the deadlines on which the sweep has to act by now, the oldest first."""
        ...

    def deadlines_near(self, tenant: str, now: datetime, limit: int) -> tuple[Deadline, ...]:
        """Return the deadlines of a tenant that are near or have passed, and have not ended.

        The latest first: what passed long ago, and nobody ended, hides none that can be met.
        """
        ...

    def position(self, position: str) -> Position | None:
        """Return the reading of that id (``<movement>/<source>/<time>``)."""

    def positions(self, movement: str, limit: int) -> tuple[Position, ...]:
        """Return a movement's readings, those of the latest moment first."""
        ...
