"""Derive everything again that the log and the rows claim, and report what differs.

Nothing here trusts what was written: leaves are hashed from entries, roots from leaves, digests
from bodies, commitments from salts, and every seal, receipt and signature is verified with the keys
registered for it. A finding says where to look; none means that the log, the bodies and the rows
tell one story. Programs may go on working meanwhile: what differs is compared again at one moment.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from hashlib import sha256

from gateway import register
from gateway.audit.checkpoint import Seen
from gateway.audit.entry import EntryKind, EntryView, commitment, leaf_hash, read_entry
from gateway.audit.evidence import signing_certificates
from gateway.audit.exchange import Envelope, read_envelope, verify_link_seal, verify_seal
from gateway.audit.merkle import Frontier
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, ReceiptKind, Suite
from gateway.domain.records import AnswerRecord, Body, LogRecord, MovementRecord
from gateway.markup import signature, wire
from gateway.ports import Ports

SEAL = register.Vouched.SEAL.value
COMMITTED_ROLES = frozenset({"declaration", "original", "wire", "receipt", "answer"})
"""Roles of bodies that rows point at: each must be committed to, and each commitment kept."""

_Entries = Iterable[tuple[int | None, EntryView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What was derived again: the ``tree`` over all entries, and how much was verified.

    A finding is a difference: its pointer names the row (``message msg_...``) or the place in the
    log (``entry 12``), its value what was seen. ``moving`` are references of movements whose rows
    and entries differed whenever they were read, and that never kept still to be compared.
    """

    tree: Frontier
    movements: int
    bodies: int
    erased: int
    seals: int
    signatures: int
    moving: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self.tree.size

    @property
    def root(self) -> str:
        """The root over them (hex)."""
        return self.tree.root().hex()

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.findings


def verify_log(ports: Ports, seen: Iterable[Seen] = ()) -> LogReport:
    """Verify the whole log and every movement it tells of.

    Entries not sequenced yet are sequenced first (Unavailable where somebody else hangs in that).
    Bodies gone unerased are reported. The log must begin with each of the states ``seen``.
    """
    audit = _Audit(ports)
    # 1. the log alone: places, leaves, root
    ports.store.sequence("audit", surely=True)
    tree, movements = _verify_entries(audit, tuple(seen))
    # 2. each movement: rows and bodies against what the log says of them
    for reference in movements:
        _verify_movement(audit, reference)
    return LogReport(
        tree=tree,
        movements=len(movements),
        bodies=audit.bodies,
        erased=audit.erased,
        seals=audit.seals,
        signatures=audit.signatures,
        moving=tuple(audit.moving),
        findings=tuple(audit.findings),
    )


@dataclass(slots=True, kw_only=True)
class _Tally:
    bodies: int = 0
    erased: int = 0
    seals: int = 0
    signatures: int = 0
    moving: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "_Tally") -> None:
        """Take in what was counted and found elsewhere."""
        self.bodies += other.bodies
        self.erased += other.erased
        self.seals += other.seals
        self.signatures += other.signatures
        self.findings += other.findings


class _Audit(_Tally):
    """What is being verified with, and what was found so far."""

    def __init__(self, ports: Ports) -> None:
        super().__init__()
        self.ports = ports
        self.links = {link.id: link for link in ports.store.links()}
        self.seal_keys = ports.keys.seal_keys()
        self._certificates: dict[str, Mapping[str, bytes]] = {}
        self.unopened = register.Unopened(ports)

    def blank(self) -> "_Audit":
        """Return one that verifies with the same keys and has found nothing."""
        made = copy(self)
        made.bodies = made.erased = made.seals = made.signatures = 0
        made.moving, made.findings = [], []
        return made

    def differs(
        self, code: str, *, index: int | None = None, subject: str = "", detail: str = ""
    ) -> None:
        """Note a difference, about a row or an entry of the log."""
        place = subject or (f"entry {index}" if index is not None else "")
        self.findings.append(Finding(code=code, pointer=place, value=detail))

    def holds(self, what: str, check: Callable[[], object]) -> bool:
        """Run one check; a refusal is a difference about ``what``."""
        try:
            check()
        except Refusal as refusal:
            for one in refusal.findings:
                self.differs(one.code, subject=what, detail=one.value)
            return False
        return True

    def body(self, digest: str, subject: str) -> Body | None:
        """Return a body whose bytes have that digest; None and a difference otherwise."""
        body = self.ports.store.body(digest)
        if body is None:
            self.differs("log.body-missing", subject=subject, detail=digest)
            return None
        self.bodies += 1
        if sha256(body.content).hexdigest() != digest:
            self.differs("log.body-changed", subject=subject, detail=digest)
            return None
        return body

    def certificate(self, tenant: str, signed_by: str) -> bytes:
        """Return the certificate that ``SCHEME:identifier#fingerprint`` names, or nothing."""
        if tenant not in self._certificates:
            keys = self.ports.keys
            held = {name: keys.signer(name).certificate for name in keys.names()}
            trust = self.ports.store.trust(tenant)
            self._certificates[tenant] = signing_certificates(trust, held)
        return self._certificates[tenant].get(signed_by, b"")


# ------------------------------------------------------------------ the log alone


def _verify_entries(audit: _Audit, seen: Iterable[Seen]) -> tuple[Frontier, tuple[str, ...]]:
    frontier = Frontier()
    movements: dict[str, None] = {}
    size = audit.ports.store.log_size()  # what comes behind it is left to the next audit
    for expected, record in enumerate(register.log_pages(audit.ports, size=size)):
        if record.index != expected:
            audit.differs("log.index-gap", index=record.index, detail=str(expected))
        leaf = leaf_hash(record.entry)
        if leaf != record.leaf:
            audit.differs("log.leaf-changed", index=record.index, detail=leaf.hex())
        frontier = frontier.with_leaf(leaf)
        _compare(audit, frontier, seen)
        entry = _entry(audit, record)
        if entry is not None and entry.movement:
            movements[entry.movement] = None
            audit.unopened.note(entry)
    if size != frontier.size:
        audit.differs("log.size-differs", detail=f"{size} {frontier.size}")
    for one in seen:
        if one.size > frontier.size:
            audit.differs("log.cut-short", subject=one.where, detail=f"{one.size} {frontier.size}")
    return frontier, tuple(movements)


def _compare(audit: _Audit, frontier: Frontier, seen: Iterable[Seen]) -> None:
    """Hold the log so far against the states of that size that were seen."""
    for one in seen:
        if one.size == frontier.size and one.root != frontier.root():
            audit.differs("log.rewritten", subject=one.where, detail=str(one.size))


def _entry(audit: _Audit, record: LogRecord) -> EntryView | None:
    try:
        entry = read_entry(record.entry)
    except Refusal as refusal:
        audit.differs(refusal.findings[0].code, index=record.index)
        return None
    row = (record.kind, record.at, record.tenant, record.movement, record.link)
    if row != (entry.kind.value, entry.at, entry.tenant, entry.movement, entry.link):
        audit.differs("log.row-differs", index=record.index, subject=f"log {record.id}")
    return entry


# ------------------------------------------------------------------ one movement


def _verify_movement(audit: _Audit, reference: str) -> None:
    """Compare a movement's rows with its entries; where they differ, again at one moment.

    What keys, links and certificates came meanwhile is then known too.
    """
    account = register.read_account(audit.ports, reference)
    if account is None:
        audit.differs("log.movement-missing", subject=f"movement {reference}")
        return
    found = audit.blank()
    _verify_account(found, account)
    if found.findings:
        account = register.still_account(audit.ports, reference)
        if account is None:
            audit.moving.append(reference)
            return
        found = _Audit(audit.ports)
        found.unopened = audit.unopened
        for _, entry in account.entries:  # it may have been erased meanwhile
            found.unopened.note(entry)
        _verify_account(found, account)
    audit.add(found)


def _verify_account(audit: _Audit, account: register.Account) -> None:
    _verify_bodies(audit, account)
    for version in account.versions:
        _verify_declaration(audit, account.record, version)
    _verify_events(audit, account)
    for message in account.messages:
        _verify_message(audit, message, account.answers, account.entries)
    for answer in account.answers:
        _verify_answer(audit, answer, account)


def _verify_bodies(audit: _Audit, account: register.Account) -> None:
    """Hold the bodies that rows point at against those that entries commit to, both ways."""
    kept = audit.unopened.of(account.entries)
    for role, digest, subject in account.bodies():
        if audit.unopened.covers(account.entries, role, digest, subject):
            audit.erased += 1
            continue
        body = audit.body(digest, subject)
        if body is None:
            continue
        told = (role, commitment(body.salt, digest))
        kept.add(told)
        if role in COMMITTED_ROLES and not any(told in one.bodies for _, one in account.entries):
            audit.differs("log.body-not-committed", subject=subject, detail=role)
    for index, entry in account.entries:
        for role, hidden in entry.bodies:
            if role in COMMITTED_ROLES and (role, hidden) not in kept:
                audit.differs("log.body-unknown", subject=f"entry {index} {role}", detail=hidden)


def _verify_declaration(
    audit: _Audit, record: MovementRecord, version: register.DeclaredVersion
) -> None:
    body = audit.ports.store.body(version.declaration)
    if body is None or not version.signed_by:
        return
    subject = f"movement {record.reference}"
    certificate = audit.certificate(record.tenant, version.signed_by)

    def check() -> None:
        signed = signature.verify(body.content, [certificate])
        in_force = version.declaration == record.declaration
        if in_force and sha256(signed.content).hexdigest() != record.content:
            audit.differs("log.row-differs", subject=subject, detail="content")

    audit.signatures += audit.holds(subject, check)


def _verify_events(audit: _Audit, account: register.Account) -> None:
    told, kept = account.told_events(), account.kept_events()
    if told != kept:
        subject = f"movement {account.record.reference}"
        audit.differs("log.events-differ", subject=subject, detail=f"{len(told)} {len(kept)}")


# ------------------------------------------------------------------ messages and answers


def _verify_message(
    audit: _Audit, message: Message, answers: Iterable[AnswerRecord], entries: _Entries
) -> None:
    subject = f"message {message.id}"
    if message.envelope is None or message.seal is None:
        return
    _verify_envelope(audit, message, message.envelope, message.seal)
    link = audit.links.get(message.link)
    receipt = audit.ports.store.body(message.receipt) if message.receipt else None
    if receipt is not None and link is not None:
        content = receipt.content
        holds = audit.holds(subject, lambda: register.check_kept(link, message, content, answers))
        audit.seals += holds and message.receipt_kind is ReceiptKind.SIGNED
        _verify_receipt_kind(audit, message, entries)
    if message.signed_by and audit.ports.store.body(message.wire or ""):
        audit.signatures += audit.holds(subject, lambda: _check_signature(audit, message))


def _verify_receipt_kind(audit: _Audit, message: Message, entries: _Entries) -> None:
    """See that a receipt passes for no more, and no less, than the log says of it."""
    told = {
        entry.facts.get("receipt")
        for _, entry in entries
        if entry.kind is EntryKind.RECEIPT and entry.facts.get("message") == message.id
    }
    if told != {message.receipt_kind}:
        audit.differs("log.row-differs", subject=f"message {message.id}", detail="receipt")


def _verify_envelope(audit: _Audit, message: Message, envelope: bytes, seal: str) -> None:
    subject = f"message {message.id}"

    def check() -> None:
        verify_seal(envelope, seal, audit.seal_keys)
        told = read_envelope(envelope)
        row = Envelope(
            id=message.id,
            type=message.type,
            movement=message.movement,
            link=message.link,
            office=message.office,
            stream=message.stream,
            place=message.place or 0,
            digest=message.wire or "",
            media_type=message.media_type,
            issued=told.issued,
        )
        if told != row:
            audit.differs("log.row-differs", subject=subject, detail="envelope")

    audit.seals += audit.holds(subject, check)


def _check_signature(audit: _Audit, message: Message) -> None:
    """Verify a message's signature by the one certificate it names, over its to-be-signed bytes.

    Raises:
        Refusal: ``signature.*`` or ``wire.malformed``.
    """
    sent = audit.ports.store.body(message.wire or "")
    unsigned = audit.ports.store.body(message.unsigned or "")
    if sent is None or unsigned is None:
        return  # reported with the bodies
    certificate = audit.certificate(message.tenant, message.signed_by or "")
    if message.suite is Suite.CMS:
        content, cms = wire.split_signed(sent.content)
        same = content == unsigned.content
        wire.verify_cms(content, cms, [certificate])
    else:
        signed = signature.verify(sent.content, [certificate])
        same = signed.content == signature.canonical_unsigned(unsigned.content)
    if not same:
        audit.differs("signature.other-content", subject=f"message {message.id}")


def _verify_answer(audit: _Audit, answer: AnswerRecord, account: register.Account) -> None:
    subject = f"answer {answer.link}/{answer.id}"
    told = account.told_answer(answer)
    if told is None:
        audit.differs("log.answer-not-told", subject=subject)
        return
    index, entry = told
    if (entry.facts.get("type"), entry.facts.get("kind")) != (answer.type, answer.kind):
        audit.differs("log.row-differs", index=index, subject=subject, detail="type")
    link = audit.links.get(answer.link)
    vouched = str(entry.facts.get("vouched", SEAL))
    if vouched == register.Vouched.SIGNATURE and link is not None:
        body, at = audit.ports.store.body(answer.body), answer.received_at
        if body is not None:  # erased otherwise
            audit.signatures += audit.holds(subject, lambda: register.check_signed(link, body, at))
        return
    if vouched != SEAL and not answer.seal:
        return  # nothing is sealed there: the log says who vouched, the bodies hold what for
    if link is not None:
        header, keys = register.kept_header(answer, entry), link.keys_at(answer.received_at)
        audit.seals += audit.holds(subject, lambda: verify_link_seal(header, answer.seal, *keys))
