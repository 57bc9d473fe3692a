"""``python -m tests.bench.preflight``: how long four offices take to judge one declaration.

Prints the median of several runs on one core, packs compiled already, for a declaration of 60 kB
and for one of 1,999 goods items; and how long compiling takes.
"""

import resource
import statistics
import sys
import time

from gateway import bootstrap
from gateway.usecases.submit import preflight
from tests.bench.big import declaration

SIZES = {"60 kB": 33, "1,999 items": 1999}
RUNS = {"60 kB": 21, "1,999 items": 1}


def main() -> int:
    """Print one line a size."""
    began = time.perf_counter()
    ports = bootstrap.open_offline()
    with ports.packs.slot():
        pass
    sys.stdout.write(f"packs compiled: {(time.perf_counter() - began) * 1000:.0f} ms\n")
    for label, items in SIZES.items():
        raw = declaration(items)
        took = []
        for _ in range(RUNS[label]):
            began = time.perf_counter()
            verdict = preflight(ports, raw)
            took.append(time.perf_counter() - began)
        words = " ".join(f"{one.stop.code}:{one.word}" for one in verdict.offices)
        told = f"{label} ({len(raw):,} bytes): median {statistics.median(took) * 1000:.1f} ms"
        sys.stdout.write(f"{told}, fastest {min(took) * 1000:.1f} ms; {words}\n")
        codes = sorted({one.code for one in verdict.findings if one.refuses})
        if codes:
            sys.stdout.write(f"  refused: {', '.join(codes)}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"peak memory: {peak} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
