"""The run itself: programs side by side, the submission, and what the enterprise does on the way.

What the demo does, it does as an enterprise would: over HTTP with the exporter's API key. The only
exception is the sandbox's control door, by which Huu Nghi becomes unreachable for two seconds.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.cli.client import JSON, Client
from gateway.cli.demo.loopback import LOOPBACK
from gateway.cli.demo.setting import Actors, Setting
from gateway.cli.desk import RemoteDesk, Told
from gateway.ports import Clock

Shape = dict[str, Any]

OUTAGE_SECONDS = 2
HOURS_A_LEG = 12
OPEN_STATES = ("waiting", "awaiting-signature", "due", "parked")


@dataclass(frozen=True, slots=True)
class Standing:
    """A movement at one moment, with the questions the enterprise asks of it."""

    movement: Shape

    @property
    def state(self) -> str:
        """What a person reads."""
        return str(self.movement["state"])

    def office(self, role: str) -> str:
        """Return the first office with that role, or the empty string."""
        stops = self.movement["stops"]
        return next((stop["office"] for stop in stops if stop["role"] == role), "")

    def happened(self, kind: str) -> bool:
        """Tell whether that has happened."""
        return any(event["kind"] == kind for event in self.movement["events"])

    @property
    def open(self) -> list[Shape]:
        """The messages not acknowledged, and not dropped either."""
        return [one for one in self.movement["messages"] if one["state"] in OPEN_STATES]

    @property
    def quiet(self) -> bool:
        """Whether everything that was sent is acknowledged and answered as others wait for it.

        A message waits for ``TYPE:answer``; as long as TYPE was sent and that answer is not there,
        an office is still thinking.
        """
        sent = {one["type"] for one in self.movement["messages"] if one["state"] != "waiting"}
        waits = [wait for one in self.open for wait in one["waits_for"].split(", ")]
        thinking = any(":" in wait and wait.split(":")[0] in sent for wait in waits)
        return not thinking and all(one["state"] == "waiting" for one in self.open)

    @property
    def ready_to_leave(self) -> bool:
        """Released, and every procedure that was opened accepted: nothing is open but the journey.

        A procedure of the gates only opens when the vehicle is on its way.
        """
        accepted = all(one["state"] != "lodged" for one in self.movement["procedures"])
        return self.happened("released") and accepted and self.quiet

    @property
    def ready_to_arrive(self) -> bool:
        """Let in, and whatever waits for the arrival waits for nothing else."""
        waits = [one["waits_for"].split(", ") for one in self.open]
        awaited = [one for one in waits if "arrived" in one]
        return self.happened("entered") and bool(awaited) and all(len(one) == 1 for one in awaited)

    @property
    def finished(self) -> bool:
        """Every procedure closed, every message acknowledged."""
        return self.state == "completed" and not self.open

    @property
    def refused(self) -> bool:
        """An office said no, or a message is parked: nothing more will come by itself."""
        parked = any(one["state"] == "parked" for one in self.movement["messages"])
        return parked or any(one["state"] == "refused" for one in self.movement["procedures"])


@dataclass(slots=True)
class Enterprise:
    """Does what the storyboard asks of the enterprise, each thing once, when its time has come."""

    desk: RemoteDesk
    reference: str
    setting: Setting
    actors: Actors
    seals: tuple[str, ...]
    clock: Clock
    done: set[str] = field(default_factory=set)
    dark: str = ""  # the office whose link was cut

    def act(self, standing: Standing) -> None:
        """Do what is due as the movement stands; a journey without an exit needs nothing of us."""
        if not standing.office("exit"):
            return
        if "departed" not in self.done and standing.ready_to_leave:
            self.done.add("departed")
            self._border_goes_dark(standing)
            self._depart(standing)
        if "arrived" not in self.done and standing.ready_to_arrive:
            self.done.add("arrived")
            self._tell("arrived", standing.office("destination"), {})

    def _border_goes_dark(self, standing: Standing) -> None:
        link = self.actors.links.get(standing.office("entry"))
        if link is None:
            return
        control = Client(f"http://{LOOPBACK}:{self.setting.control_port}", "", seconds=5.0)
        body = {"outage_seconds": OUTAGE_SECONDS, "link": link}
        control.post("/control", json.dumps(body).encode(), JSON)
        control.close()
        self.dark = standing.office("entry")

    def _depart(self, standing: Standing) -> None:
        """Report the departure with its seals and when the other offices may expect the vehicle."""
        now = self.clock.now()
        first, *others = standing.movement["stops"]
        facts = {"seal": " ".join(self.seals)} if self.seals else {}
        for place, stop in enumerate(others, start=1):
            expected = now + timedelta(hours=HOURS_A_LEG * place)
            local = expected.astimezone(ZoneInfo(stop["zone"]))
            facts[f"expected:{stop['office']}"] = local.isoformat(timespec="seconds")
        self._tell("departed", first["office"], facts)

    def _tell(self, kind: str, office: str, facts: Mapping[str, str]) -> None:
        told = Told(kind=kind, at=self.clock.now(), office=office, facts=facts)
        self.desk.report(self.reference, told)


@dataclass(slots=True)
class Watch:
    """Seconds since the beginning, by name of what happened first then."""

    began: float = field(default_factory=time.monotonic)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        """Note the first time."""
        self.marks.setdefault(name, self.elapsed)

    @property
    def elapsed(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.began
