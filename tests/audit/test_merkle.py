"""The tree against a definition written down independently, and against published vectors."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit import merkle
from gateway.audit.entry import leaf_hash
from gateway.domain.finding import Refusal

INPUTS = tuple(
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
"""The eight leaf inputs that Certificate Transparency's implementations share for their tests."""

ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Their roots after one to eight leaves (the same published vectors)."""


def tree(inputs: tuple[bytes, ...]) -> bytes:
    """MTH as RFC 6962 writes it down, by recursion over whole lists."""
    if not inputs:
        return hashlib.sha256().digest()
    if len(inputs) == 1:
        return hashlib.sha256(b"\0" + inputs[0]).digest()
    split = 1
    while split * 2 < len(inputs):
        split *= 2
    return hashlib.sha256(b"\1" + tree(inputs[:split]) + tree(inputs[split:])).digest()


def leaves(size: int) -> tuple[bytes, ...]:
    return tuple(leaf_hash(str(number).encode()) for number in range(size))


def test_the_published_roots():
    found = [merkle.root_hash(map(leaf_hash, INPUTS[:size])).hex() for size in range(1, 9)]
    assert found == list(ROOTS)


def test_the_definition_agrees_with_the_published_roots():
    assert [tree(INPUTS[:size]).hex() for size in range(1, 9)] == list(ROOTS)


def test_the_root_of_nothing():
    assert merkle.Tree(()).root() == merkle.root_hash(()) == tree(()) == merkle.EMPTY_ROOT


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 65, 100])
def test_the_root_is_that_of_the_definition(size):
    inputs = tuple(str(number).encode() for number in range(size))
    hashed = [leaf_hash(one) for one in inputs]
    assert merkle.Tree(hashed).root() == merkle.root_hash(hashed) == tree(inputs)


def test_the_published_inclusion_path():
    found = merkle.Tree([leaf_hash(one) for one in INPUTS]).inclusion_proof(0)
    assert [one.hex() for one in found] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_every_inclusion_proof_up_to_forty_leaves():
    for size in range(1, 41):
        known = leaves(size)
        root = merkle.root_hash(known)
        for index, leaf in enumerate(known):
            proof = merkle.Tree(known).inclusion_proof(index)
            merkle.verify_inclusion(leaf, index, size, proof, root)


def test_every_consistency_proof_up_to_forty_leaves():
    known = leaves(40)
    for new in range(1, 41):
        for old in range(1, new + 1):
            proof = merkle.Tree(known[:new]).consistency_proof(old)
            roots = merkle.root_hash(known[:old]), merkle.root_hash(known[:new])
            merkle.verify_consistency(old, roots[0], new, roots[1], proof)


@given(st.integers(1, 300), st.data())
def test_no_other_leaf_index_or_size_passes(size, data):
    known = leaves(size)
    root = merkle.root_hash(known)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.Tree(known).inclusion_proof(index)
    wrong_leaf = leaf_hash(b"other"), index, size, proof
    wrong_place = known[index], data.draw(st.integers(0, size + 3)), size, proof
    wrong_proof = known[index], index, size, (*proof[:-1], bytes(32)) if proof else (bytes(32),)
    for leaf, place, whole, path in (wrong_leaf, wrong_place, wrong_proof):
        if (leaf, place, path) == (known[index], index, proof):
            continue
        with pytest.raises(Refusal):
            merkle.verify_inclusion(leaf, place, whole, path, root)


@given(st.integers(2, 300), st.data())
def test_a_changed_past_is_not_consistent(size, data):
    known = leaves(size)
    old = data.draw(st.integers(1, size))
    forged = list(known)
    forged[data.draw(st.integers(0, old - 1))] = leaf_hash(b"rewritten")
    proof = merkle.Tree(forged).consistency_proof(old)
    with pytest.raises(Refusal):
        merkle.verify_consistency(
            old, merkle.root_hash(known[:old]), size, merkle.root_hash(forged), proof
        )


@given(st.lists(st.binary(max_size=8), max_size=80), st.lists(st.binary(max_size=8), max_size=80))
def test_a_frontier_goes_on_where_it_stopped(first, second):
    hashed = [leaf_hash(one) for one in first], [leaf_hash(one) for one in second]
    frontier = merkle.Frontier().with_leaves(hashed[0])
    assert frontier.with_leaves(hashed[1]).root() == tree((*first, *second))
    assert len(frontier.nodes) == len(first).bit_count()


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        pytest.param(3, 2, (), id="shrunk"),
        pytest.param(2, 5, (), id="empty proof"),
        pytest.param(3, 5, (bytes(32),), id="too short"),
        pytest.param(2, 5, (bytes(32),) * 9, id="too long"),
        pytest.param(5, 5, (bytes(32),), id="nothing to prove"),
        pytest.param(0, 5, (bytes(32),), id="from nothing, yet a proof"),
        pytest.param(2, 5, (b"short", b"short"), id="not hashes"),
    ],
)
def test_malformed_consistency_proofs(old, new, proof):
    known = leaves(5)
    with pytest.raises(Refusal) as caught:
        merkle.verify_consistency(
            old, merkle.root_hash(known[:old]), new, merkle.root_hash(known[:new]), proof
        )
    assert caught.value.findings[0].code in {"log.proof-malformed", "log.proof-wrong"}


def test_the_empty_log_is_the_beginning_of_every_log():
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 5, merkle.root_hash(leaves(5)), ())
    with pytest.raises(Refusal):
        merkle.verify_consistency(0, bytes(32), 5, merkle.root_hash(leaves(5)), ())


@pytest.mark.parametrize(("size", "index"), [(0, 0), (3, 3), (3, -1)])
def test_no_proof_for_a_leaf_that_is_not_there(size, index):
    with pytest.raises(IndexError):
        merkle.Tree(leaves(size)).inclusion_proof(index)


@pytest.mark.parametrize(("size", "old"), [(3, 0), (3, 4)])
def test_no_proof_for_a_tree_that_is_not_there(size, old):
    with pytest.raises(IndexError):
        merkle.Tree(leaves(size)).consistency_proof(old)
