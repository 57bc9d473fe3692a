"""Example records, small and complete; change a field by naming it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256

from gateway.domain.delivery import Attempt, Breaker, FormerKey, Link, LinkKind, Outcome
from gateway.domain.event import Event, EventKind
from gateway.domain.hours import DayKind, Holiday, OpeningPeriod
from gateway.domain.itinerary import CustomsOffice, OfficeRole, Status
from gateway.domain.message import Message, MessageState, ReceiptKind, Suite
from gateway.domain.records import (
    AnswerRecord,
    Body,
    Change,
    IdempotencyRecord,
    Insert,
    LogRecord,
    MovementEvent,
    MovementRecord,
    NumberRecord,
    Principal,
    Tenant,
)
from gateway.domain.trip import Trip, TripShare
from gateway.domain.trust import Mandate, PartyCertificate, Signatory

AT = datetime(2026, 11, 23, 1, 0, 5, 123456, UTC)
CHONGQING = timezone(timedelta(hours=8))


def later(seconds):
    return AT + timedelta(seconds=seconds)


def inserted(*records):
    return Change(tuple(Insert(record) for record in records))


TENANT = Tenant(id="ten_1", name="重庆电子 Ltd", accepts_unsigned=True)
PRINCIPAL = Principal(
    id="prn_1",
    tenant="ten_1",
    name="portal",
    scopes=("declare", "read"),
    secret_digest="ab" * 32,
    party="USCC:91500000MA5U0ABC1X",
    revoked_at=AT,
)
BODY = Body(
    digest=sha256(b"\x00\xff<x/>").hexdigest(),
    tenant="ten_1",
    media_type="application/xml",
    content=b"\x00\xff<x/>",
    salt=b"s" * 16,
)
MOVEMENT = MovementRecord(
    reference="26CN4F7K2M9PQR8TJ3",
    tenant="ten_1",
    version=1,
    state="lodged",
    declarant="USCC:91500000MA5U0ABC1X",
    lrn="CQ-2026-000117",
    prelodged=False,
    declaration="d" * 64,
    original="",
    content="c" * 64,
    trip="trp_1",
    stops=(
        (1, "CN008001", "departure", "2026-11-23T01:00:00Z"),
        (2, "VN0003PJ", "destination", ""),
    ),
    procedures=(("CN", "cn-export"), ("VN", "vn-import")),
    packs=(("CN", "1" * 64),),
    created_at=AT,
)
EVENT = MovementEvent(
    movement=MOVEMENT.reference,
    tenant="ten_1",
    event=Event(
        sequence=1,
        kind=EventKind.SUBMITTED,
        at=AT,
        office="CN008001",
        facts=(("seal", "SL 001"), ("note", "kín, 完好")),
    ),
)
NUMBER = NumberRecord(
    number="800120260000012345",
    kind="entry",
    administration="CN",
    movement=MOVEMENT.reference,
    procedure="cn-export",
    tenant="ten_1",
)
MESSAGE = Message(
    id="msg_1",
    tenant="ten_1",
    movement=MOVEMENT.reference,
    trip="trp_1",
    link="lnk_cn",
    office="CN008001",
    pack="1" * 64,
    type="DecMessage",
    procedure="cn-export",
    signatory=Signatory.BROKER,
    suite=Suite.XML,
    media_type="application/xml",
    state=MessageState.DUE,
    waits_for="",
    created_at=AT,
    stream=f"{MOVEMENT.reference}/CN008001",
    place=1,
    unsigned="u" * 64,
    wire="w" * 64,
    signed_by="f" * 64,
    envelope=b'{"v":1}',
    seal="seal-1:AAAA",
    deadline=later(3600),
    attempts=2,
    next_at=AT,
    receipt="r" * 64,
    receipt_kind=ReceiptKind.SIGNED,
    acknowledged_at=AT,
)
WAITING = replace(
    MESSAGE,
    id="msg_0",
    state=MessageState.WAITING,
    waits_for="MT2401 accepted",
    trip=None,
    place=None,
    unsigned=None,
    wire=None,
    signed_by=None,
    envelope=None,
    seal=None,
    deadline=None,
    next_at=None,
    receipt=None,
    receipt_kind=None,
    acknowledged_at=None,
)
ATTEMPT = Attempt(
    message="msg_1",
    at=AT,
    outcome=Outcome.BUSY,
    detail="status 503",
    receipt=b"r",
    retry_after_seconds=2.5,
)
ANSWER = AnswerRecord(
    id="ans/1",
    link="lnk_cn",
    tenant="ten_1",
    movement=MOVEMENT.reference,
    message="msg_1",
    type="MT2401-01",
    kind="accepted",
    body="b" * 64,
    seal="key:AAAA",
    acknowledgement="a" * 64,
    received_at=AT,
)
IDEMPOTENCY = IdempotencyRecord(
    tenant="ten_1",
    principal="prn_1",
    key="k-1",
    body="b" * 64,
    status=202,
    response=b'{"movement":"x"}',
    created_at=AT,
)
LOG = LogRecord(
    id="log_1",
    tenant="ten_1",
    at=AT,
    kind="accepted",
    movement=MOVEMENT.reference,
    link="",
    entry=b'{"v":1}',
    leaf=b"l" * 32,
)
TRIP = Trip(
    id="trp_1",
    tenant="ten_1",
    batch="YYG2611240001",
    plates=(("CN", "渝A·12345"), ("VN", "15C-123.45")),
    seals=("SL001",),
    shares=(
        TripShare(movement=MOVEMENT.reference, packages=124, gross_mass_kg=Decimal("2480.500")),
    ),
)
LINK = Link(
    id="lnk_cn",
    tenant="ten_1",
    administration="CN",
    kind=LinkKind.PUSH,
    endpoint="http://127.0.0.1:9/",
    key=b"k" * 32,
    offices=("CN008001", "CN00X001"),
    breaker=Breaker(failures=6, opened_at=AT, probe_at=later(4)),
    login="FULLRT01",
    receipt=ReceiptKind.NATIVE,
    former_keys=(FormerKey(key=b"\x00\xff" * 16, until=later(-60)), FormerKey(key=b"", until=AT)),
)
CERTIFICATE = PartyCertificate(
    fingerprint="f" * 64,
    tenant="ten_1",
    party="USCC:91500000MA5U0ABC1X",
    certificate=b"\x30\x82",
    valid_from=AT,
    valid_to=later(86400),
)
MANDATE = Mandate(
    id="mnd_1",
    tenant="ten_1",
    party="USCC:91500000MA5U0ABC1X",
    signatory=Signatory.CARRIER,
    key="carrier",
    basis="contract 7",
    valid_from=AT,
    valid_to=None,
)
OFFICE = CustomsOffice(
    code="CN00X009",
    national_code="X009",
    country="CN",
    administration="CN",
    zone="Asia/Shanghai",
    names=(("zh", "凭祥海关"), ("en", "Pingxiang Customs")),
    roles=frozenset({OfficeRole.EXIT, OfficeRole.ENTRY}),
    modes=frozenset({"rail", "road"}),
    status=Status.UNVERIFIED,
    source="a letter",
    valid_from=date(2020, 1, 1),
    competences=frozenset({(OfficeRole.EXIT, "rail"), (OfficeRole.ENTRY, "road")}),
    hours=(
        OpeningPeriod(
            days=(1, 2, 7),
            opens=0,
            closes=1440,
            roles=frozenset({OfficeRole.EXIT}),
            modes=frozenset({"rail"}),
            on_holidays=True,
            status=Status.UNVERIFIED,
            source="a sign at the gate",
            valid_to=date(2027, 1, 1),
        ),
    ),
    holidays=(
        Holiday(
            first=date(2026, 2, 15),
            last=date(2026, 2, 23),
            kind=DayKind.HOLIDAY,
            names=(("zh", "春节"),),
            status=Status.CONFIRMED,
            source="a notice",
        ),
    ),
)
PLAIN_OFFICE = CustomsOffice(
    code="CN00X010",
    national_code="X010",
    country="CN",
    administration="CN",
    zone="Asia/Shanghai",
    names=(("en", "Nowhere"),),
    roles=frozenset(),
    modes=frozenset(),
    status=Status.UNVERIFIED,
    source="",
)


def movement(number, **changes):
    """Return the movement with that number: its own reference, LRN and a second of age."""
    given = {
        "reference": f"26CN{number:013d}J",
        "lrn": f"LRN-{number}",
        "created_at": later(number),
        **changes,
    }
    return replace(MOVEMENT, **given)


def due(number, *, stream, place, **changes):
    """Return a message that is due at its place in a stream."""
    given = {"id": f"msg_{number:04d}", "created_at": later(number), "next_at": None, **changes}
    return replace(MESSAGE, stream=stream, place=place, **given)


def entry(number, **changes):
    """Return a log entry with that number in its id and a second of age."""
    return replace(LOG, **{"id": f"log_{number:04d}", "at": later(number), **changes})
