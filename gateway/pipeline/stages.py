"""The stages of a declaration on its way in; each is made by one step only."""

from dataclasses import dataclass

from gateway.domain.trust import PartyCertificate
from gateway.markup import tree


@dataclass(frozen=True, slots=True)
class Parsed:
    """A declaration inside every limit and with our root; nothing in it is trusted yet."""

    raw: bytes
    root: tree.Element


@dataclass(frozen=True, slots=True)
class Verified:
    """The element that counts; made by ``pipeline.verify`` only.

    ``content`` is the SHA-256 (hex) of its canonical form without signature, by which repeats are
    recognised; ``signer`` is None where policy needs none.
    """

    root: tree.Element
    content: str
    signer: PartyCertificate | None
