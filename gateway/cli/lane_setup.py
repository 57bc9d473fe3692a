"""Commands that set smart lanes up: add, set, list, officer, index."""

import sys
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.lanes import Lane, lane_commands
from gateway.cli.options import FolderOptions

Tolerance = Annotated[
    str, typer.Option(help="How far weighed and declared mass may differ, in percent.")
]
Hours = Annotated[int | None, typer.Option(min=0, help="How long a declaration counts here.")]


def add_to(_app: typer.Typer) -> None:
    """Hang the commands into the tree; the group is there already."""
    lane_commands.command("add")(add)
    lane_commands.command("set")(set_lane)
    lane_commands.command("list")(list_lanes)
    lane_commands.command("officer")(officer)
    lane_commands.command("index")(index)


def add(
    lane: Lane,
    office: Annotated[str, typer.Option(help="The office it stands at, e.g. CN00X001.")],
    role: Annotated[str, typer.Option(help="departure, exit, entry, transit or destination.")],
    *,
    tolerance: Tolerance = "",
    hours: Hours = None,
    options: FolderOptions,
) -> None:
    """Add a lane. Without a tolerance or hours, what depends on them is referred to a person.

    Example:
      fullroute lane add yyg-3 --office CN00X001 --role exit --tolerance 3 --hours 72
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.domain import lane as values
    from gateway.domain.roles import OfficeRole
    from gateway.usecases.setup import add_lane

    if role not in set(OfficeRole):
        raise typer.BadParameter(f"choose one of {', '.join(OfficeRole)}", param_hint="--role")
    with open_folder(options.data) as gateway:
        made = add_lane(
            gateway.ports,
            values.Lane(
                id=lane,
                tenant=operator(gateway.ports).tenant,
                office=office,
                role=OfficeRole(role),
                tolerance_percent=_number(tolerance),
                declaration_hours=hours,
            ),
        )
    _print_lane(made, json=options.json)


def set_lane(
    lane: Lane,
    *,
    tolerance: Tolerance = "",
    hours: Hours = None,
    options: FolderOptions,
) -> None:
    """Set a lane's tolerance or hours; what is not named stays.

    Example:
      fullroute lane set yyg-3 --tolerance 2.5
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases import setup

    wanted = {"tolerance_percent": _number(tolerance), "declaration_hours": hours}
    changed = {name: value for name, value in wanted.items() if value is not None}
    if not changed:
        raise typer.BadParameter("name --tolerance or --hours")
    with open_folder(options.data) as gateway:
        made = setup.set_lane(gateway.ports, operator(gateway.ports).tenant, lane, changed)
    _print_lane(made, json=options.json)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text else None
    except InvalidOperation as error:
        raise typer.BadParameter(f"{text} is no number") from error
    if number is not None and not number.is_finite():
        raise typer.BadParameter(f"{text} is no number")
    return number


def _lane_shape(lane: Any) -> dict[str, Any]:  # noqa: ANN401 - importing Lane costs start-up time
    tolerance = lane.tolerance_percent
    return {
        "lane": lane.id,
        "office": lane.office,
        "role": lane.role.value,
        "tolerance_percent": None if tolerance is None else str(tolerance),
        "declaration_hours": lane.declaration_hours,
    }


def _print_lane(lane: Any, *, json: bool) -> None:  # noqa: ANN401 - as above
    shape = _lane_shape(lane)
    if json:
        output.print_json(shape)
    else:
        output.print_pairs(shape.items())


def list_lanes(*, options: FolderOptions) -> None:
    """List the lanes.

    Example:
      fullroute lane list
    """
    from gateway.cli.folder import open_folder, operator

    with open_folder(options.data) as gateway:
        found = gateway.ports.store.lanes(operator(gateway.ports).tenant)
    shapes = [_lane_shape(one) for one in found]
    if options.json:
        output.print_json({"data": shapes})
        return
    heads = ("Lane", "Office", "Role", "Tolerance %", "Hours")
    output.print_table(heads, [tuple(one.values()) for one in shapes])


def officer(
    name: Annotated[str, typer.Argument(help="Whom people see; one key for one person.")],
    *,
    link: Annotated[str, typer.Option(help="Only lanes of this link's offices.")] = "",
    options: FolderOptions,
) -> None:
    """Let a person, or a lane's own computer, speak for lanes; print the new API key.

    Example:
      fullroute lane officer "Nong Thi Mai"
    """
    from gateway.bootstrap import new_principal
    from gateway.cli.folder import open_folder, operator
    from gateway.domain.errors import NotFound
    from gateway.domain.finding import Finding

    with open_folder(options.data) as gateway:
        if link and gateway.ports.store.link(link) is None:  # its key would open no lane at all
            raise NotFound(Finding(code="link.unknown", value=link))
        tenant = operator(gateway.ports).tenant
        principal, key = new_principal(gateway.ports, tenant, name, ("lane",), link=link)
    if options.json:
        output.print_json({"principal": principal.id, "api_key": key})
        return
    output.note(output.words("lane.officer", name=name))
    sys.stdout.write(f"{key}\n")


def index(*, options: FolderOptions) -> None:
    """Make the keys anew by which lanes find trips: after an upgrade, or other look-alikes.

    Example:
      fullroute lane index
    """
    from gateway.cli.folder import open_folder
    from gateway.usecases.lane_snapshot import index as make

    with open_folder(options.data) as gateway:
        many = make(gateway.ports)
    if options.json:
        output.print_json({"trips": many})
    else:
        output.note(f"{many} trips.")
