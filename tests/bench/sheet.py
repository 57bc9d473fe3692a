"""``python -m tests.bench.sheet``: how long 2,000 goods rows of a workbook take to become ours.

Reading is opening, checking and converting; writing and annotating are told beside it.
"""

import resource
import sys
import time

from gateway import bootstrap
from gateway.markup.workbook import open_workbook
from gateway.pipeline.convert import from_sheet
from gateway.usecases.sheet import annotated, filled
from tests.bench.big import declaration

ROWS = 2000


def _timed(label, work):
    began, busy = time.perf_counter(), time.process_time()
    done = work()
    took, spent = time.perf_counter() - began, time.process_time() - busy
    sys.stdout.write(f"{label}: {took * 1000:.0f} ms, {spent * 1000:.0f} ms of CPU\n")
    return done


def main() -> int:
    """Print one line a step."""
    ports = bootstrap.open_offline()
    raw = declaration(ROWS)
    with ports.packs.slot() as packs:
        layouts = packs.sheets
    workbook, _ = _timed("written (openpyxl)", lambda: filled(ports, raw, "en"))
    sys.stdout.write(f"{ROWS:,} goods rows, {len(workbook):,} bytes\n")
    _timed("opened and checked", lambda: open_workbook(workbook))
    found = _timed("read and converted, in all", lambda: from_sheet(workbook, layouts))
    sys.stdout.write(f"our declaration: {len(found.content):,} bytes\n")
    _timed("annotated (openpyxl)", lambda: annotated(ports, workbook, found.findings, "en"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"peak memory: {peak} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
