"""Edits of declarations and prepared documents, by the paths of our own markup."""

from collections.abc import Callable

from gateway.markup import tree

Edit = Callable[[tree.Element], None]


def with_edits(root: tree.Element, *edits: Edit) -> tree.Element:
    """Return a document after some changes."""
    for edit in edits:
        edit(root)
    return root


def replaced(path: str, text: str) -> Edit:
    """Return an edit that writes ``text`` into every element at ``path``."""

    def edit(root: tree.Element) -> None:
        for node in _found(root, path):
            node.text = text

    return edit


def removed(path: str) -> Edit:
    """Return an edit that takes every element at ``path`` out."""

    def edit(root: tree.Element) -> None:
        for node in _found(root, path):
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)

    return edit


def _found(root: tree.Element, path: str) -> list[tree.Element]:
    found = tree.elements(root, path)
    assert found, path
    return found
