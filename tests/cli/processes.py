"""Who still runs: processes whose command line names a folder (Linux)."""

import time
from pathlib import Path

SECONDS = 10.0


def running(folder: Path) -> dict[int, str]:
    """Return live processes that were started on ``folder``, by id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (line := _command(entry)) and str(folder) in line:
            found[int(entry.name)] = line
    return found


def _command(entry: Path) -> str:
    try:
        state = (entry / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
        line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:  # gone while we looked
        return ""
    return "" if state == "Z" else line


def left_running(folder: Path) -> dict[int, str]:
    """Return who still runs when everybody had time to go."""
    end = time.monotonic() + SECONDS
    while (still := running(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return still
