"""Play one faulty run again: ``python -m tests.faults --seed 7 --point send.after-reply``.

Prints what died where, and every breach the checker finds; exit code 1 when there is one.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults import points
from tests.faults.city import City

PROGRAMS = {"api": points.API, "worker": (*points.WORKER, *points.COLLECTING)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--point", help="one crash point; without it every one has its turn")
    parser.add_argument("--links", choices=("push", "mixed"), default="push")
    told = parser.parse_args()
    chains = {"api": points.API, "worker": points.WORKER}
    if told.links == "mixed":
        chains = {"worker": points.COLLECTING}
    if told.point:
        named = {name: (told.point,) for name, every in PROGRAMS.items() if told.point in every}
        if not named:
            parser.error(f"no such point: {told.point}")
        collecting = told.point in points.COLLECTING and told.point not in points.API
        told.links = "mixed" if collecting else told.links
        chains = dict([next(iter(named.items()))])
    with tempfile.TemporaryDirectory(prefix="fullroute-faults-") as folder:
        turns = points.Chains(chains, told.seed)
        with City(Path(folder), told.links, beside=turns.first()) as city:
            breaches = points.run(city, turns)
            print(*turns.died, *breaches, sep="\n")
            if breaches:
                print(city.last_words())
    return bool(breaches)


if __name__ == "__main__":
    sys.exit(main())
