"""``pack.toml``: what one administration wants, when, from whom, and in which form.

The dataclasses below *are* the format: every field is a key of that name (arrays of tables have
singular keys: ``[[message]]`` fills ``messages``). What a key refers to is checked here as far as
it stands in the same file; files are checked when the pack is compiled.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from gateway.domain.delivery import LinkKind
from gateway.domain.event import OCCASIONAL, EventKind
from gateway.domain.itinerary import OfficeRole, Status, Stop
from gateway.domain.message import AnswerKind, ReceiptKind, Suite
from gateway.domain.trust import Signatory
from gateway.packs import tables

FILE = "pack.toml"


class Subject(StrEnum):
    """What a message speaks of."""

    MOVEMENT = "movement"
    TRIP = "trip"


class Per(StrEnum):
    """Who gets one message each: every office with the role, or their administration once."""

    OFFICE = "office"
    ADMINISTRATION = "administration"


class To(StrEnum):
    """Which of the offices with the role hear of an event.

    ``told`` are those that got a message of this movement before, ``ahead`` those of them that the
    goods have not passed and where it did not happen (NCTS rule G0171), ``dropped`` those of them
    that are not on the way any more, ``asker`` the office that caused the event, on the way or not.
    ``concerned`` are, of a release, all that goods have yet to come to; of goods that come back,
    all that were told of them but the office that refused them; of anything else those ``ahead``.
    """

    ALL = "all"
    TOLD = "told"
    AHEAD = "ahead"
    CONCERNED = "concerned"
    DROPPED = "dropped"
    ASKER = "asker"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSpec:
    """A behaviour nobody confirmed, which settings may turn off."""

    id: str
    default: bool
    status: Status
    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSpec:
    """An official number the authority gives, and the schema-valid stand-in for dry runs."""

    kind: str
    placeholder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureSpec:
    """A procedure; a movement passes through it if a stop here has ``role``.

    ``modes`` empty means any mode, and an unknown mode fits any, unless ``where_declared`` wants
    one of them stated. ``name`` pairs language and text; ``rules`` are judged on the
    prepared declaration before anything is sent (see ``Pack.check_procedure``).
    """

    kind: str
    role: OfficeRole
    modes: tuple[str, ...] = ()
    where_declared: bool = False
    name: tables.PAIRS = ()
    rules: tuple[str, ...] = ()
    numbers: tuple[NumberSpec, ...] = field(default=(), metadata={tables.KEY: "number"})

    def met(self, stop: Stop) -> bool:
        """Tell whether a movement passes through it at ``stop``."""
        mode_fits = not self.modes or not stop.modes.isdisjoint(self.modes)
        mode_fits = mode_fits or not (stop.modes or self.where_declared)
        return self.role == stop.role and mode_fits


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSpec:
    """A message waits until ``message`` was answered so; dropped while ``switch`` is off."""

    message: str
    answer: AnswerKind
    switch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldSpec:
    """What a message does not tell although the declaration does, and the clause that says so.

    ``field`` is an element or attribute of our declaration below ``/Declaration``, with everything
    inside it; ``unless`` names a code list: who is in it by country gets the field all the same.
    """

    field: str
    clause: str
    text: str
    unless: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSpec:
    """One type of message. ``schema`` (XML) or ``layout`` (fixed fields), never both.

    ``deadline_hours`` counts from when the message is owed; 0 means the law sets none. ``also``
    names further roles whose offices get the same; ``to`` other than all makes it occasional. While
    ``switch`` is off it is never owed. ``of`` are administrations whose findings it tells others,
    ``facts`` which of their facts: both as a disclosure of ``synchronisation.toml`` says.
    """

    type: str
    procedure: str
    role: OfficeRole
    on: tuple[EventKind, ...]
    projection: str
    signatory: Signatory
    suite: Suite
    media_type: str
    also: tuple[OfficeRole, ...] = ()
    subject: Subject = Subject.MOVEMENT
    after: tuple[AfterSpec, ...] = ()
    schema: str = ""
    layout: str = ""
    rules: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    deadline_hours: int = 72
    per: Per = Per.OFFICE
    to: To = To.ALL
    yields_to: tuple[str, ...] = ()
    switch: str = ""
    status: Status = Status.UNVERIFIED
    source: str = ""
    text: str = ""
    assigned_at_sending: tuple[str, ...] = ()
    withheld: tuple[WithheldSpec, ...] = ()
    of: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def occasional(self) -> bool:
        """Whether it is owed only when something happens, and to whom it concerns then."""
        return self.to is not To.ALL or not OCCASIONAL.isdisjoint(self.on)

    def goes_to(self, role: OfficeRole) -> bool:
        """Tell whether offices that play ``role`` get it."""
        return role is self.role or role in self.also


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The whole ``pack.toml``. ``zone`` is an IANA name, ``receipt`` what receipts prove.

    ``beside`` pairs offices of other administrations with the pack's own that goods meet at the
    same place: these are on the way whenever those are, as far as a link reaches them.
    """

    pack: str
    version: str
    title: str
    administrations: tuple[str, ...]
    zone: str
    valid_from: date
    aligned_to: str
    source: str
    status: Status
    link: LinkKind
    receipt: ReceiptKind
    switches: tuple[SwitchSpec, ...] = field(default=(), metadata={tables.KEY: "switch"})
    procedures: tuple[ProcedureSpec, ...] = field(default=(), metadata={tables.KEY: "procedure"})
    messages: tuple[MessageSpec, ...] = field(default=(), metadata={tables.KEY: "message"})
    valid_to: date | None = None
    beside: tables.PAIRS = ()

    def in_force(self, day: date) -> bool:
        """Tell whether the version counts for movements that begin on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def source_label(self) -> str:
        """``pack@version``: how findings and messages name this pack."""
        return f"{self.pack}@{self.version}"


@lru_cache(maxsize=64)
def read_manifest(raw: bytes) -> Manifest:
    """Read ``pack.toml``, once for all slots, and check what it can say by itself.

    Raises:
        Refusal: ``pack.*`` with the key that is wrong.
    """
    manifest = tables.read(Manifest, tables.load(raw, FILE), FILE)
    _check_unique("message", [message.type for message in manifest.messages])
    _check_unique("procedure", [procedure.kind for procedure in manifest.procedures])
    _check_unique("switch", [switch.id for switch in manifest.switches])
    for message in manifest.messages:
        _check_message(manifest, message)
    return manifest


def _check_unique(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise tables.refusal("pack.repeated", FILE, key=what, word=name)


def _check_message(manifest: Manifest, message: MessageSpec) -> None:
    """Follow every name a message mentions."""
    where = f"message {message.type}"
    types = {other.type for other in manifest.messages}
    switches = {switch.id for switch in manifest.switches}
    references = [
        ("procedure", message.procedure, {one.kind for one in manifest.procedures}),
        *(("after", after.message, types) for after in message.after),
        *(("switch", after.switch, switches) for after in message.after if after.switch),
        *(("yields_to", other, types) for other in message.yields_to),
        *(("switch", name, switches) for name in (message.switch,) if name),
        *(
            ("withheld.unless", one.unless, {*message.maps})
            for one in message.withheld
            if one.unless
        ),
    ]
    for key, name, known in references:
        if name not in known:
            raise tables.refusal("pack.unknown-reference", FILE, key=f"{where}: {key}", word=name)
    if bool(message.schema) == bool(message.layout):
        raise tables.refusal("pack.schema-or-layout", FILE, key=where)
    if not message.on and not message.after:
        raise tables.refusal("pack.never-owed", FILE, key=where)
    if message.to is not To.ALL and not message.on:
        raise tables.refusal("pack.to-without-occasion", FILE, key=where, word=message.to.value)
