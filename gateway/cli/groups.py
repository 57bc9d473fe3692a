"""Commands about groups: many declarations handed in together, such as those of a train."""

from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.exits import Exit
from gateway.cli.opening import open_desk
from gateway.cli.options import LIMIT, Cursor, DeskOptions, Limit
from gateway.cli.output import Columns

group_commands = Branch(help="Hand in many declarations at once and see what became of each.")

MODES = ("all-or-nothing", "best-effort")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group_commands, name="group")


@group_commands.command()
def submit(
    files: Annotated[
        list[Path], typer.Argument(help="Declarations, folders of them, or ZIP archives.")
    ],
    *,
    mode: Annotated[
        str, typer.Option(help="all-or-nothing, or best-effort: leave out what is not in order.")
    ] = MODES[0],
    key: Annotated[Path | None, typer.Option("--key", help="PEM file of the private key.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="PEM file of its certificate.")] = None,
    idempotency_key: Annotated[
        str, typer.Option(help="Any text; the same for a repeat. Else a digest of what is sent.")
    ] = "",
    options: DeskOptions,
) -> None:
    """Submit many declarations: all are checked, then kept, then taken in one by one.

    All or nothing: one that is not in order, and none is kept (exit code 3; its findings begin
    with the file's name). Best effort leaves it out (exit code 10). With --key and --certificate
    each is signed first. Interrupted, it goes on by itself where a worker runs, or when repeated.

    Example:
      fullroute group submit train-8701/ --key exporter.key.pem --certificate exporter.cert.pem
    """
    from gateway.cli.bundle import bundle
    from gateway.cli.progress import progress
    from gateway.usecases.group import digest_of

    if mode not in MODES:
        raise typer.BadParameter(f"--mode is one of {', '.join(MODES)}")
    found = bundle(files, key, certificate)
    name = idempotency_key or digest_of(mode, found)
    with (
        open_desk(options) as desk,
        progress(f"{len(found)} declarations") as seen,
    ):
        told = desk.hand_in(found, mode, name, seen)
    if options.json:
        output.print_json(told)
    else:
        output.print_findings(told["findings"])
        _show(told)
    if told["refused"]:
        raise typer.Exit(Exit.PARTLY)


def _show(told: dict[str, Any]) -> None:
    output.print_table(
        ("#", "File", "State", "Movement", "Stands at", "Why not"),
        [
            (
                one["place"],
                one["name"],
                one["state"],
                one["movement"],
                one["movement_state"],
                ", ".join(one["codes"]),
            )
            for one in told["members"]
        ],
    )
    output.note(f"{told['group']}: {_summary(told)}.")


def _summary(told: output.Shown) -> str:
    parts = [output.words("group.taken", count=told["taken_in"], size=told["size"])]
    parts += [
        output.words(f"group.{name}", count=told[name])
        for name in ("refused", "staged")
        if told[name]
    ]
    return ", ".join(parts)


@group_commands.command()
def show(
    group: Annotated[str, typer.Argument(help="The group's id, grp_...")],
    *,
    options: DeskOptions,
) -> None:
    """Show what became of each declaration of a group, and where its movement stands.

    Example:
      fullroute group show grp_6f0d2a1c9b8e4d7f8a1b2c3d4e5f6071
    """
    with open_desk(options) as desk:
        told = desk.group(group)
    if options.json:
        output.print_json(told)
    else:
        _show(told)


@group_commands.command("list")
def list_(
    *,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
    options: DeskOptions,
) -> None:
    """List groups, newest first.

    Example:
      fullroute group list
    """
    with open_desk(options) as desk:
        page = desk.groups(cursor=cursor, limit=limit)
    columns: Columns = {
        "Group": itemgetter("group"),
        "Handed in": itemgetter("staged_at"),
        "Mode": itemgetter("mode"),
        "What became of it": _summary,
    }
    output.print_page(page, columns, output.words("group.none"), as_json=options.json)
