"""Play the journeys and write down what was told."""

import sys

from tests.packs.journeys import JOURNEYS, texts_of
from tests.packs.journeys.played import packs_for, play


def main(wanted: list[str]) -> None:
    """Write the texts of the journeys named, or of all."""
    for name, journey in JOURNEYS.items():
        if wanted and name not in wanted:
            continue
        folder = texts_of(name)
        folder.mkdir(exist_ok=True)
        for pack, text in play(journey, packs_for(journey)).items():
            (folder / f"{pack}.txt").write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
