"""Mutants of the synchronisation table's rows: ``python -m tests.synchronisation.mutants``.

Each row is changed in one thing at a time; a mutant that the hand-written cases do not notice
survives and is listed. Where nothing can differ nothing is changed: ``once`` of rows that only the
office of departure gets, for a movement has one; *concerned* in words that mean the same of the
row's events.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

from gateway.domain.event import COMING_BACK, EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.packs.manifest import To
from gateway.packs.synchronisation import EVENTS, Row, Table
from tests.synchronisation.cases import CASES
from tests.synchronisation.ways import by_table
from tests.synchronisation.written import shipped_table

LEAST = 0.95
"""The share of mutants that the cases must notice."""


def changes(row: Row) -> Iterator[tuple[str, Row | None]]:
    """Yield a row's mutants with what was changed."""
    yield "dropped", None
    yield from _listed(row, "events", EVENTS)
    yield from _listed(row, "roles", tuple(OfficeRole))
    if len(row.administrations) > 1:
        for one in row.administrations:
            rest = tuple(other for other in row.administrations if other != one)
            yield f"not {one}", replace(row, administrations=rest)
    for whom in To:
        if whom is not row.whom and {whom, row.whom} not in _the_same(row):
            yield f"whom {whom}", replace(row, whom=whom)
    if row.roles != (OfficeRole.DEPARTURE,):
        yield "once", replace(row, once=not row.once)
    for fuller in row.fuller:
        yield (
            f"beside {fuller}",
            replace(row, fuller=tuple(one for one in row.fuller if one != fuller)),
        )
    if row.by:
        yield "any mode", replace(row, by=(), declared=False)
        yield "declared", replace(row, declared=not row.declared)


def _the_same(row: Row) -> Iterator[set[To]]:
    """Yield pairs of words that mean the same of all of the row's events."""
    if {EventKind.RELEASED, EventKind.INCIDENT, *COMING_BACK}.isdisjoint(row.events):
        yield {To.CONCERNED, To.AHEAD}
    if row.events == (EventKind.TURNED_BACK,):
        yield {To.CONCERNED, To.TOLD}


def _listed(row: Row, name: str, every: tuple[str, ...]) -> Iterator[tuple[str, Row | None]]:
    """Take each word out, add each other one, put the next one in the place of the first."""
    words = getattr(row, name)
    for one in words:
        if len(words) > 1:
            yield f"not {one}", replace(row, **{name: tuple(w for w in words if w != one)})
    for one in every:
        if one not in words:
            yield f"also {one}", replace(row, **{name: (*words, one)})
            yield f"{one} instead", replace(row, **{name: (one, *words[1:])})


def mutants(table: Table) -> Iterator[tuple[str, Table, set[str]]]:
    """Yield every mutant of the table: a name, the table, the events that are told otherwise."""
    for kind in ("rows", "disclosures"):
        every = getattr(table, kind)
        for place, row in enumerate(every):
            for what, changed in changes(row):
                kept = () if changed is None else (changed,)
                rest = (*every[:place], *kept, *every[place + 1 :])
                name = f"{'/'.join(row.events)} {row.message}: {what}"
                events = {*row.events, *(changed.events if changed else ())}
                yield name, replace(table, **{kind: rest}), events


def noticed(table: Table, events: set[str]) -> bool:
    """Tell whether some case of one of the events is told otherwise."""
    return any(
        sorted(by_table(table, one.occasion).elements()) != sorted(one.told)
        for one in CASES.values()
        if one.occasion.event in events
    )


def score() -> tuple[int, list[str]]:
    """Return how many mutants there are, and those that no case notices."""
    every = list(mutants(shipped_table()))
    return len(every), [name for name, table, events in every if not noticed(table, events)]


def main() -> int:
    """Print the score and the survivors; return the exit code."""
    total, alive = score()
    for name in alive:
        sys.stdout.write(f"survives: {name}\n")
    share = 1 - len(alive) / total
    sys.stdout.write(f"{total - len(alive)} of {total} mutants caught ({share:.1%})\n")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
