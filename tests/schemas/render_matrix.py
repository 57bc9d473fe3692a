"""Write the field matrix of ``schemas/field-matrix.toml`` as tables into ``schemas/README.md``.

``python -m tests.schemas.render_matrix`` rewrites what stands between the two markers.
"""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from gateway.adapters.pack_folder import schemas_root

BEGIN = "<!-- field matrix: begin (written by tests.schemas.render_matrix) -->"
END = "<!-- field matrix: end -->"


def matrix() -> list[Mapping]:
    """Return the messages with their fields."""
    path = schemas_root() / "field-matrix.toml"
    return tomllib.loads(path.read_text("utf-8"))["message"]


def readme() -> Path:
    """Return the page the tables stand in."""
    return schemas_root() / "README.md"


def tables() -> str:
    """Return one table a message."""
    lines = []
    for message in matrix():
        lines += [
            f"#### {message['pack']}: {message['type']}",
            "",
            "| Field | Comes from |",
            "|---|---|",
            *(f"| `{field}` | {_spelled(source)} |" for field, source in message["fields"].items()),
            "",
        ]
    return "\n".join(lines)


def _spelled(source: str) -> str:
    path, bracket, note = source.partition(" (")
    if source.endswith((" gives", " adds", " reports")):
        return f"*{source}*"
    return f"`{path}`{bracket}{note}"


def rendered(page: str) -> str:
    """Return the page with fresh tables between the markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the markers are missing")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def main() -> int:
    """Rewrite the page."""
    path = readme()
    path.write_text(rendered(path.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
