"""Where a fault stands: the line of a TOML file that a finding's key means.

``tomllib`` gives no positions, so the file is walked once, header by header. Only what packs use is
understood: ``key = value`` lines below ``[table]`` and ``[[table]]`` headers; anything else has no
line, which is honest and harmless.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from gateway.domain.finding import Finding

_HEADER = re.compile(r"\s*\[(\[)?([\w.\-]+)\]")
_KEY = re.compile(r"\s*(?:\"([^\"]+)\"|([\w\-]+))\s*=\s*(?:\"([^\"]*)\")?")
_STEP = re.compile(r"([\w\-]+)(?:\[(\d+)\])?")
_NAMED = re.compile(r"(\w+) ([^:]+)(?:: (.+))?")


def placed(finding: Finding, files: Mapping[str, bytes]) -> Finding:
    """Return the finding with the line its ``key`` stands at, if that can be told."""
    key = dict(finding.args).get("key", "")
    raw = files.get(finding.value)
    if finding.line is not None or not key or raw is None or not finding.value.endswith(".toml"):
        return finding
    return replace(finding, line=line_of(raw, key))


def line_of(raw: bytes, key: str) -> int | None:
    """Return the line of ``message[2].projection``, or of ``message OLA: after``; from 1."""
    rows = list(_rows(raw.decode("utf-8", "replace")))
    if named := _NAMED.fullmatch(key):
        table, name, last = named.groups()
        return _line_of_named(rows, table, name, last or "")
    steps = [(m.group(1), int(m.group(2) or 0)) for m in _STEP.finditer(key)]
    return _line_of_path(rows, steps)


_Row = tuple[int, tuple[tuple[str, int], ...], str, str]
"""Line, table it stands in (name and number of each step), key, text value."""


def _rows(text: str) -> list[_Row]:
    rows: list[_Row] = []
    table: tuple[tuple[str, int], ...] = ()
    counts: dict[tuple[tuple[str, int], ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _opened(header.group(2).split("."), table, counts, many=bool(header.group(1)))
            rows.append((number, table, "", ""))
        elif found := _KEY.match(line):
            rows.append((number, table, found.group(1) or found.group(2), found.group(3) or ""))
    return rows


def _opened(
    names: list[str],
    before: tuple[tuple[str, int], ...],
    counts: dict[tuple[tuple[str, int], ...], int],
    *,
    many: bool,
) -> tuple[tuple[str, int], ...]:
    """Return the table a header opens; its parents are the ones opened last."""
    parents: tuple[tuple[str, int], ...] = ()
    for place, name in enumerate(names[:-1]):
        same = place < len(before) and before[place][0] == name
        parents += ((name, before[place][1] if same else 0),)
    if not many:
        return (*parents, (names[-1], 0))
    counter = (*parents, (names[-1], 0))
    counts[counter] = counts.get(counter, 0) + 1
    return (*parents, (names[-1], counts[counter]))


def _line_of_path(rows: list[_Row], steps: list[tuple[str, int]]) -> int | None:
    """Find the key in its table, else the table, else the nearest table around it."""
    for length in range(len(steps), 0, -1):
        table, last = tuple(steps[: length - 1]), steps[length - 1]
        for number, inside, key, _ in rows:
            if (inside == table and key == last[0]) or (inside == (*table, last) and not key):
                return number
    return None


def _line_of_named(rows: list[_Row], table: str, name: str, last: str) -> int | None:
    home = next(
        (
            (number, inside)
            for number, inside, key, value in rows
            if inside and inside[0][0] == table and key in ("type", "kind", "id") and value == name
        ),
        None,
    )
    if home is None:
        return None
    for number, inside, key, _ in rows:
        if inside == home[1] and key == last:
            return number
    return home[0]
