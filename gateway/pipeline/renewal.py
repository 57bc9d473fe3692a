"""A declaration as the beginning of another: the same parties, goods and way, another journey.

What names the old journey is left out or made new: signature, reference number, time of issue,
transport batch number, limit date, time of presentation. Invoice, papers, vehicle and seals stay
for the declarant to look at.
"""

from datetime import UTC, datetime, timedelta

from gateway.markup import tree

_OF_THE_JOURNEY = ("d:Trip/d:ID", "//d:LimitDate", "//d:PresentationDateTime")
_EXPECTED = "d:Itinerary/d:Office/d:ExpectedDateTime"


def renewed(root: tree.Element, lrn: str, issued: datetime, depart: datetime | None) -> bytes:
    """Return an unsigned copy of a declaration under another reference number.

    ``issued`` and ``depart`` are aware. Expected times move with the departure, in the offsets they
    are written in; without one they are left out, for nobody knows them.
    """
    twin = tree.without(root, tree.XMLDSIG, "Signature")
    _write(twin, "d:FunctionalReferenceID", lrn)
    _write(twin, "d:IssueDateTime", issued.isoformat(timespec="seconds"))
    for path in _OF_THE_JOURNEY:
        for one in tree.elements(twin, path):
            tree.drop(one)
    _move(twin, depart)
    return tree.serialise(twin)


def _write(root: tree.Element, path: str, content: str) -> None:
    for one in tree.elements(root, path):
        one.text = content


def _move(root: tree.Element, depart: datetime | None) -> None:
    expected = tree.elements(root, _EXPECTED)
    times = [_aware(datetime.fromisoformat(tree.text(one, "."))) for one in expected]
    by = depart - min(times) if depart and times else timedelta()
    for one, at in zip(expected, times, strict=True):
        if depart is None:
            tree.drop(one)
        else:
            one.text = (at + by).isoformat(timespec="seconds")


def _aware(at: datetime) -> datetime:
    """Return a time with its offset; one that is written without is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
