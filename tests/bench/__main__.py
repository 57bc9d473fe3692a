"""``python -m tests.bench [PART ...] [--json]``: what the product costs, beside what it must.

Parts: ``cpu`` (one declaration in this process, beside the floor, and what the floor alone makes of
the whole machine); ``items``, ``offices`` and ``stored`` (its cost by size, by offices on the way,
and beside stored movements); ``through``, ``latency`` and ``drain`` (end to end with real
processes); ``elsewhere`` (``through`` on PostgreSQL and Valkey); ``dead`` (what dead links cost the
others). Without a name every part runs, save those whose servers are missing; ``--quick`` makes
fewer rounds.
"""

import argparse
import sys
from collections.abc import Callable

from tests.bench import ceiling, dead, memory, offices, sizes, traffic
from tests.bench.figures import Figure, as_json, as_table
from tests.bench.servers import Skipped

STORED = (1_000, 10_000, 100_000, 1_000_000)
RATES = (10, 40)
"""Declarations a second; what is more than a machine can do shows how long the line grows."""

PARTS: dict[str, Callable[[bool], list[Figure]]] = {
    "cpu": lambda quick: [
        *memory.measure(*((3, 5) if quick else (5, 20))),
        ceiling.measure(3 if quick else 10),
    ],
    "items": lambda quick: sizes.by_items(1 if quick else 5),
    "offices": lambda quick: offices.by_offices(3 if quick else 15),
    "stored": lambda quick: sizes.by_stored((1_000, 10_000) if quick else STORED),
    "through": lambda quick: traffic.throughput(100 if quick else 1_000),
    "elsewhere": lambda quick: traffic.throughput(100 if quick else 1_000, embedded=False),
    "drain": lambda quick: traffic.drain(1_000 if quick else 10_000),
    "latency": lambda quick: [
        figure for rate in RATES for figure in traffic.latency(rate, 5 if quick else 30)
    ],
    "dead": lambda quick: dead.measure(5 if quick else 20),
}


def main() -> None:
    """Run the parts asked for and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    told = parser.parse_args()
    unknown = [name for name in told.parts if name not in PARTS]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    found: list[Figure] = []
    for name in told.parts or PARTS:
        try:
            found += PARTS[name](told.quick)
        except Skipped as missing:
            sys.stderr.write(f"{name} is skipped: {missing}\n")
    sys.stdout.write((as_json(found) if told.json else as_table(found)) + "\n")


if __name__ == "__main__":
    main()
