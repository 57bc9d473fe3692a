"""Messages owed to offices, their envelopes, and what came back for them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.trust import Signatory


class MessageState(StrEnum):
    """The life of one message; ours, not the movement's."""

    WAITING = "waiting"  # owed, but a trigger or precondition has not fired
    AWAITING_SIGNATURE = "awaiting-signature"
    DUE = "due"  # signed and sealed; may be sent when its turn in the stream comes
    ACKNOWLEDGED = "acknowledged"
    PARKED = "parked"  # refused by the link or past its deadline; a person must look
    DROPPED = "dropped"  # its condition can no longer come true, e.g. a projection yielded none


OPEN_STATES = (MessageState.WAITING, MessageState.AWAITING_SIGNATURE, MessageState.DUE)


class ReceiptKind(StrEnum):
    """What a receipt proves."""

    SIGNED = "signed"
    NATIVE = "native"
    TRANSPORT = "transport"


class Suite(StrEnum):
    """How a message is signed by its signatory."""

    XML = "xml"  # enveloped XML signature, XAdES-B shape
    CMS = "cms"  # detached CMS, carried as multipart/signed
    NONE = "none"


_DISPLACED = "person:status 409"

PLACE_TAKEN = ":place-taken"
"""How what a dropped message says of itself ends, where its office has something else there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one office (or administration): the row that is the obligation.

    Digests are hex SHA-256 of stored bodies: ``unsigned`` the to-be-signed bytes, ``wire`` exactly
    what is sent. ``envelope`` and ``seal`` are the canonical JSON and its Ed25519 seal; the place
    in the stream (``stream``, ``place``) is under the version of the movement. ``feed_sequence`` is
    given after commit by the sequencer. ``waits_for`` is what a person reads.
    """

    id: str
    tenant: str
    movement: str
    trip: str | None
    link: str
    office: str
    pack: str
    type: str
    procedure: str
    signatory: Signatory
    suite: Suite
    media_type: str
    state: MessageState
    waits_for: str
    created_at: datetime
    stream: str
    place: int | None = None
    unsigned: str | None = None
    wire: str | None = None
    signed_by: str | None = None
    envelope: bytes | None = None
    seal: str | None = None
    deadline: datetime | None = None
    attempts: int = 0
    next_at: datetime | None = None
    feed_sequence: int | None = None
    receipt: str | None = None
    receipt_kind: ReceiptKind | None = None
    acknowledged_at: datetime | None = None

    @property
    def displaced(self) -> bool:
        """Tell whether its office said that it has something else there: 409 of exchange v1.

        So it is where an older database was put back, and a message was made anew that the office
        had from the one that is lost. Its place is taken, whatever becomes of it.
        """
        return self.state is MessageState.PARKED and self.waits_for == _DISPLACED

    @property
    def holds_place(self) -> bool:
        """Tell whether its place in the stream is none that something later could be given."""
        return self.state is not MessageState.DROPPED or self.waits_for.endswith(PLACE_TAKEN)


class AnswerKind(StrEnum):
    """What an office's answer says, whatever its format."""

    RECEIVED = "received"  # on the way to a decision
    REGISTERED = "registered"  # a copy with a number, not yet declared
    ACCEPTED = "accepted"
    APPROVED = "approved"
    RELEASED = "released"
    NOT_RELEASED = "not-released"
    CONTROLLED = "controlled"
    EXITED = "exited"
    ENTERED = "entered"
    STARTED = "started"
    ARRIVED = "arrived"
    RESULT = "result"
    DUTIES = "duties"
    CLEARED = "cleared"
    CLOSED = "closed"
    REFUSED = "refused"
    PERSON = "to-a-person"
    AMENDED = "amended"
    INVALIDATED = "invalidated"
    INCIDENT = "incident"
    RECORD_ASKED = "record-asked"


UNWELCOME = frozenset({AnswerKind.REFUSED, AnswerKind.NOT_RELEASED, AnswerKind.PERSON})
"""Answers after which a person must look: a no, or no decision yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFinding:
    """One thing an office finds wrong, in its own words.

    ``pointer`` is the office's: an XPath of its own message, or the name of a field; ``code`` and
    ``text`` are the office's as well.
    """

    code: str
    pointer: str = ""
    value: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An office's answer in our words, mapped by its pack.

    ``about`` is the message type it answers, empty where it can answer any; ``correlation`` our
    message id where the format can quote one; ``office`` who speaks, where the answer says so;
    ``run`` the vehicle or train it is said of, with everything aboard, by batch number or plate;
    ``procedure_state`` and ``event`` say what it moves (both may be empty).
    """

    type: str
    kind: AnswerKind
    about: str
    procedure: str
    correlation: str = ""
    office: str = ""
    run: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    procedure_state: str = ""
    event: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    occurred_at: datetime | None = None
    findings: tuple[OfficeFinding, ...] = ()
