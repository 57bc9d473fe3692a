"""Readings on the way: ``movement position`` and ``movement positions``."""

import json as writer
import sys
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.movements import Reference, moment, movement_commands
from gateway.cli.opening import open_desk
from gateway.cli.options import ApiKey, Data, Json, Lang, Url


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree, below ``movement``."""
    del app
    movement_commands.command()(position)
    movement_commands.command()(positions)


def position(
    ref: Reference,
    source: Annotated[str, typer.Argument(help="What read it: the terminal or the reefer.")],
    *,
    at: Annotated[str, typer.Option(help="When it was read, with offset; else now.")] = "",
    place: Annotated[str, typer.Option(help="The office it was read at.")] = "",
    latitude: Annotated[str, typer.Option(help="Degrees, WGS 84.")] = "",
    longitude: Annotated[str, typer.Option(help="Degrees, WGS 84.")] = "",
    temperature: Annotated[str, typer.Option(help="Degrees Celsius.")] = "",
    url: Url = "",
    api_key: ApiKey = "",
    data: Data = None,
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """Tell where the goods are and how warm; offices ahead hear of it where it matters to them.

    Delays that are large enough move the times at the offices ahead; a temperature outside the
    declared range is told to them. Repeated and older readings change nothing.

    Example:
      fullroute movement position 26CN4F7KQ2M8ZT1XJ3 reefer-7 --temperature 27.5
    """
    members = {
        "source": source,
        "at": moment(at).isoformat(),
        "place": place,
        "latitude": latitude,
        "longitude": longitude,
        "temperature_c": temperature,
    }
    told = {name: text for name, text in members.items() if text}
    with open_desk(url=url, key=api_key, data=data, lang=lang) as desk:
        done = desk.read_position(ref, writer.dumps(told, ensure_ascii=False).encode())
    if json:
        output.print_json(done)
        return
    for one in done["events"]:
        facts = one["facts"]
        output.note(f"{one['kind']} {facts.get('delay') or facts.get('temperature', '')}")
    if not done["events"]:
        known = "Known already" if done["repeated"] else "Kept"
        output.note(f"{known}; nobody has to be told.")
    output.print_findings(done["findings"], sys.stdout)


def positions(
    ref: Reference,
    *,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    url: Url = "",
    api_key: ApiKey = "",
    data: Data = None,
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """List what was read of a movement on its way, the latest first.

    Example:
      fullroute movement positions 26CN4F7KQ2M8ZT1XJ3
    """
    with open_desk(url=url, key=api_key, data=data, lang=lang) as desk:
        found = desk.positions(ref, limit)
    if json:
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
