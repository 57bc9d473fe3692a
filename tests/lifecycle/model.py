"""The lifecycle of one movement by road as a customs expert would explain it: plain, and by hand.

Written from the issue and formats.md (1.6, the lifecycle table, 5, 6), not from the packs and not
from the code. It says in what state each procedure is and which steps are refused; who has to be
told what stands in ``telling``.
"""

from dataclasses import dataclass, field, replace

from tests.lifecycle.changing import Changing
from tests.lifecycle.ledger import rank
from tests.lifecycle.telling import NORTH, SOUTH, with_gate

OURS = (
    *("presented", "yard-reached", "departed", "arrived"),
    *("incident", "turned-back", "invalidation-asked"),
)
"""What the enterprise reports; everything else offices say."""

ANYWHERE = ("incident", "turned-back")
"""What can happen at any office on the way; the rest at the departure or at the destination."""

ONCE = ("presented", "departed", "arrived")
"""What happens once: told again it is no news."""

ONCE_SAID = (
    *("released", "exited", "entered", "transit-started"),
    *("controlled", "duties-assessed", "cleared"),
)
"""What an office says once: said again it is no news. The rest can happen again."""

IN_PARTS = ("departed", "exited", "entered", "arrived")
"""What can happen to one truck after the other."""

SEEN = ("at-gate", "re-weighed", "crossing-refused")
"""What an office tells of a truck that stands before it, and so is on its way."""

BACK = ("turned-back", "crossing-refused")
"""What leads goods back, until a new declaration lets them set out again."""

AGAINST = ("under-control", "not-released", "refused")
"""What counts against the whole as soon as it is said of one truck."""


@dataclass
class Movement(Changing):
    """One declaration on its way, southbound or northbound, on one truck or on several."""

    prelodged: bool = False
    quarantine: list[tuple[str, str, str]] = field(default_factory=list)
    """What offices said of it: country, truck or nothing, held or done."""
    seen: set[str] = field(default_factory=set)  # trucks that stood before an office
    back: set[str] = field(default_factory=set)  # trucks on their way back, "" all of them

    def __post_init__(self) -> None:
        third = "transport" if self.south else "entry"
        self.states = dict.fromkeys(("export", "exit", third, "import", "gate"), "planned")
        self.way = with_gate(SOUTH if self.south else NORTH)
        self.journal.append(("submitted", self.way["departure"]))
        self.declared()
        self.settle()

    # ------------------------------------------------------------------ standing

    @property
    def packages(self) -> int:
        return sum(self.trucks.values())

    @property
    def withdrawn(self) -> bool:
        return self.all_over

    @property
    def half_withdrawn(self) -> bool:
        asked = self.happened("invalidation-asked")
        return asked and "invalidated" in self.states.values() and not self.withdrawn

    @property
    def unpresented(self) -> bool:
        return self.prelodged and not self.happened("presented")

    @property
    def over(self) -> bool:
        return self.state in ("completed", "invalidated")

    def came_back(self, truck: str) -> bool:
        """Whether goods on a truck turned back or were refused, and were not declared anew."""
        return bool(self.back & ({"", truck} if self.split else self.back))

    @property
    def set_out(self) -> bool:
        """Whether the goods left: the enterprise said so, or an office saw their vehicle."""
        return any(map(self.happened, ("departed", "exited", "entered")))

    def truck_set_out(self, truck: str) -> bool:
        """Whether one truck left: that was told of it, or an office saw it."""
        left = (self.truck_did(kind, truck) for kind in ("departed", "exited", "entered"))
        return truck in self.seen or any(left)

    def crosses_along(self, office: str, event: str) -> bool:
        """Whether what an office saw of a truck counts for these goods on it.

        Goods that nobody released have not crossed, whatever their truck did; at a gate any can be.
        """
        may = event == "at-gate" or self.happened("released") or self.set_out
        return may and not self.withdrawn and office in self.way.values()

    @property
    def led_back(self) -> bool:
        """Whether the goods turned back, and no new declaration let them set out again."""
        back = "turned-back"
        since = self.since_last((back,))
        return since[0] == back and not {"substituted", "diverted"} & set(since)

    @property
    def state(self) -> str:
        standings = (
            (set(self.states.values()) == {"closed"}, "completed"),
            (self.withdrawn, "invalidated"),
            (self.unpresented, "pre-lodged"),
            (self.happened("arrived"), self.at_destination),
            (self.led_back, "turned-back"),
            (self.missed, "enquiry"),
            (self.happened("departed") or self.happened("exited"), "under-way"),
            (self.happened("released"), "released"),
            (self.prelodged, "presented"),
        )
        return next((state for holds, state in standings if holds), "lodged")

    @property
    def at_destination(self) -> str:
        """Arrived, unloading, discrepancies; solved, they have just arrived again."""
        state = "arrived"
        for kind, _ in self.journal:
            if kind == "unloading" and state == "arrived":
                state = kind
            if kind == "discrepancies":
                state = kind
            if kind == "discrepancies-solved" and state == "discrepancies":
                state = "arrived"
        return state

    def asked_after(self) -> None:
        """An enquiry starts: goods that left never arrived."""
        self.moment += 1
        self.journal.append(("enquiry-started", self.way["destination"]))

    @property
    def missed(self) -> bool:
        """Whether the goods are asked after, and no office saw them since."""
        enquiry = "enquiry-started"
        return self.since_last((enquiry, "exited", "entered", "turned-back"))[0] == enquiry

    def quarantined(self, country: str, truck: str) -> str:
        """How quarantine of a country stands for a truck: held where any is, done, or nothing."""
        said: dict[str, str] = {}
        for one, of, word in self.quarantine:
            if one == country:
                said = {**said, of: word} if of else {"": word}
        own = said.get(truck if self.split else "", said.get("", ""))
        held = any(word == "held" for of, word in said.items() if of or truck not in said)
        return "held" if held else own

    # ------------------------------------------------------------------ the enterprise reports

    def objection(self, deed: str, office: str, truck: str = "") -> str:
        """Return the code with which a report must be refused, or nothing."""
        under_way, arrived = self.happened("departed"), self.happened("arrived")
        place = self.way["destination" if deed == "arrived" else "departure"]
        against = (
            (office not in self.way.values(), "report.office-not-on-the-way"),
            (deed not in ANYWHERE and deed in OURS and office != place, "report.other-office"),
            (deed not in OURS, "report.not-yours"),
            (not self._news(deed, truck), "-"),
            (self.asking or self.withdrawn, "report.invalidating"),
            (self.half_withdrawn and deed == "departed", "report.half-invalidated"),
            (deed == "presented" and not self.prelodged, "report.not-prelodged"),
            (
                deed in ("yard-reached", "invalidation-asked") and under_way,
                "report.already-departed",
            ),
            (deed in ANYWHERE and not under_way, "report.not-departed"),
            (deed == "arrived" and not self.set_out, "report.not-departed"),
            (deed in ANYWHERE and arrived, "report.already-arrived"),
            (deed == "departed" and not self.happened("released"), "report.not-released"),
            (deed == "departed" and self.unpresented, "report.not-presented"),
        )
        code = next((code for holds, code in against if holds), "")
        return "" if code == "-" else code

    def _news(self, deed: str, truck: str) -> bool:
        """Whether a deed is news, of one truck or, where none is named, of any of them."""
        if self.split and deed in IN_PARTS:
            return any(not self.truck_did(deed, one) for one in self._named(truck))
        return not (deed in ONCE and self.happened(deed))

    def _named(self, truck: str) -> list[str]:
        return [truck] if truck else list(self.trucks)

    def reports(self, deed: str, office: str, truck: str = "") -> None:
        """The enterprise reports something that :meth:`objection` has nothing against."""
        self.moment += 1
        if not self._news(deed, truck):
            return
        if deed in IN_PARTS:
            self._in_parts(deed, office, truck)
        else:
            self.journal.append((deed, office))
            self.back |= {truck} if deed in BACK else set()
            self._follows(deed, office, truck)
        self.settle()

    def _in_parts(self, kind: str, office: str, truck: str = "") -> None:
        """Something happens to trucks; to the goods when it happened to all, departing at once."""
        news = [one for one in self._named(truck) if not self.truck_did(kind, one)]
        whole = not self.happened(kind)
        if self.split:
            if kind in [one for one, _ in self.journal] and (kind, office) not in self.parts:
                return
            done = self.parts.setdefault((kind, office), set())
            done |= set(news)
            self.journal += [("part-moved", office)] * len(news)
            whole = whole and (kind == "departed" or done >= set(self.trucks))
        if whole:
            self.journal.append((kind, office))
            self._follows(kind, office)
        for one in news:
            if kind == "departed":
                self.announced_at_exit(one)
            if kind == "exited":
                self.announced_at_entry(one)

    def _follows(self, event: str, office: str, truck: str = "") -> None:
        {
            "released": self.released,
            "yard-reached": lambda: self.yard_reached(self._named(truck)),
            "exited": self.exited,
            "entered": self.entered,
            "arrived": self.arrived,
            "cleared": self.cleared,
            "incident": lambda: self.changed(event, self._named(truck)),
            "turned-back": self.turned_back,
            "crossing-refused": lambda: self.come_back(office),
            "invalidation-asked": self.asked_back,
            "invalidation-refused": lambda: self.kept(office),
        }.get(event, lambda: None)()

    # ------------------------------------------------------------------ the enterprise declares

    def objections_to_change(
        self, *, goods: bool = False, way: dict[str, str] | None = None
    ) -> list[str]:
        """Return the codes with which a new declaration must be refused, one for each office."""
        way = way or self.way
        left = [
            role
            for role in way
            if role != "gate" and way[role] != self.way[role] and self._behind(role)
        ]
        against = (
            (self.asking or self.withdrawn, "report.invalidating"),
            (goods and self.happened("released"), "amend.already-released"),
            (self.happened("arrived"), "amend.already-arrived"),
        )
        passed = ["amend.passed-office"] * len(left)
        return passed or [code for holds, code in against if holds][:1]

    def _behind(self, role: str) -> bool:
        """Whether a truck is past the office already: what is behind stays declared."""
        if role == "departure":
            return self.happened("departed")
        return any(self.truck_did(self.leaving(role), truck) for truck in self.trucks)

    def changes(self, *, goods: bool) -> None:
        """A new declaration: other goods before release, or only another vehicle and its seals."""
        self.moment += 1
        deed = "amended" if goods or not self.happened("released") else "substituted"
        self.back = set()
        self.journal.append((deed, self.way["departure"]))
        if deed == "amended":
            self.corrected()
        self.changed(deed)
        self.settle()

    def diverts(self, way: dict[str, str]) -> None:
        """A new declaration by other offices."""
        self.moment += 1
        self.back = set()
        self.journal.append(("diverted", self.way["departure"]))
        self.diverted(way)
        self.changed("diverted")
        self.settle()

    def spreads(self, trucks: dict[str, int]) -> None:
        """A new declaration that puts the goods on other trucks, before they leave."""
        self.moment += 1
        self.back = set()
        deed = "substituted" if self.happened("released") else "amended"
        self.journal.append((deed, self.way["departure"]))
        gone = set(self.trucks) - set(trucks)
        self.owed = [one for one in self.owed if not (one.truck and one.truck in gone)]
        added = [truck for truck in trucks if truck not in self.trucks]
        self.trucks = dict(trucks)
        self.have_streams("exit", "entry", "gate")
        new = [truck for truck in added if not self._at_gate(truck)]
        if deed == "amended":
            self.corrected()
        self.changed(deed)
        self.declared_at_gate(new)
        self.settle()

    # ------------------------------------------------------------------ the offices

    def can_say(self, word: str, office: str) -> bool:
        """Whether an office in its right mind says something by itself."""
        if office not in self.way.values():
            return False  # it expects the goods no more
        if word in ("unloading", "discrepancies", "discrepancies-solved"):
            return self.happened("arrived") and office == self.way["destination"]
        if word == "crossing-refused":
            return self.happened("departed") and office in (self.way["entry"], self.way["exit"])
        return word != "released" or office == self.way["departure"]

    def says(self, office: str, procedure: str, topic: str, saying, truck: str = "") -> None:
        """An office answers what it was told; late and repeated news moves nothing back.

        What an office says that the goods do not come to any more is only taken note of.
        """
        self.moment += 1
        if office not in self.way.values():
            return
        if saying.event == "quarantine":
            word = saying.word.removeprefix("quarantine ")
            self.quarantine.append((office[:2], truck if self.split else "", word))
        if saying.event in SEEN:
            self.seen |= set(self._named(truck))
        procedure = saying.procedure or procedure
        about = "declaration" if saying.word == "approved" else topic  # VAS506 approves the whole
        self.hear(office, (procedure, about, saying.word))
        moved = self._moves(procedure, saying.state, truck)
        moved = moved and self.advance(procedure, saying.state)
        if moved and (procedure, saying.state, saying.event) == ("export", "released", ""):
            saying = replace(saying, event="released")  # however the departure says it
        if saying.event in IN_PARTS:
            self._in_parts(saying.event, office, truck)
        elif saying.event and (
            saying.event not in ONCE_SAID or not self.happened_at(saying.event, office)
        ):
            self.journal.append((saying.event, office))
            self.back |= {truck} if saying.event in BACK else set()
            self._follows(saying.event, office)
        self.settle()

    def _moves(self, procedure: str, state: str, truck: str) -> bool:
        """Whether a word moves the whole: against one truck at once, for it when all have it."""
        if not (state and truck and self.split):
            return True
        self.decided.setdefault((procedure, truck), set()).add(state)
        if state in AGAINST:
            return True
        said = [self.decided.get((procedure, one), set()) for one in self.trucks]
        return all(state in of or any(rank(it) > rank(state) for it in of) for of in said)
