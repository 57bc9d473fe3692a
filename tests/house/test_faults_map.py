"""The map of fault scenarios names files, distresses, blows and points that exist."""

import re
from pathlib import Path

from gateway.adapters.crash_points import POINTS
from tests.faults.distress import DISTRESSES
from tests.faults.storm import Storm

FOLDER = Path(__file__).resolve().parents[1] / "faults"
ROWS = [line for line in (FOLDER / "README.md").read_text("utf-8").splitlines() if "test_" in line]
NAMED = re.compile(r"`([^`]+)`")


def _exists(name: str) -> bool:
    if name.endswith(".py"):
        return (FOLDER / name).is_file()
    if name.endswith(".*"):
        return any(point.startswith(name[:-1]) for point in POINTS)
    return name in DISTRESSES or hasattr(Storm, name) or name == "feed"


def test_what_the_map_names_is_there():
    named = [name for line in ROWS for name in NAMED.findall(line) if " " not in name]
    assert len(named) > 40
    assert [name for name in named if not _exists(name)] == []


def test_every_distress_and_blow_is_on_the_map():
    text = "\n".join(ROWS)
    blows = {name for name in vars(Storm) if re.match(r"(kill|freeze|wipe|starve|lose)_", name)}
    assert [name for name in sorted({*DISTRESSES, *blows}) if f"`{name}`" not in text] == []
