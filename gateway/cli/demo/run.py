"""Watching a movement from its submission to its end, and letting the enterprise act."""

import contextlib
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.cli.client import Client
from gateway.cli.demo.board import Line, Piece
from gateway.cli.demo.cast import Cast, columns
from gateway.cli.demo.screen import Foot, Screen, open_screen
from gateway.cli.demo.setting import Actors, Setting
from gateway.cli.demo.stage import OUTAGE_SECONDS, Enterprise, Standing, Watch
from gateway.cli.demo.story import Story
from gateway.cli.desk import RemoteDesk
from gateway.cli.programs import Programs
from gateway.ports import Clock

Shape = dict[str, Any]

LOOK_SECONDS = 0.05
"""Between two looks at the timeline."""

LINKS_SECONDS = 0.2
"""Between two looks at what lies at the links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the run was asked for. ``seconds`` bounds it from submission on."""

    file: Path | None
    lang: str
    kind: str
    seconds: float
    json: bool
    keep_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run came to. ``end`` is ``completed``, ``waiting``, ``refused`` or ``late``."""

    end: str
    folder: Path
    url: str
    standing: Standing
    marks: dict[str, float]


@dataclass(slots=True, kw_only=True)
class Run:
    """One movement on one stage."""

    wish: Wish
    setting: Setting
    cast: Cast
    actors: Actors
    programs: Programs
    watch: Watch
    clock: Clock
    after: int = -1
    backlog: dict[str, int] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    _looked: float = 0.0
    _cut: bool = False
    _backlog_told: int = 0

    def play(self, raw: bytes) -> Played:
        """Submit, watch, act, until the story ends or the time is over."""
        client = Client(self.setting.url, self.actors.exporter_key, self.wish.lang)
        screen = open_screen(columns(self.cast.offices, self.wish.lang), json=self.wish.json)
        with screen:
            desk = RemoteDesk(client)
            done = desk.submit(raw, self.cast.lrn)
            self.watch.mark("submitted")
            screen.say(f"Declaration {self.cast.lrn} is movement {done['movement']}.")
            end, standing = self._watch(screen, client, desk, done["movement"])
        client.close()
        return Played(
            end=end,
            folder=self.setting.folder,
            url=self.setting.url,
            standing=standing,
            marks=dict(self.watch.marks),
        )

    def _watch(
        self, screen: Screen, client: Client, desk: RemoteDesk, reference: str
    ) -> tuple[str, Standing]:
        story = Story(
            zones={office.code: ZoneInfo(office.zone) for office in self.cast.offices},
            departure=self.cast.offices[0].code,
        )
        enterprise = Enterprise(
            desk=desk,
            reference=reference,
            setting=self.setting,
            actors=self.actors,
            seals=self.cast.declaration.vehicle.seals,
            clock=self.clock,
        )
        late = time.monotonic() + self.wish.seconds
        standing = Standing(desk.movement(reference))
        while True:
            self.programs.check()
            news = desk.timeline(reference, self.after)
            if news:  # whatever changes a movement is told by its timeline
                standing = Standing(desk.movement(reference))
            screen.show(self._told(story, standing, news))
            screen.show(self._backlog(client, story, enterprise))
            screen.foot(self._foot(standing))
            if not news and (end := self._end(standing, late)):
                return end, standing
            if not news:
                enterprise.act(standing)
                time.sleep(LOOK_SECONDS)

    def _told(self, story: Story, standing: Standing, news: list[Shape]) -> Iterable[Line]:
        story.signatories |= {one["id"]: one["signatory"] for one in standing.movement["messages"]}
        for line in news:
            self.after = line["index"]
            self._mark(line)
            yield from story.tell(line)

    def _mark(self, line: Shape) -> None:
        if line["kind"] == "receipt":
            self.watch.mark(f"{line['type']} acknowledged")
        if line["kind"] == "answer":
            self.answered.add(line["facts"].get("message", ""))
        for event in line["facts"].get("events") or ():
            if event["kind"] not in ("answered", "number-given", "procedure-moved"):
                self.watch.mark(event["kind"])

    def _backlog(self, client: Client, story: Story, enterprise: Enterprise) -> list[Line]:
        """Look at the links now and then; tell of the backlog of the office that is cut off."""
        office = enterprise.dark
        if office and not self._cut:
            self._cut = True
            return [self._at(story, office, Piece(f"✗ cut off {OUTAGE_SECONDS} s", "bold red"))]
        if time.monotonic() - self._looked < LINKS_SECONDS:
            return []
        self._looked = time.monotonic()
        for link in client.get("/v1/links").json()["data"]:
            self.backlog |= dict.fromkeys(link["offices"], link["due"])
        now = self.backlog.get(office, 0)
        if not office or now == self._backlog_told:
            return []
        self._backlog_told = now
        piece = (
            Piece(f"▮ backlog {now}", "bold yellow") if now else Piece("✓ backlog drained", "green")
        )
        return [self._at(story, office, piece)]

    def _at(self, story: Story, office: str, piece: Piece) -> Line:
        at = self.clock.now().astimezone(story.zones[office])
        return Line(at=at, office=office, pieces=(piece,))

    def _foot(self, standing: Standing) -> Foot:
        return Foot(
            elapsed=self.watch.elapsed,
            backlog=self.backlog,
            procedures=standing.movement["procedures"],
        )

    def _end(self, standing: Standing, late: float) -> str:
        """Return how the story ended, or nothing while it goes on."""
        if standing.finished:
            return "completed"
        if standing.refused:
            return "refused"
        if standing.state == "pre-lodged" and standing.quiet and self._all_answered(standing):
            return "waiting"
        return "late" if time.monotonic() > late else ""

    def _all_answered(self, standing: Standing) -> bool:
        sent = {one["id"] for one in standing.movement["messages"] if one["acknowledged_at"]}
        return bool(sent) and sent <= self.answered

    def keep(self) -> None:
        """Leave everything running until Ctrl-C, which is no failure here, or SIGTERM."""
        parties = self.setting.folder / "parties"
        sys.stderr.write(
            f"Still running at {self.setting.url}; pages for people under /pages, to be entered "
            f"with the key in {parties / 'operator.api-key'}. Ctrl-C ends it.\n"
        )
        with contextlib.suppress(KeyboardInterrupt):
            self.programs.first_to_end()
