"""A gate that is closed for a while, and the plan round it: proposed, confirmed, gone or undone.

Written from the issue: movements hit, the plan as a difference per movement, applied after
confirmation, undone before it is sent. By which gates to go instead the enterprise says itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.lifecycle.dates import Dates
from tests.lifecycle.model import Movement
from tests.lifecycle.telling import with_gate

ROLES = ("exit", "entry")
SETTLED = ("confirmed", "done")
"""What stays as it is when it is planned again."""


@dataclass
class Closed:
    """One closure with its plan, by movement; ``due`` is when what is confirmed is carried out.

    ``swaps`` are the offices exchanged by each movement's part of the plan.
    """

    id: str
    office: str
    begins: datetime
    ends: datetime
    instead: tuple[str, str]
    plan: dict[str, str] = field(default_factory=dict)
    swaps: dict[str, dict[str, str]] = field(default_factory=dict)
    due: datetime | None = None

    def meets(self, model: Movement, dates: Dates, now: datetime) -> bool:
        """Whether goods come to the gate while it is closed; overdue ones may come now."""
        roles = [role for role in ROLES if model.way[role] == self.office]
        if model.over or not roles or model.happened("arrived"):
            return False
        if any(map(model.happened, ("exited", "entered") if roles == ["exit"] else ("entered",))):
            return False
        return self.begins <= max(dates.declared.expected[roles[0]], now) < self.ends

    def shut(self, gate: str, now: datetime) -> bool:
        return gate == self.office and self.begins <= now < self.ends

    def way(self, model: Movement) -> dict[str, str]:
        """The way of a movement by the other gates."""
        return with_gate({**model.way, **dict(zip(ROLES, self.instead, strict=True))})

    def carried_out(self, reference: str, model: Movement) -> dict[str, str]:
        """The way once the plan is gone: only where it still leads as it did when planned."""
        swaps = self.swaps[reference]
        return with_gate({role: swaps.get(office, office) for role, office in model.way.items()})

    def plans(self, met: Mapping[str, Movement], fits: Mapping[str, bool]) -> None:
        """A way for everybody who is met, as far as one fits; who is met no more needs none."""
        for reference, model in met.items():
            if self.plan.get(reference) not in SETTLED:
                self.plan[reference] = "proposed" if fits[reference] else "no-way"
                pair = (model.way[role] for role in ROLES)
                self.swaps[reference] = dict(zip(pair, self.instead, strict=True))
        for reference, state in self.plan.items():
            if reference not in met and state in ("proposed", "no-way"):
                self.plan[reference] = "undone"

    def confirms(self, due: datetime) -> None:
        self.due = due
        self.plan = {
            reference: "confirmed" if state == "proposed" else state
            for reference, state in self.plan.items()
        }

    def undoes(self) -> None:
        self.plan = {
            reference: "undone" if state in ("proposed", "confirmed") else state
            for reference, state in self.plan.items()
        }
