"""The simulated customs system of one link: checks, stores, receipts, effects, planned answers.

What a real system must do, in the order it must do it: seal of the envelope, digest of the body,
place in the stream, the signatory's own signature, the office's schema and rules; then store, then
answer. A repeat gets the first receipt byte for byte and takes no effect twice, also after a
restart: everything is read back from the journal.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.audit.exchange import (
    Envelope,
    Receipt,
    SealedPaper,
    from_base64,
    make_envelope,
    make_receipt,
    read_envelope,
    spell_seal,
    spell_time,
    to_base64,
    verify_seal,
)
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Suite
from gateway.markup import signature, wire
from gateway.markup.tree import Element
from gateway.packs.pack import Pack
from gateway.sandbox.journal import Journal
from gateway.sandbox.spec import LinkSpec

OK, BAD_REQUEST, NOT_AUTHENTIC, CONFLICT, REFUSED, TOO_EARLY = 200, 400, 401, 409, 422, 425


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request as it came in, by push or out of the feed; papers still in base64."""

    envelope: str
    seal: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One message this system has stored, with the receipt it gave."""

    envelope: Envelope
    content: bytes
    receipt: SealedPaper


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the system answers: an HTTP status, and a receipt or a reason.

    ``taken`` is filled when the message is new, ``read`` with it: the message as a tree.
    """

    status: int
    receipt: SealedPaper | None = None
    reason: str = ""
    taken: Taken | None = None
    read: Element | None = None


class _Rejection(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class CustomsSystem:
    """One link's system. Single-threaded: its process gives it one request at a time."""

    def __init__(
        self,
        spec: LinkSpec,
        pack: Pack,
        folder: Path,
        now: Callable[[], datetime],
        certificates: tuple[bytes, ...],
    ) -> None:
        self.spec = spec
        self.pack = pack
        self.now = now
        self._certificates = certificates
        self._taken: dict[str, Taken] = {}
        self._places: dict[str, int] = {}
        self._requests = Journal(folder / f"{spec.id}.requests.jsonl")
        self._stored = Journal(folder / f"{spec.id}.taken.jsonl")
        self._effects = Journal(folder / f"{spec.id}.effects.jsonl")
        self._effected: set[tuple[str, str]] = set()
        self._recall()

    # ------------------------------------------------------------------ memory

    def _recall(self) -> None:
        """Read the journals back, and write down what a killed process had no time for."""
        for line in self._effects.lines():
            self._effected.add((line["id"], line["effect"]))
        told = {line["id"] for line in self._requests.lines() if line["status"] == OK}
        for line in self._stored.lines():
            envelope = read_envelope(from_base64(line["envelope"], "envelope"))
            taken = Taken(
                envelope=envelope,
                content=base64.b64decode(line["content"]),
                receipt=SealedPaper(
                    content=from_base64(line["receipt"], "receipt"), seal=line["seal"]
                ),
            )
            self._remember(taken)
            if envelope.id not in told:
                verdict = Verdict(status=OK, receipt=taken.receipt)
                self._journal_request(envelope, envelope.digest, verdict, repeated=False)
            self.take_effect(taken.envelope, "stored")

    def _remember(self, taken: Taken) -> None:
        self._taken[taken.envelope.id] = taken
        self._places[taken.envelope.stream] = taken.envelope.place

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Every message stored so far, oldest first."""
        return tuple(self._taken.values())

    def requests(self) -> list[dict[str, Any]]:
        """Return the request journal."""
        return list(self._requests.lines())

    def effects(self) -> list[dict[str, Any]]:
        """Return the effects journal."""
        return list(self._effects.lines())

    # ------------------------------------------------------------------ requests

    def receive(self, arrival: Arrival, keys: Mapping[str, bytes]) -> Verdict:
        """Take one request, journalled whatever comes of it; ``keys`` are the gateway's seals."""
        return self._take(arrival.content, lambda: self._authentic(arrival, keys))

    def receive_unsealed(self, content: bytes, envelope: Envelope) -> Verdict:
        """Take one request that has no envelope: ``envelope`` is what its native header says.

        Its place is the next in its stream: who sends without envelopes keeps the order itself.
        """
        known = self._taken.get(envelope.id)
        place = known.envelope.place if known else self._places.get(envelope.stream, 0) + 1
        return self._take(content, lambda: replace(envelope, place=place))

    def known(self, message: str) -> Taken | None:
        """Return the message of that id, if it is stored."""
        return self._taken.get(message)

    def _take(self, content: bytes, authentic: Callable[[], Envelope]) -> Verdict:
        digest = sha256(content).hexdigest()
        envelope: Envelope | None = None
        repeated = False
        try:
            envelope = authentic()
            known = self._known(envelope, digest)
            repeated = known is not None
            verdict = (
                Verdict(status=OK, receipt=self.sealed(known.receipt.content))  # by today's key
                if known
                else self._store(envelope, content, digest)
            )
        except _Rejection as rejection:
            verdict = Verdict(status=rejection.status, reason=rejection.reason)
        self._journal_request(envelope, digest, verdict, repeated=repeated)
        return verdict

    def _journal_request(
        self, envelope: Envelope | None, digest: str, verdict: Verdict, *, repeated: bool
    ) -> None:
        self._requests.append(
            {
                "link": self.spec.id,
                "id": envelope.id if envelope else "",
                "type": envelope.type if envelope else "",
                "movement": envelope.movement if envelope else "",
                "office": envelope.office if envelope else "",
                "stream": envelope.stream if envelope else "",
                "place": envelope.place if envelope else 0,
                "digest": digest,
                "at": spell_time(self.now()),
                "repeated": repeated,
                "status": verdict.status,
                "reason": verdict.reason,
            }
        )

    def _authentic(self, arrival: Arrival, keys: Mapping[str, bytes]) -> Envelope:
        try:
            papers = from_base64(arrival.envelope, "envelope")
            verify_seal(papers, arrival.seal, keys)
        except Refusal as refusal:
            raise _Rejection(NOT_AUTHENTIC, str(refusal)) from refusal
        try:
            envelope = read_envelope(papers)
        except Refusal as refusal:
            raise _Rejection(BAD_REQUEST, str(refusal)) from refusal
        if envelope.link != self.spec.id or envelope.office not in self.spec.offices:
            raise _Rejection(BAD_REQUEST, "not for us")
        if envelope.media_type != arrival.media_type:
            raise _Rejection(BAD_REQUEST, "media type")
        return envelope

    def _known(self, envelope: Envelope, digest: str) -> Taken | None:
        known = self._taken.get(envelope.id)
        if known is not None and known.envelope.digest != digest:
            raise _Rejection(CONFLICT, "this id came before with other bytes")
        if envelope.digest != digest:
            raise _Rejection(BAD_REQUEST, "digest")
        return known

    def _store(self, envelope: Envelope, content: bytes, digest: str) -> Verdict:
        last = self._places.get(envelope.stream, 0)
        if envelope.place > last + 1:
            raise _Rejection(TOO_EARLY, f"place {last + 1} comes first")
        if envelope.place <= last:
            raise _Rejection(CONFLICT, "this place is taken")
        native, read = self._native(envelope.type, content)
        receipt = self._receipt(envelope, digest)
        taken = Taken(envelope=envelope, content=native, receipt=receipt)
        self._stored.append(
            {
                "id": envelope.id,
                "envelope": to_base64(make_envelope(envelope)),
                "content": to_base64(native),
                "receipt": to_base64(receipt.content),
                "seal": receipt.seal,
            }
        )
        self._remember(taken)
        self.take_effect(taken.envelope, "stored")
        return Verdict(status=OK, receipt=receipt, taken=taken, read=read)

    def _native(self, kind: str, content: bytes) -> tuple[bytes, Element]:
        """Check signature, schema and rules; return the office's own format without multipart.

        With it goes the message as a tree: what was signed, where the signature stands inside.
        """
        try:
            suite = Suite(self.pack.message(kind).suite)
            if suite is Suite.XML:
                read = signature.verify(content, self._certificates).element
            else:
                if suite is Suite.CMS:
                    content, cms = wire.split_signed(content)
                    wire.verify_cms(content, cms, self._certificates)
                read = self.pack.read_message(kind, content)
            findings = self.pack.check_tree(kind, read)
        except Refusal as refusal:
            raise _Rejection(REFUSED, str(refusal)) from refusal
        if refusing := [one for one in findings if one.refuses]:
            raise _Rejection(REFUSED, _spelled(refusing[0]))
        return content, read

    def _receipt(self, envelope: Envelope, digest: str) -> SealedPaper:
        content = make_receipt(
            Receipt(
                message=envelope.id,
                digest=digest,
                link=self.spec.id,
                office=envelope.office,
                received=self.now(),
            )
        )
        return self.sealed(content)

    def sealed(self, content: bytes) -> SealedPaper:
        """Seal a paper with the link's key."""
        return SealedPaper(
            content=content, seal=spell_seal(self.spec.id, self.spec.key.sign(content))
        )

    def take_effect(self, envelope: Envelope, effect: str) -> None:
        """Write an effect down, once a message and effect, however often it is asked for."""
        if (envelope.id, effect) in self._effected:
            return
        self._effected.add((envelope.id, effect))
        self._effects.append(
            {
                "link": self.spec.id,
                "id": envelope.id,
                "type": envelope.type,
                "movement": envelope.movement,
                "office": envelope.office,
                "effect": effect,
                "at": spell_time(self.now()),
            }
        )

    def close(self) -> None:
        """Close the journals."""
        for journal in (self._requests, self._stored, self._effects):
            journal.close()


def _spelled(finding: Finding) -> str:
    return f"{finding.code} {finding.pointer} {finding.value}".strip()
