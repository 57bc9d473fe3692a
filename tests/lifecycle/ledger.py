"""What offices have to be told and were told: the book that every model of a movement keeps.

It knows nothing of countries: who has to be told what stands in ``telling`` and ``transit``.
"""

from dataclasses import dataclass, field

RANKS = (
    *("planned", "lodged", "refused", "accepted"),
    *("under-control", "not-released", "released", "over"),
)
OVER = ("closed", "invalidated")

Answer = tuple[str, str, str]
"""A procedure, what was told under it, and the word that its office answers."""

COMES_AGAIN = ("corrected copy", "amended copy", "withdrawal")
"""What is told anew on each occasion: only what is answered since counts."""


@dataclass(frozen=True, slots=True)
class Told:
    """An office was told something; ``truck`` where it is about one of several.

    ``moment`` counts the steps of the movement.
    """

    moment: int
    office: str
    procedure: str
    topic: str
    because: str
    truck: str = ""

    @property
    def stream(self) -> tuple[str, str]:
        """What is told of one of several trucks has an order of its own."""
        return self.office, self.truck


@dataclass(slots=True)
class Owed:
    """Something to be told once ``after`` was heard, since ``since`` where it comes again."""

    office: str
    procedure: str
    topic: str
    because: str
    after: tuple[Answer, ...] = ()
    since: int = 0
    occasion: bool = False
    truck: str = ""


@dataclass
class Ledger:
    """Steps, what happened, what was heard, owed and told."""

    states: dict[str, str] = field(default_factory=dict)
    journal: list[tuple[str, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    heard: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    moment: int = 0

    def happened(self, kind: str) -> bool:
        return any(kind == one for one, _ in self.journal)

    def happened_at(self, kind: str, office: str) -> bool:
        return (kind, office) in self.journal

    def since_last(self, kinds: tuple[str, ...]) -> list[str]:
        """What happened from the last of ``kinds`` on; all where there was none."""
        happened = [kind for kind, _ in self.journal]
        places = [place for place, kind in enumerate(happened) if kind in kinds]
        return happened[places[-1] :] if places else happened

    def was_told(self, office: str, procedure: str, topic: str, truck: str = "") -> bool:
        """Whether an office was told that, of this truck or before there were several."""
        return any(
            (one.office, one.procedure, one.topic) == (office, procedure, topic)
            and one.truck in ("", truck)
            for one in self.told
        )

    def open(self, procedure: str) -> bool:
        """Whether anything was lodged under it that is not over yet."""
        return self.states[procedure] not in ("planned", "refused", *OVER)

    @property
    def all_over(self) -> bool:
        """Whether all that was lodged is over, and some of it because it was taken back."""
        states = {one for one in self.states.values() if one != "planned"}
        return "invalidated" in states and states <= {*OVER, "refused"}

    def advance(self, procedure: str, state: str) -> bool:
        """Move a procedure on; late and repeated news moves nothing back."""
        if not state or rank(state) <= rank(self.states[procedure]):
            return False
        self.states[procedure] = state
        return True

    def hear(self, office: str, answer: Answer) -> None:
        self.heard[(office, *answer)] = self.moment

    def has_heard(self, office: str, answer: Answer, since: int) -> bool:
        """Whether an office answered; one that answers each occasion, since this one."""
        since = since if answer[1] in COMES_AGAIN else -1
        return self.heard.get((office, *answer), -1) > since

    def owe(self, owed: Owed) -> None:
        owed.because = owed.because or self.journal[-1][0]
        owed.since = self.moment
        self.owed.append(owed)

    def awaits(self, owed: Owed) -> bool:
        """Whether the same waits already, about the same truck."""
        key = owed.office, owed.procedure, owed.topic, owed.truck
        return any((one.office, one.procedure, one.topic, one.truck) == key for one in self.owed)

    def tell(self, one: Owed) -> None:
        self.owed.remove(one)
        self.told.append(
            Told(self.moment, one.office, one.procedure, one.topic, one.because, one.truck)
        )
        if self.states[one.procedure] == "planned":
            self.states[one.procedure] = "lodged"


def rank(state: str) -> int:
    return RANKS.index("over" if state in OVER else state)
