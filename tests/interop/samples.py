"""The public test files that lie beside the project, and what must become of them."""

import tomllib
from pathlib import Path

ROOM = Path(__file__).resolve().parent
FOLDER = ROOM.parents[2] / "shared" / "samples" / "ctc"
OWN = [ROOM / "own" / f"{name}.xml" for name in ("plain", "rich")]
TABLE = tomllib.loads((ROOM / "expected.toml").read_text("utf-8"))
EXPECTED = TABLE["file"]
WCO_EXPECTED = TABLE["wco"]


def declaration(name: str) -> Path:
    """Return the path of one CC015C template; it may not exist."""
    return FOLDER / "declarations" / name


def wco(name: str) -> Path:
    """Return the path of one WCO declaration; it may not exist."""
    return FOLDER.parent / "wco" / name


def wco_names() -> list[str]:
    """Return the names of the WCO declarations there are."""
    return sorted(path.name for path in (FOLDER.parent / "wco").glob("*.xml"))


def present() -> bool:
    """Tell whether the files are here."""
    return (FOLDER / "declarations").is_dir()
