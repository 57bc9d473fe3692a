"""Edits of declarations and prepared documents, by the paths of our own markup."""

from collections.abc import Callable

from gateway.markup import tree

Edit = Callable[[tree.Element], None]
Find = Callable[[tree.Element, str], list[tree.Element]]
"""Returns what lies at a path, at least one element."""


def found_in(root: tree.Element, path: str) -> list[tree.Element]:
    """Return what lies at a path of a declaration or a prepared document."""
    found = tree.elements(root, path)
    assert found, path
    return found


def with_edits(root: tree.Element, *edits: Edit) -> tree.Element:
    """Return a document after some changes."""
    for edit in edits:
        edit(root)
    return root


def replaced(path: str, text: str, find: Find = found_in) -> Edit:
    """Return an edit that writes ``text`` into every element at ``path``."""

    def edit(root: tree.Element) -> None:
        for node in find(root, path):
            node.text = text

    return edit


def removed(path: str, find: Find = found_in) -> Edit:
    """Return an edit that takes every element at ``path`` out."""

    def edit(root: tree.Element) -> None:
        for node in find(root, path):
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)

    return edit
