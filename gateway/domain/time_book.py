"""What keeping times asks of the store: the part of its port about deadlines."""

from datetime import datetime
from typing import Protocol

from gateway.domain.deadline import Deadline


class TimeBook(Protocol):
    """Deadlines of movements."""

    def deadlines(self, movement: str) -> tuple[Deadline, ...]:
        """Return a movement's deadlines, ended ones too."""
        ...

    def deadlines_due(self, now: datetime, limit: int) -> tuple[Deadline, ...]:
        """Return the deadlines on which the sweep has to act by now, the oldest first."""
        ...

    def deadlines_near(self, tenant: str, now: datetime, limit: int) -> tuple[Deadline, ...]:
        """Return the deadlines of a tenant that are near or have passed, and have not ended."""
        ...
