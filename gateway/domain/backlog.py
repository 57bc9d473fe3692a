"""What lies at links and waits: counts, ages, tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.delivery import Attempt
from gateway.domain.message import Message

NEGLECTED_AFTER = timedelta(minutes=5)
"""How long a link that does not answer may go untried though it could be tried.

It is tried again within a minute; where many are silent at once they wait for each other's threads.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLoad:
    """What lies at one link: how many messages are due or waiting, and since when."""

    link: str
    due: int
    waiting: int
    awaiting_signature: int
    parked: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """What is due for one office of one link: how many messages, and the oldest one's age."""

    link: str
    office: str
    due: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt with its number in the order of writing, and its message as it now stands."""

    number: int
    attempt: Attempt
    message: Message
