"""Commands about trips: list, show, report. Trips of one batch number are one run."""

from operator import itemgetter
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.desk import Told
from gateway.cli.exits import Exit
from gateway.cli.movements import Facts, Happened, HappenedAt, When, facts_of, moment
from gateway.cli.opening import open_desk
from gateway.cli.options import LIMIT, Cursor, DeskOptions, Limit
from gateway.cli.output import Columns

trip_commands = Branch(
    help="See vehicles and trains with everything on them, report what happened to them."
)

Batch = Annotated[
    str, typer.Argument(metavar="BATCH", help="The batch number, a plate, or a trip's id.")
]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(trip_commands, name="trip")


@trip_commands.command("list")
def list_(
    *,
    plate: Annotated[str, typer.Option(help="Only with this plate.")] = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
    options: DeskOptions,
) -> None:
    """List open trips, newest first.

    Example:
      fullroute trip list
    """
    with open_desk(options) as desk:
        page = desk.trips(plate=plate, cursor=cursor, limit=limit)
    columns: Columns = {
        "Batch": itemgetter("batch"),
        "State": itemgetter("state"),
        "Trip": itemgetter("id"),
        "Plates": lambda one: _plates(one["plates"]),
        "Movements": lambda one: ", ".join(one["movements"]),
    }
    output.print_page(page, columns, "No open trips.", as_json=options.json)


@trip_commands.command()
def show(batch: Batch, *, options: DeskOptions) -> None:
    """Show a run: where it stands, seals, each movement on it, its share, what it waits for.

    Example:
      fullroute trip show YYG2611240001
    """
    with open_desk(options) as desk:
        found = desk.trip(batch)
    if options.json:
        output.print_json(found)
        return
    output.print_pairs(
        (
            ("Batch", found["batch"]),
            ("State", " ".join(filter(None, (found["state"], found["office"], found["since"])))),
            ("Plates", _plates(found["plates"])),
            ("Seals", ", ".join(found["seals"])),
            ("Aboard", f"{found['packages']} packages, {found['gross_mass_kg']} kg"),
        )
    )
    output.print_table(
        ("Movement", "State", "LRN", "Packages", "Kg", "Waits for"),
        [
            (
                one["movement"],
                one["state"],
                one["lrn"],
                str(one["packages"]),
                one["gross_mass_kg"],
                "; ".join(one["waits_for"]),
            )
            for one in found["aboard"]
        ],
    )
    output.print_table(
        ("Told", "At", "Office", "By", "Done"),
        [
            (one["kind"], one["at"], one["office"], one["by"], _done(one))
            for one in found["reports"]
        ],
    )
    output.print_findings(found["findings"], output.stdout())


def _plates(plates: list[list[str]]) -> str:
    return ", ".join(f"{country} {plate}" for country, plate in plates)


def _done(told: dict[str, Any]) -> str:
    missed = f", save {', '.join(told['refused'])}" if told["refused"] else ""
    return ("yes" if told["done"] else "going on") + missed


@trip_commands.command()
def report(
    batch: Batch,
    kind: Happened,
    office: HappenedAt,
    *,
    at: When = "",
    fact: Facts = None,
    options: DeskOptions,
) -> None:
    """Report once, for every movement on the vehicle. Exit code 10 where some could not take it.

    It is refused, and nobody is told, while a movement on the vehicle cannot take it.

    Example:
      fullroute trip report YYG2611240001 departed CN008001
    """
    told = Told(kind=kind, at=moment(at), office=office, facts=facts_of(fact or []))
    with open_desk(options) as desk:
        done = desk.report_trip(batch, told)
    if options.json:
        output.print_json(done)
    else:
        output.note(
            "Every movement on it knows." if done["done"] else "Kept; it goes on by itself."
        )
        for movement, code in done["refused"].items():
            output.note(f"{movement} could not take it: {code}")
    if done["refused"]:
        raise typer.Exit(Exit.PARTLY)
