"""The public test files that lie beside the project, and what must become of them."""

import tomllib
from pathlib import Path

ROOM = Path(__file__).resolve().parent
FOLDER = ROOM.parents[2] / "shared" / "samples" / "ctc"
OWN = sorted((ROOM / "own").glob("*.xml"))
EXPECTED = tomllib.loads((ROOM / "expected.toml").read_text("utf-8"))["file"]


def declaration(name: str) -> Path:
    """Return the path of one CC015C template; it may not exist."""
    return FOLDER / "declarations" / name


def present() -> bool:
    """Tell whether the files are here."""
    return (FOLDER / "declarations").is_dir()
