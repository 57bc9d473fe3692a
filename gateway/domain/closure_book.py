"""What closures ask of the store."""

from datetime import datetime
from typing import Protocol

from gateway.domain.closure import Closure, Diversion


class ClosureBook(Protocol):
    """Closures of offices, and the diversions planned round them."""

    def closure(self, closure: str) -> Closure | None:
        """Return the closure of that id."""

    def closures(self, tenant: str) -> tuple[Closure, ...]:
        """Return a tenant's closures, the earliest first."""
        ...

    def diversion(self, diversion: str) -> Diversion | None:
        """Return the diversion of that id (``<closure>/<movement>``)."""

    def diversions(self, closure: str) -> tuple[Diversion, ...]:
        """Return what was planned round a closure, by movement."""
        ...

    def diversions_due(self, now: datetime, limit: int) -> tuple[Diversion, ...]:
        """Return confirmed diversions whose time has come, the oldest first."""
        ...
