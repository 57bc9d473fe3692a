"""One file that proves one entry (C2SP ``tlog-proof``): index, audit path, signed checkpoint.

    c2sp.org/tlog-proof@v1
    index 2
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=

    fullroute.example/log
    3
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — fullroute.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZ...

Whoever has the entry, this file and the log's public key needs nothing else, and nobody's help.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.audit.checkpoint import Checkpoint, verify_checkpoint
from gateway.audit.entry import leaf_hash
from gateway.audit.merkle import verify_inclusion
from gateway.domain.finding import Finding, Refusal

HEADER = "c2sp.org/tlog-proof@v1"
PATH_HASHES_MAX = 63

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """The place of one entry, its audit path from the leaf upwards, and the signed checkpoint."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def spell(self) -> bytes:
        """Return the bytes of the file."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.path)
        return f"{HEADER}\nindex {self.index}\n{hashes}\n".encode() + self.checkpoint


def read_proof(raw: bytes) -> LogProof:
    """Read a proof file; nothing in it is checked yet.

    Raises:
        Refusal: ``log.proof-malformed``.
    """
    head, gap, checkpoint = raw.partition(b"\n\n")
    try:
        header, index, *hashes = head.decode().split("\n")
        path = tuple(base64.b64decode(one, validate=True) for one in hashes)
    except (ValueError, binascii.Error) as bad:
        raise _malformed("it has not the lines of a proof") from bad
    found = _INDEX.fullmatch(index)
    if not gap or header != HEADER or found is None or len(path) > PATH_HASHES_MAX:
        raise _malformed("it has not the lines of a proof")
    return LogProof(index=int(found[1]), path=path, checkpoint=checkpoint)


def verify_proof(
    proof: LogProof, entry: bytes, origin: str, keys: Mapping[str, bytes]
) -> Checkpoint:
    """Check that ``entry`` stands in the log ``origin``; return the checkpoint that covers it.

    Raises:
        Refusal: any code of :func:`~gateway.audit.checkpoint.verify_checkpoint`,
            ``log.proof-malformed`` or ``log.proof-wrong``.
    """
    # 1. Whose log, and in which state?
    checkpoint = verify_checkpoint(proof.checkpoint, origin, keys)
    # 2. Is the entry in it, at that place?
    leaf = leaf_hash(entry)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint


def _malformed(reason: str) -> Refusal:
    return Refusal(Finding(code="log.proof-malformed", args=(("reason", reason),)))
