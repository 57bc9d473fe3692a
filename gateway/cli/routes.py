"""Commands of the named routes: list, show, plan."""

from datetime import datetime
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.options import FolderOptions, SpeechOptions

route_commands = Branch(help="See named routes, and plan one from a time of departure.")

RouteName = Annotated[str, typer.Argument(help="Its id, e.g. chongqing-haiduong-road.")]
TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]
"""Times with an offset, or without one: then local to the first office."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(route_commands, name="route")


@route_commands.command("list")
def list_routes(*, options: SpeechOptions) -> None:
    """List the named routes.

    Example:
      fullroute route list
    """
    from gateway.bootstrap import open_offline
    from gateway.cli.places import route_shape
    from gateway.usecases import routes

    found = [route_shape(one, options.lang) for one in routes.list_routes(open_offline())]
    if options.json:
        output.print_json({"data": found})
        return
    output.print_table(
        ("Route", "Name", "Offices", "Modes", "Hours", "Status"),
        [
            (
                one["id"],
                one["name"],
                " ".join(one["offices"]),
                " ".join(one["modes"]),
                one["usual_hours"],
                one["status"],
            )
            for one in found
        ],
    )


@route_commands.command("show")
def show_route(route: RouteName, *, options: FolderOptions) -> None:
    """Show a route: its offices in travel order, modes, usual hours, sources.

    Example:
      fullroute route show chongqing-haiduong-road
    """
    from gateway.cli.places import whole_route_shape
    from gateway.cli.reach import reach
    from gateway.usecases import routes

    with reach(options.data) as (ports, stored):
        found = routes.show_route(ports, route)
        offices = routes.offices_of(ports, found, stored=stored)
    shape = whole_route_shape(found, offices, options.lang)
    if options.json:
        output.print_json(shape)
        return
    output.print_pairs((key, shape[key]) for key in ("id", "name", "distance_km", "usual_hours"))
    output.print_table(
        ("", "Office", "Name", "Role", "Mode", "Hours", "Status", "Source"),
        [
            [
                stop[key]
                for key in (
                    "sequence", "office", "name", "role", "mode", "usual_hours", "status", "source",
                )
            ]
            for stop in shape["stops"]
        ],
    )  # fmt: skip


@route_commands.command("plan")
def plan_route(
    route: RouteName,
    depart: Annotated[
        datetime,
        typer.Option(
            formats=TIMES, help="When the goods are ready; without an offset, local time there."
        ),
    ],
    *,
    options: FolderOptions,
) -> None:
    """Propose an itinerary with times: opening hours and holidays are waited for.

    What is not known is said, not guessed: an office without known hours counts as passed on
    arrival, and a finding names it. Times are local to each office.

    Example:
      fullroute route plan chongqing-haiduong-road --depart 2026-11-24T08:00
    """
    from gateway.cli.places import plan_rows, plan_shape
    from gateway.cli.reach import reach
    from gateway.usecases import routes

    with reach(options.data) as (ports, stored):
        plan = routes.plan_route(ports, route, depart, stored=stored)
        shape = plan_shape(plan, ports.packs.catalogue(), options.lang)
    if options.json:
        output.print_json(shape)
        return
    output.print_table(
        ("", "Office", "Name", "Role", "Mode", "Arrives", "Passes", "Waits", "On arrival"),
        plan_rows(shape["stops"]),
    )
    output.print_findings(shape["findings"])
