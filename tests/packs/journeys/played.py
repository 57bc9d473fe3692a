"""Play a journey: intake, simulated answers, reports, as the register does it, without a store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.event import REPORTABLE, Event, Report
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.message import Answer, Message
from gateway.domain.movement import decide, fold, report
from gateway.domain.trust import Trust
from gateway.packs.pack import Pack, PackSet, compile_pack, compile_set
from gateway.pipeline.advance import Advanced, Fired, advance, waiting_row
from gateway.pipeline.intake import Basis, Refused, intake
from gateway.pipeline.occasion import Told, plan_occasions
from gateway.pipeline.project import Subject
from gateway.register.load import with_askers
from gateway.sandbox.numbers import Numbers
from gateway.usecases import preview
from tests.packs.journeys import Journey
from tests.usecases.influence import AT

ROUNDS_MAX = 40


@cache
def offices() -> Mapping[str, CustomsOffice]:
    return read_offices(read_folder(schemas_root()))


@cache
def shipped() -> PackSet:
    """Everything that is shipped, compiled once."""
    return compile_set(read_folder(schemas_root()), {})


def packs_for(journey: Journey, pack: Pack | None = None) -> PackSet:
    """Return the shipped packs with ``pack`` in place of its own, and the journey's switches."""
    packs = [
        pack if pack and pack.manifest.pack == one.manifest.pack else one for one in shipped().packs
    ]
    switched = [
        compile_pack(one.files, switches)
        if (switches := journey.switches.get(one.manifest.pack))
        else one
        for one in packs
    ]
    return replace(shipped(), packs=tuple(switched))


def play(journey: Journey, packs: PackSet) -> dict[str, str]:
    """Return by pack what its offices were told and how its procedures ended."""
    played = _Played(packs, journey.linked)
    try:
        played.submit(journey.declaration())
        for told in journey.reports:
            played.rest()
            played.at += timedelta(hours=told.hours)
            played.report(
                Report(kind=told.kind, at=played.at, office=told.office, facts=told.facts)
            )
        played.rest()
    except Refusal as refusal:
        played.refused(refusal)
    return played.told()


@dataclass
class _Played:
    """One movement, and what was said about it so far, by pack."""

    packs: PackSet
    linked: bool = False
    at: datetime = AT
    lines: dict[str, list[str]] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, Message] = field(default_factory=dict)
    unanswered: list[tuple[Fired, bytes]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    told_offices: list[Told] = field(default_factory=list)
    told_of: Subject | None = None
    made: int = 0

    # ------------------------------------------------------------------ what happens

    def submit(self, raw: bytes) -> None:
        """Take the declaration in."""
        result = intake(raw, self._basis())
        if isinstance(result, Refused):
            raise Refusal(*result.findings)
        self.told_of = replace(result.subject, movement=result.advanced.movement)
        self.waiting = {one.id: one for one in result.planned}
        for administration in dict.fromkeys(
            s.office.administration for s in result.subject.itinerary.stops
        ):
            self.known.add(self._pack(administration).manifest.pack)
        self._say("submitted")
        self._take(result.advanced)
        self._still_waiting(self.waiting)

    def report(self, told: Report) -> None:
        """Let the enterprise report."""
        self._say(f"{told.kind} at {told.office}")
        if told.kind in REPORTABLE:
            self._move(report(self.subject.movement, told))
            return
        number = self.subject.movement.version + 1  # what another use case than a report tells
        event = Event(
            sequence=number, kind=told.kind, at=told.at, office=told.office, facts=told.facts
        )
        self._move((event,))

    def rest(self) -> None:
        """Let the offices answer until nobody has anything to say."""
        for _ in range(ROUNDS_MAX):
            if not self.unanswered:
                return
            going, self.unanswered = self.unanswered, []
            for fired, content in going:
                self._answered(fired.message, content)
        raise AssertionError("it never came to rest")

    def refused(self, refusal: Refusal) -> None:
        """Note why it went no further."""
        self._say("refused: " + ", ".join(sorted({one.code for one in refusal.findings})))

    def told(self) -> dict[str, str]:
        """Return everything that was said, by pack, with the end it came to."""
        if self.told_of is not None:
            movement = self.told_of.movement
            for one in movement.procedures:
                numbers = "".join(f", {number.kind} {number.value}" for number in one.numbers)
                self._line(
                    self._pack(one.administration).manifest.pack,
                    f"{one.kind}: {one.state}{numbers}",
                )
            self._say(f"movement: {movement.state}")
        return {pack: "\n".join([*lines, ""]) for pack, lines in sorted(self.lines.items())}

    # ------------------------------------------------------------------ how

    @property
    def subject(self) -> Subject:
        assert self.told_of is not None
        return self.told_of

    def _basis(self) -> Basis:
        return Basis(
            at=self.at,
            tenant="tnt_test",
            trust=Trust(),
            packs=self.packs,
            offices=offices(),
            links=dict.fromkeys(offices(), "") if self.linked else None,
            new_id=self._id,
            random="4F7KQ2M9XTBN",
            unsigned=True,
            accepts_unsigned_foreign=True,
        )

    def _id(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made:032d}"

    def _pack(self, administration: str) -> Pack:
        pack = self.packs.by_administration(administration)
        assert pack is not None
        return pack

    def _name(self, message: Message) -> str:
        return self._of(message).manifest.pack

    def _of(self, message: Message) -> Pack:
        pack = self.packs.by_digest(message.pack)
        assert pack is not None
        return pack

    def _move(self, events: tuple[Event, ...]) -> None:
        """Fold events in and fire what they make owed (``register.move`` without a store)."""
        movement = fold(self.subject.movement, events)
        itinerary = with_askers(self.subject.itinerary, movement, offices())
        self.told_of = replace(self.subject, movement=movement, itinerary=itinerary)
        planned = plan_occasions(
            events, movement, itinerary, self.packs.by_administration, self.told_offices
        )
        rows = [waiting_row(one, self.told_of, self._id("msg"), "", self.at) for one in planned]
        self.waiting |= {row.id: row for row in rows}
        advanced = advance(self.told_of, self.waiting.values(), self.packs, self.at)
        self.told_of = replace(self.told_of, movement=advanced.movement)
        self._take(advanced)
        self._still_waiting(row.id for row in rows)

    def _still_waiting(self, ids: Iterable[str]) -> None:
        for message in (self.waiting[one] for one in ids if one in self.waiting):
            self._line(
                self._name(message),
                f"  .. {message.type} to {message.office} waits for {message.waits_for}",
            )

    def _take(self, advanced: Advanced) -> None:
        for fired in advanced.fired:
            self.waiting.pop(fired.message.id.partition(".")[0], None)
            self.told_offices.append(self._reached(fired.message))
            self.unanswered.append((fired, fired.unsigned))
            self._tell(fired.message)
        for message in advanced.dropped:
            self.waiting.pop(message.id, None)
            self._line(self._name(message), f"  -- {message.type} to {message.office} falls away")
        for message in advanced.waiting:
            self.waiting[message.id] = message

    def _reached(self, message: Message) -> Told:
        office = offices()[message.office]
        spec = self._of(message).message(message.type)
        return Told(office=office.code, administration=office.administration, spec=spec)

    def _tell(self, message: Message) -> None:
        pack = self._of(message)
        spec = pack.message(message.type)
        until = "" if message.deadline is None else f", within {message.deadline - self.at}"
        speaks = " of the trip" if message.trip else ""
        how = f"under {message.procedure} by {message.signatory}, {message.suite}{until}"
        told = f"  -> {message.type} to {message.office}{speaks} {how}"
        self._line(self._name(message), told)
        for one in preview._withheld(message, pack, spec):
            self._line(self._name(message), f"     without {one.field} ({one.clause})")

    def _answered(self, message: Message, content: bytes) -> None:
        pack = self._of(message)
        office = offices()[message.office]
        for scripted in pack.behaviour.to(message.type, content):
            self.at += timedelta(minutes=1)
            native = scripted.render(self._params(pack, message, office, scripted.key))
            answer = pack.read_answer(native)
            self._say(
                f"{message.type} answered by {message.office}: {_spelled(answer)}",
                by=pack.manifest.pack,
            )
            self._move(decide(self.subject.movement, answer, message.office, self.at))

    def _params(
        self, pack: Pack, message: Message, office: CustomsOffice, key: str
    ) -> dict[str, str]:
        local = self.at.astimezone(ZoneInfo(office.zone))
        numbers = Numbers("test", office.administration)
        subject = key or message.movement
        imported = pack.message(message.type).procedure.endswith("import")
        return {
            "id": self._id("ans"),
            "message-id": message.id,
            "office": office.code,
            "national-office": office.national_code,
            "now": local.isoformat(timespec="seconds"),
            "compact": f"{local:%Y%m%d%H%M%S}000",
            "number18": numbers.entry(subject, office.national_code, 2026),
            "number12": numbers.twelve_digits(subject, imported=imported),
            "mrn": numbers.mrn(subject, office.code[:2], 2026),
            "lrn": subject,
        }

    def _say(self, line: str, by: str = "") -> None:
        """Note what happened; packs whose offices did not do it read of it as a cause only."""
        for pack in self.known:
            if by in ("", pack):
                self._line(pack, line)
            else:
                self.causes[pack] = line

    def _line(self, pack: str, line: str) -> None:
        if cause := self.causes.pop(pack, ""):
            self._line(pack, cause)
        self.lines.setdefault(pack, []).append(line)


def _spelled(answer: Answer) -> str:
    moves = [f"procedure {answer.procedure_state}"] if answer.procedure_state else []
    moves += [f"event {answer.event}"] if answer.event else []
    return ", ".join((answer.kind.value, *moves))
