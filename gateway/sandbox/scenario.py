"""Scenarios: journeys as files, played in memory on a clock that is moved, their ends checked.

``schemas/scenarios/*.toml`` say what is submitted, what people do and what must have come of it.
Everything but doors and clock is what runs in production: use cases, store, packs, keys, and the
simulated customs systems.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from gateway import bootstrap, register
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import GatewayError, NotFound, Refused
from gateway.domain.event import EventKind, Report
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import MessageState
from gateway.domain.records import Principal
from gateway.markup import safe, signature
from gateway.packs import tables
from gateway.pipeline.read import read_declaration
from gateway.ports import Ports
from gateway.sandbox.town import MovableClock, Town
from gateway.settings import Settings
from gateway.usecases import setup
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.report import report
from gateway.usecases.submit import submit
from gateway.usecases.sweep import sweep
from gateway.usecases.timeline import TimelineLine, timeline_after

BEGINNING = datetime(2026, 11, 23, 1, tzinfo=UTC)
"""When every scenario begins: the day the shipped declarations are issued."""

SIGNATORIES = ("exporter", "broker", "carrier", "importer")
_EXAMPLES = "declaration/v1/examples"
_FOLDER = "scenarios"


class Doing(StrEnum):
    """What a step does. After it everything that can move does, until it comes to rest."""

    SUBMIT = "submit"
    REPORT = "report"  # the enterprise tells an event
    REPLACE = "replace"  # the enterprise hands in a new declaration
    HOLD = "hold"  # offices keep their answers to some types of message
    ANSWER = "answer"  # they answer again
    CUT = "cut"  # offices cannot be reached
    CONNECT = "connect"
    WAIT = "wait"
    EXPECT = "expect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One ``[[step]]``. ``refused`` is the code with which it must be refused.

    What is expected: ``state`` of the movement; ``happened`` and ``not_happened`` events;
    ``procedures`` by kind; ``told`` and ``untold`` messages as ``OFFICE TYPE``; ``waiting`` and
    ``dropped`` ones likewise; ``deadlines`` as kind and subject with their state.
    """

    do: Doing
    event: str = ""
    office: str = ""
    facts: tables.PAIRS = ()
    texts: tables.PAIRS = ()
    messages: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    hours: int = 0
    refused: str = ""
    state: str = ""
    happened: tuple[str, ...] = ()
    not_happened: tuple[str, ...] = ()
    procedures: tables.PAIRS = ()
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    deadlines: tables.PAIRS = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file. ``also`` are offices with links beside those the declaration names."""

    name: str = ""
    title: str
    text: str
    declaration: str
    also: tuple[str, ...] = ()
    mandates: tuple[str, ...] = SIGNATORIES
    steps: tuple[Step, ...] = field(default=(), metadata={tables.KEY: "step"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What a step came to: new lines of the timeline, and what was not as expected."""

    step: Step
    lines: tuple[TimelineLine, ...]
    findings: tuple[Finding, ...]


def read_scenarios(root: Path) -> dict[str, Scenario]:
    """Return the scenarios below ``root`` by name.

    Raises:
        Refusal: ``pack.*``, with the file.
    """
    found = {}
    for file in sorted((root / _FOLDER).glob("*.toml")):
        name = f"{_FOLDER}/{file.name}"
        scenario = tables.read(Scenario, tables.load(file.read_bytes(), name), name)
        found[file.stem] = replace(scenario, name=file.stem)
    return found


def named(scenarios: Mapping[str, Scenario], name: str) -> Scenario:
    """Return one scenario.

    Raises:
        NotFound: ``scenario.unknown``.
    """
    if name not in scenarios:
        known = (("known", ", ".join(scenarios)),)
        raise NotFound(Finding(code="scenario.unknown", value=name, args=known))
    return scenarios[name]


def play(scenario: Scenario, settings: Settings) -> Iterator[Happening]:
    """Play a scenario in a data folder that is not there yet; yield what each step came to."""
    theatre = _Theatre(scenario, settings)
    try:
        for step in scenario.steps:
            yield theatre.play(step)
    finally:
        theatre.close()


class _Theatre:
    """A gateway, its parties and the town, set for one scenario."""

    def __init__(self, scenario: Scenario, settings: Settings) -> None:
        self._clock = MovableClock(BEGINNING)
        bootstrap.initialise(settings, BEGINNING, name="Scenario", accepts_unsigned=True)
        for name in SIGNATORIES:
            bootstrap.create_key(settings, name, name, BEGINNING)
        self._gateway = bootstrap.open_gateway(settings, wakeup=False)
        keys = self._gateway.ports.keys
        self._town = Town(self._clock, keys)
        self._ports: Ports = replace(
            self._gateway.ports, clock=self._clock, couriers={LinkKind.PUSH: self._town}
        )
        self._caller = self._operator()
        root = bootstrap.schemas_root()
        self._text = (root / _EXAMPLES / scenario.declaration).read_text("utf-8")
        self._movement = ""
        self._seen = -1
        self._count = 0
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
        """Have the parties of the declaration give their mandates, or just show their keys."""
        declaration = read_declaration(safe.parse(self._text.encode()))
        tenant = self._caller.tenant
        for name in SIGNATORIES:
            party = declaration.party(name)
            if party is None or not party.key:
                continue
            if name in scenario.mandates:
                setup.new_mandate(self._ports, tenant, party.key, name, name, basis=scenario.name)
            else:
                certificate = self._ports.keys.signer(name).certificate
                setup.add_certificate(self._ports, tenant, party.key, certificate)

    def _offices(self, scenario: Scenario) -> Iterator[tuple[str, str]]:
        declaration = read_declaration(safe.parse(self._text.encode()))
        known = self._ports.packs.offices()
        for code in dict.fromkeys((*(stop.office for stop in declaration.stops), *scenario.also)):
            yield known[code].administration, code

    def close(self) -> None:
        self._town.close()
        self._gateway.close()

    # ------------------------------------------------------------------ steps

    def play(self, step: Step) -> Happening:
        findings: tuple[Finding, ...] = ()
        try:
            _DOINGS[step.do](self, step)
            sweep(self._ports)
            self._town.run(self._ports)
        except (GatewayError, Refusal) as error:
            findings = tuple(_unless_wanted(step, error))
        else:
            if step.refused:
                findings = (_differs("refused", step.refused, "-"),)
        if step.do is Doing.EXPECT:
            findings = (*findings, *self._unmet(step))
        return Happening(step=step, lines=self._news(), findings=findings)

    def _news(self) -> tuple[TimelineLine, ...]:
        if not self._movement:
            return ()
        tenant = self._caller.tenant
        lines = timeline_after(self._ports, tenant, self._movement, self._seen)
        self._seen = max((line.index for line in lines), default=self._seen)
        return lines

    def _signed(self) -> bytes:
        signer = self._ports.keys.signer("exporter")
        return signature.sign(self._text.encode(), signer, self._clock.now())

    def _key(self) -> str:
        self._count += 1
        return f"step-{self._count}"

    def _write(self, texts: tables.PAIRS) -> None:
        for old, new in texts:
            if old not in self._text:
                raise Refused(Finding(code="scenario.text-missing", value=old))
            self._text = self._text.replace(old, new)

    def submit(self, step: Step) -> None:
        self._write(step.texts)
        done = submit(self._ports, self._signed(), self._caller, idempotency_key=self._key())
        self._movement = done.movement

    def report(self, step: Step) -> None:
        told = Report(
            kind=EventKind(step.event), at=self._clock.now(), office=step.office, facts=step.facts
        )
        report(self._ports, self._caller, self._movement, told)

    def replace(self, step: Step) -> None:
        before = self._text
        self._write(step.texts)
        new = Amendment(raw=self._signed(), reason=Reason(**dict(step.facts)))
        try:
            amend(self._ports, self._caller, self._movement, new, idempotency_key=self._key())
        except GatewayError:
            self._text = before
            raise

    def hold(self, step: Step) -> None:
        self._town.held.update(step.messages)

    def answer(self, step: Step) -> None:
        self._town.held.difference_update(step.messages or tuple(self._town.held))

    def cut(self, step: Step) -> None:
        self._town.away.update(f"lnk_{one.lower()}" for one in step.offices)

    def connect(self, step: Step) -> None:
        self._town.away.difference_update(f"lnk_{one.lower()}" for one in step.offices)
        self._clock.forward(timedelta(minutes=2))  # longer than any pause between two attempts

    def wait(self, step: Step) -> None:
        self._clock.forward(timedelta(hours=step.hours))

    def expect(self, step: Step) -> None:
        """Nothing is done; what stands is looked at afterwards."""

    # ------------------------------------------------------------------ what stands

    def _unmet(self, step: Step) -> Iterator[Finding]:
        loaded = register.load(self._ports, self._movement)
        movement = loaded.subject.movement
        if step.state and movement.state != step.state:
            yield _differs("state", step.state, movement.state)
        happened = {event.kind.value for event in movement.happened}
        for kind in step.happened:
            if kind not in happened:
                yield _differs("happened", kind, ", ".join(sorted(happened)))
        for kind in step.not_happened:
            if kind in happened:
                yield _differs("not_happened", f"no {kind}", kind)
        states = {one.kind: one.state.value for one in movement.procedures}
        for kind, state in step.procedures:
            if states.get(kind, "-") != state:
                yield _differs(kind, state, states.get(kind, "-"))
        yield from self._dates(step)
        yield from self._messages(step)

    def _dates(self, step: Step) -> Iterator[Finding]:
        found = {
            f"{one.kind.value} {one.subject}".rstrip(): one.state.value
            for one in self._ports.store.deadlines(self._movement)
        }
        for name, state in step.deadlines:
            if found.get(name, "-") != state:
                yield _differs(name, state, found.get(name, "-"))

    def _messages(self, step: Step) -> Iterator[Finding]:
        found: dict[str, set[MessageState]] = {}
        for one in self._ports.store.messages(self._movement):
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
                    yield _differs(key, name, ", ".join(sorted(found.get(name, ("-",)))))
        for name in step.untold:
            if name in told:
                yield _differs("untold", f"no {name}", name)


_DOINGS: Mapping[Doing, Callable[[_Theatre, Step], None]] = {
    Doing.SUBMIT: _Theatre.submit,
    Doing.REPORT: _Theatre.report,
    Doing.REPLACE: _Theatre.replace,
    Doing.HOLD: _Theatre.hold,
    Doing.ANSWER: _Theatre.answer,
    Doing.CUT: _Theatre.cut,
    Doing.CONNECT: _Theatre.connect,
    Doing.WAIT: _Theatre.wait,
    Doing.EXPECT: _Theatre.expect,
}


def _unless_wanted(step: Step, error: GatewayError | Refusal) -> Iterator[Finding]:
    """Yield what a refused step was refused for, unless it had to be refused so."""
    if step.refused not in {one.code for one in error.findings}:
        yield from error.findings


def _differs(what: str, expected: str, got: str) -> Finding:
    args = (("what", what), ("expected", expected), ("got", got))
    return Finding(code="scenario.not-as-expected", value=got, args=args)
