"""A declaration by another way: its offices exchanged, everything else as it was, unsigned."""

from collections.abc import Iterable

from gateway.markup import safe, tree

_NAMING = (
    "//d:Itinerary/d:Office/d:ID",
    "//d:FromOfficeID",
    "//d:ToOfficeID",
    "//d:LegFromOfficeID",
    "//d:OfficeID",
)
"""Where a declaration names offices of its way."""


def rerouted(raw: bytes, swaps: Iterable[tuple[str, str]]) -> bytes:
    """Return the declaration with offices exchanged; its signature is left out.

    Times stay as they were declared: when the goods come by the other way only the enterprise
    knows, and it may say so before it signs.
    """
    root = tree.without(safe.parse(raw, safe.Limits()), tree.XMLDSIG, "Signature")
    places = dict(swaps)
    for path in _NAMING:
        for node in tree.elements(root, path):
            code = (node.text or "").strip()
            if code in places:
                node.text = places[code]
    return tree.serialise(root)
