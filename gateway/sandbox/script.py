"""What scenario files say: who does what in which order, and what must come of it.

The dataclasses below are the format of ``schemas/scenarios/*.toml``;
:mod:`gateway.sandbox.scenario` plays them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from gateway.domain.errors import NotFound
from gateway.domain.finding import Finding
from gateway.packs import tables

SIGNATORIES = ("exporter", "broker", "carrier", "importer")
_FOLDER = "scenarios"


class Doing(StrEnum):
    """What a step does. After it everything that can move does, until it comes to rest."""

    SUBMIT = "submit"
    REPORT = "report"  # the enterprise tells an event
    TRIP = "trip"  # it tells one of a vehicle, for every movement on it
    REPLACE = "replace"  # the enterprise hands in a new declaration
    HOLD = "hold"  # offices keep their answers to some types of message
    ANSWER = "answer"  # they answer again
    SAY = "say"  # an office says something by itself
    CUT = "cut"  # offices cannot be reached
    CONNECT = "connect"
    WAIT = "wait"
    LANE = "lane"  # a vehicle stands at the smart lane of an office
    CLOSE = "close"  # an office, or one lane of it, is closed, for some hours
    CONFIRM = "confirm"  # a person confirms the closure that an office announced
    PLAN = "plan"  # a way round it is planned, by the crossing named in offices
    APPLY = "apply"  # the plan is confirmed; it can be undone for some hours
    UNDO = "undo"
    EXPECT = "expect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One ``[[step]]``. ``refused`` is the code with which it must be refused.

    ``movement`` names which of several movements it is about: the name that its submission gave,
    empty for the one of the scenario's own declaration. ``declaration`` is another file for a
    submission, ``batch`` the vehicle that something is told of. A lane is that of ``office`` for
    its role on the movement's way: ``plates``, ``seals``, ``containers`` and ``weight`` (kg) are
    what it reads, ``says`` and ``reason`` what it must say, ``names`` the movement its reason must
    name. A closure with ``lane`` is of that lane alone.

    What an office says by itself stands under ``word``; ``facts`` go with it, ``messages`` narrow
    what it is about.

    What is expected: ``state`` of the movement; ``happened`` and ``not_happened`` events;
    ``procedures`` by kind; ``stops`` by office; ``told`` and ``untold`` messages as
    ``OFFICE TYPE``; ``waiting`` and ``dropped`` ones likewise; ``deadlines`` as kind and subject
    with their state.
    """

    do: Doing
    movement: str = ""
    declaration: str = ""
    event: str = ""
    batch: str = ""
    word: str = ""
    office: str = ""
    facts: tables.PAIRS = ()
    texts: tables.PAIRS = ()
    messages: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    hours: int = 0
    plates: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    weight: int = 0
    says: str = ""
    reason: str = ""
    names: str = ""
    lane: str = ""
    refused: str = ""
    state: str = ""
    happened: tuple[str, ...] = ()
    not_happened: tuple[str, ...] = ()
    procedures: tables.PAIRS = ()
    stops: tables.PAIRS = ()
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

    @property
    def declarations(self) -> tuple[str, ...]:
        """The files of every declaration in it, each once."""
        others = (step.declaration for step in self.steps if step.declaration)
        return tuple(dict.fromkeys((self.declaration, *others)))


def read_scenarios(root: Path) -> dict[str, Scenario]:
    """Return the scenarios below ``root`` by name.

    Raises:
        Refusal: ``pack.*``, with the file.
    """
    found = {}
    for file in sorted((root / _FOLDER).glob("*.toml"), key=lambda one: one.stem):
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


def differs(what: str, expected: str, got: str) -> Finding:
    """Return the finding of what is not as a step says it must be."""
    args = (("what", what), ("expected", expected), ("got", got))
    return Finding(code="scenario.not-as-expected", value=got, args=args)
