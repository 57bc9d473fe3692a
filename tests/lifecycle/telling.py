"""Who is told what on the road between China and Viet Nam, and after which answer.

Written from the issue (rules forward and back) and formats.md: table (a), the lifecycle table, 5
and 6. ``role`` is the part an office plays; which office plays it is the way as it stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.lifecycle.ledger import Answer, Ledger, Owed

CHANGES = (
    "manifest changed",
    "declaration changed",
    "vehicle changed",
    "corrected copy",
    "correction",
    "amended copy",
    "amendment",
    "gate changed",
)
"""One of a kind says it all: it is made of the declaration that stands when it goes."""

TAKING_BACK = ("withdrawal", "gate cancelled")
"""What is asked when goods do not go at all."""

SPEAKS = {
    "export": "departure",
    "exit": "exit",
    "transport": "entry",
    "entry": "entry",
    "import": "destination",
    "gate": "gate",
}
"""Who decides on a procedure."""

SOUTH = {
    "departure": "CN008001",
    "exit": "CN00X001",
    "entry": "VN0015BB",
    "destination": "VN0003PJ",
}
NORTH = {
    "departure": "VN0003PJ",
    "exit": "VN0015BB",
    "entry": "CN00X001",
    "destination": "CN008001",
}
OTHERWISE = {
    "CN00X001": "CN007208",
    "VN0015BB": "VN00X002",
    "VN0003PJ": "VN0003PL",
    "CN008001": "CN008011",
}
"""Which office can take the place of which: the neighbouring gate, another inland office."""

GATES = {"VN0015BB": "VN00X101", "VN00X002": "VN00X102"}
"""The digital gate beside an office: told before arrival, by which way the goods may go."""

LEAVING = {"exit": "exited", "entry": "entered", "destination": "arrived"}
"""What puts an office behind the goods."""


def with_gate(way: dict[str, str]) -> dict[str, str]:
    """The offices in order, with the digital gate right after the office it stands beside."""
    met: dict[str, str] = {}
    for role, office in way.items():
        met |= {role: office} if role != "gate" else {}
        met |= {"gate": GATES[office]} if office in GATES else {}
    return met


@dataclass
class Telling(Ledger):
    """The way, the trucks with the packages on each, and what follows for whom."""

    south: bool = True
    trucks: dict[str, int] = field(default_factory=dict)
    way: dict[str, str] = field(default_factory=dict)
    parts: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    streams: dict[tuple[str, str], str] = field(default_factory=dict)
    decided: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # of single trucks
    asking: bool = False
    new: set[str] = field(default_factory=set)

    @property
    def split(self) -> bool:
        return len(self.trucks) > 1

    def passed(self, role: str) -> bool:
        """Whether the goods are past the office (G0171: no late news to it)."""
        return self.happened(self.leaving(role)) or self.happened("arrived")

    def plays(self, role: str) -> str:
        """The part of an office; a digital gate has that of the office it stands beside."""
        return {"gate": "entry" if self.south else "exit"}.get(role, role)

    def leaving(self, role: str) -> str:
        """What puts an office behind the goods."""
        return LEAVING[self.plays(role)]

    def _truck_passed(self, role: str, truck: str) -> bool:
        return self.truck_did(self.leaving(role), truck) or self.happened("arrived")

    def _known(self, role: str) -> bool:
        """Whether an office knows of the goods; one that is new on the way does not yet."""
        return role not in self.new and any(one.office == self.way[role] for one in self.told)

    def truck_did(self, kind: str, truck: str) -> bool:
        """Whether something happened to one truck: by itself, or to the whole before a split."""
        parts = [trucks for (one, _), trucks in self.parts.items() if one == kind]
        return any(truck in trucks for trucks in parts) if parts else self.happened(kind)

    # ------------------------------------------------------------------ forward

    def declared(self) -> None:
        """Every office gets the record in its own format, each after what it presupposes."""
        for role in self.way:
            self.record(role)

    def record(self, role: str) -> None:
        """All that an office of this role is told of the journey as far as the goods are."""
        if role != "departure":
            self.have_streams(role)
        if role == "gate":
            self.declared_at_gate(self.trucks)
            return
        for procedure, topic, after in self._lodged(role):
            self._owe(role, procedure, topic, after)
        for truck in self.trucks:
            if role == "exit" and self.truck_did("departed", truck):
                self.announced_at_exit(truck)
            if role == "entry" and self.truck_did("exited", truck):
                self.announced_at_entry(truck)

    def have_streams(self, *roles: str) -> None:
        """What is told of each of several trucks by itself has an order of its own."""
        for role in roles:
            for truck in self.trucks if role != "destination" else ():
                own = truck if self.split else ""
                self.streams.setdefault((self.way[role], truck), own)

    def declared_at_gate(self, trucks: Iterable[str]) -> None:
        """The digital gate hears of each truck before it is there."""
        if not self.passed("gate"):
            for truck in trucks:
                self._owe("gate", "gate", "gate declaration", truck=truck)

    def _at_gate(self, truck: str) -> bool:
        """Whether the digital gate was told of a truck."""
        stream = self.streams.get((self.way["gate"], truck), "")
        topics = [(one.office, one.topic, one.truck) for one in self.told]
        return self._known("gate") and (self.way["gate"], "gate declaration", stream) in topics

    def _lodged(self, role: str) -> Iterable[tuple[str, str, tuple[Answer, ...]]]:
        """China: a manifest at the border, then the declaration. Viet Nam: a copy is registered,
        then declared by its number; a vehicle that leaves is only announced."""
        china_first = ((("exit" if self.south else "entry"), "manifest", "accepted"),)
        if self.south:
            return {
                "departure": (("export", "declaration", china_first),),
                "exit": (("exit", "manifest", ()),),
                "entry": _by_number("transport"),
                "destination": _by_number("import"),
            }[role]
        return {
            "departure": _by_number("export"),
            "exit": (),
            "entry": (("entry", "manifest", ()),),
            "destination": (("import", "declaration", china_first),),
        }[role]

    def released(self) -> None:
        self.news("exit", "entry", "gate", "destination")

    def news(self, *roles: str) -> None:
        """News to offices that the goods have yet to come to, and not where it happened.

        A release is the first that some of them hear; anything else is news to those that know.
        """
        what, where = self.journal[-1]
        for role in roles:
            ahead = not self.passed(role) and self.way[role] != where
            if ahead and (what == "released" or self._known(role)):
                self._owe(role, self._news_of(role), "news", occasion=True)

    def _news_of(self, role: str) -> str:
        """Under which procedure an office hears news: it is a small one of its own."""
        if role == "gate":
            return role
        if role == "exit":
            return "exit" if self.south else "export"
        return "transport" if self.south else "entry"

    def yard_reached(self, trucks: Iterable[str]) -> None:
        self.have_streams("departure")
        after = (("exit", "manifest", "accepted"),)
        for truck in trucks if self.south else ():
            self._owe("departure", "exit", "in the yard", after, occasion=True, truck=truck)

    def announced_at_exit(self, truck: str) -> None:
        self._owe("exit", "exit", "vehicle", truck=truck)

    def announced_at_entry(self, truck: str) -> None:
        """Exit tells entry: the vehicle comes."""
        if self.south:
            self._owe("entry", "transport", "vehicle", truck=truck)
        else:
            after = (("entry", "manifest", "accepted"),)
            self._owe("entry", "entry", "vehicle", after, truck=truck)

    def entered(self) -> None:
        """Entry tells destination."""
        self.news("destination")
        if self.south:
            after = (("transport", "declaration", "approved"),)
            self._owe("entry", "transport", "start", after)

    # ------------------------------------------------------------------ back

    def exited(self) -> None:
        self._owe("departure", "export", "goods left")
        if self.south and self._known("gate") and not self.happened("entered"):
            self._owe("gate", "gate", "news", occasion=True)

    def arrived(self) -> None:
        self._owe("departure", "export", "goods arrived")
        if self.south:
            after: tuple[Answer, ...] = (("transport", "start", "started"),)
            self._owe("destination", "transport", "arrival", after)
        else:
            after = (("import", "declaration", "accepted"),)
            self._owe("destination", "import", "arrival", after)

    def cleared(self) -> None:
        if self.states["export"] != "planned":
            self._owe("departure", "export", "goods cleared", occasion=True)

    def turned_back(self) -> None:
        """Those behind hear of it, and those that let the goods in or expect them."""
        self.come_back()
        for role in ("entry", "destination", *(("gate",) if self.south else ())):
            if self._known(role):
                self._owe(role, self._news_of(role), "news", occasion=True)

    def come_back(self, refused_by: str = "") -> None:
        """Who let the goods go, and who is behind them, learns that they come back.

        Who did not let them pass said so itself.
        """
        if self.states["export"] == "planned":
            return
        for role in ("departure", "exit"):
            if self._known(role) and self.way[role] != refused_by:
                self._owe(role, "export", "goods come back", occasion=True)
        if not self.south and self._known("gate") and self.way["gate"] != refused_by:
            self._owe("gate", "gate", "news", occasion=True)

    # ------------------------------------------------------------------ owing and telling

    def _owe(
        self,
        role: str,
        procedure: str,
        topic: str,
        after: tuple[Answer, ...] = (),
        *,
        because: str = "",
        occasion: bool = False,
        truck: str = "",
    ) -> None:
        office = self.way[role]
        one = Owed(office, procedure, topic, because, after, occasion=occasion)
        one.truck = self.streams.get((office, truck), "") if truck else ""
        if occasion and topic in (*CHANGES, *TAKING_BACK) and self.awaits(one):
            return
        self.owe(one)

    def settle(self) -> None:
        """Tell what can be told now.

        While offices decide on a withdrawal nothing else is lodged; what was taken back is over.
        """
        self.new = set()
        if self.all_over:
            self.asking = False
        for one in tuple(self.owed):
            heard = all(
                self.has_heard(self.way[SPEAKS[answer[0]]], answer, one.since)
                for answer in one.after
            )
            over = self.all_over or self.states[one.procedure] == "invalidated"
            if over or (heard and (self._out_of_season(one) or self._through(one))):
                self.owed.remove(one)
            elif heard and (one.occasion or not self.asking):
                self.tell(one)

    def _through(self, one: Owed) -> bool:
        """Whether it takes back what a truck has gone by already."""
        meant = (it for it in self.trucks if self.streams.get((one.office, it)) == one.truck)
        return one.topic == "gate cancelled" and any(
            self._truck_passed("gate", truck) for truck in meant
        )

    def _out_of_season(self, one: Owed) -> bool:
        """Whether the pack's other way of correcting is the one that is allowed now."""
        released = self.states[one.procedure] in ("released", "closed")
        before, after = ("corrected copy", "correction"), ("amended copy", "amendment")
        return (one.topic in before and released) or (one.topic in after and not released)


def _by_number(procedure: str) -> tuple[tuple[str, str, tuple[Answer, ...]], ...]:
    registered = ((procedure, "copy", "registered"),)
    return ((procedure, "copy", ()), (procedure, "declaration", registered))
