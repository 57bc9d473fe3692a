"""The dates of a movement as those who wait for the goods watch them, on a clock that is moved.

Written from the issue: limit date, presentation window, expected arrival, permit and
pre-declaration expiry, enquiry start; reminded before, ended by what happens, deciding nothing. The
hours are this gateway's own choice, as agreed with nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from tests.lifecycle.model import Movement

HOURS = {
    "presentation": (0, 12),
    "declaration": (72, 12),
    "expected": (4, 2),
    "paper": (0, 168),
    "limit": (0, 24),
    "enquiry": (72, 24),
}
"""How many hours after the date it passes, and how many before that somebody is reminded."""

AT_THE_GATE = ("declaration", "paper")

ZONES = {"CN": timezone(timedelta(hours=8)), "VN": timezone(timedelta(hours=7))}


@dataclass(frozen=True)
class Declared:
    """The dates that a declaration states."""

    expected: dict[str, datetime]  # by role
    papers: dict[str, date]  # by type and number
    limit: date | None


@dataclass
class Row:
    """One date: when it passes, when somebody is reminded, and what came of it."""

    due: datetime
    remind: datetime | None
    state: str = "open"


class Dates:
    """The dates of one movement; ``fired`` is what came of them, as (word, kind)."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.rows: dict[str, Row] = {}
        self.fired: list[tuple[str, str]] = []
        self._told_at: datetime | None = None
        self._versions = 0

    # ------------------------------------------------------------------ which there are

    def stand(self, model: Movement, now: datetime) -> None:
        """Write down the dates as the movement stands now; another date begins anew."""
        wanted = dict(self._wanted(model, now))
        for name, (at, ended) in wanted.items():
            after, before = HOURS[name.split()[0]]
            due = at + timedelta(hours=after)
            known = self.rows.get(name)
            if ended or model.over:
                if known:
                    known.state = "ended"
            elif known is None or known.due != due or known.state == "ended":
                remind = due - timedelta(hours=before)
                state = "passed" if due <= now else "open"
                self.rows[name] = Row(due, remind if remind > now else None, state)
        for name, row in self.rows.items():
            if name not in wanted:
                row.state = "ended"

    def _wanted(
        self, model: Movement, now: datetime
    ) -> Iterable[tuple[str, tuple[datetime, bool]]]:
        at, way = self.declared.expected, model.way
        back = model.led_back
        over = model.happened("arrived") or back
        if model.prelodged:
            yield "presentation", (at["departure"], model.happened("presented"))
        yield "declaration", (self._told(model, now), model.happened("entered") or over)
        for role, office in way.items():
            part = model.plays(role)
            yield f"expected {office} {part}", (at[part], self._seen(model, part) or back)
        for paper, until in self.declared.papers.items():
            yield f"paper {paper}", (_end(until, way["departure"]), over)
        ends = [at["destination"]]
        if self.declared.limit:
            ends.append(_end(self.declared.limit, way["destination"]))
            yield "limit", (ends[-1], over)
        if model.happened("departed") or model.happened("exited"):
            yield "enquiry", (max(ends), over)

    def _told(self, model: Movement, now: datetime) -> datetime:
        """When the declaration in force was handed in."""
        replacing = ("amended", "substituted", "diverted")
        versions = sum(kind in replacing for kind, _ in model.journal)
        if self._told_at is None or versions != self._versions:
            self._told_at, self._versions = now, versions
        return self._told_at

    def _seen(self, model: Movement, role: str) -> bool:
        """Whether the goods were at an office, or further on."""
        seen = ["arrived", "entered", "exited", "departed"]
        here = {"destination": 1, "entry": 2, "exit": 3, "departure": 4}[role]
        return any(map(model.happened, seen[:here]))

    def valid(self, now: datetime, leeway: timedelta) -> bool:
        """Whether permits, papers and the declaration itself still count at a gate."""
        dates = [row.due for name, row in self.rows.items() if name.split()[0] in AT_THE_GATE]
        return all(now + leeway < due for due in dates)

    # ------------------------------------------------------------------ the sweep

    def sweep(self, model: Movement, now: datetime) -> None:
        """Whatever is near or went by is told once; goods that never arrived are asked after."""
        for name, row in self.rows.items():
            if row.state in ("ended", "passed"):
                continue
            kind = name.split()[0]
            if row.due <= now:
                row.state = "passed"
                word = "enquiry-started" if kind == "enquiry" else "deadline-passed"
                self.fired.append((word, kind))
                if kind == "enquiry":
                    model.asked_after()
            elif row.state == "open" and row.remind and row.remind <= now:
                row.state = "reminded"
                self.fired.append(("deadline-reminded", kind))

    @property
    def standing(self) -> dict[str, str]:
        return {name: row.state for name, row in self.rows.items()}


def _end(day: date, office: str) -> datetime:
    """The end of a day where an office is."""
    return datetime.combine(day + timedelta(days=1), time.min, ZONES[office[:2]])
