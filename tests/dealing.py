"""In which order the processes of a test run find the tests."""

from collections.abc import Sequence
from itertools import islice
from typing import TypeVar

Test = TypeVar("Test")


def dealt(patient: Sequence[Sequence[Test]], others: Sequence[Test], processes: int) -> list[Test]:
    """Return all tests so that every process begins its part with its share of the patient ones.

    Those come in groups: what a group shares is made once, in one process.

    xdist gives each process one unbroken part of all tests and lets whoever is done first take from
    the end of another's, so the order within a file, and with it what its tests share, is kept.
    """
    rest, left, found = iter(others), sum(map(len, patient)) + len(others), []
    for process in range(processes):
        share = [one for group in patient[process::processes] for one in group]
        many = left // (processes - process)
        found += [*share, *islice(rest, max(many - len(share), 0))]
        left -= many
    return [*found, *rest]
