"""Native receipts: an answer in the office's own format ends the message that it quotes.

On a request-response link the first output comes back in the response, and nowhere else. So there
a message is at its end only when a response to it was taken in as well: whoever died with one in
hand leaves a message that is sent again, byte for byte, and the office gives that output again.
Whichever comes last, response or answer, ends it.
"""

from gateway.domain.delivery import Link, LinkKind, Outcome
from gateway.domain.message import Answer, Message, MessageState, ReceiptKind
from gateway.packs.pack import PackSet
from gateway.ports import Ports
from gateway.register.incoming import Incoming, native_of
from gateway.register.receipts import Proof, proof
from gateway.register.writing import Writing

_OPEN = (MessageState.DUE, MessageState.PARKED)


def quotes_open(packs: PackSet, link: Link, answer: Answer, about: Message) -> bool:
    """Tell whether an answer quotes a message, due or parked, that a native receipt ends."""
    if answer.correlation != about.id or about.state not in _OPEN:
        return False
    return proof(packs, link, about) is ReceiptKind.NATIVE


def ends(ports: Ports, incoming: Incoming, about: Message) -> bool:
    """Tell whether nothing else of that message may still have to be taken in.

    A parked one is not sent again by itself, so what comes is all that comes.
    """
    if incoming.link.kind is not LinkKind.REQUEST or incoming.at_once:
        return True
    if about.state is MessageState.PARKED:
        return True
    return any(one.outcome is Outcome.HANDED_OVER for one in ports.store.attempts(about.id))


def ask_again(writing: Writing, about: Message) -> None:
    """Have a message sent again now, unless a response to it is being recorded meanwhile."""
    expected = {"state": MessageState.DUE, "next_at": about.next_at}
    writing.update("messages", about.id, {"next_at": writing.at}, expected)


def quoting(ports: Ports, link: Link, message: Message) -> Proof | None:
    """Return the first answer taken in before that quotes the message, as its receipt."""
    for one in ports.store.answers(message.movement):
        body = ports.store.body(one.body)
        if (one.link, one.message) != (link.id, message.id) or body is None:
            continue
        native = native_of(body.content, body.media_type)
        with ports.packs.slot() as packs:
            pack = packs.by_digest(message.pack)
            answer = pack.read_answer(native) if pack else None
        if answer is not None and answer.correlation == message.id:
            return Proof(kind=ReceiptKind.NATIVE, content=body.content, media_type=body.media_type)
    return None
