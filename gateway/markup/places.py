"""Back from a pointer to the place in a document it leads to."""

import re
from collections.abc import Iterable

from gateway.domain.finding import Refusal
from gateway.markup import safe, tree
from gateway.markup.tree import Element

_STEP = re.compile(r"([^\[\]/]+)(?:\[([0-9]{1,6})\])?")


def lines_of(raw: bytes, pointers: Iterable[str]) -> dict[str, int]:
    """Return the lines on which pointers into a document lead; those to nowhere are left out.

    A document that cannot be read has no lines for anybody.
    """
    wanted = [one for one in pointers if one]
    if not wanted:
        return {}
    try:
        root = safe.parse(raw)
    except Refusal:
        return {}
    found = {one: follow(root, one) for one in wanted}
    return {
        one: node.sourceline for one, node in found.items() if node is not None and node.sourceline
    }


def follow(root: Element, pointer: str) -> Element | None:
    """Return the element a pointer leads to, an attribute's being its element; None if none."""
    steps = [step for step in pointer.split("/")[1:] if not step.startswith("@")]
    if not steps or tree.name(root) != steps[0].partition("[")[0]:
        return None
    node = root
    for step in steps[1:]:
        parts = _STEP.fullmatch(step)
        if parts is None:
            return None
        same = [
            child for child in node if isinstance(child.tag, str) and tree.name(child) == parts[1]
        ]
        place = int(parts[2] or 1) - 1
        if place >= len(same):
            return None
        node = same[place]
    return node
