"""What is kept of a passage through a smart lane."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.lane import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's word in the place of the lane's: asked for by one, confirmed by another."""

    says: Signal
    reason: str
    asked_by: str
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One reading of one lane and what was said to it.

    ``id`` is ``<lane>/<the lane's own id>``; ``reading`` the digest of the body with what was read;
    ``code`` and ``value`` are the reason. ``acted`` is what the lane itself said while it was cut
    off, by facts of ``acted_facts_at``; empty where we were asked. ``facts_at`` is when our facts
    were taken. The override is spelled in four fields, empty where nobody overrode.
    """

    id: str
    lane: str
    tenant: str
    at: datetime
    received_at: datetime
    caller: str
    reading: str
    says: Signal
    code: str
    value: str
    wanted: str
    confidence: int
    trips: tuple[str, ...]
    movements: tuple[str, ...]
    facts_at: datetime
    acted: str = ""
    acted_code: str = ""
    acted_facts_at: datetime | None = None
    override_says: str = ""
    override_reason: str = ""
    override_by: str = ""
    confirmed_by: str = ""

    @property
    def override(self) -> Override | None:
        """The override, if somebody asked for one."""
        if not self.override_by:
            return None
        return Override(
            says=Signal(self.override_says),
            reason=self.override_reason,
            asked_by=self.override_by,
            confirmed_by=self.confirmed_by,
        )

    @property
    def unentitled(self) -> bool:
        """Whether a lane says that it let somebody through, and we would not have.

        One key may not put a go in the place of our word: for that it takes two persons.
        """
        return self.acted == Signal.GO and self.says is not Signal.GO

    @property
    def stands(self) -> Signal:
        """What counts: a confirmed override, else what the lane did, else what we said.

        A go that nobody was entitled to does not count, whatever the vehicle did.
        """
        if self.confirmed_by:
            return Signal(self.override_says)
        return Signal(self.acted) if self.acted and not self.unentitled else self.says

    @property
    def differs(self) -> bool:
        """Whether a lane that was cut off said something else than we do."""
        return bool(self.acted) and self.acted != self.says
