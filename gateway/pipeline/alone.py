"""One of several trips of a declaration by itself, as messages about it and lanes see it."""

from gateway.markup import tree


def trip_alone(root: tree.Element, batch: str) -> tree.Element:
    """Return a copy of a declaration on several trips with that one alone."""
    alone = tree.copied(root)
    for trip in tree.elements(alone, "d:Trip"):
        if tree.text(trip, "d:ID") != batch:
            alone.remove(trip)
    return alone
