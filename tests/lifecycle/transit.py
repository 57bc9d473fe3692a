"""A movement in common transit as a customs expert would explain it: one procedure, one number.

Written from formats.md 1.6: who gets which record and when, and the rules that shape it (G0130,
G0171). It goes from London over Dover to an office of Northern Ireland.
"""

from dataclasses import dataclass, field

from tests.lifecycle.ledger import Ledger, Owed

WAY = {"departure": "GB000246", "transit": "GB000060", "destination": "XI000081"}
PACKAGES = 24
PROCEDURE = "transit"
ASKER = "XI000142"
"""Where goods come in the end that are diverted: it was told nothing, and asks for the record."""

ONCE = ("presented", "departed", "arrived", "released", "controlled")
PASSING = ("passed", "arrived")

TELLING = {
    "presented": [("departure", "presentation")],
    "released": [("destination", "record"), ("transit", "record")],
    "passed": [("departure", "crossing")],
    "arrived": [("departure", "arrival")],
    "controlled": [("departure", "control result")],
    "incident": [("departure", "incident")],
    "invalidation-asked": [("departure", "withdrawal")],
}
"""Who is told of what happens."""

FORWARDED = {"arrived": "forwarded arrival", "incident": "forwarded incident"}
"""What is forwarded to those who were told to expect the goods and have not seen them."""

OCCASIONS = ("passed", "incident", "invalidation-asked")
"""What can come again, and is told while the departure decides on a withdrawal."""


@dataclass
class Transit(Ledger):
    """A transit declaration on its way; ``trucks`` is its only trip with all packages."""

    prelodged: bool = False
    trucks: dict[str, int] = field(default_factory=dict)
    way: dict[str, str] = field(default_factory=lambda: dict(WAY))
    asking: bool = False
    south = split = led_back = False

    def __post_init__(self) -> None:
        self.states = {PROCEDURE: "planned"}
        self.journal.append(("submitted", WAY["departure"]))
        self._owe("departure", "declaration")
        self.settle()

    # ------------------------------------------------------------------ standing

    @staticmethod
    def plays(role: str) -> str:
        """The part of an office."""
        return role

    @property
    def unpresented(self) -> bool:
        return self.prelodged and not self.happened("presented")

    @property
    def over(self) -> bool:
        return self.state in ("completed", "invalidated")

    @property
    def state(self) -> str:
        standings = (
            (self.states[PROCEDURE] == "closed", "completed"),
            (self.all_over, "invalidated"),
            (self.unpresented, "pre-lodged"),
            (self.happened("arrived"), "arrived"),
            (self.happened("departed"), "under-way"),
            (self.happened("released"), "released"),
            (self.prelodged, "presented"),
        )
        return next((state for holds, state in standings if holds), "lodged")

    # ------------------------------------------------------------------ the holder

    def objection(self, deed: str, office: str) -> str:
        """Return the code with which a report must be refused, or nothing."""
        under_way = self.happened("departed")
        against = (
            (deed in ONCE and self.happened_at(deed, office), "-"),
            (self.asking or self.all_over, "report.invalidating"),
            (deed == "presented" and not self.prelodged, "report.not-prelodged"),
            (deed == "invalidation-asked" and under_way, "report.already-departed"),
            (deed == "incident" and not under_way, "report.not-departed"),
            (deed == "incident" and self.happened("arrived"), "report.already-arrived"),
            (deed == "departed" and not self.happened("released"), "report.not-released"),
            (deed == "departed" and self.unpresented, "report.not-presented"),
        )
        code = next((code for holds, code in against if holds), "")
        return "" if code == "-" else code

    def reports(self, deed: str, office: str) -> None:
        self.moment += 1
        if not (deed in ONCE and self.happened_at(deed, office)):
            self.journal.append((deed, office))
            self._follows(deed, office)
        self.settle()

    def objections_to_change(self) -> list[str]:
        """Before release only (IE013)."""
        against = (
            (self.asking or self.all_over, "report.invalidating"),
            (self.happened("released"), "amend.already-released"),
            (self.happened("arrived"), "amend.already-arrived"),
        )
        return [code for holds, code in against if holds][:1]

    def changes(self) -> None:
        self.moment += 1
        self.journal.append(("amended", WAY["departure"]))
        if self.open(PROCEDURE):
            self._owe("departure", "amendment", occasion=True)
        self.settle()

    # ------------------------------------------------------------------ the offices

    def says(self, office: str, procedure: str, _topic: str, saying, _truck: str = "") -> None:
        """An office answers; what it said before is no news."""
        self.moment += 1
        self.advance(procedure, saying.state)
        if saying.event and not (saying.event in ONCE and self.happened_at(saying.event, office)):
            self.journal.append((saying.event, office))
            self._follows(saying.event, office)
        self.settle()

    def _follows(self, event: str, office: str) -> None:
        """What each office hears of: records ahead, news back, forwarded to who still waits."""
        if event == "record-asked":
            self.owe(Owed(office, PROCEDURE, "asked record", "", occasion=True))
        else:
            self._tells(event, office)

    def _tells(self, event: str, office: str) -> None:
        for role, topic in TELLING.get(event, ()):
            self._owe(role, topic, occasion=event in OCCASIONS)
        if event in FORWARDED:
            self._ahead(FORWARDED[event], office)
        if event == "invalidation-asked":
            self.asking = True
        if event == "invalidation-refused":
            self.asking = False
            self.owed = [one for one in self.owed if one.topic != "withdrawal"]
        if event == "invalidated":
            for one in self._of_each_administration(self._knowing()):
                self.owe(Owed(one, PROCEDURE, "invalidation", "", occasion=True))

    def _ahead(self, topic: str, where: str) -> None:
        """Who was told to expect the goods, and has not seen them, and is not where it happened."""
        waiting = [
            office
            for office in self._knowing()
            if not any(self.happened_at(kind, office) for kind in PASSING) and office != where
        ]
        for office in self._of_each_administration(waiting):
            self.owe(Owed(office, PROCEDURE, topic, "", occasion=True))

    def _knowing(self) -> list[str]:
        """Who was told of the goods: of itself, or because it asked."""
        records = {it.office for it in self.told if it.topic in ("record", "asked record")}
        return [
            office for office in (WAY["destination"], ASKER, WAY["transit"]) if office in records
        ]

    @staticmethod
    def _of_each_administration(offices: list[str]) -> list[str]:
        """One message goes to an administration, to the first of its offices (G0130)."""
        return list({office[:2]: office for office in reversed(offices)}.values())

    def _owe(self, role: str, topic: str, *, occasion: bool = False) -> None:
        self.owe(Owed(WAY[role], PROCEDURE, topic, "", occasion=occasion))

    def settle(self) -> None:
        """While the departure decides on a withdrawal nothing else is sent but what happens."""
        if self.all_over:
            self.asking = False
        for one in tuple(self.owed):
            if self.all_over and one.topic != "invalidation":
                self.owed.remove(one)
            elif one.occasion or not self.asking:
                self.tell(one)
