"""The vehicle that took the goods over: the one that counts, whatever came when."""

from datetime import UTC, datetime

import pytest

from gateway.domain.event import Event, EventKind
from gateway.domain.vehicles import taken_over

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW = ("incident", {"plates": "12C-08812, 12R-00417"})
FOUND = [("12C-08812", "VN", False), ("12R-00417", "VN", True)]

STORIES = {
    "as declared": ([("departed", {})], []),
    "two plates": ([NEW], FOUND),
    "apart by spaces": ([("incident", {"plates": "桂A77777 桂AK900挂"})], [
        ("桂A77777", "CN", False), ("桂AK900挂", "CN", True),
    ]),
    "with its country": ([("incident", {"plates": "LA:1234"})], [("1234", "LA", False)]),
    "a later incident without a vehicle": ([NEW, ("incident", {"text": "late"})], FOUND),
    "another way is no other vehicle": ([NEW, ("diverted", {})], FOUND),
    "a newer declaration names its own": ([NEW, ("substituted", {})], []),
    "another truck's": ([("incident", {"plates": "12C-08812", "trip": "trp_2"})], []),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_the_vehicle_that_counts(story):
    told, expected = STORIES[story]
    happened = [
        Event(sequence=place, kind=EventKind(kind), at=NOON, facts=tuple(facts.items()))
        for place, (kind, facts) in enumerate(told)
    ]
    found = taken_over(happened, "trp_1")
    assert [(one.plate, one.country, one.is_trailer) for one in found] == expected
