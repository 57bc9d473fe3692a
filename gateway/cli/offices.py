"""Commands of the office directory: list, show, import; ``office add`` is in :mod:`.setup`."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.files import read_file
from gateway.cli.options import FolderOptions
from gateway.cli.progress import progress
from gateway.cli.setup import office_commands

LIST_BYTES_MAX = 200_000_000
"""A full European list is some 20 MB; one byte more than the parser takes is read."""


def add_to(_app: typer.Typer) -> None:
    """Hang the commands into the tree; the group is there already."""
    office_commands.command("list")(list_offices)
    office_commands.command("show")(show_office)
    office_commands.command("import")(import_offices)


def list_offices(
    *,
    role: Annotated[str, typer.Option(help="departure, exit, entry, transit or destination.")] = "",
    mode: Annotated[str, typer.Option(help="road, rail, sea, air, water ...")] = "",
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M"],
            help="Open then; without an offset in each office's own time.",
        ),
    ] = None,
    country: Annotated[str, typer.Option(help="Two letters, e.g. VN.")] = "",
    options: FolderOptions,
) -> None:
    """List the customs offices known: shipped ones, and those added to the data folder.

    With --at, offices known to be closed then are left out; those of which nobody knows the hours
    stay in the list and say so.

    Example:
      fullroute office list --role entry --mode road --country VN --at 2026-11-25T13:30
    """
    from gateway.cli.places import office_shape
    from gateway.cli.reach import reach
    from gateway.usecases.directory import Wanted, find_offices

    wanted = Wanted(role=role, mode=mode, country=country, at=at)
    with reach(options.data) as (ports, stored):
        found = find_offices(ports, wanted, stored=stored)
    shapes = [office_shape(one.office, options.lang, one.state) for one in found]
    if options.json:
        output.print_json({"data": shapes})
        return
    columns = ["Code", "Name", "Administration", "Roles", "Modes", "Zone", "Status"]
    keys = ["code", "name", "administration", "roles", "modes", "zone", "status"]
    if at is not None:
        columns.append("Open")
        keys.append("open")
    output.print_table(columns, [[_cell(one[key]) for key in keys] for one in shapes])


def _cell(value: object) -> object:
    return " ".join(value) if isinstance(value, list) else value


def show_office(
    code: Annotated[str, typer.Argument(help="Its code, e.g. VN0015BB.")],
    *,
    options: FolderOptions,
) -> None:
    """Show one customs office: roles, modes, opening hours, holidays to come, and sources.

    Example:
      fullroute office show VN0015BB
    """
    from gateway.cli.places import holiday_lines, hours_lines, office_shape, whole_office_shape
    from gateway.cli.reach import reach
    from gateway.usecases import directory

    with reach(options.data) as (ports, stored):
        office = directory.show_office(ports, code, stored=stored)
        today = ports.clock.now().date()
    if options.json:
        output.print_json(whole_office_shape(office, options.lang))
        return
    shape = office_shape(office, options.lang)
    pairs = [(key.replace("_", " ").capitalize(), _cell(value)) for key, value in shape.items()]
    output.print_pairs(pairs)
    for title, lines in (
        ("Opening hours, local time", hours_lines(office)),
        ("Holidays to come", holiday_lines(office, options.lang, today)),
    ):
        sys.stdout.write(f"\n{title}\n")
        sys.stdout.write("".join(f"  {line}\n" for line in lines or ["unknown"]))


def import_offices(
    file: Annotated[Path, typer.Argument(help="A European office list (XML).")],
    *,
    source: Annotated[str, typer.Option(help="What the list is, e.g. its name and month.")] = "",
    options: FolderOptions,
) -> None:
    """Take over an official office list: new offices are added, known ones follow the list.

    Offices keep the names the list does not have. Running it again changes nothing.

    Example:
      fullroute office import offices.xml --source "office list of November 2024"
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases import directory

    raw = read_file(file, LIST_BYTES_MAX + 1)
    with open_folder(options.data) as gateway:
        ports = gateway.ports
        with progress(file.name) as told:
            done = directory.import_offices(
                ports,
                operator(ports).tenant,
                raw,
                source=source or f"office list {file.name}",
                told=told,
            )
        findings = [
            output.shown(one, ports.packs.catalogue(), options.lang) for one in done.findings
        ]
    counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    if options.json:
        output.print_json({**counts, "other_roles": done.other_roles, "findings": findings})
        return
    output.print_findings(findings)
    output.note(f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged.")
