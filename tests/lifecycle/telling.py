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
)
"""One of a kind says it all: it is made of the declaration that stands when it goes."""

SPEAKS = {
    "export": "departure",
    "exit": "exit",
    "transport": "entry",
    "entry": "entry",
    "import": "destination",
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

LEAVING = {"exit": "exited", "entry": "entered", "destination": "arrived"}
"""What puts an office behind the goods."""

VEHICLES = {"exit": "exit", "entry": "transport"}
"""Under which procedure a gate of Viet Nam is told of vehicles."""


@dataclass
class Telling(Ledger):
    """The way, the trucks with the packages on each, and what follows for whom."""

    south: bool = True
    trucks: dict[str, int] = field(default_factory=dict)
    way: dict[str, str] = field(default_factory=dict)
    parts: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    streams: dict[tuple[str, str], str] = field(default_factory=dict)
    asking: bool = False
    new: set[str] = field(default_factory=set)

    @property
    def split(self) -> bool:
        return len(self.trucks) > 1

    def passed(self, role: str) -> bool:
        """Whether the goods are past the office (G0171: no late news to it)."""
        return self.happened(LEAVING[role]) or self.happened("arrived")

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
        if role in ("exit", "entry"):
            for truck in self.trucks:
                own = truck if self.split else ""
                self.streams.setdefault((self.way[role], truck), own)
        for procedure, topic, after in self._lodged(role):
            self._owe(role, procedure, topic, after)
        for truck in self.trucks:
            if role == "exit" and self.truck_did("departed", truck):
                self.announced_at_exit(truck)
            if role == "entry" and self.truck_did("exited", truck):
                self.announced_at_entry(truck)

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
        self.news("exit", "entry", "destination")

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
        if role == "exit":
            return "exit" if self.south else "export"
        return "transport" if self.south else "entry"

    def yard_reached(self) -> None:
        if self.south:
            after = (("exit", "manifest", "accepted"),)
            self._owe("departure", "exit", "in the yard", after, occasion=True)

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
        for role in ("entry", "destination"):
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

    # ------------------------------------------------------------------ changes

    def diverted(self, way: dict[str, str]) -> None:
        """Who is left out is told and hears no more; who is new gets the record.

        What is lodged with an office begins anew where another takes its place.
        """
        changed = [role for role in way if way[role] != self.way[role]]
        dropped = {role: self.way[role] for role in changed if self._known(role)}
        self.way = dict(way)
        self.owed = [one for one in self.owed if one.office in way.values()]
        for role, office in dropped.items():
            self._dropped(role, office)
        for procedure, role in SPEAKS.items():
            if role in changed and procedure in self.states:
                self.states[procedure] = "planned"
                self.heard = {key: when for key, when in self.heard.items() if key[1] != procedure}
        self.new = set(changed)
        for role in changed:
            self.record(role)

    def _dropped(self, role: str, office: str) -> None:
        """It expects the goods no longer; what Viet Nam's gates were told of a vehicle is over."""
        self.owe(Owed(office, self._news_of(role), "left out", "", occasion=True))
        viet_nam = office.startswith("VN")
        procedure = VEHICLES.get(role, "")
        for truck in self.trucks if viet_nam and procedure else ():
            if self.stands(office, procedure, truck):
                told = Owed(office, procedure, "vehicle cancelled", "", occasion=True)
                told.truck = self.streams.get((office, truck), "")
                self.owe(told)

    def stands(self, office: str, procedure: str, truck: str) -> bool:
        """Whether an office was told of a truck, and that was not taken back since."""
        stream = self.streams.get((office, truck), "")
        about = [
            one.topic
            for one in self.told
            if (one.office, one.procedure, one.truck) == (office, procedure, stream)
        ]
        told = [one for one in about if one in ("vehicle", "vehicle cancelled")]
        return bool(told) and told[-1] == "vehicle"

    def changed(self, deed: str, trucks: Iterable[str] = ()) -> None:
        """Who was told of the transport or the vehicle and is still concerned hears of the change.

        A transport under control is corrected until it ends; a vehicle is news only to the office
        it still comes to. China has no such messages: who is still ahead there gets the news.
        """
        if deed != "amended":
            self.news(*(("exit",) if self.south else ("entry", "destination")))
        if self.south and self.open("transport") and self._known("entry"):
            after = (("transport", "copy", "registered"),)
            self._change("entry", "transport", "declaration changed", deed, after)
        role = "entry" if self.south else "exit"
        for truck in trucks or self.trucks:
            office, procedure = self.way[role], VEHICLES[role]
            if self.stands(office, procedure, truck) and not self._truck_passed(role, truck):
                self._change(role, procedure, "vehicle changed", deed, truck=truck)

    def _truck_passed(self, role: str, truck: str) -> bool:
        return self.truck_did(LEAVING[role], truck) or self.happened("arrived")

    def _known(self, role: str) -> bool:
        """Whether an office knows of the goods; one that is new on the way does not yet."""
        return role not in self.new and any(one.office == self.way[role] for one in self.told)

    def corrected(self) -> None:
        """Before release every office that holds the old version gets the new one, marked so.

        Who was told nothing yet is told the new version when its time comes. Viet Nam: registered
        anew and declared anew by one pair of jobs; where the release came meanwhile, by the other.
        """
        border = "exit" if self.south else "entry"
        china, viet_nam = ("export", "import") if self.south else ("import", "export")
        accepted = "accepted"
        if self.open(border):
            after: tuple[Answer, ...] = ((border, "manifest", accepted),)
            self._change(border, border, "manifest changed", "amended", after)
        if self.open(china):
            after = ((china, "declaration", accepted),)
            self._change(SPEAKS[china], china, "declaration changed", "amended", after)
        if self.open(viet_nam):
            for copy, again in (("corrected copy", "correction"), ("amended copy", "amendment")):
                role, after = SPEAKS[viet_nam], ((viet_nam, "declaration", accepted),)
                self._change(role, viet_nam, copy, "amended", after)
                after = ((viet_nam, copy, "registered"),)
                self._change(role, viet_nam, again, "amended", after)

    def _change(
        self,
        role: str,
        procedure: str,
        topic: str,
        because: str,
        after: tuple[Answer, ...] = (),
        truck: str = "",
    ) -> None:
        self._owe(role, procedure, topic, after, because=because, occasion=True, truck=truck)

    # ------------------------------------------------------------------ taking back

    def asked_back(self) -> None:
        """The departure is asked first; who else holds something is asked once it let go."""
        self.asking = True
        china, border = ("export", "exit") if self.south else ("import", "entry")
        for procedure in self.states:
            if not self.open(procedure):
                continue
            after = []
            if procedure != "export" and self.open("export"):
                after.append(("export", "withdrawal", "withdrawn"))
            if procedure == border and self.open(china):
                after.append((china, "withdrawal", "withdrawn"))
            if procedure not in (china, border):
                after.append((procedure, "copy", "registered"))
            self._owe(SPEAKS[procedure], procedure, "withdrawal", tuple(after), occasion=True)

    def kept(self, office: str) -> None:
        """An office lets go of nothing: where it is the departure, nobody else is asked."""
        self.asking = False
        if office == self.way["departure"]:
            self.owed = [one for one in self.owed if one.topic != "withdrawal"]

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
        if occasion and topic in (*CHANGES, "withdrawal") and self.awaits(one):
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
            if over or (heard and self._out_of_season(one)):
                self.owed.remove(one)
            elif heard and (one.occasion or not self.asking):
                self.tell(one)

    def _out_of_season(self, one: Owed) -> bool:
        """Whether the pack's other way of correcting is the one that is allowed now."""
        released = self.states[one.procedure] in ("released", "closed")
        before, after = ("corrected copy", "correction"), ("amended copy", "amendment")
        return (one.topic in before and released) or (one.topic in after and not released)


def _by_number(procedure: str) -> tuple[tuple[str, str, tuple[Answer, ...]], ...]:
    registered = ((procedure, "copy", "registered"),)
    return ((procedure, "copy", ()), (procedure, "declaration", registered))
