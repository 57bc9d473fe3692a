"""The lifecycle of one movement as a customs expert would explain it: plain, and by hand.

Written from the issue and formats.md (1.6, the lifecycle table, 5, 6), not from the packs and not
from the code. It says in what state each procedure is, what each office must have been told and
must not, in what order, and which steps are refused.
"""

from dataclasses import dataclass, field, replace

RANKS = (
    *("planned", "lodged", "refused", "accepted"),
    *("under-control", "not-released", "released", "over"),
)
OVER = ("closed", "invalidated")
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

CHANGES = (
    "manifest changed",
    "declaration changed",
    "vehicle changed",
    "corrected copy",
    "correction",
    "amended copy",
    "amendment",
)


@dataclass(frozen=True, slots=True)
class Told:
    """An office was told something. ``moment`` counts the steps of the movement."""

    moment: int
    office: str
    procedure: str
    topic: str
    because: str


@dataclass(slots=True)
class Owed:
    """Something to be told once ``after`` was heard, since ``since`` where it comes again."""

    office: str
    procedure: str
    topic: str
    because: str
    after: tuple[tuple[str, str, str], ...] = ()
    since: int = 0
    occasion: bool = False


@dataclass
class Movement:
    """One declaration on its way, southbound or northbound."""

    south: bool
    states: dict[str, str] = field(default_factory=dict)
    journal: list[tuple[str, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    heard: dict[tuple[str, str, str], int] = field(default_factory=dict)
    moment: int = 0
    asking: bool = False
    quarantine: str = ""  # held, done, or nothing was said

    def __post_init__(self) -> None:
        third = "transport" if self.south else "entry"
        self.states = dict.fromkeys(("export", "exit", third, "import"), "planned")
        self.way = SOUTH if self.south else NORTH
        self._declared()

    # ------------------------------------------------------------------ standing

    def happened(self, kind: str) -> bool:
        return any(kind == one for one, _ in self.journal)

    def passed(self, role: str) -> bool:
        """Whether the goods are past the office (G0171: no late news to it)."""
        leaving = {"exit": "exited", "entry": "entered", "destination": "arrived"}
        return self.happened(leaving[role]) or self.happened("arrived")

    def was_told(self, procedure: str, topic: str) -> bool:
        return any((one.procedure, one.topic) == (procedure, topic) for one in self.told)

    def open(self, procedure: str) -> bool:
        """Whether anything was lodged under it that is not over yet."""
        return self.states[procedure] not in ("planned", "refused", *OVER)

    @property
    def withdrawn(self) -> bool:
        """Whether all that was lodged is over, and some of it because it was taken back."""
        states = {one for one in self.states.values() if one != "planned"}
        return "invalidated" in states and states <= {*OVER, "refused"}

    @property
    def half_withdrawn(self) -> bool:
        asked = self.happened("invalidation-asked")
        return asked and "invalidated" in self.states.values() and not self.withdrawn

    @property
    def over(self) -> bool:
        return self.state in ("completed", "invalidated")

    @property
    def may_leave(self) -> bool:
        """Whether a lane at the gate of exit may let the goods go: released, manifest accepted.

        Fruit only when its quarantine is done: unknown is not yes. Nothing while it is held.
        """
        taken = ("accepted", "under-control", "not-released", "released", "closed")
        released = self.states["export"] in ("released", "closed")
        listed = not self.south or self.states["exit"] in taken
        safe = self.quarantine in (("", "done") if self.south else ("done",))
        return released and listed and safe

    @property
    def ready_to_leave(self) -> bool:
        """Whether it must let them go: nothing is held, taken back, or known to be elsewhere."""
        calm = not (self.asking or self.half_withdrawn or self.set_out)
        held = {"under-control", "not-released", "refused"} & set(self.states.values())
        doubts = ("crossing-refused", "control-ordered", "not-released", "seals-checked")
        return self.may_leave and calm and not held and not any(map(self.happened, doubts))

    @property
    def set_out(self) -> bool:
        """Whether the goods left: the enterprise said so, or an office saw their vehicle."""
        return any(map(self.happened, ("departed", "exited", "entered")))

    @property
    def led_back(self) -> bool:
        """Whether the goods turned back, and no new declaration let them set out again."""
        kinds = [kind for kind, _ in self.journal]
        back = [place for place, kind in enumerate(kinds) if kind == "turned-back"]
        return bool(back) and not {"substituted", "diverted"} & set(kinds[back[-1] :])

    @property
    def state(self) -> str:
        standings = (
            (set(self.states.values()) == {"closed"}, "completed"),
            (self.withdrawn, "invalidated"),
            (self.happened("arrived"), self.at_destination),
            (self.led_back, "turned-back"),
            (self.happened("departed") or self.happened("exited"), "under-way"),
            (self.happened("released"), "released"),
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

    # ------------------------------------------------------------------ the enterprise

    def objection(self, deed: str, office: str) -> str:
        """Return the code with which a report must be refused, or nothing."""
        under_way, arrived = self.happened("departed"), self.happened("arrived")
        place = self.way["destination" if deed == "arrived" else "departure"]
        against = (
            (office not in self.way.values(), "report.office-not-on-the-way"),
            (deed not in OURS, "report.not-yours"),
            (deed not in ANYWHERE and office != place, "report.other-office"),
            (deed in ONCE and self.happened(deed), "-"),
            (self.asking or self.withdrawn, "report.invalidating"),
            (self.half_withdrawn and deed == "departed", "report.half-invalidated"),
            (deed == "presented", "report.not-prelodged"),
            (
                deed in ("yard-reached", "invalidation-asked") and under_way,
                "report.already-departed",
            ),
            (deed in ANYWHERE and not under_way, "report.not-departed"),
            (deed == "arrived" and not self.set_out, "report.not-departed"),
            (deed in ANYWHERE and arrived, "report.already-arrived"),
            (deed == "departed" and not self.happened("released"), "report.not-released"),
        )
        code = next((code for holds, code in against if holds), "")
        return "" if code == "-" else code

    def reports(self, deed: str, office: str) -> None:
        """The enterprise reports something that :meth:`objection` has nothing against."""
        self.moment += 1
        if deed in ONCE and self.happened(deed):
            return
        self.journal.append((deed, office))
        {
            "yard-reached": self._in_the_yard,
            "departed": self._departed,
            "arrived": self._arrived,
            "incident": lambda: self._changed(deed),
            "turned-back": self._turned_back,
            "invalidation-asked": self._asked_back,
        }[deed]()
        self._settle()

    def objection_to_change(self, *, goods: bool) -> str:
        """Return the code with which a new declaration must be refused, or nothing."""
        against = (
            (self.asking or self.withdrawn, "report.invalidating"),
            (goods and self.happened("released"), "amend.already-released"),
            (self.happened("arrived"), "amend.already-arrived"),
        )
        return next((code for holds, code in against if holds), "")

    def changes(self, *, goods: bool) -> None:
        """A new declaration: other goods before release, or only another vehicle and its seals."""
        self.moment += 1
        deed = "amended" if goods or not self.happened("released") else "substituted"
        self.journal.append((deed, self.way["departure"]))
        if deed == "amended":
            self._corrected()
        self._changed(deed)
        self._settle()

    # ------------------------------------------------------------------ the offices

    def can_say(self, word: str, office: str) -> bool:
        """Whether an office in its right mind says something by itself."""
        if word in ("unloading", "discrepancies", "discrepancies-solved"):
            return self.happened("arrived") and office == self.way["destination"]
        if word == "crossing-refused":
            return self.happened("departed") and office == self.way["entry"]
        return word != "released" or office == self.way["departure"]

    def is_news(self, office: str, procedure: str, saying) -> bool:
        """Whether an office's words move anything here."""
        further = saying.state and _rank(saying.state) > _rank(self.states[procedure])
        said = saying.event in ONCE_SAID and (saying.event, office) in self.journal
        return bool(further) or bool(saying.event and not said)

    def crosses_along(self, office: str, procedure: str, saying) -> bool:
        """Whether what an office saw of a whole truck is news of these goods on it.

        Goods that nobody released have not crossed, whatever their truck did; at a gate any can be.
        """
        may = saying.event == "at-gate" or self.happened("released") or self.set_out
        return may and not self.withdrawn and self.is_news(office, procedure, saying)

    def says(self, office: str, procedure: str, topic: str, saying) -> None:
        """An office answers what it was told; late and repeated news moves nothing back."""
        self.moment += 1
        if saying.event == "quarantine":
            self.quarantine = saying.word.removeprefix("quarantine ")
        procedure = saying.procedure or procedure
        about = "declaration" if saying.word == "approved" else topic  # VAS506 approves the whole
        self.heard[procedure, about, saying.word] = self.moment
        if saying.state and _rank(saying.state) > _rank(self.states[procedure]):
            self.states[procedure] = saying.state
            if (procedure, saying.state) == ("export", "released") and not saying.event:
                saying = replace(saying, event="released")  # however the departure says it
        again = saying.event not in ONCE_SAID
        if saying.event and (again or (saying.event, office) not in self.journal):
            self.journal.append((saying.event, office))
            self._follows(saying.event, office)
        self._settle()

    def _follows(self, event: str, office: str) -> None:
        if event == "released":
            self._news("exit", "entry", "destination")
        if event == "exited":
            self._exited()
        if event == "entered":
            self._entered()
        if event == "crossing-refused":
            self._come_back()
        if event == "cleared" and self.states["export"] != "planned":
            self._owe("departure", "export", "goods cleared", occasion=True)
        if event == "invalidation-refused":
            self.asking = False
            if office == self.way["departure"]:  # where another keeps its own, the rest are asked
                self.owed = [one for one in self.owed if one.topic != "withdrawal"]

    # ------------------------------------------------------------------ who is told

    def _declared(self) -> None:
        """Every office gets the record in its own format, each after what it presupposes."""
        self.journal.append(("submitted", self.way["departure"]))
        if self.south:
            self._owe("exit", "exit", "manifest")
            self._owe("departure", "export", "declaration", [("exit", "manifest", "accepted")])
            self._owe("entry", "transport", "copy")
            self._owe("entry", "transport", "declaration", [("transport", "copy", "registered")])
            self._owe("destination", "import", "copy")
            self._owe("destination", "import", "declaration", [("import", "copy", "registered")])
        else:
            self._owe("departure", "export", "copy")
            self._owe("departure", "export", "declaration", [("export", "copy", "registered")])
            self._owe("entry", "entry", "manifest")
            self._owe("destination", "import", "declaration", [("entry", "manifest", "accepted")])
        self._settle()

    def _in_the_yard(self) -> None:
        if self.south:
            after = [("exit", "manifest", "accepted")]
            self._owe("departure", "exit", "in the yard", after, occasion=True)

    def _departed(self) -> None:
        self._owe("exit", "exit", "vehicle")

    def _exited(self) -> None:
        """Forward: the entry learns what comes. Back: the departure learns that it left."""
        self._owe("departure", "export", "goods left")
        if self.south:
            self._owe("entry", "transport", "vehicle")
        else:
            self._owe("entry", "entry", "vehicle", [("entry", "manifest", "accepted")])

    def _entered(self) -> None:
        self._news("destination")
        if self.south:
            after = [("transport", "declaration", "approved")]
            self._owe("entry", "transport", "start", after)

    def _arrived(self) -> None:
        self._owe("departure", "export", "goods arrived")
        if self.south:
            after = [("transport", "start", "started")]
            self._owe("destination", "transport", "arrival", after)
        else:
            after = [("import", "declaration", "accepted")]
            self._owe("destination", "import", "arrival", after)

    def _come_back(self) -> None:
        """Who let the goods go, and who is behind them, learns that they come back."""
        if self.states["export"] == "planned":
            return
        for role in ("departure", "exit"):
            if self._knows(role):
                self._owe(role, "export", "goods come back", occasion=True)

    def _turned_back(self) -> None:
        """Those behind hear of it, and those that let the goods in or expect them."""
        self._come_back()
        for role in ("entry", "destination"):
            if self._knows(role):
                self._owe(role, self._news_of(role), "news", occasion=True)

    def _news(self, *roles: str) -> None:
        """News to offices that the goods have yet to come to, and not where it happened.

        A release is the first that some of them hear; anything else is news to those that know.
        """
        what, where = self.journal[-1]
        for role in roles:
            ahead = not self.passed(role) and self.way[role] != where
            if ahead and (what == "released" or self._knows(role)):
                self._owe(role, self._news_of(role), "news", occasion=True)

    def _news_of(self, role: str) -> str:
        if role == "exit":
            return "exit" if self.south else "export"
        return "transport" if self.south else "entry"

    def _knows(self, role: str) -> bool:
        return any(one.office == self.way[role] for one in self.told)

    def _corrected(self) -> None:
        """Before release every office that holds the old version gets the new one, marked so.

        Who was told nothing yet is told the new version when its time comes. Viet Nam: registered
        anew and declared anew by one pair of jobs; where the release came meanwhile, by the other.
        """
        china = ("exit", "entry") if self.south else ("entry", "exit")
        if self.open(china[0] if self.south else "entry"):
            procedure = "exit" if self.south else "entry"
            after = [(procedure, "manifest", "accepted")]
            self._owe(procedure, procedure, "manifest changed", after, occasion=True)
        declared, copied = ("export", "import") if self.south else ("import", "export")
        if self.open(declared):
            role = "departure" if declared == "export" else "destination"
            after = [(declared, "declaration", "accepted")]
            self._owe(role, declared, "declaration changed", after, occasion=True)
        if self.open(copied):
            role = "departure" if copied == "export" else "destination"
            accepted = (copied, "declaration", "accepted")
            anew = (copied, "corrected copy", "registered")
            later = (copied, "amended copy", "registered")
            self._owe(role, copied, "corrected copy", [accepted], occasion=True)
            self._owe(role, copied, "correction", [anew], occasion=True)
            self._owe(role, copied, "amended copy", [accepted], occasion=True)
            self._owe(role, copied, "amendment", [later], occasion=True)

    def _changed(self, deed: str) -> None:
        """Who was told of the transport or the vehicle and is still concerned hears of the change.

        A transport under control is corrected until it ends; a vehicle is news only to the office
        it still comes to. China has no such messages: who is still ahead there gets the news.
        """
        if deed != "amended":
            self._news(*(("exit",) if self.south else ("entry", "destination")))
        if self.south:
            if self.open("transport"):
                after = [("transport", "copy", "registered")]
                self._owe(
                    "entry", "transport", "declaration changed", after, because=deed, occasion=True
                )
            if self.was_told("transport", "vehicle") and not self.passed("entry"):
                self._owe("entry", "transport", "vehicle changed", because=deed, occasion=True)
        elif self.was_told("exit", "vehicle") and not self.passed("exit"):
            self._owe("exit", "exit", "vehicle changed", because=deed, occasion=True)

    def _asked_back(self) -> None:
        """The departure is asked first; who else holds something is asked once it let go."""
        self.asking = True
        roles = {
            "export": "departure",
            "import": "destination",
            "exit": "exit",
            "entry": "entry",
            "transport": "entry",
        }
        china_declared = "export" if self.south else "import"
        for procedure in self.states:
            if not self.open(procedure):
                continue
            after = []
            if procedure != "export" and self.open("export"):
                after.append(("export", "withdrawal", "withdrawn"))
            manifest = procedure == ("exit" if self.south else "entry")
            if manifest and self.open(china_declared):
                after.append((china_declared, "withdrawal", "withdrawn"))
            if procedure != china_declared and not manifest:
                after.append((procedure, "copy", "registered"))
            self._owe(roles[procedure], procedure, "withdrawal", after, occasion=True)

    # ------------------------------------------------------------------ owing and telling

    def _out_of_season(self, one: Owed) -> bool:
        """Whether the pack's other way of correcting is the one that is allowed now."""
        released = self.states[one.procedure] in ("released", "closed")
        before, after = ("corrected copy", "correction"), ("amended copy", "amendment")
        return (one.topic in before and released) or (one.topic in after and not released)

    def _owe(
        self, role, procedure, topic, after=(), *, because: str = "", occasion: bool = False
    ) -> None:
        why = because or self.journal[-1][0]
        office = self.way[role]
        if occasion and topic in CHANGES and self._awaits(office, procedure, topic):
            return  # one correction says it all: with the declaration that stands when it goes
        self.owed.append(Owed(office, procedure, topic, why, tuple(after), self.moment, occasion))

    def _awaits(self, office: str, procedure: str, topic: str) -> bool:
        key = office, procedure, topic
        return any((one.office, one.procedure, one.topic) == key for one in self.owed)

    def _settle(self) -> None:
        """Tell what can be told now.

        While offices decide on a withdrawal nothing else is lodged; what was taken back is over.
        """
        if self.withdrawn:
            self.asking = False
        for one in tuple(self.owed):
            heard = all(map(one_heard(self, one), one.after))
            over = self.withdrawn or self.states[one.procedure] == "invalidated"
            if over or (heard and self._out_of_season(one)):
                self.owed.remove(one)
            elif heard and (one.occasion or not self.asking):
                self.owed.remove(one)
                self._tell(one)

    def _tell(self, one: Owed) -> None:
        told = Told(self.moment, one.office, one.procedure, one.topic, one.because)
        self.told.append(told)
        if self.states[one.procedure] == "planned":
            self.states[one.procedure] = "lodged"


def one_heard(movement: Movement, owed: Owed):
    """Return whether an answer was heard; one that comes with each occasion, since this one."""
    again = ("corrected copy", "amended copy", "withdrawal")

    def heard(answer: tuple[str, str, str]) -> bool:
        since = owed.since if answer[1] in again else -1
        return movement.heard.get(answer, -1) > since

    return heard


def _rank(state: str) -> int:
    return RANKS.index("over" if state in OVER else state)
