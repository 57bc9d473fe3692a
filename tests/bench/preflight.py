"""``python -m tests.bench.preflight``: how long four offices take to judge one declaration.

Prints the median of several runs on one core, packs compiled already, for a declaration of 60 kB
and for one of 999 goods items (China takes no more), with the part of it that libxml2 and libxslt
took for parsing, XSD and XSLT: the floor nothing in Python can get below. And how long compiling
takes, and what one more compute slot costs in memory.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gateway import bootstrap
from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.markup import safe
from gateway.usecases.submit import preflight
from tests.bench.big import declaration

SIZES = {"60 kB": 33, "999 items": 999}
RUNS = {"60 kB": 21, "999 items": 5}
AIMS = {"60 kB": 60, "999 items": 750}  # milliseconds
PAGE = 4096


class Floor:
    """Adds up what the bare calls of libxml2 and libxslt take while they are made for real."""

    def __init__(self) -> None:
        self.seconds = 0.0
        safe._parsed = self._timed(safe._parsed)
        safe.Schema.check = self._timed(safe.Schema.check)
        safe.Stylesheet.apply = self._timed(safe.Stylesheet.apply)

    def _timed(self, call: Callable) -> Callable:
        def timed(*args: object, **kwargs: object) -> object:
            began = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - began

        return timed


def main() -> int:
    """Print one line a size."""
    _compiling()
    ports = bootstrap.open_offline()
    ports.packs.compile()
    floor = Floor()
    for label, items in SIZES.items():
        raw = declaration(items)
        took, bare = [], []
        for _ in range(RUNS[label]):
            floor.seconds, began = 0.0, time.perf_counter()
            verdict = preflight(ports, raw)
            took.append(time.perf_counter() - began)
            bare.append(floor.seconds)
        words = " ".join(f"{one.stop.code}:{one.word}" for one in verdict.offices)
        median, least = statistics.median(took), statistics.median(bare)
        sys.stdout.write(
            f"{label} ({len(raw):,} bytes): median {median * 1000:.1f} ms,"
            f" fastest {min(took) * 1000:.1f} ms (aim {AIMS[label]}); floor {least * 1000:.1f} ms,"
            f" {median / least:.1f} times that; {words}\n"
        )
        if codes := sorted({one.code for one in verdict.findings if one.refuses}):
            sys.stdout.write(f"  refused: {', '.join(codes)}\n")
    return 0


def _compiling() -> None:
    """Compile for one slot, then for another: the first also loads what all of them share."""
    kept = []
    for place in ("first", "each further"):
        gc.collect()
        before, began = _resident(), time.perf_counter()
        packs = FolderPacks(schemas_root(), {}, 1)
        packs.compile()
        took = time.perf_counter() - began
        kept.append(packs)
        grown = (_resident() - before) / 1e6
        sys.stdout.write(f"{place} compute slot: {took * 1000:.0f} ms, {grown:.1f} MB\n")


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    sys.exit(main())
