"""Messages as they go to a courier, and what a receipt of each must prove."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.delivery import Link
from gateway.domain.message import Message, ReceiptKind
from gateway.domain.parcel import Blank, Parcel
from gateway.packs.pack import Pack
from gateway.ports import Ports
from gateway.register.receipts import proof


@dataclass(frozen=True, slots=True)
class Packed:
    """What may go, and by message id what its receipt must prove; ``left`` is not ours to send."""

    parcels: Sequence[Parcel]
    wanted: Mapping[str, ReceiptKind]
    left: Sequence[Message] = ()


def packed(ports: Ports, link: Link, messages: Sequence[Message]) -> Packed:
    """Make the parcels of messages to one link.

    Where packs have a say (they know where a login goes, and which answer is a receipt), a message
    whose pack is not here is left to a program that has it.
    """
    if link.sealed and link.receipt is not ReceiptKind.NATIVE:
        parcels = [_parcel(ports, message) for message in messages]
        wanted: dict[str, ReceiptKind] = {message.id: link.receipt for message in messages}
        return Packed([one for one in parcels if one is not None], wanted)
    with ports.packs.slot() as packs:
        known = [(one, pack) for one in messages if (pack := packs.by_digest(one.pack))]
        parcels = [_parcel(ports, message, pack) for message, pack in known]
        wanted = {message.id: proof(packs, link, message) for message, _ in known}
    left = [one for one in messages if one.id not in wanted]
    return Packed([one for one in parcels if one is not None], wanted, left)


def _parcel(ports: Ports, message: Message, pack: Pack | None = None) -> Parcel | None:
    body = ports.store.body(message.wire or "")
    if body is None or message.envelope is None or message.seal is None:
        return None
    blanks = pack.blanks(message.type, body.content) if pack else ()
    return Parcel(
        message=message.id,
        media_type=message.media_type,
        content=body.content,
        envelope=message.envelope,
        seal=message.seal,
        blanks=tuple(Blank(name=name, start=at, length=length) for name, at, length in blanks),
    )
