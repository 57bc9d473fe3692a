"""Step 7: signatures and seals, through functions that were passed in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from gateway.audit.exchange import Envelope, make_envelope
from gateway.domain.message import Message, MessageState, Suite
from gateway.domain.trust import Signer
from gateway.markup import signature, wire


def sign_message(
    unsigned: bytes, suite: Suite, media_type: str, signer: Signer | None, at: datetime
) -> tuple[bytes, str]:
    """Return the wire bytes and their media type; without a suite the bytes stay as they are."""
    if suite is Suite.NONE or signer is None:
        return unsigned, media_type
    if suite is Suite.XML:
        return signature.sign(unsigned, signer, at), media_type
    return carry_cms(unsigned, signer.cms(unsigned), media_type)


def carry_cms(unsigned: bytes, cms: bytes, media_type: str) -> tuple[bytes, str]:
    """Return a ``multipart/signed`` body around the content, and its media type."""
    content = wire.multipart_signed(unsigned, cms, media_type)
    return content, wire.media_type(content)


def seal_message(
    message: Message, content: bytes, media_type: str, seal: Callable[[bytes], str], at: datetime
) -> Message:
    """Make a message due: envelope over the exact wire bytes, sealed once, for push and pull.

    ``message.place`` must be set; the envelope is identical at every attempt.
    """
    if message.place is None:
        raise ValueError("a message is sealed after its place in the stream is known")
    digest = sha256(content).hexdigest()
    envelope = make_envelope(
        Envelope(
            id=message.id,
            type=message.type,
            movement=message.movement,
            link=message.link,
            office=message.office,
            stream=message.stream,
            place=message.place,
            digest=digest,
            media_type=media_type,
            issued=at,
        )
    )
    return replace(
        message,
        state=MessageState.DUE,
        waits_for="",
        wire=digest,
        media_type=media_type,
        envelope=envelope,
        seal=seal(envelope),
        next_at=at,
    )
