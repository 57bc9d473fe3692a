"""What this machine could do at most, were there nothing but the floor.

One process a core does the bare work of one declaration after the other, all at the same time:
no gateway, no HTTP server, no broker, and offices that only say yes. Whoever asks this machine for
more declarations a second asks for another machine, or for less work a declaration.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure
from tests.bench.floor import Floor
from tests.bench.load import four_offices
from tests.world import World


def measure(seconds: float) -> Figure:
    """Run the floor in one process a core; return the declarations a second of all of them."""
    command = [sys.executable, "-m", "tests.bench.ceiling", str(seconds)]
    pipe = subprocess.PIPE
    cores = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        for _ in range(os.cpu_count() or 1)
    ]
    for one in cores:
        _read(one)
    for one in cores:
        _write(one)
    rate = sum(float(_read(one)) for one in cores)
    for one in cores:
        one.wait()
    return Figure(
        part="The floor alone, on every core at once",
        what=f"declarations, {len(cores)} processes",
        value=rate,
        unit="decl/s",
        beside="nothing on this machine does more",
    )


def _read(process: "subprocess.Popen[str]") -> str:
    return process.stdout.readline() if process.stdout else ""


def _write(process: "subprocess.Popen[str]") -> None:
    if process.stdin:
        process.stdin.write("go\n")
        process.stdin.flush()


def main() -> None:
    """Say when ready, wait for a line, work for so many seconds, and print the rate."""
    seconds = float(sys.argv[1])
    with TemporaryDirectory() as folder:
        world = World(Path(folder), packs=four_offices())
        floor = Floor(world, Path(folder))
        floor.run()
        print("ready", flush=True)
        sys.stdin.readline()
        began, done = time.monotonic(), 0
        while (took := time.monotonic() - began) < seconds:
            floor.run()
            done += 1
        print(done / took, flush=True)
        floor.close()
        world.close()


if __name__ == "__main__":
    main()
