"""An office answers by posting: header and body are sealed with its link's key."""

import json
from hashlib import sha256

from gateway import register
from gateway.audit.exchange import AnswerHeader, read_answer_header, verify_link_seal
from gateway.domain.delivery import Link
from gateway.domain.errors import NotAllowed, NotAuthentic
from gateway.domain.finding import Finding, Refusal
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.register import Acknowledgement

__all__ = ["Acknowledgement", "receive"]


def receive(
    ports: Ports, caller: Principal, link: str, header: bytes, seal: str, content: bytes
) -> Acknowledgement:
    """Take an answer in: once, with everything it causes, or not at all.

    Raises:
        NotAllowed: the caller is not this link.
        NotAuthentic: header, seal and body do not belong together or are not this link's.
        Refused: no pack of the link can read the answer, or it contradicts what is known.
        NotFound: it belongs to no movement here.
        InConflict: the id was used for another body.
        Busy, Elsewhere: not now, or not here; the office hands it in again.
    """
    return register.take_in(ports, _authentic(ports, caller, link, header, seal, content))


def _authentic(
    ports: Ports, caller: Principal, link_id: str, header: bytes, seal: str, content: bytes
) -> register.Incoming:
    link = ports.store.link(link_id)
    if link is None or caller.link != link_id:
        raise NotAllowed(Finding(code="link.not-yours", value=link_id))
    try:
        told = read_answer_header(header)
        verify_link_seal(header, seal, *_keys(ports, link, told, seal))
    except Refusal as refusal:
        raise NotAuthentic(*refusal.findings) from refusal
    if told.link != link.id or (told.office and told.office not in link.offices):
        raise NotAuthentic(Finding(code="answer.other-link", value=told.office or told.link))
    if told.digest != sha256(content).hexdigest():
        raise NotAuthentic(Finding(code="answer.wrong-digest", value=told.digest))
    return register.Incoming(
        link=link,
        header=told,
        issued=str(json.loads(header)["issued"]),
        seal=seal,
        vouched=register.Vouched.SEAL,
        content=content,
        native=content,
    )


def _keys(ports: Ports, link: Link, told: AnswerHeader, seal: str) -> tuple[bytes, ...]:
    """Return by which keys a header is believed: the one that counts.

    For the exact repeat of what was taken in before it is the one that counted then.
    """
    known = ports.store.answer(link.id, told.id)
    if known is None or (known.seal, known.body) != (seal, told.digest):
        return (link.key,)
    return link.keys_at(known.received_at)
