"""Several messages of exchange v1 in one request: JSON lines out, JSON lines back, in order.

Each line out is one message as it would go alone: envelope and content in base64, seal, media type.
Each line back names its message with the HTTP status it would have got alone, and holds either the
reply with its receipt or a reason. The office goes through the lines in their order and takes or
refuses every message by itself: what it refuses holds up nothing but its own stream.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from gateway.audit.exchange import from_base64, to_base64
from gateway.domain.finding import Finding, Refusal

MEDIA_TYPE = "application/vnd.fullroute.batch+jsonl"
MESSAGES_MAX = 256
"""Most messages in one request."""

BYTES_MAX = 8_000_000
"""Most bytes of content in one request; a message larger than that goes alone."""

REPLY_BYTES_MAX = 8_192
"""Most bytes of one line back."""

_STATUS = re.compile("[1-5][0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One message; ``envelope`` stays in base64, as in the header of a request of its own."""

    envelope: str
    seal: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReply:
    """What became of one message: a status, and the body a request of its own had got."""

    message: str
    status: int
    content: bytes


def write_batch(items: Iterable[BatchItem]) -> bytes:
    """Return the body of a request."""
    return b"".join(
        _line(
            {
                "envelope": one.envelope,
                "seal": one.seal,
                "media_type": one.media_type,
                "content": to_base64(one.content),
            }
        )
        for one in items
    )


def read_batch(body: bytes) -> tuple[BatchItem, ...]:
    """Read the body of a request.

    Raises:
        Refusal: ``exchange.malformed``: no such lines, or more than ``MESSAGES_MAX``.
    """
    lines = body.splitlines()
    if len(lines) > MESSAGES_MAX:
        raise _malformed("length")
    return tuple(
        BatchItem(
            envelope=line["envelope"],
            seal=line["seal"],
            media_type=line["media_type"],
            content=from_base64(line["content"], "batch"),
        )
        for line in _texts(lines, ("envelope", "seal", "media_type", "content"))
    )


def write_replies(replies: Iterable[BatchReply]) -> bytes:
    """Return the body of an answer."""
    return b"".join(
        _line(
            {
                "message": one.message,
                "status": str(one.status),
                "reply": one.content.decode("utf-8", "replace"),
            }
        )
        for one in replies
    )


def read_replies(body: bytes) -> tuple[BatchReply, ...]:
    """Read the body of an answer; a line that is none, or was cut off, is passed over.

    One bad line takes no receipt from the others: a message that no line names goes again.
    """
    told = []
    for line in body.split(b"\n"):
        with suppress(Refusal):
            told.append(_reply(line))
    return tuple(told)


def _reply(line: bytes) -> BatchReply:
    (told,) = _texts((line,), ("message", "status", "reply"))
    if not _STATUS.fullmatch(told["status"]):
        raise _malformed("status")
    try:
        content = told["reply"].encode()
    except UnicodeEncodeError:  # half a character, escaped
        raise _malformed("reply") from None
    return BatchReply(message=told["message"], status=int(told["status"]), content=content)


def _line(members: dict[str, str]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def _texts(lines: Iterable[bytes], members: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for line in lines:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _malformed("JSON") from error
        if not isinstance(told, dict) or not all(isinstance(told.get(n), str) for n in members):
            raise _malformed(", ".join(members))
        yield told


def _malformed(reason: str) -> Refusal:
    args = (("paper", "batch"), ("reason", reason))
    return Refusal(Finding(code="exchange.malformed", value="batch", args=args))
