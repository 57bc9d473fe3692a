"""What follows for whom when a declaration is replaced or taken back.

Written from the issue (the enterprise's moves) and formats.md, as ``telling`` is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.lifecycle.ledger import Answer, Owed
from tests.lifecycle.telling import SPEAKS, TAKING_BACK, Telling

VEHICLES = {"exit": "exit", "entry": "transport"}
"""Under which procedure a gate of Viet Nam is told of vehicles."""


@dataclass
class Changing(Telling):
    """Other goods, vehicles or offices, and nothing at all any more."""

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
                self.decided = {key: it for key, it in self.decided.items() if key[0] != procedure}
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
        for truck in trucks or self.trucks:
            if self._at_gate(truck) and not self._truck_passed("gate", truck):
                self._change("gate", "gate", "gate changed", deed, truck=truck)

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
            if procedure == "gate" or not self.open(procedure):
                continue
            after = []
            if procedure != "export" and self.open("export"):
                after.append(("export", "withdrawal", "withdrawn"))
            if procedure == border and self.open(china):
                after.append((china, "withdrawal", "withdrawn"))
            if procedure not in (china, border):
                after.append((procedure, "copy", "registered"))
            self._owe(SPEAKS[procedure], procedure, "withdrawal", tuple(after), occasion=True)
        let_go = (("export", "withdrawal", "withdrawn"),) if self.open("export") else ()
        for truck in filter(self._at_gate, self.trucks):
            self._owe("gate", "gate", "gate cancelled", let_go, occasion=True, truck=truck)

    def kept(self, office: str) -> None:
        """An office lets go of nothing: where it is the departure, nobody else is asked."""
        self.asking = False
        if office == self.way["departure"]:
            self.owed = [one for one in self.owed if one.topic not in TAKING_BACK]
