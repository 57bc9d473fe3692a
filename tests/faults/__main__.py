"""Play faulty runs again, each from its seed.

    python -m tests.faults --seed 7 --point send.after-reply
    python -m tests.faults --links mixed --seed 1
    python -m tests.faults --distress partition --seed 3
    python -m tests.faults --changes --seed 2
    python -m tests.faults --storm --seed 1-20 --results storms.jsonl

Prints what was done and every breach the checker finds; exit code 1 when there is one. A storm is
run R in full length (4 minutes, 600 movements); seeds that ``--results`` holds already are passed
over, so an interrupted row of storms is simply begun again.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.faults import changes, distress, points, storm
from tests.faults.city import City
from tests.postgres import own_postgres

PROGRAMS = {"api": points.API, "worker": (*points.WORKER, *points.COLLECTING)}
CHAINS = {
    "push": {"api": points.API, "worker": points.WORKER},
    "mixed": {"worker": points.COLLECTING},
}
CHANGED, CHANGED_SECONDS = 6, 120


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", default="1", help="a number, or FIRST-LAST")
    parser.add_argument("--point", help="one crash point; without it every one has its turn")
    parser.add_argument("--links", choices=CHAINS, default="push")
    parser.add_argument("--distress", choices=distress.DISTRESSES)
    parser.add_argument("--changes", action="store_true", help="amended, taken back, cancelled")
    parser.add_argument("--storm", action="store_true", help="run R")
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--movements", type=int, default=600)
    parser.add_argument("--results", type=Path, help="a line for every storm that is over")
    told = parser.parse_args()
    first, _, last = told.seed.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if told.storm:
        return storms(seeds, told.seconds, told.movements, told.results)
    if told.distress:
        return max(distressed(seed, told.distress) for seed in seeds)
    if told.changes:
        return max(changed(seed) for seed in seeds)
    if told.point and not any(told.point in every for every in PROGRAMS.values()):
        parser.error(f"no such point: {told.point}")
    return max(deaths(seed, told.point, told.links) for seed in seeds)


def deaths(seed: int, point: str | None, links: str) -> int:
    """Let programs die at one point, or at each of the chains of those links."""
    chains = CHAINS[links]
    if point:
        program = next(name for name, every in PROGRAMS.items() if point in every)
        chains = {program: (point,)}
        links = "push" if point in (*points.API, *points.WORKER) else "mixed"
    turns = points.Chains(chains, seed)
    with (
        tempfile.TemporaryDirectory(prefix="fullroute-faults-") as folder,
        City(Path(folder), links, beside=turns.first()) as city,
    ):
        breaches = points.run(city, turns)
        print(*turns.died, *breaches, sep="\n")
        if breaches:
            print(city.last_words())
    return int(bool(breaches))


def changed(seed: int) -> int:
    """Let a few movements be changed while they are under way."""
    with (
        tempfile.TemporaryDirectory(prefix="fullroute-faults-") as folder,
        City(Path(folder)) as city,
    ):
        breaches = changes.run(city, seed, CHANGED, CHANGED_SECONDS)
        print(*breaches, sep="\n")
    return int(bool(breaches))


def distressed(seed: int, name: str) -> int:
    """Let one distress befall a deployment of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="fullroute-faults-") as folder,
        distress.deployment(Path(folder), seed) as held,
    ):
        breaches = distress.befall(held, name, seed)
        print(*breaches, sep="\n")
    return int(bool(breaches))


def storms(seeds: Iterable[int], seconds: float, movements: int, results: Path | None) -> int:
    """Run storm after storm; those whose line is there already are over."""
    done = {}
    if results is not None and results.exists():
        lines = (json.loads(line) for line in results.read_text("utf-8").splitlines())
        done = {line["seed"]: line["breaches"] for line in lines}
    os.environ["FULLROUTE_DELIVERY__TOTAL_SECONDS"] = "2"
    for seed in seeds:
        if seed in done:
            continue
        with own_postgres() as database, tempfile.TemporaryDirectory() as folder:
            os.environ["FULLROUTE_DATABASE__URL"] = database.database()
            breaches = storm.run(Path(folder), seed, seconds, movements, database)
        done[seed] = [str(one) for one in breaches]
        print(*done[seed], sep="\n", flush=True)
        if results is not None:
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"seed": seed, "breaches": done[seed]}) + "\n")
    return int(any(done.values()))


if __name__ == "__main__":
    sys.exit(main())
