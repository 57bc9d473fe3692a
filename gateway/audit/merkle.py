"""Merkle tree arithmetic of RFC 6962, section 2.1: roots, inclusion and consistency proofs.

Leaves are given as leaf hashes (32 bytes, see :func:`gateway.audit.entry.leaf_hash`). An inner node
is SHA-256 over a one byte and its two children; the tree over n leaves splits at the largest power
of two below n. A :class:`Frontier` holds the roots of the perfect subtrees of a log, largest first,
and grows a leaf at a time without seeing the old ones again: one hash for each one bit of the size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a log of ``size`` leaves: perfect subtree roots, largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def with_leaf(self, leaf: bytes) -> "Frontier":
        """Return the frontier one leaf later."""
        nodes, node, size = list(self.nodes), leaf, self.size
        while size & 1:  # two perfect trees of one size become one
            node = node_hash(nodes.pop(), node)
            size >>= 1
        return Frontier(self.size + 1, (*nodes, node))

    def with_leaves(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier after ``leaves``, in order."""
        frontier = self
        for leaf in leaves:
            frontier = frontier.with_leaf(leaf)
        return frontier

    def root(self) -> bytes:
        """Return the root of the whole tree; that of no leaves is the hash of nothing."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over ``leaves``."""
    return Frontier().with_leaves(leaves).root()


def _split(size: int) -> int:
    """Return the largest power of two below ``size`` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """All hashes of the tree over given leaves: two for each leaf, any proof in a few steps."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = tuple(leaves)
        self.size = len(level)
        self._levels = [level]  # each holds the roots of the perfect subtrees of one height
        while len(level) > 1:
            level = tuple(node_hash(*level[at : at + 2]) for at in range(0, len(level) - 1, 2))
            self._levels.append(level)

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return self._range(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the audit path of leaf ``index``, from the leaf upwards.

        Raises:
            IndexError: there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise IndexError(f"no leaf {index} in a tree of {self.size}")
        path: list[bytes] = []
        low, high = 0, self.size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return tuple(reversed(path))

    def consistency_proof(self, size: int) -> tuple[bytes, ...]:
        """Return the proof that this tree extends the one over its first ``size`` leaves.

        Raises:
            IndexError: ``size`` is not between 1 and the number of leaves.
        """
        if not 1 <= size <= self.size:
            raise IndexError(f"no tree of {size} inside one of {self.size}")
        path: list[bytes] = []
        low, high = 0, self.size
        while size < high:
            middle = low + _split(high - low)
            if size <= middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        if low:  # else the checker has the old tree's root, which is this one, already
            path.append(self._range(low, high))
        return tuple(reversed(path))

    def _range(self, low: int, high: int) -> bytes:
        """Return the root over leaves ``low`` to ``high``; ``low`` is where a split put it."""
        size = high - low
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self._levels[height][low >> height]
        middle = low + _split(size)
        return node_hash(self._range(low, middle), self._range(middle, high))


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that ``proof`` leads to from ``leaf``.

    Raises:
        Refusal: ``log.proof-malformed``: index, size and length of the proof do not fit.
    """
    if not 0 <= index < size:
        raise _malformed("the index lies outside the tree")
    _check_hashes((leaf, *proof))
    # Below the point where the paths to this leaf and to the last one part, every step has a
    # sibling; above it only where this leaf lies to the right (RFC 9162, section 2.1.3.2).
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        raise _malformed(f"{len(proof)} hashes where {inner + border} belong")
    node = leaf
    for height, sibling in enumerate(proof):
        on_the_right = height >= inner or (index >> height) & 1
        node = node_hash(sibling, node) if on_the_right else node_hash(node, sibling)
    return node


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that ``leaf`` stands at ``index`` in the tree of that size and root.

    Raises:
        Refusal: ``log.proof-malformed`` or ``log.proof-wrong``.
    """
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise Refusal(Finding(code="log.proof-wrong", value=str(index)))


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the new tree extends the old one: nothing was changed, nothing removed.

    Raises:
        Refusal: ``log.proof-malformed`` or ``log.proof-wrong``.
    """
    if not 0 <= old_size <= new_size:
        raise _malformed("the new tree is smaller than the old one")
    _check_hashes((old_root, new_root, *proof))
    if old_size in (0, new_size):
        if proof:
            raise _malformed("nothing was to be proved")
        same = old_root == (new_root if old_size else EMPTY_ROOT)
        reached = (old_root, new_root) if same else (b"", b"")
    else:
        reached = _roots_from_consistency(old_size, old_root, new_size, proof)
    if reached != (old_root, new_root):
        raise Refusal(Finding(code="log.proof-wrong", value=f"{old_size}..{new_size}"))


def _roots_from_consistency(
    old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the old and the new root that the proof leads to (RFC 9162, section 2.1.4.2)."""
    perfect = old_size & (old_size - 1) == 0  # then the old root is itself a node of the new tree
    path = (old_root, *proof) if perfect else tuple(proof)
    if not path:
        raise _malformed("the proof is empty")
    old_edge, new_edge = _past(1, old_size - 1, new_size - 1)
    old = new = path[0]
    for sibling in path[1:]:
        if new_edge == 0:
            raise _malformed("the proof is too long")
        if old_edge & 1 or old_edge == new_edge:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            old_edge, new_edge = _past(0, old_edge, new_edge)
        else:
            new = node_hash(new, sibling)
        old_edge, new_edge = old_edge >> 1, new_edge >> 1
    if new_edge:
        raise _malformed("the proof is too short")
    return old, new


def _past(bit: int, old_edge: int, new_edge: int) -> tuple[int, int]:
    """Climb over the levels where the old edge's lowest bit is ``bit``: they need no sibling."""
    while old_edge & 1 == bit and (old_edge or bit):
        old_edge, new_edge = old_edge >> 1, new_edge >> 1
    return old_edge, new_edge


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise _malformed("a hash is not 32 bytes long")


def _malformed(reason: str) -> Refusal:
    return Refusal(Finding(code="log.proof-malformed", args=(("reason", reason),)))
