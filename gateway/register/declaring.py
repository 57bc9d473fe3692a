"""A declaration taken in, first or amended: known requests, kept bytes, and their log entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeGuard

from gateway.audit.entry import EntryKind, EntryView
from gateway.domain.errors import InConflict
from gateway.domain.event import REPLACING, Event
from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.message import MessageState
from gateway.domain.records import Change, IdempotencyRecord, MovementRecord, Principal
from gateway.domain.route_offices import RouteOffices
from gateway.pipeline.convert import media_type
from gateway.pipeline.intake import Accepted
from gateway.ports import Ports
from gateway.register.owing import signed_by
from gateway.register.writing import Writing, write_surely

ACCEPTED_STATUS = 202
FINDINGS_LOGGED_MAX = 50
XML = "application/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a submission came to. ``unsigned`` are the ids of messages that await a signature."""

    movement: str
    state: str
    findings: tuple[Finding, ...] = ()
    repeated: bool = False
    unsigned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredVersion:
    """One version of a movement's declaration: digests of ours and of what it was made from."""

    declaration: str
    original: str
    signed_by: str


def submission_of(
    ports: Ports, reference: str, findings: tuple[Finding, ...] = (), *, repeated: bool = False
) -> Submission:
    """Return what a movement's submission came to, as it now stands.

    Raises:
        InConflict: ``movement.unknown``: the request is known, its movement is not.
    """
    record = ports.store.movement(reference)
    if record is None:
        raise InConflict(Finding(code="movement.unknown", value=reference))
    messages = ports.store.messages(reference)
    return Submission(
        movement=reference,
        state=record.state,
        findings=findings,
        repeated=repeated,
        unsigned=tuple(m.id for m in messages if m.state is MessageState.AWAITING_SIGNATURE),
    )


@dataclass(frozen=True, slots=True)
class Request:
    """One request of one caller: its key, and the digest of what it asks."""

    caller: Principal
    key: str
    digest: str

    def earlier(self, ports: Ports) -> IdempotencyRecord | None:
        """Return what was asked before under this key."""
        return ports.store.idempotency(self.caller.tenant, self.caller.id, self.key)

    def repeats(self, earlier: IdempotencyRecord | None) -> TypeGuard[IdempotencyRecord]:
        """Tell whether these very bytes were handed in before."""
        return earlier is not None and earlier.body == self.digest

    def again(self, ports: Ports, earlier: IdempotencyRecord, content: str) -> Submission:
        """Return what the earlier request came to, if it was for the same ``content``.

        Who signs the same once more hands in other bytes: what was signed decides.

        Raises:
            InConflict: ``idempotency.other-body``.
        """
        reference = earlier.response.decode()
        record = ports.store.movement(reference)
        if record is None or record.content != content:
            raise InConflict(Finding(code="idempotency.other-body", value=self.key))
        return submission_of(ports, reference, repeated=True)

    def remember(self, writing: Writing, reference: str) -> None:
        """Write down what it came to."""
        writing.insert(
            IdempotencyRecord(
                tenant=self.caller.tenant,
                principal=self.caller.id,
                key=self.key,
                body=self.digest,
                status=ACCEPTED_STATUS,
                response=reference.encode(),
                created_at=writing.at,
            )
        )


def request_digest(raw: bytes, along: RouteOffices | None, asked: str = "") -> str:
    """Return what makes a request the same: its bytes, the offices, and what else was asked."""
    told = [repr(along)] if along is not None else []
    told += [asked] if asked else []
    return sha256(b"\0".join([raw, *(one.encode() for one in told)])).hexdigest()


def log_refused(ports: Ports, raw: bytes, caller: Principal, findings: Iterable[Finding]) -> None:
    """Keep a declaration that was refused, with the reasons."""
    told = [
        {"code": one.code, "pointer": one.pointer, "offices": list(one.offices)} for one in findings
    ][:FINDINGS_LOGGED_MAX]
    facts = {"caller": caller.id, "findings": told}

    def draw() -> Change:
        writing = Writing(ports, caller.tenant, ports.clock.now())
        body = writing.body(raw, media_type(raw))
        writing.entry(EntryKind.REFUSED, facts=facts, bodies=[("declaration", body)])
        return writing.change()

    write_surely(ports, draw)


def check_own(caller: Principal, accepted: Accepted) -> None:
    """Refuse an unsigned declaration that one party hands in in another's name.

    It rests on its caller's word alone, whatever the tenant's policy, and that a party gives for
    itself only; who declares for others signs, or has a key that is no party's.

    Raises:
        Refusal: ``signature.missing``.
    """
    declarant = accepted.declaration.declarant
    own = {":".join(one) for one in declarant.ids} if declarant else set()
    if caller.party and accepted.verified.signer is None and caller.party not in own:
        raise Refusal(Finding(code="signature.missing", severity=Severity.FATAL))


def write_declaration(
    writing: Writing,
    accepted: Accepted,
    reference: str,
    told: Mapping[str, object],
    packs: Iterable[tuple[str, str]],
) -> DeclaredVersion:
    """Keep both byte strings of a declaration and log that it was accepted, with the facts told."""
    converted = accepted.converted
    ours = writing.body(converted.content if converted else accepted.raw, XML)
    bodies = [("declaration", ours)]
    facts = dict(told)
    original, by = "", ""
    if converted is not None:
        kept = writing.body(accepted.raw, media_type(accepted.raw))
        original = kept.digest
        bodies.append(("original", kept))
        facts["converted"] = [converted.format_id, converted.digest]
    if accepted.verified.signer is not None:
        signer = accepted.verified.signer
        facts["signed_by"] = by = signed_by(signer.party, signer.certificate)
    writing.entry(EntryKind.ACCEPTED, movement=reference, facts=facts, bodies=bodies, packs=packs)
    return DeclaredVersion(ours.digest, original, by)


def declared_versions(
    record: MovementRecord, events: Iterable[Event], entries: Iterable[EntryView]
) -> tuple[DeclaredVersion, ...]:
    """Return every version of a movement's declaration, the one in force last."""
    replaced = [
        (event.fact("replaced"), event.fact("replaced-original"))
        for event in events
        if event.kind in REPLACING
    ]
    signed = [
        str(entry.facts.get("signed_by", ""))
        for entry in entries
        if entry.kind is EntryKind.ACCEPTED and "declaration" in dict(entry.bodies)
    ]
    signed += [""] * (len(replaced) + 1 - len(signed))
    return tuple(
        DeclaredVersion(declaration, original, by)
        for (declaration, original), by in zip(
            [*replaced, (record.declaration, record.original)], signed, strict=False
        )
    )
