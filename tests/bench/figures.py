"""What a benchmark says: figures with their units, as a table or as JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table; ``beside`` is what it is compared with, in words."""

    part: str
    what: str
    value: float
    unit: str
    beside: str = ""


def as_json(figures: Iterable[Figure]) -> str:
    """Return the figures as one JSON array."""
    return json.dumps([asdict(one) for one in figures], ensure_ascii=False, indent=1)


def as_table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines of text, a heading for every part."""
    lines: list[str] = []
    part = ""
    for one in figures:
        if one.part != part:
            part = one.part
            lines += ["", part]
        number = f"{one.value:,.3f}" if abs(one.value) < 10 else f"{one.value:,.1f}"
        lines.append(f"  {one.what:<46.46} {number:>10} {one.unit:<8} {one.beside}".rstrip())
    return "\n".join(lines)


def middle(values: Iterable[float]) -> float:
    """Return the median."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def share(values: Iterable[float], part: float) -> float:
    """Return the value that ``part`` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
