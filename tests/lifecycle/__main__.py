"""Take a walk again: ``python -m tests.lifecycle SEED [STEPS]``."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lifecycle.stage import Stage, both_ways
from tests.lifecycle.walk import Walk, steps_of

if __name__ == "__main__":
    seed, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with TemporaryDirectory() as folder:
        world = both_ways(Path(folder))
        walk = Walk(Stage(world))
        began = time.process_time()
        walk.take(steps_of(seed, count))
        took = time.process_time() - began
        print(f"{walk}; {took:.1f} s of CPU")
        world.close()
