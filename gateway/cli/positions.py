"""Readings on the way: ``movement position`` and ``positions``, ``trip position``."""

import json as writer
import sys
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.exits import Exit
from gateway.cli.movements import Reference, moment, movement_commands
from gateway.cli.opening import open_desk
from gateway.cli.options import DeskOptions
from gateway.cli.trips import Batch, trip_commands

Source = Annotated[str, typer.Argument(help="What read it: the terminal or the reefer.")]
Degrees = Annotated[str, typer.Option(help="Degrees, WGS 84.")]


@dataclass(frozen=True, kw_only=True)
class ReadingOptions(DeskOptions):
    """Those of a command that hands a reading in: what was read, as far as it was."""

    at: Annotated[str, typer.Option(help="When it was read, with offset; else now.")] = ""
    place: Annotated[str, typer.Option(help="The office it was read at.")] = ""
    latitude: Degrees = ""
    longitude: Degrees = ""
    temperature: Annotated[str, typer.Option(help="Degrees Celsius.")] = ""

    def reading(self, source: str) -> bytes:
        """Return the reading as JSON, without what was not read."""
        members = {
            "source": source,
            "at": moment(self.at).isoformat(),
            "place": self.place,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "temperature_c": self.temperature,
        }
        told = {name: text for name, text in members.items() if text}
        return writer.dumps(told, ensure_ascii=False).encode()


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree, below ``movement``."""
    del app
    movement_commands.command()(position)
    movement_commands.command()(positions)
    trip_commands.command("position")(run_position)


def position(ref: Reference, source: Source, *, options: ReadingOptions) -> None:
    """Tell where the goods are and how warm; offices ahead hear of it where it matters to them.

    Delays that are large enough move the times at the offices ahead; a temperature outside the
    declared range is told to them. Repeated and older readings change nothing.

    Example:
      fullroute movement position 26CN4F7KQ2M8ZT1XJ3 reefer-7 --temperature 27.5
    """
    with open_desk(options) as desk:
        done = desk.read_position(ref, options.reading(source))
    if options.json:
        output.print_json(done)
        return
    output.note(_said(done))
    output.print_findings(done["findings"], sys.stdout)


def _said(done: dict[str, Any]) -> str:
    """Say what a reading came to for one movement."""
    told = [
        f"{one['kind']} {one['facts'].get('delay') or one['facts'].get('temperature', '')}"
        for one in done["events"]
    ]
    known = "Known already" if done["repeated"] else "Kept"
    return "\n".join(told) or f"{known}; nobody has to be told."


def run_position(batch: Batch, source: Source, *, options: ReadingOptions) -> None:
    """Tell where a vehicle or train is and how warm, once for every movement aboard.

    Exit code 10 where it cannot be of some of them; the others hear of it all the same.

    Example:
      fullroute trip position YYG2611240001 reefer-7 --temperature 27.5
    """
    with open_desk(options) as desk:
        done = desk.read_run_position(batch, options.reading(source))
    if options.json:
        output.print_json(done)
    else:
        rows = [(one, _said(what)) for one, what in done["taken"].items()]
        output.print_table(("Movement", "What it came to"), [*rows, *done["refused"].items()])
    if done["refused"]:
        raise typer.Exit(Exit.PARTLY)


def positions(
    ref: Reference,
    *,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    options: DeskOptions,
) -> None:
    """List what was read of a movement on its way, the latest first.

    Example:
      fullroute movement positions 26CN4F7KQ2M8ZT1XJ3
    """
    with open_desk(options) as desk:
        found = desk.positions(ref, limit)
    if options.json:
        output.print_json({"data": found})
        return
    output.print_table(
        ("Read at", "Source", "Place", "Latitude", "Longitude", "°C"),
        [
            (
                one["at"],
                one["source"],
                one["place"],
                one["latitude"] or "",
                one["longitude"] or "",
                one["temperature_c"] or "",
            )
            for one in found
        ],
    )
    if not found:
        output.note("Nothing was read of it.")
