"""What a run came to: for a person, and for a program."""

import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

from gateway.cli import output
from gateway.cli.demo.run import Played
from gateway.cli.exits import Exit

Shape = dict[str, Any]

ENDS = {
    "completed": (Exit.OK, "Completed: every procedure is closed, every message acknowledged."),
    "waiting": (Exit.OK, "Waiting for presentation: the pre-lodged declaration is acknowledged."),
    "refused": (Exit.REFUSED_BY_OFFICE, "An office refused; see what is open below."),
    "late": (Exit.UNREACHABLE, "The time is over and something is still open."),
}


def exit_of_run(played: Played) -> Exit:
    """Return the exit code of a run."""
    return ENDS[played.end][0]


def print_summary(played: Played, *, json: bool) -> None:
    """Print what came of it, timings, where the data lies and what to try next."""
    if json:
        output.print_json(summary(played))
        return
    movement = played.standing.movement
    write = sys.stdout.write
    write(f"\n{ENDS[played.end][1]}\n")
    for one in movement["procedures"]:
        numbers = ", ".join(f"{kind} {number}" for kind, number in one["numbers"].items())
        write(f"  {one['kind']:<14} {one['state']:<14} {numbers}\n")
    _print_open(played)
    write("\n" + _timings(played.marks))
    write(f"\nThe data lies in {_near(played.folder)} and stays there. Try next:\n")
    for command in next_commands(played):
        write(f"  {command}\n")
    sys.stdout.flush()


def _timings(marks: dict[str, float]) -> str:
    """Say how long it took: until ready, in all, and from submission to each thing."""
    submitted = marks.get("submitted", 0.0)
    steps = [
        f"{name.removesuffix(' acknowledged')} {at - submitted:.2f}"
        for name, at in sorted(marks.items(), key=lambda pair: pair[1])
        if at > submitted
    ]
    told = textwrap.fill(", ".join(steps), 78, initial_indent="  ", subsequent_indent="  ")
    first = (
        f"{max(marks.values()):.1f} s in all, {marks.get('started', 0.0):.1f} s of them to start"
    )
    return f"{first}. Seconds after submission:\n{told}\n"


def _print_open(played: Played) -> None:
    for one in played.standing.open:
        waits = f", waits for {one['waits_for']}" if one["waits_for"] else ""
        sys.stdout.write(f"  open: {one['type']} for {one['office']} is {one['state']}{waits}\n")


def next_commands(played: Played) -> list[str]:
    """Return commands that work on the folder this run leaves behind."""
    reference = played.standing.movement["reference"]
    folder = _near(played.folder)
    program = _program()
    return [
        f"{program} movement show {reference} --data {folder}",
        f"{program} movement timeline {reference} --data {folder}",
        f"{program} audit verify --data {folder}",
        f"{program} movement export {reference} {folder / 'evidence'} --data {folder}",
        f"{program} serve --with-worker --data {folder}",
    ]


def _program() -> str:
    """Return what to type for this program: its name where the shell finds it, else its path."""
    started = Path(sys.argv[0])
    if started.name != "fullroute" or shutil.which("fullroute"):
        return "fullroute"
    return str(_near(started))


def _near(folder: Path) -> Path:
    """Return the folder as somebody in the present one would type it."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def summary(played: Played) -> Shape:
    """Return the run as JSON."""
    movement = played.standing.movement
    keys = ("id", "type", "office", "procedure", "state", "signatory", "signed_by", "receipt_kind")
    return {
        "end": played.end,
        "exit": int(exit_of_run(played)),
        "movement": movement["reference"],
        "lrn": movement["lrn"],
        "state": movement["state"],
        "procedures": movement["procedures"],
        "messages": [{key: one[key] for key in keys} for one in movement["messages"]],
        "open": [
            {"type": one["type"], "office": one["office"], "state": one["state"],
             "waits_for": one["waits_for"]}
            for one in played.standing.open
        ],
        "seconds": {name: round(at, 3) for name, at in played.marks.items()},
        "data": str(played.folder),
        "next": next_commands(played),
    }  # fmt: skip
