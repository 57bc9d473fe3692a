"""What has fired becomes owed: signed by whoever must, sealed by us, given its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from gateway.audit.entry import EntryKind
from gateway.domain.declaration import Declaration
from gateway.domain.errors import Elsewhere, NotFound
from gateway.domain.message import Message, MessageState, Suite
from gateway.domain.records import Body
from gateway.domain.trust import Signatory, Signer, Trust
from gateway.pipeline.advance import Advanced
from gateway.pipeline.sign import seal_message, sign_message
from gateway.ports import Ports
from gateway.register.timing import write_deadlines
from gateway.register.writing import Writing, message_facts, write_message


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """What :func:`owe` stands on. ``before`` are the movement's message rows as stored."""

    declaration: Declaration
    trust: Trust
    before: Mapping[str, Message]


def owe(writing: Writing, advanced: Advanced, owing: Owing) -> tuple[str, ...]:
    """Sign, seal and write what has fired, and the deadlines; return the links to knock at.

    A message whose signatory gave no mandate waits as *awaiting signature* with its exact
    to-be-signed bytes.

    Raises:
        Elsewhere: ``key.unknown``: there is a mandate, and its key lies on another machine.
    """
    places = Places(owing.before.values())
    links = []
    for fired in advanced.fired:
        message = _signed(writing, fired.message, fired.unsigned, owing, places)
        write_message(writing, owing.before.get(message.id), message)
        if message.state is MessageState.DUE:
            links.append(message.link)
    for message in (*advanced.dropped, *advanced.waiting):
        write_message(writing, owing.before.get(message.id), message)
    write_deadlines(writing, advanced, owing.declaration)
    return tuple(dict.fromkeys(links))


class Places:
    """The next place in each stream, counted under the movement's version.

    What was dropped has left its place to what comes next, unless its office has something else
    there (:mod:`gateway.register.exits`).
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        self._last: dict[str, int] = {}
        for one in messages:
            if one.holds_place:
                self._last[one.stream] = max(self._last.get(one.stream, 0), one.place or 0)

    def next(self, stream: str) -> int:
        """Take the next place."""
        self._last[stream] = self._last.get(stream, 0) + 1
        return self._last[stream]


def _signed(
    writing: Writing, message: Message, unsigned: bytes, owing: Owing, places: Places
) -> Message:
    body = writing.body(unsigned, message.media_type)
    message = replace(message, unsigned=body.digest)
    signer = None
    if message.suite is not Suite.NONE:
        signer, party = _signer(writing, message.signatory, owing)
        if signer is None:
            return _awaiting(writing, message, body)
        message = replace(message, signed_by=signed_by(party, signer.certificate))
    wire, media_type = sign_message(unsigned, message.suite, message.media_type, signer, writing.at)
    return make_due(writing, message, wire, media_type, places)


def _signer(writing: Writing, signatory: Signatory, owing: Owing) -> tuple[Signer | None, str]:
    party = owing.declaration.party(signatory.value)
    for scheme, identifier in party.ids if party else ():
        name = f"{scheme}:{identifier}"
        signer = mandated(writing.ports, owing.trust, name, signatory, writing.at)
        if signer is not None:
            return signer, name
    return None, party.key if party else ""


def mandated(
    ports: Ports, trust: Trust, party: str, signatory: Signatory, at: datetime
) -> Signer | None:
    """Return the key by which the gateway may sign for a party, if there is one.

    It has a mandate that counts and a certificate that does: who renews a certificate has an old
    mandate and a new one, and who revokes it wants nothing more signed by its key.

    Raises:
        Elsewhere: ``key.unknown``: there is a mandate, and its key lies on another machine.
    """
    missing: NotFound | None = None
    for mandate in trust.mandates_of(party, signatory, at):
        try:
            signer = ports.keys.signer(mandate.key)
        except NotFound as error:  # no fault of whoever brought what has to be signed
            missing = error
            continue
        if not trust.lapsed(signer.certificate, at):
            return signer
    if missing is not None:
        raise Elsewhere(*missing.findings) from missing
    return None


def signed_by(party: str, certificate: bytes) -> str:
    """Name a signature: ``SCHEME:identifier#`` and the SHA-256 of the certificate."""
    return f"{party}#{sha256(certificate).hexdigest()}"


def _awaiting(writing: Writing, message: Message, body: Body) -> Message:
    facts = {**message_facts(message), "signatory": message.signatory.value}
    writing.entry(
        EntryKind.AWAITING_SIGNATURE,
        movement=message.movement,
        link=message.link,
        facts=facts,
        bodies=[("unsigned", body)],
    )
    return replace(
        message,
        state=MessageState.AWAITING_SIGNATURE,
        waits_for=f"signature:{message.signatory.value}",
    )


def make_due(
    writing: Writing, message: Message, wire: bytes, media_type: str, places: Places
) -> Message:
    """Seal a message with its place in the stream and log that it is now open to its office.

    What supersedes another message has that one's place already. A number in the feed that it was
    given unsealed (earlier versions did that) is given back: readers have passed it.
    """
    body = writing.body(wire, media_type)
    place = message.place if message.place is not None else places.next(message.stream)
    message = replace(message, place=place, feed_sequence=None)
    message = seal_message(message, wire, media_type, writing.ports.keys.seal, writing.at)
    if message.signed_by:
        signed = {**message_facts(message), "signed_by": message.signed_by}
        writing.entry(EntryKind.SIGNED, movement=message.movement, link=message.link, facts=signed)
    writing.entry(
        EntryKind.DISCLOSED,
        movement=message.movement,
        link=message.link,
        facts={**message_facts(message), "stream": message.stream, "place": message.place or 0},
        bodies=[("wire", body)],
    )
    return message
