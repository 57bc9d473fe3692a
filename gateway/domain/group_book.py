"""What handing in groups asks of the store: the part of its port about them."""

from datetime import datetime
from typing import Protocol

from gateway.domain.group import Group, Member


class GroupBook(Protocol):
    """Groups of declarations and their members."""

    def group(self, group: str) -> Group | None:
        """Return the group of that id."""

    def groups(self, tenant: str, limit: int, *, behind: Group | None = None) -> tuple[Group, ...]:
        """Return a tenant's groups, newest first; those behind one, where it is named."""
        ...

    def members(self, group: str) -> tuple[Member, ...]:
        """Return the members of a group in their order."""
        ...

    def groups_resting(self, before: datetime, limit: int) -> tuple[Group, ...]:
        """Return open groups nobody dealt with since then, the longest left first."""
        ...
