"""What an operator can do about a message, a link, a movement, or an answer put away."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.errors import Refused
from gateway.domain.finding import Finding

REASON_LENGTH_MAX = 500


class ActKind(StrEnum):
    """What can be done about a message, a link, a movement, or an answer that was put away."""

    RETRY = "retry"
    SKIP = "skip"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    LIMIT = "limit"
    DISMISS = "dismiss"
    ERASE = "erase"


MESSAGE_ACTS = (ActKind.RETRY, ActKind.SKIP, ActKind.SUPERSEDE, ActKind.CANCEL)
MOVEMENT_ACTS = (ActKind.ERASE,)
LINK_ACTS = (ActKind.PAUSE, ActKind.RESUME, ActKind.LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. ``subject`` is the id of a message, link or movement, or a refused answer's entry.

    ``rate`` (messages a second), ``concurrency`` and ``batch`` (messages in one request) are for
    ``limit``; 0 gives it back to the gateway.
    """

    kind: ActKind
    subject: str
    reason: str
    rate: float = 0.0
    concurrency: int = 0
    batch: int = 0


def check_reason(reason: str, value: str, most: int = REASON_LENGTH_MAX) -> None:
    """See to it that a person says why; ``value`` is what for.

    Raises:
        Refused: ``act.no-reason``: nothing was said, or a novel, or what is no text.
    """
    # A shell hands bytes that are no UTF-8 on as surrogates, which no log can keep.
    broken = any("\ud800" <= one <= "\udfff" for one in reason)
    if not reason.strip() or len(reason) > most or broken:
        args = (("most", str(most)),)
        raise Refused(Finding(code="act.no-reason", value=value, args=args))
