"""Hand a movement over: exact bytes, keys, log proofs, and a recipe that needs no program of ours.

What stands in which folder is told on the page ``README.txt`` itself (:mod:`gateway.audit.recipe`).
Exporting the same movement twice gives the same files but for the log's checkpoint, which may have
grown in between.
"""

import json
import re
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from gateway import register
from gateway.audit.checkpoint import Checkpoint
from gateway.audit.entry import EntryKind, EntryView, commitment, read_entry, stamp
from gateway.audit.evidence import (
    certificate_pem,
    fingerprint,
    seal_key_pem,
    signing_certificates,
    split_seal,
)
from gateway.audit.exchange import read_reply, verify_link_seal
from gateway.audit.merkle import Tree
from gateway.audit.note import sign_note
from gateway.audit.proof import LogProof
from gateway.audit.recipe import Step, page, script, sums
from gateway.domain.errors import InConflict, NotFound
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Message, ReceiptKind, Suite
from gateway.domain.records import AnswerRecord, Body, LogRecord, MovementRecord
from gateway.markup import wire
from gateway.markup.certificate import read_certificate
from gateway.ports import Ports

CHECKPOINT = "log/checkpoint"
CHECKPOINT_TEXT = "log/checkpoint.txt"
CHECKPOINT_SEAL = "log/checkpoint.sig"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SUFFIXES = {
    "application/xml": "xml",
    "text/xml": "xml",
    "application/json": "json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "multipart/signed": "eml",
    "text/plain": "txt",
}


def export_movement(ports: Ports, tenant: str, reference: str) -> tuple[tuple[str, bytes], ...]:
    """Return every file of the export as (path, bytes), sorted by path.

    ``verify.sh`` is meant to be executable; paths use forward slashes and plain characters only.

    Raises:
        NotFound: no such movement for this tenant.
        InConflict: it never kept still for as long as reading it takes.
        Unavailable: somebody hangs while numbering the log.
    """
    record = ports.store.movement(reference)
    if record is None or record.tenant != tenant:
        raise NotFound(Finding(code="movement.unknown", value=reference))
    # 1. what was declared, sent and answered
    export = _still(ports, record)
    # 2. what the log says of it
    _log(export)
    # 3. how to check it all
    erased = register.erasure_of(ports, export.record)
    why = f"{stamp(erased.at)} by {erased.by}: {erased.reason}" if erased else ""
    export.add("README.txt", page(reference, export.keys, why))
    export.add("verify.sh", script([Step("files", ("sums",)), *export.steps]))
    export.add("SHA256SUMS", sums(export.files))
    return tuple(sorted(export.files.items()))


def _still(ports: Ports, record: MovementRecord) -> "_Export":
    """Return the files of one moment.

    An answer that came in between entries and rows would lie there without its header, as if nobody
    had sealed it. Every change writes an entry: where none came behind, nothing changed.
    """
    store, reference = ports.store, record.reference
    for _ in range(register.READINGS_MAX):
        store.sequence("export", surely=True)
        export = _Export(ports, store.movement(reference) or record)
        _declaration(export)
        for place, message in enumerate(store.messages(reference), start=1):
            _message(export, place, message)
        for place, answer in enumerate(store.answers(reference), start=1):
            _answer(export, place, answer)
        _summary(export)
        store.sequence("export", surely=True)
        last = max((log.index for log, _ in export.entries if log.index is not None), default=-1)
        if not store.log(after=last, limit=1, movement=reference):
            return export
    raise InConflict(Finding(code="movement.busy", value=reference))


class _Export:
    """The files and the checks, as they come together."""

    def __init__(self, ports: Ports, record: MovementRecord) -> None:
        self.ports = ports
        self.record = record
        self.files: dict[str, bytes] = {}
        self.steps: list[Step] = []
        self.keys: list[tuple[str, str]] = []
        self.links = {link.id: link for link in ports.store.links()}
        self.entries = [
            (log, read_entry(log.entry)) for log in register.log_pages(ports, record.reference)
        ]
        held = {name: ports.keys.signer(name).certificate for name in ports.keys.names()}
        self._certificates = signing_certificates(ports.store.trust(record.tenant), held)

    def add(self, path: str, content: bytes) -> str:
        """Add a file, if its path is new, and return the path."""
        self.files.setdefault(path, content)
        return path

    def check(self, what: str, *words: str) -> None:
        """Add a check to the script."""
        self.steps.append(Step(what, words))

    def held(self, digest: str | None, role: str) -> Body | None:
        """Return a body, unless it was erased: one that stays for another movement is not ours."""
        if not digest or (self.record.erased and role != "acknowledgement"):
            return None
        return self.ports.store.body(digest)

    def body(self, path: str, digest: str | None, role: str) -> str:
        """Add a body, unless it was erased, with the check of its commitment; return its path."""
        body = self.held(digest, role)
        if body is None:
            return ""
        self.add(path, body.content)
        self._commit(path, body, role)
        return path

    def _commit(self, path: str, body: Body, role: str) -> None:
        told = role, commitment(body.salt, body.digest)
        for log, entry in self.entries:
            if told in entry.bodies:
                salt = self.add(f"log/salts/{body.digest[:16]}.salt", body.salt)
                self.check(
                    f"{path} is what the log commits to", "committed", salt, path, _path(log)
                )
                return

    def certificate(self, signed_by: str) -> str:
        """Add the certificate a signature names and return its path, or nothing if it is lost."""
        found = self._certificates.get(signed_by)
        if found is None:
            return ""
        name = _UNSAFE.sub("-", signed_by.partition("#")[0])
        path = f"certificates/{name}-{fingerprint(found)[:16]}.pem"
        if path not in self.files:
            told = read_certificate(found)
            dates = f"{told.valid_from:%Y-%m-%d} to {told.valid_to:%Y-%m-%d}"
            self.keys.append((path, f"{fingerprint(found)}, {dates}, {told.subject}"))
        return self.add(path, certificate_pem(found))

    def seal_key(self, name: str, key: bytes) -> str:
        """Add a public seal key and return its path."""
        path = f"keys/{_UNSAFE.sub('-', name)}.pem"
        if path not in self.files:
            self.keys.append((path, f"{sha256(key).hexdigest()} of the raw key"))
        return self.add(path, seal_key_pem(key))

    def own_seal(self, what: str, seal: str, path: str, signature_path: str) -> None:
        """Add one of our own seals with its key and check."""
        name, signature = split_seal(seal)
        key = self.ports.keys.seal_keys().get(name)
        self.add(signature_path, signature)
        if key is not None:
            self.check(what, "seal", self.seal_key(f"gateway-{name}", key), signature_path, path)

    def link_seal(self, link: str, seal: str, at: datetime, path: str) -> None:
        """Add a link's seal over a paper taken in at ``at``, the key that counted then, a check."""
        signature_path = self.add(f"{path.removesuffix('.json')}.sig", split_seal(seal)[1])
        known = self.links.get(link)
        if known is not None:
            key = _that_sealed(self.files[path], seal, known.keys_at(at))
            name = (
                f"link-{link}"
                if key == known.key
                else f"link-{link}-{sha256(key).hexdigest()[:16]}"
            )
            what = f"{path} is sealed by {link}"
            self.check(what, "seal", self.seal_key(name, key), signature_path, path)


def _that_sealed(content: bytes, seal: str, keys: tuple[bytes, ...]) -> bytes:
    """Return which key holds for a seal; where none does, the first, for the script to say so."""
    try:
        return verify_link_seal(content, seal, *keys)
    except Refusal:
        return keys[0]


def _path(log: LogRecord) -> str:
    return f"log/entries/{log.index or 0:08d}.json"


def _suffix(media_type: str) -> str:
    return _SUFFIXES.get(media_type.partition(";")[0].strip().lower(), "bin")


# ------------------------------------------------------------------ declared, sent, answered


def _declaration(export: _Export) -> None:
    """Write every version of the declaration; the one in force has the plain name."""
    record = export.record
    events = export.ports.store.events(record.reference)
    versions = register.declared_versions(record, events, (entry for _, entry in export.entries))
    for place, version in enumerate(versions, start=1):
        folder = "declaration" if place == len(versions) else f"declaration/replaced-{place}"
        path = export.body(f"{folder}/declaration.xml", version.declaration, "declaration")
        original = export.held(version.original, "original")
        if original is not None:
            name = f"{folder}/original.{_suffix(original.media_type)}"
            export.body(name, version.original, "original")
        certificate = export.certificate(version.signed_by) if version.signed_by else ""
        if path and certificate:
            export.check(f"{path} is signed by {_who(version.signed_by)}", "xml", certificate, path)


def _who(signed_by: str) -> str:
    return _UNSAFE.sub(" ", signed_by.partition("#")[0])


def _message(export: _Export, place: int, message: Message) -> None:
    name = f"{place:03d}-{message.type}-{message.office or message.link}"
    folder = f"messages/{_UNSAFE.sub('-', name)}"
    unsigned = export.held(message.unsigned, "unsigned")
    if unsigned is not None:
        suffix = _suffix(unsigned.media_type)
        export.body(f"{folder}/to-be-signed.{suffix}", message.unsigned, "unsigned")
    sent = export.body(f"{folder}/wire.{_suffix(message.media_type)}", message.wire, "wire")
    if message.envelope is None or message.seal is None:
        return
    envelope = export.add(f"{folder}/envelope.json", message.envelope)
    export.own_seal(
        f"{envelope} is sealed by the gateway", message.seal, envelope, f"{folder}/envelope.sig"
    )
    if not sent:
        return  # erased: what the gateway sealed then names bytes that nobody has any more
    export.check(f"{envelope} names {sent}", "names", sent, envelope)
    if message.signed_by:
        _signature(export, message, message.signed_by, folder, sent)
    _receipt(export, message, folder, sent)


def _signature(export: _Export, message: Message, signed_by: str, folder: str, sent: str) -> None:
    certificate = export.certificate(signed_by)
    if not certificate:
        return
    if message.suite is Suite.CMS:
        content, cms = wire.split_signed(export.files[sent])
        path = export.add(f"{folder}/signed/content.txt", content)
        signature = export.add(f"{folder}/signed/signature.p7s", cms)
        what = f"{path} is signed by {_who(signed_by)}"
        export.check(what, "cms", certificate, signature, path)
        offset = str(export.files[sent].index(content) + 1)  # tail counts from 1
        what = f"{path} stands in {sent}"
        export.check(what, "part", sent, offset, str(len(content)), path)
        export.check(f"{signature} stands in {sent}", "encloses", sent, signature)
    else:
        export.check(f"{sent} is signed by {_who(signed_by)}", "xml", certificate, sent)


def _receipt(export: _Export, message: Message, folder: str, sent: str) -> None:
    if message.receipt_kind is not ReceiptKind.SIGNED:
        _unsealed_receipt(export, message, folder, sent)
        return
    reply = export.body(f"{folder}/reply.json", message.receipt, "receipt")
    if not reply:
        return
    paper = read_reply("receipt", export.files[reply])
    path = export.add(f"{folder}/receipt.json", paper.content)
    taken_in = message.acknowledged_at or message.created_at
    export.link_seal(message.link, paper.seal, taken_in, path)
    export.check(f"{path} stands in {reply}", "carries", reply, path)
    export.check(f"{path} names {sent}", "names", sent, path)


def _unsealed_receipt(export: _Export, message: Message, folder: str, sent: str) -> None:
    """Add a receipt that nobody sealed, under the name of what it proves."""
    body = export.held(message.receipt, "receipt")
    if body is None or message.receipt_kind is None:
        return
    name = f"{folder}/receipt-{message.receipt_kind}.{_suffix(body.media_type)}"
    path = export.body(name, message.receipt, "receipt")
    if message.receipt_kind is ReceiptKind.TRANSPORT:
        export.check(f"{path} names {sent}", "names", sent, path)


def _answer(export: _Export, place: int, answer: AnswerRecord) -> None:
    folder = f"answers/{_UNSAFE.sub('-', f'{place:03d}-{answer.type}')}"
    body = export.held(answer.body, "answer")
    suffix = _suffix(body.media_type) if body is not None else ""
    path = export.body(f"{folder}/answer.{suffix}", answer.body, "answer")
    _header(export, answer, folder, path)
    path = export.body(f"{folder}/acknowledgement.json", answer.acknowledgement, "acknowledgement")
    if path:
        seal = export.ports.keys.seal(export.files[path])
        what = f"{path} is sealed by the gateway"
        export.own_seal(what, seal, path, f"{folder}/acknowledgement.sig")


def _header(export: _Export, answer: AnswerRecord, folder: str, body: str) -> None:
    entry = _told(export, answer)
    if entry is None or not answer.seal:
        return  # what nobody sealed has no header: the log's entry says who vouched for it
    path = export.add(f"{folder}/header.json", register.kept_header(answer, entry))
    export.link_seal(answer.link, answer.seal, answer.received_at, path)
    if body:
        export.check(f"{path} names {body}", "names", body, path)


def _told(export: _Export, answer: AnswerRecord) -> EntryView | None:
    for _, entry in export.entries:
        told = (entry.kind, entry.link, entry.facts.get("answer"))
        if told == (EntryKind.ANSWER, answer.link, answer.id):
            return entry
    return None


# ------------------------------------------------------------------ the log


def _log(export: _Export) -> None:
    tree = Tree(log.leaf for log in register.log_pages(export.ports))
    keys = export.ports.keys.seal_keys()
    oldest = sha256(list(keys.values())[-1]).hexdigest()
    checkpoint = Checkpoint(origin=f"fullroute/{oldest[:16]}", size=tree.size, root=tree.root())
    text = checkpoint.text()
    seal = export.ports.keys.seal(text.encode())
    name, signature = split_seal(seal)
    note = sign_note(text, [(checkpoint.origin, keys[name], signature)]).spell()
    export.add(CHECKPOINT, note)
    export.add(CHECKPOINT_TEXT, text.encode())
    what = f"{CHECKPOINT} is sealed by the gateway"
    export.own_seal(what, seal, CHECKPOINT_TEXT, CHECKPOINT_SEAL)
    key = export.seal_key(f"gateway-{name}", keys[name])
    what = f"{CHECKPOINT} is its text and its seal"
    export.check(what, "noted", CHECKPOINT, CHECKPOINT_TEXT, CHECKPOINT_SEAL, key)
    for log, _ in export.entries:
        index = log.index or 0
        proof = LogProof(index=index, path=tree.inclusion_proof(index), checkpoint=note)
        entry = export.add(_path(log), log.entry)
        path = export.add(f"log/proofs/{index:08d}.tlog-proof", proof.spell())
        what = f"{entry} stands in the log"
        export.check(what, "logged", entry, path, CHECKPOINT)


def _summary(export: _Export) -> None:
    record, store = export.record, export.ports.store
    told: dict[str, object] = {
        "reference": record.reference,
        "state": record.state,
        "lrn": record.lrn,
        "declarant": record.declarant,
        "created_at": stamp(record.created_at),
        "stops": [list(stop) for stop in record.stops],
        "packs": dict(record.packs),
        "numbers": [
            {"administration": one.administration, "kind": one.kind, "number": one.number}
            for one in store.numbers(record.reference)
        ],
        "events": [
            {"at": stamp(one.at), "kind": one.kind.value, "office": one.office}
            for one in store.events(record.reference)
        ],
        "messages": [_message_summary(one) for one in store.messages(record.reference)],
    }
    if (erased := register.erasure_of(export.ports, record)) is not None:
        gone = [one for _, entry in export.entries for one in register.listed_erased(entry)]
        told["erased"] = {
            "at": stamp(erased.at),
            "by": erased.by,
            "reason": erased.reason,
            "bodies": [asdict(one) for one in gone],
        }
    content = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    export.add("movement.json", content.encode())


def _message_summary(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "type": message.type,
        "office": message.office,
        "state": message.state.value,
        "waits_for": message.waits_for,
        "signed_by": message.signed_by or "",
        "acknowledged_at": stamp(message.acknowledged_at) if message.acknowledged_at else "",
    }
