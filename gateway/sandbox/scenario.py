"""Scenarios: journeys as files, played in memory on a clock that is moved, their ends checked.

``schemas/scenarios/*.toml`` say what is submitted, what people do and what must have come of it.
Everything but doors and clock is what runs in production: use cases, store, packs, keys, and the
simulated customs systems.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from gateway import bootstrap, register
from gateway.domain.declaration import Declaration
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import GatewayError, Refused
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import MessageState
from gateway.domain.records import Principal
from gateway.domain.stop_state import stop_states
from gateway.markup import safe, signature
from gateway.packs import tables
from gateway.pipeline.project import Subject
from gateway.pipeline.read import read_declaration
from gateway.ports import Packs, Ports
from gateway.sandbox.passage import drive_up
from gateway.sandbox.script import SIGNATORIES, Doing, Scenario, Step, differs
from gateway.sandbox.shutting import Shutting
from gateway.sandbox.town import MovableClock, Town
from gateway.settings import Settings
from gateway.usecases import setup
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.report import report
from gateway.usecases.submit import submit
from gateway.usecases.sweep import sweep
from gateway.usecases.timeline import TimelineLine, timeline_after
from gateway.usecases.trips import report_trip

BEGINNING = datetime(2026, 11, 23, 1, tzinfo=UTC)
"""When every scenario begins: the day the shipped declarations are issued."""

_EXAMPLES = "declaration/v1/examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What a step came to: new lines of the timeline, and what was not as expected."""

    step: Step
    lines: tuple[TimelineLine, ...]
    findings: tuple[Finding, ...]


def play(scenario: Scenario, settings: Settings, packs: Packs | None = None) -> Iterator[Happening]:
    """Play a scenario in a data folder that is not there yet; yield what each step came to.

    ``packs`` are those of these settings, if they were opened before: compiling them takes longer
    than most plays.
    """
    theatre = _Theatre(scenario, settings, packs)
    try:
        for step in scenario.steps:
            yield theatre.play(step)
    finally:
        theatre.close()


@dataclass
class _Tale:
    """One movement as it is told: its declaration's text, its reference, the lines told of it."""

    text: str
    movement: str = ""
    seen: int = -1


class _Theatre:
    """A gateway, its parties and the town, set for one scenario."""

    def __init__(self, scenario: Scenario, settings: Settings, packs: Packs | None) -> None:
        self._clock = MovableClock(BEGINNING)
        bootstrap.initialise(settings, BEGINNING, name="Scenario", accepts_unsigned=True)
        for name in SIGNATORIES:
            bootstrap.create_key(settings, name, name, BEGINNING)
        self._gateway = bootstrap.open_gateway(settings, wakeup=False)
        keys = self._gateway.ports.keys
        self._town = Town(self._clock, keys)
        self._ports: Ports = replace(
            self._gateway.ports,
            clock=self._clock,
            couriers={LinkKind.PUSH: self._town},
            packs=packs or self._gateway.ports.packs,
        )
        self._caller = self._operator()
        self._shipped = {
            name: (bootstrap.schemas_root() / _EXAMPLES / name).read_text("utf-8")
            for name in scenario.declarations
        }
        self._first = scenario.declaration
        self._tales: dict[str, _Tale] = {"": _Tale(self._shipped[self._first])}
        self._count = 0
        self._shutting = Shutting(self._ports, self._caller)
        self._cast(scenario)
        certificates = tuple(keys.signer(name).certificate for name in SIGNATORIES)
        offices = tuple(self._offices(scenario))
        self._town.settle(
            self._ports, self._caller.tenant, offices, settings.data / "journal", certificates
        )

    def _operator(self) -> Principal:
        tenant = bootstrap.DEFAULT_TENANT
        return next(one for one in self._ports.store.principals(tenant) if not one.link)

    def _cast(self, scenario: Scenario) -> None:
        """Have the parties of the declarations give their mandates, or just show their keys."""
        told = ((one.party(name), name) for one in self._declarations() for name in SIGNATORIES)
        cast = {(party.key, name) for party, name in told if party is not None and party.key}
        tenant = self._caller.tenant
        for party, name in sorted(cast):
            if name in scenario.mandates:
                basis = f"scenario {scenario.name}"
                setup.new_mandate(self._ports, tenant, party, name, name, basis=basis)
            else:
                certificate = self._ports.keys.signer(name).certificate
                setup.add_certificate(self._ports, tenant, party, certificate)

    def _declarations(self) -> Iterator[Declaration]:
        for text in self._shipped.values():
            yield read_declaration(safe.parse(text.encode()))

    def _offices(self, scenario: Scenario) -> Iterator[tuple[str, str]]:
        known = self._ports.packs.offices()
        declared = (stop.office for one in self._declarations() for stop in one.stops)
        for code in dict.fromkeys((*declared, *scenario.also)):
            yield known[code].administration, code

    def close(self) -> None:
        self._town.close()
        self._gateway.close()

    # ------------------------------------------------------------------ steps

    def play(self, step: Step) -> Happening:
        findings: tuple[Finding, ...] = ()
        try:
            findings = tuple(_DOINGS[step.do](self, step) or ())
            sweep(self._ports)
            self._shutting.go_on()
            self._town.run(self._ports)
        except (GatewayError, Refusal) as error:
            findings = tuple(_unless_wanted(step, error))
        else:
            if step.refused:
                findings = (differs("refused", step.refused, "-"),)
        if step.do is Doing.EXPECT:
            findings = (*findings, *self._unmet(step))
        return Happening(step=step, lines=self._news(), findings=findings)

    def _news(self) -> tuple[TimelineLine, ...]:
        tenant = self._caller.tenant
        found: list[TimelineLine] = []
        for tale in self._tales.values():
            if not tale.movement:
                continue
            lines = timeline_after(self._ports, tenant, tale.movement, tale.seen)
            tale.seen = max((line.index for line in lines), default=tale.seen)
            found += lines
        return tuple(sorted(found, key=lambda line: line.index))

    def _tale(self, step: Step) -> "_Tale":
        if step.movement not in self._tales:
            raise Refused(Finding(code="scenario.unknown-movement", value=step.movement))
        return self._tales[step.movement]

    def _signed(self, text: str) -> bytes:
        signer = self._ports.keys.signer("exporter")
        return signature.sign(text.encode(), signer, self._clock.now())

    def _key(self) -> str:
        self._count += 1
        return f"step-{self._count}"

    def submit(self, step: Step) -> None:
        text = self._shipped[step.declaration or self._first]
        tale = self._tales.setdefault(step.movement, _Tale(text))
        tale.text = _written(tale.text, step.texts)
        raw = self._signed(tale.text)
        tale.movement = submit(self._ports, raw, self._caller, idempotency_key=self._key()).movement

    def report(self, step: Step) -> None:
        report(self._ports, self._caller, self._tale(step).movement, self._told(step))

    def trip(self, step: Step) -> None:
        report_trip(self._ports, self._caller, step.batch, self._told(step))

    def _told(self, step: Step) -> Report:
        kind = EventKind(step.event)
        return Report(kind=kind, at=self._clock.now(), office=step.office, facts=step.facts)

    def replace(self, step: Step) -> None:
        tale = self._tale(step)
        text = _written(tale.text, step.texts)
        new = Amendment(raw=self._signed(text), reason=Reason(**dict(step.facts)))
        amend(self._ports, self._caller, tale.movement, new, idempotency_key=self._key())
        tale.text = text

    def lane(self, step: Step) -> Iterator[Finding]:
        loaded = register.load(self._ports, self._tale(step).movement)
        stops = loaded.subject.itinerary.stops
        stop = next((one for one in stops if one.office.code == step.office), None)
        if stop is None:
            raise Refused(Finding(code="report.office-not-on-the-way", value=step.office))
        named = {name: tale.movement for name, tale in self._tales.items()}
        return drive_up(self._ports, self._caller, (step, self._key()), stop.role, named)

    def hold(self, step: Step) -> None:
        self._town.held.update(step.messages)

    def answer(self, step: Step) -> None:
        self._town.held.difference_update(step.messages or tuple(self._town.held))

    def say(self, step: Step) -> None:
        spoken, movement = (step.office, step.word), self._tale(step).movement
        self._town.say(self._ports, spoken, movement, step.facts, step.messages)

    def cut(self, step: Step) -> None:
        self._town.away.update(f"lnk_{one.lower()}" for one in step.offices)

    def connect(self, step: Step) -> None:
        self._town.away.difference_update(f"lnk_{one.lower()}" for one in step.offices)
        self._clock.forward(timedelta(minutes=2))  # longer than any pause between two attempts

    def wait(self, step: Step) -> None:
        self._clock.forward(timedelta(hours=step.hours))

    def close_round(self, step: Step) -> None:
        self._shutting.act(step)

    def expect(self, step: Step) -> None:
        """Nothing is done; what stands is looked at afterwards."""

    # ------------------------------------------------------------------ what stands

    def _unmet(self, step: Step) -> Iterator[Finding]:
        loaded = register.load(self._ports, self._tale(step).movement)
        movement = loaded.subject.movement
        if step.state and movement.state != step.state:
            yield differs("state", step.state, movement.state)
        happened = {event.kind.value for event in movement.happened}
        for kind in step.happened:
            if kind not in happened:
                yield differs("happened", kind, ", ".join(sorted(happened)))
        for kind in step.not_happened:
            if kind in happened:
                yield differs("not_happened", f"no {kind}", kind)
        states = {one.kind: one.state.value for one in movement.procedures}
        for kind, state in step.procedures:
            if states.get(kind, "-") != state:
                yield differs(kind, state, states.get(kind, "-"))
        yield from _stops(step, loaded.subject)
        yield from self._dates(step)
        yield from self._messages(step)

    def _dates(self, step: Step) -> Iterator[Finding]:
        found = {
            f"{one.kind.value} {one.subject}".rstrip(): one.state.value
            for one in self._ports.store.deadlines(self._tale(step).movement)
        }
        for name, state in step.deadlines:
            if found.get(name, "-") != state:
                yield differs(name, state, found.get(name, "-"))

    def _messages(self, step: Step) -> Iterator[Finding]:
        found: dict[str, set[MessageState]] = {}
        for one in self._ports.store.messages(self._tale(step).movement):
            found.setdefault(f"{one.office} {one.type}", set()).add(one.state)
        told = {name for name, states in found.items() if MessageState.ACKNOWLEDGED in states}
        kept = {name for name, states in found.items() if MessageState.WAITING in states}
        gone = {name for name, states in found.items() if MessageState.DROPPED in states}
        for key, wanted, there in (
            ("told", step.told, told),
            ("waiting", step.waiting, kept),
            ("dropped", step.dropped, gone),
        ):
            for name in wanted:
                if name not in there:
                    yield differs(key, name, ", ".join(sorted(found.get(name, ("-",)))))
        for name in step.untold:
            if name in told:
                yield differs("untold", f"no {name}", name)


_DOINGS: Mapping[Doing, Callable[[_Theatre, Step], Iterator[Finding] | None]] = {
    Doing.SUBMIT: _Theatre.submit,
    Doing.REPORT: _Theatre.report,
    Doing.TRIP: _Theatre.trip,
    Doing.REPLACE: _Theatre.replace,
    Doing.HOLD: _Theatre.hold,
    Doing.ANSWER: _Theatre.answer,
    Doing.SAY: _Theatre.say,
    Doing.CUT: _Theatre.cut,
    Doing.CONNECT: _Theatre.connect,
    Doing.WAIT: _Theatre.wait,
    Doing.LANE: _Theatre.lane,
    Doing.CLOSE: _Theatre.close_round,
    Doing.CONFIRM: _Theatre.close_round,
    Doing.PLAN: _Theatre.close_round,
    Doing.APPLY: _Theatre.close_round,
    Doing.UNDO: _Theatre.close_round,
    Doing.EXPECT: _Theatre.expect,
}


def _written(text: str, texts: tables.PAIRS) -> str:
    """Return a declaration with texts of it written anew."""
    for old, new in texts:
        if old not in text:
            raise Refused(Finding(code="scenario.text-missing", value=old))
        text = text.replace(old, new)
    return text


def _unless_wanted(step: Step, error: GatewayError | Refusal) -> Iterator[Finding]:
    """Yield what a refused step was refused for, unless it had to be refused so."""
    if step.refused not in {one.code for one in error.findings}:
        yield from error.findings


def _stops(step: Step, subject: Subject) -> Iterator[Finding]:
    states = stop_states(subject.movement, subject.itinerary)
    found = {stop.office.code: state.value for stop, state in states}
    for office, state in step.stops:
        if found.get(office, "-") != state:
            yield differs(office, state, found.get(office, "-"))
