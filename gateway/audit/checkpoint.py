"""Checkpoints (C2SP ``tlog-checkpoint``): the origin, size and root of a log, signed as a note."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.audit.merkle import HASH_BYTES
from gateway.audit.note import key_id, read_note, verify_note
from gateway.domain.finding import Finding, Refusal

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a log: ``size`` entries under ``root`` (32 bytes); ``origin`` names the log.

    The key that signs a log's checkpoints has the origin as its name. ``extensions`` are further
    lines; we write none and keep those of others.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the text of the note: what is signed."""
        lines = (
            self.origin,
            str(self.size),
            base64.b64encode(self.root).decode(),
            *self.extensions,
        )
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A state of a log that somebody kept: ``where``, so many entries, and their root."""

    where: str
    size: int
    root: bytes


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint's note.

    Raises:
        Refusal: ``checkpoint.malformed``.
    """
    try:
        origin, size, root, *extensions, last = text.split("\n")
        hashed = base64.b64decode(root, validate=True)
    except (ValueError, binascii.Error) as bad:
        raise _malformed("it has not the three lines origin, size and root") from bad
    if last or not origin or not all(extensions):
        raise _malformed("a line is empty, or the last one has no end")
    if _SIZE.fullmatch(size) is None or len(hashed) != HASH_BYTES:
        raise _malformed("size or root is not spelled as the format demands")
    return Checkpoint(origin=origin, size=int(size), root=hashed, extensions=tuple(extensions))


def verify_checkpoint(raw: bytes, origin: str, keys: Mapping[str, bytes]) -> Checkpoint:
    """Read a signed checkpoint of the log ``origin``, signed by one of ``keys`` (raw, by name).

    Raises:
        Refusal: ``note.malformed``, ``note.unknown-key``, ``note.wrong-signature``,
            ``checkpoint.malformed`` or ``checkpoint.other-log``.
    """
    note = read_note(raw)
    verify_note(note, keys)
    checkpoint = read_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise Refusal(Finding(code="checkpoint.other-log", value=checkpoint.origin))
    return checkpoint


def verify_any(raw: bytes, keys: Iterable[bytes]) -> Checkpoint:
    """Read a checkpoint that one of ``keys`` signed, whatever the log was called then.

    Keys are replaced in the course of time, and a log bears the name of the oldest one held.

    Raises:
        Refusal: as for :func:`verify_checkpoint`, save ``checkpoint.other-log``.
    """
    note = read_note(raw)
    origin = read_checkpoint(note.text).origin
    signing = {one.key_id for one in note.signatures if one.name == origin}
    held = next((key for key in keys if key_id(origin, key) in signing), None)
    return verify_checkpoint(raw, origin, {origin: held} if held else {})


def _malformed(reason: str) -> Refusal:
    return Refusal(Finding(code="checkpoint.malformed", args=(("reason", reason),)))
