"""Commands about scenarios: journeys of the sandbox, played on a clock of their own."""

import json as json_lines
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.exits import Exit
from gateway.cli.options import SpeechOptions

sandbox_commands = Branch(help="Play journeys with simulated customs systems.")

_PROGRAM = "gateway.sandbox.rehearse"
_BETWEEN = ("signed", "disclosed", "receipt")
"""Lines that stand in the timeline and would only fill the screen."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(sandbox_commands, name="sandbox")


@sandbox_commands.command("list")
def list_(*, options: SpeechOptions) -> None:
    """List the scenarios.

    Example:
      fullroute sandbox list
    """
    with _told("--list") as lines:
        found = list(lines)
    if options.json:
        output.print_json({"data": found})
        return
    rows = [(one["scenario"], one["title"]) for one in found]
    output.print_table(("Scenario", "What is played"), rows)


@sandbox_commands.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(help="Scenarios; none plays all.")] = None,
    *,
    keep: Annotated[
        Path | None, typer.Option(help="Keep their data folders below this folder.")
    ] = None,
    options: SpeechOptions,
) -> None:
    """Play scenarios in memory, print their timelines, check their ends. Exit code 0 or 9.

    The clock is moved, so a journey of days takes a second.

    Example:
      fullroute sandbox run tractor-swap
    """
    from gateway.bootstrap import open_texts
    from gateway.domain.finding import Finding, Severity

    texts = open_texts()
    played: list[dict[str, Any]] = []
    with _told(*(["--keep", str(keep)] if keep else []), *(names or [])) as lines:
        for one in lines:
            if "scenario" in one:
                played.append({**one, "timeline": [], "errors": []})
            elif "line" in one:
                played[-1]["timeline"].append(one["line"])
            else:
                told = one["finding"]
                words = {
                    "severity": Severity(told["severity"]),
                    "args": tuple(told["args"].items()),
                }
                finding = Finding(**{**told, **words, "offices": tuple(told["offices"])})
                played[-1]["errors"].append(output.shown(finding, texts, options.lang))
            if not options.json:
                _show(one, played[-1])
    failed = sum(bool(one["errors"]) for one in played)
    if options.json:
        output.print_json({"ok": not failed, "data": played})
    else:
        output.note(f"{len(played) - failed} of {len(played)} scenarios end as they should.")
    if failed:
        raise typer.Exit(Exit.NOT_VERIFIED)


def _show(told: dict[str, Any], played: dict[str, Any]) -> None:
    if "scenario" in told:
        output.note(f"{told['scenario']}: {told['title']}")
    elif "line" in told:
        line = told["line"]
        if line["what"].partition(" ")[0] not in _BETWEEN:
            output.note(f"  {line['at']}  {line['office']:8}  {line['what']}")
    else:
        output.print_findings(played["errors"][-1:])


@contextmanager
def _told(*arguments: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Run the sandbox's program, yield what it tells as it comes; its errors end us alike.

    A session of its own keeps Ctrl-C from it while it is still loading: we end it.
    """
    command = [sys.executable, "-m", _PROGRAM, *arguments]
    with subprocess.Popen(  # noqa: S603 - our own module with our own arguments
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    ) as program:
        try:
            yield (json_lines.loads(line) for line in program.stdout or ())
        except BaseException:
            program.terminate()
            raise
    if program.returncode not in (Exit.OK, Exit.NOT_VERIFIED):
        raise typer.Exit(program.returncode)
