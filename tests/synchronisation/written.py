"""Write ``schemas/synchronisation.md``, the table as people read it.

``python -m tests.synchronisation.written`` writes it anew.
"""

import sys
from pathlib import Path

from gateway.adapters.pack_folder import schemas_root
from gateway.packs.synchronisation import FILE, Disclosure, Row, Table, read_table

WHOM = {
    "all": "every office with the role",
    "told": "those that were told of the goods",
    "ahead": "those told that the goods have yet to come to",
    "dropped": "those left out of the way",
    "asker": "the office that asks",
    "concerned": "those concerned",
}


def shipped_table() -> Table:
    """Return the table that is shipped."""
    return read_table((schemas_root() / FILE).read_bytes())


def page() -> Path:
    """Return where the page stands."""
    return schemas_root() / "synchronisation.md"


def text(table: Table) -> str:
    """Return the page."""
    lines = [
        "# Who hears of what",
        "",
        f"Written from `{FILE}` by `tests.synchronisation.written`; change the table.",
        "The enterprise sees every event on its timeline; this is what offices are told.",
        "A pack that says otherwise is not compiled.",
        "",
        "*Those concerned* are, of a release, all that the goods have yet to come to; of goods",
        "that come back, all that were told of them but the office that refused them; of anything",
        "else those told that the goods have yet to come to; of an incident before its gate that",
        "the enterprise reports, the office there, too.",
        "",
        "| When | Administration | Role | Message | To whom | Why |",
        "|---|---|---|---|---|---|",
        *(_line(row) for row in table.rows),
        "",
        "## What a control found, disclosed",
        "",
        "Findings stay inside the administration whose office says so: what others get is made",
        "without them. These leave it, with these facts and no others.",
        "",
        "| When | Whose | Administration | Role | Message | Facts | Why | Legal basis | Source |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_disclosed(one) for one in table.disclosures),
        "",
        "## Nothing, because",
        "",
        "For cells that no row above fills; the first that speaks of a cell is its reason.",
        "",
        "| When | Administration | Role | Why |",
        "|---|---|---|---|",
        *(
            f"| {_any(one.events)} | {_any(one.administrations)} | {_any(one.roles)} | {one.why} |"
            for one in table.silences
        ),
        "",
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    whom = WHOM[row.whom]
    whom += ", once an administration" if row.once else ""
    whom += f", not beside {' or '.join(row.fuller)}" if row.fuller else ""
    whom += f"; by {', '.join(row.by)}" if row.by else ""
    cells = (_any(row.events), _any(row.administrations), _any(row.roles), row.message, whom)
    return f"| {' | '.join(cells)} | {row.why} |"


def _disclosed(one: Disclosure) -> str:
    cells = (
        *map(_any, (one.events, one.of, one.administrations, one.roles)),
        one.message,
        ", ".join(one.facts) or "none",
        *(one.why, one.basis, one.source),
    )
    return f"| {' | '.join(cells)} |"


def _any(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "any"


if __name__ == "__main__":
    page().write_text(text(shipped_table()), "utf-8")
    sys.stdout.write(f"{page().name}\n")
