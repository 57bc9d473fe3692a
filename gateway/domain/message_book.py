"""What lists of messages ask of the store: those in one state, and those that stand still."""

from datetime import datetime
from typing import Protocol

from gateway.domain.message import Message


class MessageBook(Protocol):
    """Messages of all movements, oldest first. A list goes on ``behind`` the last one seen."""

    def messages_in_state(
        self, state: str, *, tenant: str = "", limit: int = 200, behind: Message | None = None
    ) -> tuple[Message, ...]:
        """Return messages in that state, of one tenant or of all."""
        ...

    def messages_stranded(
        self, tenant: str, before: datetime, limit: int = 200, behind: Message | None = None
    ) -> tuple[Message, ...]:
        """Return waiting messages of a tenant for whose sake somebody should look.

        One that they wait for was dropped, or got an unwelcome answer, or was acknowledged
        ``before`` that time.
        """
        ...

    def last_tried(
        self, outcome: str, limit: int = 200, *, tenant: str = ""
    ) -> tuple[Message, ...]:
        """Return messages still due whose last try came to that outcome."""
        ...
