"""What a person or a program reads: tables, findings, JSON.

Data go to standard output, everything else to standard error; colour only on a terminal and never
under NO_COLOR. With ``--json`` exactly one JSON document goes to standard output, whatever happens.
"""

import json
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TextIO

from gateway.domain.finding import LANGUAGES, Catalogue, Finding, Text
from gateway.domain.page import Page

Shown = Mapping[str, Any]

Columns = Mapping[str, Callable[[Shown], object]]
"""What a list shows of each row, by heading."""
"""A finding with its sentence and remedy: the same keys as in a problem document."""

SENTENCE_WIDTH = 20
"""A column of sentences is no narrower where a table is shown as one."""

_STYLES = {"fatal": "bold red", "error": "bold red", "warning": "yellow", "information": "cyan"}


@dataclass(slots=True)
class Speech:
    """What one run remembers of its own speaking.

    ``documents`` counts those printed under ``--json``; ``texts`` are what opened packs can say,
    asked only where the texts of ``schemas/lang`` do not know a code. ``language`` is the one in
    which the command was asked to speak.
    """

    documents: int = 0
    language: str = LANGUAGES[0]
    texts: list[Callable[[], Catalogue]] = field(default_factory=list)


SPEECH = Speech()


def words(key: str, **places: object) -> str:
    """Say ``key`` of ``schemas/lang/commands.*.toml`` in the language of the command."""
    return _labels(SPEECH.language)[key].format(**places)


@cache
def _labels(language: str) -> Mapping[str, str]:
    from gateway.bootstrap import schemas_root

    path = schemas_root() / "lang" / f"commands.{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def _named(key: str, usual: str, **places: object) -> str:
    """Say a word of every finding; English needs no file, and an error is told without any."""
    if SPEECH.language == LANGUAGES[0]:
        return usual
    try:
        return words(key, **places)
    except (OSError, ValueError, KeyError):
        return usual


def shown(finding: Finding, catalogue: Catalogue, lang: str) -> dict[str, Any]:
    """Return a finding as every face tells it: code, severity, place, sentence, remedy, source."""
    text = catalogue.text(finding, lang)
    severity = finding.severity.value
    return {
        "code": finding.code,
        "severity": severity,
        "offices": list(finding.offices),
        "pointer": finding.pointer,
        "line": finding.line,
        "cell": finding.cell,
        "value": finding.value,
        "message": text.message,
        "fix": text.fix,
        "source": finding.source,
    }


def print_json(value: object) -> None:
    """Print one JSON document on standard output."""
    SPEECH.documents += 1  # one that breaks off has begun all the same
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Say something about the work, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say(text: str) -> None:
    """Say something that was asked for, on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stdout() -> TextIO:
    """Return standard output, for what is asked for and not a remark."""
    return sys.stdout


def print_findings(findings: Iterable[Shown], stream: TextIO | None = None) -> None:
    """Print findings one below the other: place, sentence, remedy."""
    stream = stream or sys.stderr
    coloured = stream.isatty()
    for one in findings:
        if coloured:
            _coloured(one, stream)
        else:
            stream.write("".join(line + "\n" for line in finding_lines(one)))
    stream.flush()


def finding_lines(one: Shown) -> list[str]:
    """Return the lines of one finding; the first holds severity, code and place."""
    severity = str(one.get("severity", "error"))
    lines = [f"{_named(f'severity.{severity}', severity)}: {one['code']}{_place(one)}"]
    lines += [f"  {text}" for text in (one.get("message"), one.get("fix")) if text]
    return lines


def _place(one: Shown) -> str:
    line = one.get("line")
    parts = [_named("place.line", f"line {line}", line=line) if line else "", one.get("cell") or ""]
    parts.append(one.get("pointer") or "")
    parts += one.get("offices") or []
    told = ", ".join(str(part) for part in parts if part)
    return f" ({told})" if told else ""


def _coloured(one: Shown, stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text as Rich

    console = Console(file=stream, highlight=False)
    severity = str(one.get("severity", "error"))
    head = Rich(_named(f"severity.{severity}", severity), style=_STYLES.get(severity, "bold"))
    console.print(head + Rich(f" {one['code']}", style="bold") + Rich(_place(one), style="dim"))
    for mark, text, style in (("  ", one.get("message"), ""), ("  → ", one.get("fix"), "green")):
        room = max(console.width - len(mark), SENTENCE_WIDTH)
        for place, line in enumerate(Rich(str(text or "")).wrap(console, room)):
            line.rstrip()
            lead = " " * len(mark) if place else mark  # what is folded stands below its beginning
            console.print(Rich(lead, style=style) + line, soft_wrap=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows: a table on a terminal, tab-separated lines anywhere else.

    What is one word (an id, a time, a code) is never broken, so that it can be copied: sentences
    give way, and where that is not enough each row becomes a block of lines.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.write("".join("\t".join(row) + "\n" for row in cells))
        return
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Rich

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        longest = max((row[place] for row in cells), key=len, default="")
        if any(" " in row[place] for row in cells):
            table.add_column(column, overflow="fold", min_width=min(len(longest), SENTENCE_WIDTH))
        else:
            whole = max(cell_len(one) for one in (column, *(row[place] for row in cells)))
            table.add_column(column, no_wrap=True, min_width=whole)  # its name is not cut either
    for row in cells:
        table.add_row(*(Rich(cell) for cell in row))
    console = Console(highlight=False)
    boundless = console.options.update(max_width=sys.maxsize)
    if console.measure(table, options=boundless).minimum <= console.width:
        console.print(table)
        return
    say("")  # as above a table: what stands before is another thing
    for row in cells:
        print_pairs((column, cell) for column, cell in zip(columns, row, strict=True) if cell)
        say("")


def print_page(
    page: Page[Shown],
    columns: Columns,
    none: str,
    *,
    as_json: bool,
) -> None:
    """Print one page of a list; ``none`` is said of an empty list."""
    if as_json:
        more = {"next_cursor": page.cursor, "has_more": bool(page.cursor)}
        print_json({"data": page.rows, **more})
        return
    print_table(tuple(columns), [[cell(one) for cell in columns.values()] for one in page.rows])
    if not page.rows:
        note(none)
    if page.cursor:
        note(words("list.more", cursor=page.cursor))


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print each row as soon as it comes, however many; a terminal shows the columns' names."""
    if sys.stdout.isatty():
        say("\t".join(columns).rstrip())
    for row in rows:
        say("\t".join(map(_cell, row)))


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("\t", " ").replace("\n", " ")


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, aligned."""
    told = [(name, _cell(value)) for name, value in pairs]
    width = max((len(name) for name, _ in told), default=0)
    sys.stdout.write("".join(f"{name:<{width}}  {value}\n" for name, value in told))
    sys.stdout.flush()


BARE = Catalogue(
    {
        "en": {
            "unexpected": Text(
                "The program met something nobody foresaw: {reason}.",
                "Look into {log} and tell whoever maintains this installation.",
            )
        }
    }
)
"""What can be said when even the language files cannot be read."""
